//! What http1 is checked for. Read it as the specification; edits here are undone.

#[path = "../http1.rs"]
mod http1;

use http1::{Refusal, RequestLine};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        takes_a_plain_line_apart,
        takes_any_token_for_a_method,
        takes_every_form_of_target,
        takes_every_minor_version_of_http_1,
        rejects_a_line_that_lacks_a_part,
        rejects_a_line_with_more_than_three_parts,
        rejects_two_spaces_for_one,
        rejects_a_space_at_either_end,
        rejects_any_other_white_space_between_the_parts,
        rejects_a_method_with_a_byte_that_no_token_has,
        rejects_a_target_with_a_byte_that_is_not_visible_ascii,
        rejects_a_version_in_another_form,
        answers_505_for_another_major_version,
        answers_400_for_a_malformed_line_of_another_version,
        accepts_no_line_in_two_spellings,
    ]);
}

/// Calls the subject; a panic there is a failure.
#[track_caller]
fn parse(line: &[u8], expected: &str) -> Result<RequestLine, Refusal> {
    no_panic(
        bytes::quote(line),
        expected,
        "anyone can send any bytes; a panic answers none of them",
        || http1::parse(line),
    )
}

#[track_caller]
fn accepts(method: &str, target: &str, minor_version: u8, why: &str) {
    let line = format!("{method} {target} HTTP/1.{minor_version}");
    let right = Ok(RequestLine {
        method: method.to_owned(),
        target: target.to_owned(),
        minor_version,
    });
    let expected = format!("{right:?}");
    let got = parse(line.as_bytes(), &expected);
    if got != right {
        let what = match &got {
            Ok(_) => "a good request line was taken apart wrongly",
            Err(_) => "a good request line was refused",
        };
        fail(what)
            .given(bytes::quote(line.as_bytes()))
            .expected(bytes::shorten(&expected))
            .got(bytes::shorten(&format!("{got:?}")))
            .because(why)
            .raise();
    }
}

/// Expects a refusal. `wrong` says where the fault begins and how many bytes it has.
#[track_caller]
fn refuses(what: &str, line: &[u8], wrong: (usize, usize), right: Refusal, why: &str) {
    let expected = match right {
        Refusal::BadRequest => "Err(BadRequest): 400",
        Refusal::VersionNotSupported => "Err(VersionNotSupported): 505",
    };
    let got = parse(line, expected);
    if got != Err(right) {
        let (start, count) = wrong;
        fail(what)
            .given(bytes::mark(line, start..start + count))
            .expected(expected)
            .got(bytes::shorten(&format!("{got:?}")))
            .because(why)
            .raise();
    }
}

#[track_caller]
fn is_bad(what: &str, line: impl AsRef<[u8]>, wrong: (usize, usize), why: &str) {
    refuses(what, line.as_ref(), wrong, Refusal::BadRequest, why);
}

fn takes_a_plain_line_apart() {
    accepts(
        "GET",
        "/books/42",
        1,
        "this is what nearly all of them look like",
    );
    accepts(
        "POST",
        "/orders",
        1,
        "the parts are kept exactly as they were sent",
    );
}

fn takes_any_token_for_a_method() {
    let why =
        "a method is any token, and its case counts; what it means is for later (RFC 9110 §9.1)";
    for method in ["DELETE", "get", "Get", "M-SEARCH", "X", "2FAST"] {
        accepts(method, "/", 1, why);
    }
    let every: Vec<u8> = (0..=255).filter(|byte| bytes::is_token(*byte)).collect();
    accepts(&String::from_utf8_lossy(&every), "/", 1, why);
}

fn takes_every_form_of_target() {
    let why = "a target is a path, a URL, HOST:PORT (CONNECT) or * (OPTIONS): RFC 9112 §3.2";
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/search?q=caf%C3%A9&sort=-price&page=2"),
        ("GET", "/a//b/../c;v=1"),
        ("OPTIONS", "*"),
        ("GET", "http://marginalia.example/books?page=2"),
        ("CONNECT", "marginalia.example:443"),
        ("GET", "/books?next=HTTP/2.0"),
    ] {
        accepts(method, target, 1, why);
    }
    let long = format!("/{}", "a".repeat(8_000));
    accepts(
        "GET",
        &long,
        1,
        "8000 bytes and more should be supported (RFC 9112 §3)",
    );
}

fn takes_every_minor_version_of_http_1() {
    let why =
        "all of HTTP/1.x has one form; the minor version says what a client can do (RFC 9110 §2.5)";
    for minor_version in [0, 1, 2, 9] {
        accepts("GET", "/", minor_version, why);
    }
}

fn rejects_a_line_that_lacks_a_part() {
    let why = "a part that one server guesses is guessed differently by the next (RFC 9112 §3)";
    for (line, place) in [
        ("", 0),
        ("GET", 3),
        ("GET /books", 10),
        ("GET /books ", 11),
        ("GET HTTP/1.1", 4),
        ("/books HTTP/1.1", 0),
        ("GET  HTTP/1.1", 4),
        (" /books HTTP/1.1", 0),
        (" ", 0),
        ("  ", 0),
    ] {
        is_bad(
            "a line that lacks a part was not refused",
            line,
            (place, 0),
            why,
        );
    }
}

fn rejects_a_line_with_more_than_three_parts() {
    let why = "a space in a target is answered with 400, not repaired (RFC 9112 §3.2)";
    for (line, place) in [
        ("GET /two words HTTP/1.1", 8),
        ("GET /books HTTP/1.1 HTTP/1.1", 19),
        ("GET /books HTTP/1.1 and more", 19),
        ("GET it now HTTP/1.1", 6),
    ] {
        is_bad(
            "a line with a part too many was not refused",
            line,
            (place, 1),
            why,
        );
    }
}

fn rejects_two_spaces_for_one() {
    let why = "servers that cut a line differently see two requests: so it got past the proxy";
    for (line, place) in [
        ("GET  /admin HTTP/1.1", 4),
        ("GET /admin  HTTP/1.1", 11),
        ("GET   /admin   HTTP/1.1", 4),
    ] {
        is_bad("two spaces were taken for one", line, (place, 1), why);
    }
}

fn rejects_a_space_at_either_end() {
    let why = "the line begins with the method and ends with the version (RFC 9112 §3)";
    for (line, place) in [
        (" GET /books HTTP/1.1", 0),
        ("GET /books HTTP/1.1 ", 19),
        ("GET /books HTTP/1.1\t", 19),
        ("GET /books HTTP/1.1\r", 19),
        ("\nGET /books HTTP/1.1", 0),
    ] {
        is_bad(
            "white space at an end of the line was ignored",
            line,
            (place, 1),
            why,
        );
    }
}

fn rejects_any_other_white_space_between_the_parts() {
    let why =
        "where one server sees a space and the next does not, requests are smuggled (RFC 9112 §3)";
    for space in [
        "\t", "\x0b", "\x0c", "\r", "\n", "\r\n", "\0", "\u{85}", "\u{a0}", "\u{3000}",
    ] {
        let what = "a byte that is no space was taken for one";
        let count = space.len();
        is_bad(what, format!("GET{space}/books HTTP/1.1"), (3, count), why);
        is_bad(what, format!("GET /books{space}HTTP/1.1"), (10, count), why);
        is_bad(
            what,
            format!("GET{space}/books{space}HTTP/1.1"),
            (3, count),
            why,
        );
        let what = "a byte beside the space was let through";
        is_bad(what, format!("GET {space}/books HTTP/1.1"), (4, count), why);
        is_bad(
            what,
            format!("GET /books {space}HTTP/1.1"),
            (11, count),
            why,
        );
    }
}

fn rejects_a_method_with_a_byte_that_no_token_has() {
    let why = "RFC 9110 §5.6.2 lists the bytes of a token; any other byte may be read differently by the next server";
    for byte in (0..=255).filter(|byte| !bytes::is_token(*byte)) {
        let what = "a method with a byte that no token has was not refused";
        is_bad(
            what,
            [b"GE", &[byte][..], b"T / HTTP/1.1"].concat(),
            (2, 1),
            why,
        );
        is_bad(what, [&[byte][..], b"GET / HTTP/1.1"].concat(), (0, 1), why);
        is_bad(
            what,
            [b"GET", &[byte][..], b" / HTTP/1.1"].concat(),
            (3, 1),
            why,
        );
    }
    let what = "a method that is not ASCII was not refused";
    is_bad(what, "GÉT / HTTP/1.1", (1, 2), why);
}

fn rejects_a_target_with_a_byte_that_is_not_visible_ascii() {
    let why =
        "a CR in a log or a NUL in a file name does what the client likes; é is sent as %C3%A9";
    let what = "a target with a byte that is not visible ASCII was not refused";
    is_bad(what, "GET /\r\nX-Admin:yes HTTP/1.1", (5, 2), why);
    is_bad(what, "GET /café HTTP/1.1", (8, 2), why);
    for byte in (0..=255).filter(|byte| !matches!(byte, 0x21..=0x7e)) {
        is_bad(
            what,
            [b"GET /a", &[byte][..], b"b HTTP/1.1"].concat(),
            (6, 1),
            why,
        );
        is_bad(
            what,
            [b"GET /a", &[byte][..], b" HTTP/1.1"].concat(),
            (6, 1),
            why,
        );
    }
}

fn rejects_a_version_in_another_form() {
    let why = "HTTP/ DIGIT . DIGIT, in capitals: nothing else names a version (RFC 9112 §2.3)";
    for (version, place) in [
        ("http/1.1", 0),
        ("Http/1.1", 1),
        ("HTTP/1", 6),
        ("HTTP/1.", 7),
        ("HTTP/.1", 5),
        ("HTTP/1.10", 8),
        ("HTTP/11.1", 6),
        ("HTTP/01.1", 6),
        ("HTTP/1.1.1", 8),
        ("HTTP/1,1", 6),
        ("HTTP/1x1", 6),
        ("HTTP/+1.1", 5),
        ("HTTP/1.+1", 7),
        ("HTTP/-1.1", 5),
        ("HTTP/1.x", 7),
        ("HTTP/x.1", 5),
        ("HTTP/2", 6),
        ("HTTP/1.1a", 8),
        ("HTTP1.1", 4),
        ("HTTP//1.1", 5),
        ("HTTP 1.1", 4),
        ("HTTPS/1.1", 4),
        ("XHTTP/1.1", 0),
        ("HTTP/1.1HTTP/1.1", 8),
        ("ICY/1.1", 0),
        ("1.1", 0),
        ("HTTP/1.\u{661}", 7),
        ("HTTP/\u{661}.1", 5),
    ] {
        let line = format!("GET /books {version}");
        let length = version[place..].chars().next().map_or(0, char::len_utf8);
        let what = "something that is not a version was not refused as it should be";
        is_bad(what, line, (11 + place, length), why);
    }
    for byte in (0..=255).filter(|byte: &u8| !byte.is_ascii_digit()) {
        let what = "a version without a digit was not refused as it should be";
        is_bad(what, [b"GET / HTTP/1.", &[byte][..]].concat(), (13, 1), why);
        is_bad(
            what,
            [b"GET / HTTP/", &[byte][..], b".1"].concat(),
            (11, 1),
            why,
        );
    }
}

fn answers_505_for_another_major_version() {
    let why = "the line is in order, but of a version that is not spoken here (RFC 9110 §15.6.6)";
    for version in ["2.0", "3.0", "0.9", "0.0", "9.9", "2.1"] {
        refuses(
            "another version of HTTP was not answered with 505",
            format!("GET /books HTTP/{version}").as_bytes(),
            (16, 1),
            Refusal::VersionNotSupported,
            why,
        );
    }
}

fn answers_400_for_a_malformed_line_of_another_version() {
    let why = "after 505 a client tries the same again in HTTP/1.1, which cannot help here";
    for (line, place) in [
        ("GET  /books HTTP/2.0", 4),
        ("GE(T /books HTTP/2.0", 2),
        ("GET /bo\toks HTTP/2.0", 7),
        (" GET /books HTTP/2.0", 0),
        ("GET /books HTTP/2.0 ", 19),
        ("GET /books HTTP/2.x", 18),
        ("GET /books HTTP/20", 17),
    ] {
        is_bad(
            "a malformed line was not answered with 400",
            line,
            (place, 1),
            why,
        );
    }
}

fn accepts_no_line_in_two_spellings() {
    let name = "what is accepted, put together again, is the line that was sent";
    for_all(name, 3_000, |rng| {
        let line = damaged_line(rng);
        let expected = "an error, or the parts of exactly this line";
        let Ok(got) = parse(&line, expected) else {
            return;
        };
        let again = format!("{} {} HTTP/1.{}", got.method, got.target, got.minor_version);
        if let Some(place) = bytes::difference(&line, again.as_bytes()) {
            fail("two different lines were taken for the same request")
                .given(bytes::mark(&line, place..place + 1))
                .expected(expected)
                .got(format!("{got:?}"))
                .part("which is", bytes::mark(again.as_bytes(), place..place + 1))
                .because("a line understood in spite of a fault is understood otherwise elsewhere")
                .raise();
        }
    });
}

/// A good line with up to three bytes put in or taken out.
fn damaged_line(rng: &mut Rng) -> Vec<u8> {
    let strange = b" \t\0\r\n\x0b\x0c\x7f\xa0\x85\xc3\xffHT/.:(\"";
    let mut line = b"GET /b HTTP/1.1".to_vec();
    rng.many(0..=3, |rng| {
        let place = rng.range(0..line.len());
        match rng.range(0..3) {
            0 => line.insert(place, *rng.choose(strange)),
            1 => line.insert(place + 1, rng.range(..)),
            _ => drop(line.remove(place)),
        }
    });
    line
}
