//! What http5 is checked for. Read it as the specification; edits here are undone.

#[path = "../http5.rs"]
mod http5;

use std::fmt;

use http5::{ChunkError, Decoder};
use testkit::{Rng, bytes, checks, fail, for_all, memory, no_panic};

fn main() {
    testkit::run(checks![
        decodes_a_body_that_comes_in_one_piece,
        reads_sizes_as_hexadecimal_numbers,
        ignores_extensions,
        keeps_trailer_lines,
        tells_where_the_body_ends,
        decodes_the_same_wherever_the_pieces_are_cut,
        hands_out_data_as_soon_as_it_comes,
        is_not_done_before_the_end,
        rejects_what_is_no_size,
        rejects_sizes_of_more_than_16_digits,
        rejects_data_that_no_crlf_follows,
        rejects_line_ends_that_are_not_crlf,
        rejects_control_bytes_in_extensions,
        refuses_a_body_above_the_limit,
        limits_extensions_of_the_whole_body,
        limits_trailer_lines,
        ends_lines_that_never_end,
        does_not_panic_after_an_error,
        reserves_no_memory_for_what_is_only_announced,
        reads_back_what_was_sent,
        judges_a_damaged_body_the_same_however_it_is_cut,
    ]);
}

/// As the exercise has them: its own could have been changed.
const MAX_EXTENSIONS: usize = 4096;
const MAX_TRAILERS: usize = 8192;
const NO_LIMIT: u64 = u64::MAX;
const PANIC: &str = "anyone can send any bytes, cut anywhere; a panic answers none of them";

/// What came out of a body that was fed piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decoded {
    body: Vec<u8>,
    /// How many bytes belong to the body in chunks.
    used: usize,
    is_done: bool,
    /// Of a body that has ended.
    trailers: Vec<u8>,
}

impl Decoded {
    fn shown(&self) -> String {
        let body = format!("body {}", bytes::quote(&self.body));
        let used = format!("{} bytes taken", self.used);
        if self.is_done {
            let trailers = bytes::quote(&self.trailers);
            format!("{body}\ndone, {used}\ntrailers {trailers}")
        } else {
            format!("{body}\nnot done, {used}")
        }
    }
}

/// Pieces as one would write them: `"4\r\nab" "cd\r\n"`. Written only where it is shown: most bodies
/// are fed in thousands of ways.
struct Pieces<'a>(&'a [&'a [u8]]);

impl fmt::Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(pieces) = self;
        if let [piece] = pieces {
            return write!(f, "one piece {}", bytes::quote(piece));
        }
        if pieces.iter().all(|piece| piece.len() == 1) {
            return write!(f, "byte by byte {}", bytes::quote(&pieces.concat()));
        }
        let few = pieces.iter().take(20).map(|piece| bytes::quote(piece));
        let few = few.collect::<Vec<_>>().join("\n");
        write!(f, "{} pieces\n{}", pieces.len(), bytes::shorten(&few))
    }
}

/// An outcome as one would write it.
struct Told<'a>(&'a Result<Decoded, ChunkError>);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(decoded) => f.write_str(&decoded.shown()),
            Err(error) => write!(f, "Err({error:?})"),
        }
    }
}

/// Feeds the pieces until the body has ended.
#[track_caller]
fn decode(pieces: &[&[u8]], limit: u64, expected: impl ToString) -> Result<Decoded, ChunkError> {
    let (outcome, untaken) = no_panic(Pieces(pieces), expected, PANIC, || {
        let mut decoder = Decoder::new(limit);
        let mut body = Vec::new();
        let mut used = 0;
        let mut untaken = None;
        for piece in pieces {
            let count = match decoder.feed(piece, &mut body) {
                Ok(count) => count,
                Err(error) => return (Err(error), None),
            };
            used += count;
            let is_done = decoder.is_done();
            if count > piece.len() || count < piece.len() && !is_done {
                untaken = Some((count, piece.len()));
                break;
            }
            if is_done {
                break;
            }
        }
        let is_done = decoder.is_done();
        let trailers = if is_done {
            decoder.trailers().to_vec()
        } else {
            Vec::new()
        };
        let decoded = Decoded {
            body,
            used,
            is_done,
            trailers,
        };
        (Ok(decoded), untaken)
    });
    if let Some((count, length)) = untaken {
        fail("`feed` did not take the whole piece, although the body has not ended")
            .given(Pieces(pieces))
            .expected(format!("{length} bytes taken of the piece"))
            .got(format!("{count}"))
            .because("nobody brings the rest again: what has been fed is the decoder's to remember")
            .raise();
    }
    outcome
}

#[track_caller]
fn compare(
    pieces: &[&[u8]],
    limit: u64,
    right: &Result<Decoded, ChunkError>,
    what: &str,
    why: &str,
) {
    let got = decode(pieces, limit, Told(right));
    if got != *right {
        let limited = if limit == NO_LIMIT {
            String::new()
        } else {
            format!("limit {limit}, ")
        };
        fail(what)
            .given(format!("{limited}{}", Pieces(pieces)))
            .expected(Told(right))
            .got(Told(&got))
            .because(why)
            .raise();
    }
}

/// Bytes that begin with a body in chunks, and what is in it.
struct Vector {
    sent: Vec<u8>,
    right: Decoded,
}

fn vector(chunked: &str, rest: &str, body: impl AsRef<[u8]>, trailers: &str) -> Vector {
    Vector {
        sent: format!("{chunked}{rest}").into_bytes(),
        right: Decoded {
            body: body.as_ref().to_vec(),
            used: chunked.len(),
            is_done: true,
            trailers: trailers.as_bytes().to_vec(),
        },
    }
}

/// Expects the body from one piece, that ends where the body does.
#[track_caller]
fn decodes(chunked: impl AsRef<[u8]>, body: impl AsRef<[u8]>, what: &str, why: &str) {
    let chunked = chunked.as_ref();
    let right = Decoded {
        body: body.as_ref().to_vec(),
        used: chunked.len(),
        is_done: true,
        trailers: Vec::new(),
    };
    compare(&[chunked], NO_LIMIT, &Ok(right), what, why);
}

/// Expects that the bytes are refused, whole, byte by byte, and cut in two anywhere.
#[track_caller]
fn refuses(sent: impl AsRef<[u8]>, limit: u64, right: ChunkError, what: &str, why: &str) {
    let sent = sent.as_ref();
    let right = Err(right);
    compare(&[sent], limit, &right, what, why);
    let single: Vec<&[u8]> = sent.chunks(1).collect();
    compare(&single, limit, &right, what, why);
    for place in 1..sent.len().min(200) {
        let (one, two) = sent.split_at(place);
        compare(&[one, two], limit, &right, what, why);
    }
}

#[track_caller]
fn is_bad(sent: impl AsRef<[u8]>, what: &str, why: &str) {
    refuses(sent, NO_LIMIT, ChunkError::BadRequest, what, why);
}

fn decodes_a_body_that_comes_in_one_piece() {
    let what = "a body in chunks was decoded wrongly";
    let why = "size, CRLF, so many bytes, CRLF; size 0 and an empty line end it (RFC 9112 §7.1)";
    decodes("4\r\n9780\r\n0\r\n\r\n", "9780", what, why);
    decodes("4\r\n9780\r\n3\r\n140\r\n0\r\n\r\n", "9780140", what, why);
    decodes("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n", "abc", what, why);
    decodes("0\r\n\r\n", "", what, why);
    let why = "only the size says where data ends: what looks like a line end may be data";
    decodes("6\r\na\r\nb\r\n\r\n0\r\n\r\n", "a\r\nb\r\n", what, why);
    decodes("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n", what, why);
    decodes("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", what, why);
}

fn reads_sizes_as_hexadecimal_numbers() {
    let what = "a size was read wrongly";
    let why = "a size is a hexadecimal number: `10` is sixteen (RFC 9112 §7.1)";
    for (digits, size) in [
        ("a", 10),
        ("A", 10),
        ("f", 15),
        ("F", 15),
        ("9", 9),
        ("10", 16),
        ("1f", 31),
        ("1F", 31),
        ("aB", 0xab),
        ("100", 256),
        ("3e8", 1000),
        ("1234", 0x1234),
        ("dcba", 0xdcba),
        ("05", 5),
        ("00ff", 255),
        ("0000000000000005", 5),
        ("000000000000cDeF", 0xcdef),
    ] {
        let data: Vec<u8> = b"9780140435443,"
            .iter()
            .copied()
            .cycle()
            .take(size)
            .collect();
        let sent = [digits.as_bytes(), b"\r\n", &data[..], b"\r\n0\r\n\r\n"].concat();
        decodes(sent, data, what, why);
    }
    let why = "zero may be written with more digits than one (RFC 9112 §7.1: last-chunk)";
    decodes("1\r\na\r\n000\r\n\r\n", "a", what, why);
    decodes("0000000000000000\r\n\r\n", "", what, why);
    let every: Vec<u8> = (0..=255).collect();
    let sent = [b"100\r\n", &every[..], b"\r\n0\r\n\r\n"].concat();
    decodes(sent, every, what, "data is bytes, not text");
}

fn ignores_extensions() {
    let what = "a size with extensions was read wrongly";
    let why = "whoever does not know an extension ignores it (RFC 9112 §7.1.1)";
    for extension in [
        ";a",
        ";a=b",
        ";a=\"b\"",
        ";a;b=c;d=\"e\"",
        ";a=\"x;y=5\"",
        ";5",
        ";a=5",
        ";0",
        " ;a",
        "\t;a",
        " \t ;a",
        "; a = b ; c",
        ";a=\"tab\there, a \\\" quote\"",
        ";a=\"\u{e9}\u{672c}\"",
        ";a=\"\\\\\"",
    ] {
        let sent = format!("5{extension}\r\nhello\r\n0{extension}\r\n\r\n");
        decodes(sent, "hello", what, why);
        let sent = format!("a{extension}\r\n0123456789\r\n0\r\n\r\n");
        decodes(sent, "0123456789", what, why);
    }
    let every: Vec<u8> = (0x20..=0xff).filter(|byte| *byte != 0x7f).collect();
    let sent = [b"2;x=", &every[..], b"\r\nab\r\n0\r\n\r\n"].concat();
    decodes(
        sent,
        "ab",
        what,
        "only control bytes that are no tab are wrong",
    );
}

fn keeps_trailer_lines() {
    let what = "the trailer lines are not those that were sent";
    let why = "fields may follow the data, such as a checksum (RFC 9112 §7.1.2)";
    for trailers in [
        "Checksum: 5d41\r\n",
        "A: 1\r\nB: 2\r\nA: 3\r\n",
        "a:\r\n",
        "X: 0\r\n",
        "0\r\n",
        "X-Name: caf\u{e9}\r\n",
    ] {
        let chunked = format!("2\r\nab\r\n0\r\n{trailers}\r\n");
        let Vector { sent, right } = vector(&chunked, "", "ab", trailers);
        compare(&[&sent], NO_LIMIT, &Ok(right), what, why);
    }
    // Whether it is a field is for `http2` to say.
    let odd = b"X: \t\0\xff\x80\r\n";
    let sent = [&b"2\r\nab\r\n0\r\n"[..], odd, b"\r\n"].concat();
    let right = Decoded {
        body: b"ab".to_vec(),
        used: sent.len(),
        is_done: true,
        trailers: odd.to_vec(),
    };
    let why = "a line may hold any byte but CR and LF; what it means is asked later";
    compare(&[&sent], NO_LIMIT, &Ok(right), what, why);
}

/// Bodies in chunks, most of them with something behind them.
fn vectors() -> Vec<Vector> {
    let next = "GET /cart HTTP/1.1\r\n\r\n";
    vec![
        vector("4\r\n9780\r\n0\r\n\r\n", "", "9780", ""),
        vector("4\r\n9780\r\n0\r\n\r\n", next, "9780", ""),
        vector("0\r\n\r\n", "0\r\n\r\n", "", ""),
        vector("0\r\n\r\n", "\r\n", "", ""),
        vector("2\r\n\r\n\r\n1\r\n0\r\n0\r\n\r\n", "\r\n\r\n", "\r\n0", ""),
        vector("00A\r\n0123456789\r\n00\r\n\r\n", "5\r\n", "0123456789", ""),
        vector(
            "4;note=x\r\n9780\r\nA\r\n1404,7\r\n9,\r\n0\r\nChecksum: 5d41\r\n\r\n",
            next,
            "97801404,7\r\n9,",
            "Checksum: 5d41\r\n",
        ),
        vector(
            "3 \t;a=\"b;c é\" ;d\r\nabc\r\n0 ;end\r\nA: 1\r\nb:\r\nA: 1\r\n\r\n",
            "A: 1\r\n",
            "abc",
            "A: 1\r\nb:\r\nA: 1\r\n",
        ),
    ]
}

fn tells_where_the_body_ends() {
    let what = "the end of the body was not told as it should be";
    let why = "what follows is the next request: lost or taken for data, it is never answered";
    for Vector { sent, right } in vectors() {
        compare(&[&sent], NO_LIMIT, &Ok(right.clone()), what, why);
        let expected = "Ok(0), and nothing appended";
        let mut body = Vec::new();
        let given = format!("{}, and then \"4\\r\\nmore\"", bytes::quote(&sent));
        let got = no_panic(&given, expected, PANIC, || {
            let mut decoder = Decoder::new(NO_LIMIT);
            let first = decoder.feed(&sent, &mut body);
            let second = decoder.feed(b"4\r\nmore", &mut body);
            (first, second, decoder.is_done())
        });
        if got != (Ok(right.used), Ok(0), true) || body != right.body {
            fail("bytes behind the end of the body were taken")
                .given(given)
                .expected(expected)
                .got(format!("{:?}, body {}", got.1, bytes::quote(&body)))
                .because(why)
                .raise();
        }
    }
}

fn decodes_the_same_wherever_the_pieces_are_cut() {
    let what = "a body that came in other pieces was decoded otherwise";
    let why = "the network cuts anywhere: in a size, between CR and LF, in data (RFC 9112 §7.1)";
    for Vector { sent, right } in vectors() {
        let right = Ok(right);
        let single: Vec<&[u8]> = sent.chunks(1).collect();
        compare(&single, NO_LIMIT, &right, what, why);
        for first in 0..=sent.len() {
            let (one, rest) = sent.split_at(first);
            compare(&[one, rest], NO_LIMIT, &right, what, why);
            for second in 0..=rest.len() {
                let (two, three) = rest.split_at(second);
                compare(&[one, two, three], NO_LIMIT, &right, what, why);
            }
        }
    }
}

fn hands_out_data_as_soon_as_it_comes() {
    let mut decoder = Decoder::new(NO_LIMIT);
    // What was there before is not the decoder's.
    let mut body = b">".to_vec();
    let mut fed = Vec::new();
    for (piece, right) in [
        ("6", ">"),
        ("\r", ">"),
        ("\nab", ">ab"),
        ("", ">ab"),
        ("c", ">abc"),
        ("def\r\n4\r\ng", ">abcdefg"),
        ("hij", ">abcdefghij"),
        ("\r\n", ">abcdefghij"),
        ("1\r\nk\r\n1\r\nl\r\n2\r\nm", ">abcdefghijklm"),
        ("n\r\n0\r\n", ">abcdefghijklmn"),
        ("\r\n", ">abcdefghijklmn"),
    ] {
        fed.push(piece.as_bytes());
        let expected = format!("Ok({}), body {right:?}", piece.len());
        let got = no_panic(Pieces(&fed), &expected, PANIC, || {
            decoder.feed(piece.as_bytes(), &mut body)
        });
        if got != Ok(piece.len()) || body != right.as_bytes() {
            fail("the data of a piece was not appended to the body when the piece came")
                .given(Pieces(&fed))
                .expected(expected)
                .got(format!("{got:?}, body {}", bytes::quote(&body)))
                .because(
                    "a chunk may take hours or fill the memory: nobody waits until it is whole",
                )
                .raise();
        }
    }
}

fn is_not_done_before_the_end() {
    let why = "if the connection ends here, half a list has come: it must not be taken for all";
    for Vector { sent, right } in vectors() {
        for count in 0..right.used {
            let part = &sent[..count];
            let expected = format!("no error, not done, {count} bytes taken");
            let got = decode(&[part], NO_LIMIT, &expected);
            if !matches!(&got, Ok(got) if !got.is_done && right.body.starts_with(&got.body)) {
                fail("the beginning of a body was not taken for a beginning")
                    .given(Pieces(&[part]))
                    .expected(expected)
                    .got(Told(&got))
                    .because(why)
                    .raise();
            }
        }
    }
}

fn rejects_what_is_no_size() {
    let what = "something that is no size was not refused";
    let why = "a proxy that reads another size sees another request behind it (RFC 9112 §7.1)";
    for size in [
        "", " ", ";a", " ;a", "g", "G", "x", "0x5", "5h", "+5", "-5", "-0", " 5", "\t5", "5 ",
        "5\t", "5  \t", "5 5", "5 a", "5.", "5,", "5,5", "5=", "\"5\"", "5_0", "\u{ff15}",
        "\u{665}", "5\0", "\x005", "5\x0b", "5\x0c", "5 a;b", ":", "/", "@", "`", "G;a",
    ] {
        is_bad(format!("{size}\r\nhello\r\n0\r\n\r\n"), what, why);
        is_bad(format!("1\r\na\r\n{size}\r\nhello\r\n0\r\n\r\n"), what, why);
    }
    for size in ["0 ", "0\t", " 0", "00x", "0 0", "-0"] {
        is_bad(format!("1\r\na\r\n{size}\r\n\r\n"), what, why);
    }
    for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_hexdigit() && *byte != b';') {
        let sent = [b"5", &[byte][..], b"\r\nhello\r\n0\r\n\r\n"].concat();
        let single: Vec<&[u8]> = sent.chunks(1).collect();
        compare(&single, NO_LIMIT, &Err(ChunkError::BadRequest), what, why);
        let sent = [&[byte][..], b"5\r\nhello\r\n0\r\n\r\n"].concat();
        compare(&[&sent], NO_LIMIT, &Err(ChunkError::BadRequest), what, why);
    }
}

fn rejects_sizes_of_more_than_16_digits() {
    let what = "a size of more than 16 digits was not refused";
    for size in [
        "10000000000000005",
        "00000000000000005",
        "FFFFFFFFFFFFFFFFF",
        "100000000000000000000000000000005",
        "5000000000000000000000000000000000000000000000000000000000000000",
        "00000000000000000",
        "10000000000000000",
    ] {
        let why = if size.starts_with('0') {
            "zeros in front are digits, too: who counts only those behind them waits for ever while zeros come"
        } else {
            "10000000000000005 does not fit 64 bits: cut off, it is 5 (RFC 9112 §7.1)"
        };
        is_bad(format!("{size}\r\nhello\r\n0\r\n\r\n"), what, why);
        is_bad(format!("{size};a=b\r\nhello\r\n0\r\n\r\n"), what, why);
    }
    let what = "a large size was not taken as it is";
    let why = "100000005 does not fit 32 bits: cut off, it is 5";
    // None of them is the limit itself: that has a check of its own.
    for size in [
        "100000005",
        "FFFFFFFFFFFFFFFE",
        "8000000000000005",
        "fffffffffffffffb",
    ] {
        let sent = format!("{size}\r\nhello\r\n0\r\n\r\n");
        let right = Decoded {
            body: b"hello\r\n0\r\n\r\n".to_vec(),
            used: sent.len(),
            is_done: false,
            trailers: Vec::new(),
        };
        compare(&[sent.as_bytes()], NO_LIMIT, &Ok(right), what, why);
    }
}

fn rejects_data_that_no_crlf_follows() {
    let what = "data that is longer or shorter than its size was not refused";
    let why = "CRLF must follow the data: else somebody has counted wrongly (RFC 9112 §7.1)";
    for sent in [
        "4\r\nhello\r\n0\r\n\r\n",
        "3\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloXX0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello5\r\nhello\r\n0\r\n\r\n",
        "6\r\nhello\r\n0\r\n\r\n",
        "7\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\n\r0\r\n\r\n",
        "5\r\nhello\rX0\r\n\r\n",
        "5\r\nhelloX\n0\r\n\r\n",
        "5\r\nhello \r\n0\r\n\r\n",
        "5\r\nhello\r\n\r\n0\r\n\r\n",
    ] {
        is_bad(sent, what, why);
    }
}

fn rejects_line_ends_that_are_not_crlf() {
    let what = "a line that does not end with CRLF was not refused";
    let why = "where one server sees a line end and the next does not, requests are smuggled";
    for sent in [
        "5\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
        "5\r\rhello\r\n0\r\n\r\n",
        "5\r\r\nhello\r\n0\r\n\r\n",
        "5\n\nhello\r\n0\r\n\r\n",
        "5\r;a\r\nhello\r\n0\r\n\r\n",
        "5;a\nhello\r\n0\r\n\r\n",
        "5;a\rhello\r\n0\r\n\r\n",
        "5;a\r\r\nhello\r\n0\r\n\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "5;a\rb\r\nhello\r\n0\r\n\r\n",
        "5 \n;a\r\nhello\r\n0\r\n\r\n",
        "5;\n2\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\n\r\n\r\n",
        "5\r\nhello\r\n0\r\n\n\r\n",
        "5\r\nhello\r\n0\r\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\r\n\r\n",
        "5\r\nhello\r\n0\r\n\rX\r\n",
        "5\r\nhello\r\n0\r\nA: 1\n\r\n",
        "5\r\nhello\r\n0\r\nA: 1\nB: 2\r\n\r\n",
        "5\r\nhello\r\n0\r\nA: 1\rB: 2\r\n\r\n",
        "5\r\nhello\r\n0\r\nA: 1\r\r\n\r\n",
        "5\r\nhello\r\n0\r\nA: 1\r\n\nB: 2\r\n\r\n",
        "5\r\nhello\r\n0\r\nA: 1\r\n\r\r\n\r\n",
        "\r\n5\r\nhello\r\n0\r\n\r\n",
        "\n5\r\nhello\r\n0\r\n\r\n",
    ] {
        is_bad(sent, what, why);
    }
}

fn rejects_control_bytes_in_extensions() {
    let what = "a control byte in an extension was not refused";
    let why = "some decoders take it for the end of the line, and what follows for data";
    for byte in (0..=255_u8).filter(|byte| byte.is_ascii_control() && *byte != b'\t') {
        for (before, after) in [
            ("5;a", "b\r\nhello\r\n0\r\n\r\n"),
            ("5;", "\r\nhello\r\n0\r\n\r\n"),
            ("5;a=\"", "\"\r\nhello\r\n0\r\n\r\n"),
            ("5 ", ";a\r\nhello\r\n0\r\n\r\n"),
            ("5\r\nhello\r\n0;a", "\r\n\r\n"),
        ] {
            is_bad(
                [before.as_bytes(), &[byte], after.as_bytes()].concat(),
                what,
                why,
            );
        }
    }
}

fn refuses_a_body_above_the_limit() {
    let what = "a body that is as long as the limit was refused";
    let why = "the limit is the most that we take, of all chunks together";
    for (sent, limit, body) in [
        ("5\r\nhello\r\n0\r\n\r\n", 5, "hello"),
        ("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 5, "hello"),
        ("0\r\n\r\n", 0, ""),
    ] {
        let Vector { sent, right } = vector(sent, "", body, "");
        compare(&[&sent], limit, &Ok(right), what, why);
    }
    let what = "a body above the limit was not refused";
    let why = "the size is known before the data: refused now, it costs nothing (413)";
    for (sent, limit) in [
        ("6\r\n", 5),
        ("1\r\n", 0),
        ("6;a=b\r\n", 5),
        ("5\r\nhello\r\n1\r\n", 5),
        ("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n1\r\n", 3),
        ("100000000\r\n", 5),
        ("10000000000\r\n", u64::from(u32::MAX)),
        ("FFFFFFFFFFFFFFFF\r\n", u64::MAX - 1),
        ("1\r\na\r\nFFFFFFFFFFFFFFFF\r\n", u64::MAX),
        ("2\r\nab\r\nffffffffffffffff\r\n", 5),
        ("5\r\nhello\r\nfffffffffffffffe\r\n", 1000),
    ] {
        refuses(sent, limit, ChunkError::TooLarge, what, why);
    }
}

/// Chunks of one byte each, with these extensions, and what is in them.
fn chunks_with(extensions: &[String]) -> Vector {
    let chunks = extensions
        .iter()
        .map(|extension| format!("1{extension}\r\nx\r\n"));
    let chunked = chunks.collect::<String>() + "0\r\n\r\n";
    vector(&chunked, "", "x".repeat(extensions.len()), "")
}

fn limits_extensions_of_the_whole_body() {
    let long = |length: usize| format!(";{}", "a".repeat(length - 1));
    let right = format!(
        "{MAX_EXTENSIONS} bytes of extensions in a body were refused, and they may be so many"
    );
    let wrong =
        format!("more than {MAX_EXTENSIONS} bytes of extensions in a body were not refused");
    let (right, wrong) = (&*right, &*wrong);
    let why = "many chunks with a long extension each cost much, bring little (RFC 9112 §7.1.1)";
    let half = MAX_EXTENSIONS / 2;
    let spaced = |length: usize| format!("{};", " ".repeat(length - 1));
    for most in [
        vec![long(MAX_EXTENSIONS)],
        vec![spaced(MAX_EXTENSIONS)],
        vec![long(half), String::new(), long(half)],
        vec![long(16); MAX_EXTENSIONS / 16],
    ] {
        let Vector { sent, right: body } = chunks_with(&most);
        compare(&[&sent], NO_LIMIT, &Ok(body), right, why);
        // One byte more, in the extensions of the last chunk.
        let mut more = most;
        more.push(";".to_owned());
        let Vector { sent, .. } = chunks_with(&more);
        compare(&[&sent], NO_LIMIT, &Err(ChunkError::BadRequest), wrong, why);
    }
    for above in [long(MAX_EXTENSIONS + 1), spaced(MAX_EXTENSIONS + 1)] {
        let Vector { sent, .. } = chunks_with(&[above]);
        for size in [61, 1000, sent.len()] {
            let pieces: Vec<&[u8]> = sent.chunks(size).collect();
            compare(&pieces, NO_LIMIT, &Err(ChunkError::BadRequest), wrong, why);
        }
    }
    let why = "data counts to another limit than extensions";
    let size = 2 * MAX_EXTENSIONS;
    let sent = format!("{size:x};a\r\n{}\r\n0;b\r\n\r\n", "x".repeat(size));
    let Vector { sent, right: body } = vector(&sent, "", "x".repeat(size), "");
    compare(&[&sent], NO_LIMIT, &Ok(body), right, why);
}

fn limits_trailer_lines() {
    let above = format!("more than {MAX_TRAILERS} bytes of trailer lines were not refused");
    let why = "trailer lines are kept in memory, and a stranger chooses how many there are";
    let line = |length: usize| format!("A: {}\r\n", "a".repeat(length - 5));
    for most in [
        line(MAX_TRAILERS),
        line(MAX_TRAILERS / 2).repeat(2),
        line(8).repeat(MAX_TRAILERS / 8),
    ] {
        let chunked = format!("1\r\nx\r\n0\r\n{most}\r\n");
        let Vector { sent, right } = vector(&chunked, "", "x", &most);
        let what =
            format!("{MAX_TRAILERS} bytes of trailer lines were refused, and they may be so many");
        compare(&[&sent], NO_LIMIT, &Ok(right.clone()), &what, why);
        let pieces: Vec<&[u8]> = sent.chunks(61).collect();
        compare(&pieces, NO_LIMIT, &Ok(right), &what, why);
        for more in ["a\r\n", "A: a\r\n"] {
            let sent = format!("1\r\nx\r\n0\r\n{most}{more}\r\n");
            let right = Err(ChunkError::BadRequest);
            compare(&[sent.as_bytes()], NO_LIMIT, &right, &above, why);
        }
    }
    let sent = format!("1\r\nx\r\n0\r\n{}\r\n", line(MAX_TRAILERS + 1));
    let right = Err(ChunkError::BadRequest);
    compare(&[sent.as_bytes()], NO_LIMIT, &right, &above, why);
}

fn ends_lines_that_never_end() {
    let what = "a line that never ends was not refused, although more than 16 KiB of it have come";
    let why = "whoever collects it until it ends is filled up by a stranger, byte by byte";
    let many = 32 * 1024;
    for (before, again) in [
        ("", "0"),
        ("", "a"),
        ("5;", "a"),
        ("5;a", ";a"),
        ("5", " "),
        ("5\r\nhello\r\n0;", "\""),
        ("0\r\n", "a"),
        ("0\r\nA: 1\r\n", "a: "),
        ("0\r\n", "A: 1\r\n"),
    ] {
        let sent = format!("{before}{}", again.repeat(many / again.len()));
        let right = Err(ChunkError::BadRequest);
        compare(&[sent.as_bytes()], NO_LIMIT, &right, what, why);
        let pieces: Vec<&[u8]> = sent.as_bytes().chunks(100).collect();
        compare(&pieces, NO_LIMIT, &right, what, why);
    }
}

fn does_not_panic_after_an_error() {
    let pieces: [&[u8]; 6] = [b"5\r\nhello\r\n", b"\r\n", b"\n", b"", b"X", b"0\r\n\r\n"];
    for sent in [
        "x",
        "5 5",
        "1\r\nabc",
        "\n",
        "9\r\n",
        "0\r\nA: 1\n",
        "00000000000000000",
    ] {
        let given = format!(
            "{}, an error, and then {}",
            bytes::quote(sent.as_bytes()),
            Pieces(&pieces)
        );
        no_panic(given, "whatever it returns, no panic", PANIC, || {
            let mut decoder = Decoder::new(5);
            let mut body = Vec::new();
            _ = decoder.feed(sent.as_bytes(), &mut body);
            for piece in pieces {
                _ = decoder.feed(piece, &mut body);
                _ = decoder.is_done();
            }
        });
    }
}

fn reserves_no_memory_for_what_is_only_announced() {
    const MIB: u64 = 1 << 20;
    for sent in ["40000000\r\nhello", "FFFFFFFFFFFFFFFE\r\nhello"] {
        let given = Pieces(&[sent.as_bytes()]).to_string();
        let expected = "room for the bytes that came";
        let before = memory::held().unwrap_or(0);
        let mut decoder = Decoder::new(NO_LIMIT);
        let mut body = Vec::new();
        let got = no_panic(&given, expected, PANIC, || {
            decoder.feed(sent.as_bytes(), &mut body)
        });
        let reserved = memory::held().unwrap_or(0).saturating_sub(before);
        let reserved = reserved.max(body.capacity() as u64);
        // Coarse, since others reserve memory as well; what is announced is far above.
        if got.is_err() || reserved > 32 * MIB {
            fail("memory was reserved for bytes that were only announced")
                .given(given)
                .expected(expected)
                .got(format!("{got:?}, {} MiB reserved", reserved / MIB))
                .because("a few clients that only announce would take all memory of the server")
                .raise();
        }
    }
}

fn reads_back_what_was_sent() {
    let name = "what was sent in chunks is decoded, however it is cut";
    for_all(name, 300, |rng| {
        let mut sent = Vec::new();
        let chunks = rng.many(0..=4, |rng| rng.bytes(1..=20));
        for data in &chunks {
            sent.extend(size(rng, data.len()).into_bytes());
            sent.extend_from_slice(data);
            sent.extend_from_slice(b"\r\n");
        }
        sent.extend(size(rng, 0).into_bytes());
        let trailers = rng.many(0..=2, |rng| {
            format!("{}: {}\r\n", rng.word(1..=3), rng.word(0..=3))
        });
        let trailers = trailers.concat();
        sent.extend_from_slice(trailers.as_bytes());
        sent.extend_from_slice(b"\r\n");
        let body = chunks.concat();
        let right = Decoded {
            used: sent.len(),
            is_done: true,
            trailers: trailers.into_bytes(),
            body,
        };
        sent.extend(rng.bytes(0..=5));
        let pieces = rng.pieces(&sent);
        let what = "what was sent was not decoded";
        let why = "neither the chunks nor the pieces mean anything: only the data does";
        let limit = right.body.len() as u64;
        compare(&pieces, limit, &Ok(right), what, why);
    });
}

/// A size line, in one of the ways to write it.
fn size(rng: &mut Rng, size: usize) -> String {
    let zeros = "0".repeat(rng.range(0..=3));
    let digits = if rng.chance(1, 2) {
        format!("{size:x}")
    } else {
        format!("{size:X}")
    };
    let extension = rng.choose(&["", ";a", " ;a=5", ";a=\"b;c\"", "\t; a=b"]);
    format!("{zeros}{digits}{extension}\r\n")
}

fn judges_a_damaged_body_the_same_however_it_is_cut() {
    let name = "a damaged body is taken or refused the same, however it is cut";
    for_all(name, 600, |rng| {
        let mut sent = b"3;a=b\r\nabc\r\n2\r\n\r\n\r\n0\r\nA: 1\r\n\r\n".to_vec();
        rng.many(1..=3, |rng| {
            let place = rng.range(0..sent.len());
            match rng.range(0..3) {
                0 => sent.insert(place, *rng.choose(b"\r\n0 ;1a\t\0")),
                1 => sent[place] = *rng.choose(b"\r\n0 ;1a\t\0"),
                _ => drop(sent.remove(place)),
            }
        });
        let expected = "what comes of it in one piece";
        let right = decode(&[&sent], NO_LIMIT, expected);
        let what = "the same bytes were judged otherwise when they came in other pieces";
        let why = "the network cuts anywhere; what a body means must not depend on it";
        let pieces = rng.pieces(&sent);
        compare(&pieces, NO_LIMIT, &right, what, why);
        let single: Vec<&[u8]> = sent.chunks(1).collect();
        compare(&single, NO_LIMIT, &right, what, why);
    });
}
