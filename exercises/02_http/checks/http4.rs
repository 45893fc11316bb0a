//! What http4 is checked for. Read it as the specification; edits here are undone.

#[path = "../http4.rs"]
mod http4;

use http4::{BadRequest, Target};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        takes_path_and_query_apart,
        keeps_every_segment_of_the_path,
        reads_pairs_that_lack_something,
        keeps_the_order_of_pairs_and_repeated_names,
        divides_the_path_before_it_decodes,
        divides_the_query_before_it_decodes,
        takes_a_plus_for_a_space_only_in_the_query,
        decodes_only_once,
        decodes_every_byte,
        decodes_bytes_and_not_chars,
        rejects_a_percent_sign_without_two_digits,
        rejects_bytes_that_are_not_utf8,
        rejects_a_target_that_does_not_begin_with_a_slash,
        rejects_bytes_that_no_target_has,
        reads_back_what_was_encoded,
        rejects_a_broken_escape_wherever_it_stands,
    ]);
}

/// Calls the subject; a panic there is a failure.
#[track_caller]
fn parse(target: &str, expected: &str) -> Result<Target, BadRequest> {
    no_panic(
        bytes::quote(target.as_bytes()),
        expected,
        "anyone can send any target; a panic answers none of them",
        || Target::parse(target),
    )
}

#[track_caller]
fn reads(target: &str, segments: &[&str], query: &[(&str, &str)], what: &str, why: &str) {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let right = Target {
        segments: segments.iter().map(|part| (*part).to_owned()).collect(),
        query: query.iter().map(owned).collect(),
    };
    compare(target, &right, what, why);
}

#[track_caller]
fn compare(target: &str, right: &Target, what: &str, why: &str) {
    let expected = bytes::shorten(&shown(right));
    match parse(target, &expected) {
        Ok(got) if got == *right => {}
        got => fail(what)
            .given(bytes::quote(target.as_bytes()))
            .expected(expected)
            .got(match got {
                Ok(got) => bytes::shorten(&shown(&got)),
                Err(BadRequest) => "Err(BadRequest)".to_owned(),
            })
            .because(why)
            .raise(),
    }
}

fn shown(Target { segments, query }: &Target) -> String {
    format!("segments: {segments:?}\nquery: {query:?}")
}

/// Expects a refusal. `wrong` says where the fault begins and how many bytes it has.
#[track_caller]
fn refuses(target: &str, wrong: (usize, usize), what: &str, why: &str) {
    let expected = "Err(BadRequest)";
    if let Ok(got) = parse(target, expected) {
        let (place, count) = wrong;
        fail(what)
            .given(bytes::mark(target.as_bytes(), place..place + count))
            .expected(expected)
            .got(bytes::shorten(&shown(&got)))
            .because(why)
            .raise();
    }
}

fn takes_path_and_query_apart() {
    let what = "a plain target was taken apart wrongly";
    let why = "a slash divides the path; without a `?` there is no query, and no pair";
    reads("/books", &["books"], &[], what, why);
    reads("/books/42", &["books", "42"], &[], what, why);
    let why = "the first `?` ends the path; the first `=` of a pair ends its name (RFC 3986 §3.4)";
    reads("/books?q=dune", &["books"], &[("q", "dune")], what, why);
    let between = "`&` stands between pairs, and their order is kept; a map would sort them";
    let query = [("q", "dune"), ("page", "2")];
    reads("/books?q=dune&page=2", &["books"], &query, what, between);
    let why = "a `?` in the query and an `=` in a value divide nothing any more (RFC 3986 §3.4)";
    let query = [("next", "/cart?x=1"), ("a", "=b=")];
    reads(
        "/log.in?next=/cart?x=1&a==b=",
        &["log.in"],
        &query,
        what,
        why,
    );
    let why = "a byte that does not divide stands for itself";
    let segments = ["a&b=c;d", "~e_f-(g)!'*,:@$", "\"<>[\\]^`{|}"];
    let query = [("a;b", "c;d/e:@[1]"), ("|", "{}\\^`\"<>'()*!,$~")];
    let target = "/a&b=c;d/~e_f-(g)!'*,:@$/\"<>[\\]^`{|}?a;b=c;d/e:@[1]&|={}\\^`\"<>'()*!,$~";
    reads(target, &segments, &query, what, why);
    let why = "only HTML writes `&amp;` for `&`: in a target it is an `&` and the text `amp;`";
    let query = [("a", "1"), ("amp;b", "2")];
    reads("/books?a=1&amp;b=2", &["books"], &query, what, why);
}

fn keeps_every_segment_of_the_path() {
    let what = "the segments of a path are not those that its slashes divide";
    let why =
        "`/a`, `/a/` and `//a` are three paths; what an empty segment means is the caller's to say";
    reads("/", &[""], &[], what, why);
    reads("/books/", &["books", ""], &[], what, why);
    reads("//books", &["", "books"], &[], what, why);
    reads("/a//b/", &["a", "", "b", ""], &[], what, why);
    reads("/a///", &["a", "", "", ""], &[], what, why);
    reads("/?q=/x/", &[""], &[("q", "/x/")], what, why);
    let why = "`.` and `..` reach the caller, who must see them in order to refuse them";
    reads(
        "/a/./b/../../c",
        &["a", ".", "b", "..", "..", "c"],
        &[],
        what,
        why,
    );
}

fn reads_pairs_that_lack_something() {
    let what = "a pair without a name, a value or an `=` was read wrongly";
    let why = "without `=` all of a pair is its name, and the value is empty (URL standard, §5.1)";
    reads("/?gift", &[""], &[("gift", "")], what, why);
    reads(
        "/?gift&page=2",
        &[""],
        &[("gift", ""), ("page", "2")],
        what,
        why,
    );
    reads("/?gift=", &[""], &[("gift", "")], what, why);
    let empty = "an `=` makes a pair, even where its name is empty (URL standard, §5.1)";
    reads("/?=x", &[""], &[("", "x")], what, empty);
    reads("/?=", &[""], &[("", "")], what, empty);
    let twice = "a name may come again, and the caller must see each pair";
    reads("/?=&=", &[""], &[("", ""), ("", "")], what, twice);
    let why = "where nothing stands between two `&` there is no pair (URL standard, §5.1)";
    reads("/?", &[""], &[], what, why);
    reads("/books?", &["books"], &[], what, why);
    reads("/?&", &[""], &[], what, why);
    reads(
        "/?&&a=1&&&b=2&",
        &[""],
        &[("a", "1"), ("b", "2")],
        what,
        why,
    );
}

fn keeps_the_order_of_pairs_and_repeated_names() {
    let what = "the pairs of a query are not those that were sent, in their order";
    let why = "a name may come again (`genre=crime&genre=poetry`); the caller must see both";
    let query = [("genre", "poetry"), ("page", "2"), ("genre", "crime")];
    reads(
        "/?genre=poetry&page=2&genre=crime",
        &[""],
        &query,
        what,
        why,
    );
    reads(
        "/?b=1&a=1&b=1",
        &[""],
        &[("b", "1"), ("a", "1"), ("b", "1")],
        what,
        why,
    );
    reads("/?%61=1&a=2", &[""], &[("a", "1"), ("a", "2")], what, why);
    reads("/?A=1&a=2", &[""], &[("A", "1"), ("a", "2")], what, why);
}

fn divides_the_path_before_it_decodes() {
    let what = "an encoded byte divided the path";
    let why = "%2F is a slash in a name, %3F a question mark: they divide nothing (RFC 3986 §2.4)";
    reads("/authors/AC%2FDC", &["authors", "AC/DC"], &[], what, why);
    reads(
        "/authors/AC%2FDC/x",
        &["authors", "AC/DC", "x"],
        &[],
        what,
        why,
    );
    reads("/who%3Fq=1", &["who?q=1"], &[], what, why);
    reads("/who%3F?q=1", &["who?"], &[("q", "1")], what, why);
    reads("/%2F", &["/"], &[], what, why);
    reads("/..%2Fetc/%2E%2E", &["../etc", ".."], &[], what, why);
    refuses(
        "%2Fbooks",
        (0, 3),
        "an encoded slash was taken for the one that begins a path",
        why,
    );
}

fn divides_the_query_before_it_decodes() {
    let what = "an encoded byte divided the query";
    let why = "%26 is an `&` in a value, %3D an `=`: they divide nothing (RFC 3986 §2.4)";
    reads("/?q=R%26B", &[""], &[("q", "R&B")], what, why);
    reads(
        "/?q=R%26B=x&p=1",
        &[""],
        &[("q", "R&B=x"), ("p", "1")],
        what,
        why,
    );
    reads("/?a%3Db=c", &[""], &[("a=b", "c")], what, why);
    reads("/?a%3Db", &[""], &[("a=b", "")], what, why);
    reads("/?a=%3D%26", &[""], &[("a", "=&")], what, why);
    reads("/?%3F=%23", &[""], &[("?", "#")], what, why);
}

fn takes_a_plus_for_a_space_only_in_the_query() {
    let what = "a plus sign was read wrongly";
    let why = "forms write a space as `+`, paths do not; %2B is always a plus (URL standard, §5.1)";
    reads("/covers/c++.jpg", &["covers", "c++.jpg"], &[], what, why);
    reads(
        "/?q=war+and+peace",
        &[""],
        &[("q", "war and peace")],
        what,
        why,
    );
    reads("/?first+name=a", &[""], &[("first name", "a")], what, why);
    reads("/?q=c%2B%2B", &[""], &[("q", "c++")], what, why);
    reads("/?%2B=+&+", &[""], &[("+", " "), (" ", "")], what, why);
    reads("/a%2Bb%20c", &["a+b c"], &[], what, why);
    reads("/a+b?a%20b=c%20+d", &["a+b"], &[("a b", "c  d")], what, why);
}

fn decodes_only_once() {
    let what = "what had been decoded was decoded again";
    let why = "decoded twice, it gets past whoever looked in between (RFC 3986 §2.4)";
    reads("/100%25", &["100%"], &[], what, why);
    reads("/%2541", &["%41"], &[], what, why);
    reads("/%252F%252E", &["%2F%2E"], &[], what, why);
    reads("/%25zz?a=%25", &["%zz"], &[("a", "%")], what, why);
    reads(
        "/?%252B=%2526%25252B",
        &[""],
        &[("%2B", "%26%252B")],
        what,
        why,
    );
    reads("/%25%32%35%34%31", &["%2541"], &[], what, why);
}

fn decodes_every_byte() {
    let what = "an escape was decoded to something else than its byte";
    let plain = "`%` and two hexadecimal digits, in either case, are one byte (RFC 3986 §2.1)";
    let control = "a decoded NUL, CR or space is part of the text; whoever uses it must look at it";
    for byte in 0..=0x7f_u8 {
        let why = if byte > b' ' { plain } else { control };
        let text = char::from(byte).to_string();
        for escape in [format!("%{byte:02X}"), format!("%{byte:02x}")] {
            reads(&format!("/{escape}"), &[&text], &[], what, why);
            let query = [(&*text, &*text)];
            reads(&format!("/?{escape}={escape}"), &[""], &query, what, why);
        }
    }
    reads("/%4A%4a%6F%6f%7e%7E", &["JJoo~~"], &[], what, plain);
    reads("/a%00b%0D%0A", &["a\0b\r\n"], &[], what, control);
    reads(
        "/%20a%20?%20a=%09",
        &[" a "],
        &[(" a", "\t")],
        what,
        control,
    );
}

fn decodes_bytes_and_not_chars() {
    let what = "a character of several bytes was decoded wrongly";
    let why = "the escapes are bytes of UTF-8: é is two of them, %C3%A9 (RFC 3986 §2.5)";
    reads("/caf%C3%A9", &["café"], &[], what, why);
    reads("/?q=caf%c3%a9", &[""], &[("q", "café")], what, why);
    reads(
        "/?%E6%9C%AC=%F0%9F%93%9A",
        &[""],
        &[("本", "📚")],
        what,
        why,
    );
    reads("/%C3%A9%C3%a9x%c3%A9", &["ééxé"], &[], what, why);
    let kept = "what is decoded is kept as it is: nothing is taken off, replaced or put together";
    reads("/%EF%BB%BFa", &["\u{feff}a"], &[], what, kept);
    reads(
        "/e%CC%81?a=%EF%BF%BD",
        &["e\u{301}"],
        &[("a", "\u{fffd}")],
        what,
        kept,
    );
    reads(
        "/%EF%BF%BF%F4%8F%BF%BF",
        &["\u{ffff}\u{10ffff}"],
        &[],
        what,
        kept,
    );
}

fn rejects_a_percent_sign_without_two_digits() {
    let what = "a percent sign without two hexadecimal digits was not refused";
    let why = "what you guess that it means, the next server guesses differently (RFC 3986 §2.1)";
    for (target, place) in [
        ("/100%", 4),
        ("/100%2", 4),
        ("/%", 1),
        ("/%/41", 1),
        ("/%4/1", 1),
        ("/%?q=1", 1),
        ("/%4?1", 1),
        ("/%zz", 1),
        ("/%4g", 1),
        ("/%g4", 1),
        ("/%%41", 1),
        ("/%4%31", 1),
        ("/%+5", 1),
        ("/%-5", 1),
        ("/%0x41", 1),
        ("/%u0041", 1),
        ("/%41%", 4),
        ("/a?q=100%", 8),
        ("/a?q=%4", 5),
        ("/a?q=%+5", 5),
        ("/a?q=%4+1", 5),
        ("/a?q=%-1&p=1", 5),
        ("/a?%=1", 3),
        ("/a?%4=1", 3),
        ("/a?%4&1", 3),
        ("/a?%&41=x", 3),
        ("/a?a=1&b=%x1", 9),
        ("/a?a=%2sf%2a", 5),
    ] {
        refuses(target, (place, 1), what, why);
    }
    for byte in 0x21..=0x7e_u8 {
        let digit = char::from(byte);
        // The two that divide leave a percent sign without its digits, too; `#` is refused anyway.
        if !digit.is_ascii_hexdigit() {
            refuses(&format!("/a%4{digit}b"), (2, 3), what, why);
            refuses(&format!("/a%{digit}4b"), (2, 3), what, why);
            refuses(&format!("/?a=%4{digit}b"), (4, 3), what, why);
            refuses(&format!("/?a=%{digit}4b"), (4, 3), what, why);
        }
    }
}

fn rejects_bytes_that_are_not_utf8() {
    let what = "bytes that are not UTF-8 were not refused";
    let why = "replaced, two names would become one; and %C0%AF was once taken for a slash";
    for (target, place, count) in [
        ("/caf%E9", 4, 3),
        ("/%FF", 1, 3),
        ("/%80", 1, 3),
        ("/%C3", 1, 3),
        ("/%C3x", 1, 3),
        ("/%C3+%A9", 1, 3),
        ("/..%C0%AF..", 3, 6),
        ("/%E0%80%AF", 1, 9),
        ("/%ED%A0%80", 1, 9),
        ("/%F4%90%80%80", 1, 12),
        ("/%F0%9F%93", 1, 9),
        ("/a?q=caf%E9", 8, 3),
        ("/a?%FE%FF=1", 3, 6),
        ("/a?a=1&%C2x", 7, 3),
    ] {
        refuses(target, (place, count), what, why);
    }
    let what = "a character divided between two parts was not refused";
    let why = "each segment, name and value is decoded by itself, after the cutting";
    refuses("/%C3/%A9", (1, 7), what, why);
    refuses("/%C3?%A9", (1, 7), what, why);
    refuses("/a?%C3=%A9", (3, 7), what, why);
    refuses("/a?a=%C3&%A9=1", (5, 7), what, why);
}

fn rejects_a_target_that_does_not_begin_with_a_slash() {
    let what = "a target that does not begin with a slash was not refused";
    let why = "it has no path: `*`, HOST:PORT and URLs are the caller's (RFC 9112 §3.2)";
    for target in [
        "",
        "books",
        "*",
        "?q=1",
        "?/",
        "marginalia.example:443",
        "http://marginalia.example/books",
        "..",
        "\\books",
        "%",
    ] {
        refuses(target, (0, 0), what, why);
    }
}

fn rejects_bytes_that_no_target_has() {
    let what = "a byte that no target has was not refused";
    let why = "a fragment is never sent, and what is not visible ASCII is sent as an escape";
    for byte in (0..=0x20).chain([b'#', 0x7f]) {
        let char = char::from(byte);
        refuses(&format!("/a{char}b"), (2, 1), what, why);
        refuses(&format!("/{char}"), (1, 1), what, why);
        refuses(&format!("/a?b{char}=1"), (4, 1), what, why);
        refuses(&format!("/a?b=1{char}"), (6, 1), what, why);
    }
    for char in ["é", "\u{80}", "\u{a0}", "本", "📚", "\u{fffd}"] {
        let count = char.len();
        refuses(&format!("/caf{char}"), (4, count), what, why);
        refuses(&format!("/a?q={char}x"), (5, count), what, why);
        refuses(&format!("/%{char}"), (2, count), what, why);
        refuses(&format!("/%4{char}1"), (3, count), what, why);
    }
}

/// Text as somebody may have encoded it: what must be an escape is one, and of the rest what chance
/// has chosen.
fn encode(rng: &mut Rng, text: &str, is_query: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let divides = if is_query { "&=+" } else { "/?" };
        let must = !byte.is_ascii_graphic() || byte == b'%' || byte == b'#';
        let char = char::from(byte);
        if is_query && byte == b' ' && rng.chance(1, 2) {
            encoded.push('+');
        } else if must || divides.contains(char) || rng.chance(1, 5) {
            encoded += &if rng.chance(1, 2) {
                format!("%{byte:02x}")
            } else {
                format!("%{byte:02X}")
            };
        } else {
            encoded.push(char);
        }
    }
    encoded
}

const LETTERS: &str = "ab %+/?&=#.;2F4é本📚\0";

/// A good target, and what is in it.
fn target(rng: &mut Rng) -> (String, Target) {
    let segments = rng.many(1..=4, |rng| rng.text_of(LETTERS, 0..=4));
    let query = rng.many(0..=4, |rng| {
        (rng.text_of(LETTERS, 0..=4), rng.text_of(LETTERS, 0..=4))
    });
    let mut target = String::new();
    for segment in &segments {
        target.push('/');
        target += &encode(rng, segment, false);
    }
    for (number, (name, value)) in query.iter().enumerate() {
        target.push(if number == 0 { '?' } else { '&' });
        target += &format!("{}={}", encode(rng, name, true), encode(rng, value, true));
    }
    (target, Target { segments, query })
}

fn reads_back_what_was_encoded() {
    let name = "what was encoded into a target is read out of it";
    for_all(name, 400, |rng| {
        let (target, right) = target(rng);
        let what = "what was encoded was not read back";
        compare(
            &target,
            &right,
            what,
            "whatever was encoded is what the client means",
        );
    });
}

fn rejects_a_broken_escape_wherever_it_stands() {
    let name = "a target with a broken escape in it is refused";
    for_all(name, 400, |rng| {
        let (mut target, _) = target(rng);
        let broken = *rng.choose(&["%", "%4", "%x", "%+4", "%4g", "%FF", "%C3"]);
        let place = rng.range(1..=target.len());
        // Before a byte that is no digit and completes no character.
        target.insert_str(place, &format!("{broken}~"));
        let what = "a broken escape was not refused";
        let why = "it is wrong in a segment, a name and a value alike, the first and the last";
        refuses(&target, (place, broken.len()), what, why);
    });
}
