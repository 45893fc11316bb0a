//! What range1 is checked for. Read it as the specification; edits here are undone.

#[path = "../range1.rs"]
mod range1;

use range1::{Answer, File, Part};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        sends_the_whole_file_where_no_range_is_asked_for,
        counts_both_ends_of_a_range,
        reads_an_open_range_to_the_end,
        reads_a_suffix_from_the_end,
        cuts_what_goes_beyond_the_end,
        says_how_long_the_file_is_where_no_range_can_be_satisfied,
        sends_several_ranges_in_the_order_asked,
        leaves_out_what_cannot_be_satisfied,
        reads_a_list_as_lists_are_read,
        ignores_another_unit,
        ignores_the_whole_set_where_one_range_is_malformed,
        reads_numbers_of_any_size,
        sends_an_empty_file_whole,
        ignores_more_than_16_ranges,
        ignores_parts_that_are_more_than_the_file,
        wants_the_same_strong_tag_in_if_range,
        wants_the_very_date_in_if_range,
        sends_the_bytes_that_slicing_would_send,
        answers_any_bytes,
    ]);
}

/// Ten bytes, with nothing to compare an `If-Range` with.
const TEN: File<'_> = File {
    length: 10,
    etag: None,
    last_modified: None,
};

fn of(length: u64) -> File<'static> {
    File { length, ..TEN }
}

/// The request's fields and what is known of the file, a line each.
fn given(range: Option<&[u8]>, if_range: Option<&[u8]>, file: &File<'_>) -> String {
    let line = |name: &str, value: Option<&[u8]>| match value {
        Some(value) => format!("{name:14} {}\n", bytes::quote(value)),
        None => format!("{name:14} -\n"),
    };
    let mut text = line("Range", range);
    if if_range.is_some() || file.etag.is_some() || file.last_modified.is_some() {
        text += &line("If-Range", if_range);
        text += &line("etag", file.etag.map(str::as_bytes));
        text += &line("last_modified", file.last_modified.map(str::as_bytes));
    }
    text + &format!("{:14} {} bytes", "file", file.length)
}

/// An answer, a line for each part.
fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Whole => "Whole".to_owned(),
        Answer::Unsatisfiable { content_range } => {
            format!("Unsatisfiable, Content-Range: {content_range:?}")
        }
        Answer::Parts(parts) => {
            let mut text = "Parts".to_owned();
            if parts.is_empty() {
                text += ", but none";
            }
            for part in parts.iter().take(20) {
                text += &format!(
                    "\n  first: {}, last: {}, Content-Range: {:?}",
                    part.first, part.last, part.content_range
                );
            }
            if parts.len() > 20 {
                text += &format!("\n  ... {} parts in all", parts.len());
            }
            text
        }
    }
}

/// Expects `right`; a panic is a failure.
#[track_caller]
fn expect(
    what: &str,
    range: Option<&[u8]>,
    if_range: Option<&[u8]>,
    file: &File<'_>,
    right: &Answer,
    why: &str,
) {
    let given = given(range, if_range, file);
    let got = no_panic(&given, shown(right), why, || {
        range1::answer(range, if_range, file)
    });
    if got != *right {
        let (what, why) = match has_wrong_labels(&got, right) {
            true => (
                "a part has the wrong Content-Range",
                "it is `bytes FIRST-LAST/LENGTH`: both ends included, and the length of the file (RFC 9110 §14.4)",
            ),
            false => (what, why),
        };
        fail(what)
            .given(given)
            .expected(shown(right))
            .got(shown(&got))
            .because(why)
            .raise();
    }
}

/// Whether the parts are right and only what is said of them is not.
fn has_wrong_labels(got: &Answer, right: &Answer) -> bool {
    let (Answer::Parts(got), Answer::Parts(right)) = (got, right) else {
        return false;
    };
    let ends = |parts: &[Part]| -> Vec<(u64, u64)> {
        parts.iter().map(|part| (part.first, part.last)).collect()
    };
    ends(got) == ends(right)
}

/// The right answer with these parts, each from its first byte to its last.
fn parts(spans: &[(u64, u64)], length: u64) -> Answer {
    let part = |&(first, last): &(u64, u64)| Part {
        first,
        last,
        content_range: format!("bytes {first}-{last}/{length}"),
    };
    Answer::Parts(spans.iter().map(part).collect())
}

/// Expects these parts of a file of so many bytes.
#[track_caller]
fn sends(what: &str, range: impl AsRef<[u8]>, length: u64, spans: &[(u64, u64)], why: &str) {
    let right = parts(spans, length);
    expect(what, Some(range.as_ref()), None, &of(length), &right, why);
}

/// Expects a 416 for a file of so many bytes.
#[track_caller]
fn cannot(what: &str, range: impl AsRef<[u8]>, length: u64, why: &str) {
    let content_range = format!("bytes */{length}");
    let right = Answer::Unsatisfiable { content_range };
    expect(what, Some(range.as_ref()), None, &of(length), &right, why);
}

/// Expects the range to be ignored.
#[track_caller]
fn ignores(what: &str, range: impl AsRef<[u8]>, length: u64, why: &str) {
    let range = Some(range.as_ref());
    expect(what, range, None, &of(length), &Answer::Whole, why);
}

fn sends_the_whole_file_where_no_range_is_asked_for() {
    let what = "a request without a Range was not answered with the whole file";
    let why = "most requests ask for no range, and want a 200 with everything";
    expect(what, None, None, &TEN, &Answer::Whole, why);
    let file = File {
        etag: Some("\"v7\""),
        ..TEN
    };
    let why =
        "an If-Range without a Range means nothing, whether it holds or not (RFC 9110 §13.1.5)";
    for tag in ["\"v7\"", "\"v6\""] {
        expect(what, None, Some(tag.as_bytes()), &file, &Answer::Whole, why);
    }
}

fn counts_both_ends_of_a_range() {
    let what = "a range with a first and a last byte was answered wrongly";
    let why =
        "both ends are included and bytes are counted from 0: 0-0 is one byte (RFC 9110 §14.1.2)";
    sends(what, "bytes=2-5", 10, &[(2, 5)], why);
    sends(what, "bytes=0-0", 10, &[(0, 0)], why);
    sends(what, "bytes=9-9", 10, &[(9, 9)], why);
    sends(what, "bytes=0-8", 10, &[(0, 8)], why);
    sends(what, "bytes=9500-9999", 10_000, &[(9500, 9999)], why);
    sends(what, "bytes=10-12", 1_000, &[(10, 12)], why);
    let why = "also where it is all of the file, it is a part: a player that asked for a range wants a 206";
    sends(what, "bytes=0-9", 10, &[(0, 9)], why);
    sends(what, "bytes=0-0", 1, &[(0, 0)], why);
}

fn reads_an_open_range_to_the_end() {
    let what = "a range without a last byte was answered wrongly";
    let why = "`2-` is everything from byte 2 to the end: this is how a download goes on";
    sends(what, "bytes=2-", 10, &[(2, 9)], why);
    sends(what, "bytes=9-", 10, &[(9, 9)], why);
    sends(
        what,
        "bytes=412000000-",
        430_000_000,
        &[(412_000_000, 429_999_999)],
        why,
    );
    let why =
        "players begin with `0-` to see whether ranges are understood: a 206 says yes, a 200 no";
    sends(what, "bytes=0-", 10, &[(0, 9)], why);
}

fn reads_a_suffix_from_the_end() {
    let what = "a range that counts from the end was answered wrongly";
    let why = "`-3` asks for the last three bytes, not for those up to byte 3 (RFC 9110 §14.1.2)";
    sends(what, "bytes=-3", 10, &[(7, 9)], why);
    sends(what, "bytes=-1", 10, &[(9, 9)], why);
    sends(what, "bytes=-500", 10_000, &[(9500, 9999)], why);
    sends(what, "bytes=-10", 10, &[(0, 9)], why);
}

fn cuts_what_goes_beyond_the_end() {
    let what = "a range that goes beyond the end was not cut there";
    let why = "a client that does not know the length may ask for too much (RFC 9110 §14.1.2)";
    sends(what, "bytes=2-10", 10, &[(2, 9)], why);
    sends(what, "bytes=9-100", 10, &[(9, 9)], why);
    sends(what, "bytes=0-65535", 10, &[(0, 9)], why);
    let why = "of a file that is shorter than the suffix, all is sent (RFC 9110 §14.1.2)";
    sends(what, "bytes=-11", 10, &[(0, 9)], why);
    sends(what, "bytes=-5", 3, &[(0, 2)], why);
}

fn says_how_long_the_file_is_where_no_range_can_be_satisfied() {
    let what = "a range that cannot be satisfied was answered wrongly";
    let why = "416 tells the client the length, after the slash, so that it can ask again (RFC 9110 §15.5.17)";
    cannot(what, "bytes=20-29", 10, why);
    cannot(what, "bytes=11-", 10, why);
    cannot(what, "bytes=20-30,500-", 10, why);
    let why = "bytes are counted from 0: a file of 10 bytes has no byte 10";
    cannot(what, "bytes=10-", 10, why);
    cannot(what, "bytes=10-10", 10, why);
    cannot(what, "bytes=1-1", 1, why);
    cannot(what, "bytes=10-,20-30,500-", 10, why);
    let why =
        "no byte is asked for: that is well formed, and cannot be satisfied (RFC 9110 §14.1.2)";
    cannot(what, "bytes=-0", 10, why);
    cannot(what, "bytes=-000", 10, why);
    cannot(what, "bytes=-0,10-", 10, why);
}

fn sends_several_ranges_in_the_order_asked() {
    let what = "several ranges were answered wrongly";
    let why = "each range is a part of its own, in the order asked (RFC 9110 §15.3.7.2)";
    sends(what, "bytes=0-1,4-5", 10, &[(0, 1), (4, 5)], why);
    sends(what, "bytes=0-0,-1", 10_000, &[(0, 0), (9999, 9999)], why);
    let why = "a client may want the end first: a ZIP file has its list there";
    sends(what, "bytes=-3,0-1", 10, &[(7, 9), (0, 1)], why);
    let why = "these rules merge nothing, and a range asked for twice is two parts";
    sends(what, "bytes=0-1,2-3", 10, &[(0, 1), (2, 3)], why);
    sends(what, "bytes=2-5,4-7", 10, &[(2, 5), (4, 7)], why);
    sends(what, "bytes=3-4,3-4", 10, &[(3, 4), (3, 4)], why);
}

fn leaves_out_what_cannot_be_satisfied() {
    let what = "a set of which only some ranges can be satisfied was answered wrongly";
    let why = "one range that can be satisfied is enough for a 206 (RFC 9110 §14.1.2)";
    sends(what, "bytes=20-29,2-5", 10, &[(2, 5)], why);
    sends(what, "bytes=2-5,20-29", 10, &[(2, 5)], why);
    sends(what, "bytes=-0,0-0,10-,9-", 10, &[(0, 0), (9, 9)], why);
}

fn reads_a_list_as_lists_are_read() {
    let spans = &[(0, 1), (4, 5)];
    let what = "spaces or tabs beside a comma were not left out";
    let why = "a list may have them on both sides of a comma (RFC 9110 §5.6.1)";
    for range in ["bytes=0-1, 4-5", "bytes=0-1 ,4-5", "bytes=0-1 \t,\t  4-5"] {
        sends(what, range, 10, spans, why);
    }
    let what = "a comma with nothing before or after it was not skipped";
    let why = "whoever reads a list must skip what is empty in it (RFC 9110 §5.6.1.2)";
    for range in [
        "bytes=0-1,,4-5",
        "bytes=,0-1,4-5",
        "bytes=0-1,4-5,",
        "bytes=,,0-1, ,\t,4-5,,",
    ] {
        sends(what, range, 10, spans, why);
    }
}

fn ignores_another_unit() {
    let what = "a unit that is not `bytes` was not ignored";
    let why = "another unit counts something else; a server MUST ignore what it does not know (RFC 9110 §14.2)";
    for range in [
        "pages=2-5",
        "items=0-1,4-5",
        "byte=2-5",
        "bytesx=2-5",
        "xbytes=2-5",
        "pages=20-29",
        "pages=x",
    ] {
        ignores(what, range, 10, why);
    }
    let what = "`bytes` in another case was taken for another unit";
    let why = "the names of units are case-insensitive (RFC 9110 §14.1)";
    for range in ["Bytes=2-5", "BYTES=2-5", "bYtEs=2-5"] {
        sends(what, range, 10, &[(2, 5)], why);
    }
}

fn ignores_the_whole_set_where_one_range_is_malformed() {
    let what = "a malformed Range was not ignored";
    let why =
        "whoever guesses what was meant sends bytes that nobody asked for: send the whole file";
    for range in [
        "bytes=",
        "bytes=,",
        "bytes= , ,",
        "bytes",
        "",
        "=",
        "=2-5",
        "2-5",
        "bytes:2-5",
        "bytes 2-5",
        "bytes=-",
        "bytes=5",
        "bytes=x",
        "bytes=2-x",
        "bytes=x-5",
        "bytes=-x",
        "bytes=x-",
        "bytes=--5",
        "bytes=2--5",
        "bytes=2-5-",
        "bytes=2-5-7",
        "bytes=2-5;4-6",
        "bytes==2-5",
        "bytes=2-5=",
        "bytes=2.0-5",
        "bytes=2-5/10",
        "bytes=0x2-0x5",
        "bytes=2_0-25",
        "bytes=*",
        "bytes=*-5",
        "bytes=2-*",
    ] {
        ignores(what, range, 10, why);
    }
    let what = "a set with one malformed range in it was not ignored as a whole";
    let why = "one malformed range makes the whole set invalid (RFC 9110 §14.1.1)";
    for range in ["bytes=2-5,x", "bytes=x,2-5", "bytes=20-29,x"] {
        ignores(what, range, 10, why);
    }
    let what = "a malformed Range was not ignored";
    let why = "a number is digits alone: `parse` takes a sign, a length in bytes has none";
    for range in ["bytes=+2-5", "bytes=2-+5", "bytes=+2-", "bytes=-+5"] {
        ignores(what, range, 10, why);
    }
    let why = "a last byte before the first is malformed: not to be turned round, and no 416 (RFC 9110 §14.1.1)";
    for range in ["bytes=5-2", "bytes=1-0", "bytes=25-20", "bytes=30-5"] {
        ignores(what, range, 10, why);
    }
    let why = "white space may stand beside a comma, and nowhere else";
    for range in [
        "bytes =2-5",
        "bytes=2 -5",
        "bytes=2- 5",
        "bytes=2\t-5",
        "bytes=- 5",
        "bytes=2 2-25",
    ] {
        ignores(what, range, 30, why);
    }
    let why = "only a space and a tab are white space here";
    for range in [
        "bytes=0-1,\u{a0}4-5",
        "bytes=0-1\u{b},4-5",
        "bytes=0-1,\r\n 4-5",
    ] {
        ignores(what, range, 10, why);
    }
    let why = "digits are ASCII: a byte from 0x80 up is none, whatever it would be as text";
    for range in [
        "bytes=\u{662}-\u{665}".as_bytes(),
        "bytes=\u{ff12}-".as_bytes(),
        b"bytes=2-5\xff",
        b"\xff=2-5",
    ] {
        ignores(what, range, 10, why);
    }
    let what = "a set with one malformed range in it was not ignored as a whole";
    let why = "one malformed range makes the whole set invalid (RFC 9110 §14.1.1)";
    for range in [
        "bytes=2-5,-",
        "bytes=5-2,0-1",
        "bytes=0-1,5-2",
        "bytes=0-1 4-5",
        "bytes=0-1,bytes=4-5",
        "bytes=0-1, bytes=4-5",
    ] {
        ignores(what, range, 10, why);
    }
}

fn reads_numbers_of_any_size() {
    const HUGE: &str = "340282366920938463463374607431768211456";
    let what = "a number that is too large for its type was answered wrongly";
    let why = "a large number is a number: it must not overflow, nor count as malformed (RFC 9110 §14.1.2)";
    // A number that is a multiple of 2 to the power of 64 becomes 0 where it wraps around.
    let round = format!("1{}", "0".repeat(64));
    for huge in ["18446744073709551615", "18446744073709551616", HUGE, &round] {
        sends(what, format!("bytes=2-{huge}"), 10, &[(2, 9)], why);
        sends(what, format!("bytes=-{huge}"), 10, &[(0, 9)], why);
        cannot(what, format!("bytes={huge}-"), 10, why);
        ignores(what, format!("bytes={huge}-5"), 10, why);
    }
    sends(what, "bytes=2-4294967297", 10, &[(2, 9)], why);
    let digits = "9".repeat(5_000);
    sends(what, format!("bytes=2-{digits}"), 10, &[(2, 9)], why);
    let set = format!("bytes={digits}-,0-0");
    sends(what, set, 10, &[(0, 0)], why);
    cannot(what, format!("bytes={digits}-{digits}"), 10, why);
    let what = "a number with zeros before it was answered wrongly";
    let why = "zeros in front do not change a number, however many there are";
    let zeros = "0".repeat(60);
    let set = format!("bytes={zeros}2-005");
    sends(what, set, 10, &[(2, 5)], why);
    sends(what, format!("bytes=-{zeros}3"), 10, &[(7, 9)], why);
    let what = "a part of a very large file was answered wrongly";
    let why = "files of more than 4 GiB exist, and no length that a u64 holds may overflow";
    let tera = 1 << 40;
    sends(what, "bytes=-1", tera, &[(tera - 1, tera - 1)], why);
    sends(
        what,
        "bytes=4294967296-4294967299",
        tera,
        &[(4_294_967_296, 4_294_967_299)],
        why,
    );
    let most = u64::MAX;
    sends(what, "bytes=0-", most, &[(0, most - 1)], why);
    let all = format!("bytes=0-{most}");
    sends(what, all, most, &[(0, most - 1)], why);
    let last = format!("bytes={}-", most - 1);
    sends(what, last, most, &[(most - 1, most - 1)], why);
    cannot(what, format!("bytes={most}-"), most, why);
    cannot(what, format!("bytes={HUGE}-"), most, why);
    cannot(what, format!("bytes={round}-"), most, why);
}

fn sends_an_empty_file_whole() {
    let what = "a range of an empty file was not ignored";
    let why =
        "no Content-Range can name zero bytes: an empty file is sent with a 200 (RFC 9110 §14.2)";
    for range in [
        "bytes=0-",
        "bytes=0-0",
        "bytes=-1",
        "bytes=-0",
        "bytes=5-9",
        "bytes=0-1,4-5",
    ] {
        ignores(what, range, 0, why);
    }
}

/// So many ranges of one byte each, from byte 0 on.
fn single_bytes(count: u64) -> (Vec<String>, Vec<(u64, u64)>) {
    let spans: Vec<(u64, u64)> = (0..count).map(|byte| (2 * byte, 2 * byte)).collect();
    let items = spans.iter().map(|(byte, _)| format!("{byte}-{byte}"));
    (items.collect(), spans)
}

fn ignores_more_than_16_ranges() {
    let what = "16 ranges were answered wrongly";
    let why = "16 are as many as may be asked for";
    let (items, spans) = single_bytes(16);
    let set = format!("bytes={}", items.join(","));
    sends(what, set, 1_000, &spans, why);
    let why = "where nothing stands between two commas, there is no range to count";
    let set = format!("bytes=,{},,", items.join(", ,"));
    sends(what, set, 1_000, &spans, why);
    let what = "more than 16 ranges were not ignored";
    let why =
        "each part costs the server far more than it costs whoever asks for it (RFC 9110 §17.15)";
    for count in [17, 18, 1_300] {
        let (items, _) = single_bytes(count);
        let set = format!("bytes={}", items.join(","));
        ignores(what, set, 100_000, why);
    }
    let why = "each is counted, also those that cannot be satisfied";
    let set = format!("bytes={},2000-", items.join(","));
    ignores(what, set, 1_000, why);
    let set = format!("bytes=2000-,{}", items.join(","));
    ignores(what, set, 1_000, why);
    let set = format!("bytes={}", ["2000-"; 17].join(","));
    ignores(what, set, 1_000, why);
    let what = "16 ranges that cannot be satisfied were answered wrongly";
    let why = "16 are not too many, and none of them can be satisfied";
    let set = format!("bytes={}", ["2000-"; 16].join(","));
    cannot(what, set, 1_000, why);
}

fn ignores_parts_that_are_more_than_the_file() {
    let what = "parts that together have more bytes than the file were not ignored";
    let why = "one small request must not make the server send the file many times over (RFC 9110 §17.15)";
    ignores(what, "bytes=0-,0-,0-,0-", 10, why);
    ignores(what, "bytes=0-9,0-0", 10, why);
    ignores(what, "bytes=0-5,5-9", 10, why);
    ignores(what, "bytes=-9,-1,20-,0-0", 10, why);
    ignores(what, "bytes=0-0,0-0", 1, why);
    let what = "parts that together have as many bytes as the file were ignored";
    let why = "as many bytes as the file has are not more than it has";
    sends(what, "bytes=5-9,0-4", 10, &[(5, 9), (0, 4)], why);
    sends(what, "bytes=0-4,0-4", 10, &[(0, 4), (0, 4)], why);
    let why = "what counts are the bytes that would be sent: beyond the end there are none";
    sends(what, "bytes=0-7,8-99", 10, &[(0, 7), (8, 9)], why);
    sends(what, "bytes=0-8,10-99,-1", 10, &[(0, 8), (9, 9)], why);
    let what = "parts of a very large file were not ignored";
    let why = "the sum of what a stranger asks for can be more than a u64 holds";
    let most = u64::MAX;
    ignores(what, "bytes=0-,0-", most, why);
    ignores(what, "bytes=0-,0-0,0-0", most, why);
    ignores(what, format!("bytes={}", ["0-"; 16].join(",")), most, why);
}

/// Expects what `range` asks for where `holds`, and else the whole file.
#[track_caller]
fn conditional(what: &str, if_range: &[u8], file: &File<'_>, holds: bool, why: &str) {
    let in_it = parts(&[(2, 5)], file.length);
    let right = if holds { &in_it } else { &Answer::Whole };
    expect(what, Some(b"bytes=2-5"), Some(if_range), file, right, why);
}

const MODIFIED: &str = "Wed, 21 Oct 2026 07:28:00 GMT";

fn wants_the_same_strong_tag_in_if_range() {
    let strong = File {
        etag: Some("\"v7\""),
        last_modified: Some(MODIFIED),
        ..TEN
    };
    let what = "an If-Range with the file's own tag was not honoured";
    let why = "the client's old part is of this very file: it may go on";
    conditional(what, b"\"v7\"", &strong, true, why);
    let odd = File {
        etag: Some("\"W/v7, x-gzip\""),
        ..TEN
    };
    let why = "a tag is weak only where it begins with W/, before the quote (RFC 9110 §8.8.3)";
    conditional(what, b"\"W/v7, x-gzip\"", &odd, true, why);
    let empty = File {
        etag: Some("\"\""),
        ..TEN
    };
    let why = "a tag may be empty between its quotes (RFC 9110 §8.8.3)";
    conditional(what, b"\"\"", &empty, true, why);

    let what = "an If-Range that does not hold was honoured";
    let why =
        "the file has changed: only all of it is of use, or parts of two files are glued together";
    conditional(what, b"\"v6\"", &strong, false, why);
    conditional(what, b"\"v70\"", &strong, false, why);
    conditional(what, b"\"V7\"", &strong, false, why);
    conditional(what, b"\"\"", &strong, false, why);
    let why = "the file has nothing to compare it with, so nobody knows whether it is the same";
    conditional(what, b"\"v7\"", &TEN, false, why);
    let why = "the field is there, though empty, and holds for no file";
    conditional(what, b"", &strong, false, why);
    conditional(what, b"", &TEN, false, why);
    let why = "the comparison is strong: a weak tag holds for nothing, not even for itself (RFC 9110 §8.8.3.2)";
    let weak = File {
        etag: Some("W/\"v7\""),
        ..TEN
    };
    conditional(what, b"W/\"v7\"", &weak, false, why);
    conditional(what, b"\"v7\"", &weak, false, why);
    conditional(what, b"W/\"v7\"", &strong, false, why);
    let why = "If-Range has one tag, with its quotes: no list and no `*` (RFC 9110 §13.1.5)";
    for value in [
        "\"v7\" ",
        " \"v7\"",
        "v7",
        "*",
        "\"v7\", \"v6\"",
        "\"v6\", \"v7\"",
        "\"v7",
        "v7\"",
    ] {
        conditional(what, value.as_bytes(), &strong, false, why);
    }
    conditional(what, b"\xff\"v7\"", &strong, false, why);

    let why = "where If-Range does not hold, the Range is ignored, whatever it asks for: no 416 (RFC 9110 §13.1.5)";
    for range in ["bytes=20-29", "bytes=x", "bytes=-0"] {
        let (range, if_range) = (Some(range.as_bytes()), Some(&b"\"v6\""[..]));
        expect(what, range, if_range, &strong, &Answer::Whole, why);
    }
    let what = "an If-Range that holds changed the answer";
    let why = "where If-Range holds, the Range is answered as without it";
    let content_range = "bytes */10".to_owned();
    expect(
        what,
        Some(b"bytes=20-29"),
        Some(b"\"v7\""),
        &strong,
        &Answer::Unsatisfiable { content_range },
        why,
    );
}

fn wants_the_very_date_in_if_range() {
    let dated = File {
        last_modified: Some(MODIFIED),
        ..TEN
    };
    let both = File {
        etag: Some("\"v7\""),
        ..dated
    };
    let weak = File {
        etag: Some("W/\"v7\""),
        ..dated
    };
    let what = "an If-Range with the file's own date was not honoured";
    let why = "the date is the file's Last-Modified, to the letter: it holds (RFC 9110 §13.1.5)";
    for file in [&dated, &both, &weak] {
        conditional(what, MODIFIED.as_bytes(), file, true, why);
    }
    let what = "an If-Range with another date was honoured";
    let why = "only the very date holds: a later one is no proof that it is the same file (RFC 9110 §13.1.5)";
    for date in [
        "Wed, 21 Oct 2026 07:28:01 GMT",
        "Wed, 21 Oct 2026 07:27:59 GMT",
        "Thu, 22 Oct 2026 07:28:00 GMT",
        "Fri, 22 Oct 2027 07:28:00 GMT",
        "wed, 21 oct 2026 07:28:00 gmt",
        "Wed, 21 Oct 2026",
        "yesterday",
    ] {
        conditional(what, date.as_bytes(), &dated, false, why);
        conditional(what, date.as_bytes(), &both, false, why);
    }
    let why = "without a strong date of its own the file has nothing to compare with";
    conditional(what, MODIFIED.as_bytes(), &TEN, false, why);
}

/// A range as it was meant, before it became text.
#[derive(Debug, Clone, Copy)]
enum Meant {
    Between(usize, usize),
    From(usize),
    Last(usize),
}

impl Meant {
    fn any(rng: &mut Rng, length: usize) -> Self {
        let near = 0..=length + 3;
        match rng.range(0..3) {
            0 => {
                let first = rng.range(near);
                Self::Between(first, first + rng.range(0..=4_usize))
            }
            1 => Self::From(rng.range(near)),
            _ => Self::Last(rng.range(near)),
        }
    }

    fn written(self) -> String {
        match self {
            Self::Between(first, last) => format!("{first}-{last}"),
            Self::From(first) => format!("{first}-"),
            Self::Last(count) => format!("-{count}"),
        }
    }

    /// Byte by byte, whether it is asked for.
    fn has(self, index: usize, length: usize) -> bool {
        match self {
            Self::Between(first, last) => first <= index && index <= last,
            Self::From(first) => first <= index,
            Self::Last(count) => index + count >= length,
        }
    }
}

fn sends_the_bytes_that_slicing_would_send() {
    let name = "the parts are the bytes that were asked for";
    let why = "what is sent must be what was asked for, byte by byte, and nothing else";
    for_all(name, 1_500, |rng| {
        let file: Vec<u8> = (0..rng.range(1..=20_u8)).collect();
        let meant = rng.many(1..=4, |rng| Meant::any(rng, file.len()));
        let written: Vec<String> = meant.iter().map(|meant| meant.written()).collect();
        let commas = *rng.choose(&[",", ", ", " ,", ",,"]);
        let range = format!("bytes={}", written.join(commas));
        let mut right: Vec<Vec<u8>> = Vec::new();
        for meant in &meant {
            let asked = |index: &usize| meant.has(*index, file.len());
            let asked = (0..file.len()).filter(asked).map(|index| file[index]);
            right.push(asked.collect());
        }
        right.retain(|bytes| !bytes.is_empty());
        let spans: Vec<(u64, u64)> = right
            .iter()
            .map(|bytes| (bytes[0].into(), bytes[bytes.len() - 1].into()))
            .collect();
        let length = file.len() as u64;
        let right = if right.is_empty() {
            let content_range = format!("bytes */{length}");
            Answer::Unsatisfiable { content_range }
        } else if right.concat().len() > file.len() {
            Answer::Whole
        } else {
            parts(&spans, length)
        };
        let what = "the wrong bytes would be sent";
        let range = Some(range.as_bytes());
        expect(what, range, None, &of(length), &right, why);
    });
}

fn answers_any_bytes() {
    const PIECES: [&[u8]; 22] = [
        b"bytes",
        b"bytes=",
        b"=",
        b"-",
        b",",
        b" ",
        b"\t",
        b"0",
        b"1",
        b"9",
        b"10",
        b"18446744073709551615",
        b"18446744073709551616",
        b"99999999999999999999999999",
        b"+",
        b"\xff",
        b"\0",
        b"\xe2\x82\xac",
        b"\"",
        b"W/",
        b"0-0",
        b"-1",
    ];
    let name = "any bytes get an answer that can be sent";
    for_all(name, 1_500, |rng| {
        let pieces = |rng: &mut Rng| rng.many(0..=8, |rng| *rng.choose(&PIECES)).concat();
        let range = [&b"bytes="[..], &pieces(rng)].concat();
        let range = if rng.chance(1, 4) { pieces(rng) } else { range };
        let if_range = rng.chance(1, 4).then(|| pieces(rng));
        let length = *rng.choose(&[0, 1, 2, 10, u64::MAX]);
        let file = File {
            etag: Some("\"1\""),
            ..of(length)
        };
        let (range, if_range) = (Some(&range[..]), if_range.as_deref());
        let given = given(range, if_range, &file);
        let expected = "any answer that can be sent";
        let why = "anyone can send any bytes; a panic answers none of them";
        let answer = no_panic(&given, expected, why, || {
            range1::answer(range, if_range, &file)
        });
        let fits = |part: &Part| {
            let content_range = format!("bytes {}-{}/{length}", part.first, part.last);
            part.first <= part.last && part.last < length && part.content_range == content_range
        };
        let good = match &answer {
            Answer::Whole => true,
            Answer::Parts(parts) => !parts.is_empty() && parts.iter().all(fits),
            Answer::Unsatisfiable { content_range } => {
                length > 0 && *content_range == format!("bytes */{length}")
            }
        };
        if !good {
            fail("an answer cannot be sent as it is")
                .given(given)
                .expected("parts that the file has, with a Content-Range that fits, or none")
                .got(shown(&answer))
                .because("a range that the file has not is cut with a panic, or read past its end")
                .raise();
        }
    });
}
