//! What http2 is checked for. Read it as the specification; edits here are undone.

#[path = "../http2.rs"]
mod http2;

use http2::{BadRequest, Headers};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        reads_fields_and_leaves_out_the_space_around_values,
        tells_an_empty_field_from_one_that_is_missing,
        finds_a_field_whatever_the_case_of_its_name,
        finds_a_field_by_its_whole_name,
        joins_the_values_of_a_repeated_field_in_order,
        never_joins_set_cookie,
        rejects_a_space_before_the_colon,
        rejects_a_line_that_begins_with_a_space,
        rejects_a_line_without_a_name_or_a_colon,
        rejects_line_ends_that_are_not_crlf,
        rejects_a_name_with_a_byte_that_no_token_has,
        keeps_the_bytes_of_a_value_as_they_were_sent,
        rejects_control_bytes_in_a_value,
        reads_back_what_was_written,
    ]);
}

/// Calls the subject; a panic there is a failure.
#[track_caller]
fn parse(section: &[u8], expected: &str) -> Result<Headers, BadRequest> {
    no_panic(
        lines(section, None),
        expected,
        "anyone can send any bytes; a panic answers none of them",
        || Headers::parse(section),
    )
}

/// The section a line each, as far as its CRLFs go, with carets under what is wrong.
fn lines(section: &[u8], wrong: Option<(usize, usize)>) -> String {
    if section.is_empty() {
        return "\"\" (no field lines)".to_owned();
    }
    let mut text = String::new();
    let mut from = 0;
    while from < section.len() {
        let end = section[from..].windows(2).position(|two| two == b"\r\n");
        let to = end.map_or(section.len(), |end| from + end + 2);
        let line = &section[from..to];
        match wrong {
            Some((place, count)) if (from..to).contains(&place) => {
                text += &bytes::mark(line, place - from..place - from + count);
            }
            _ => text += &bytes::quote(line),
        }
        text.push('\n');
        from = to;
    }
    text
}

/// Values as one would write them: `["a", "b"]`.
fn list(values: &[Vec<u8>]) -> String {
    let values: Vec<String> = values.iter().map(|value| bytes::quote(value)).collect();
    format!("[{}]", values.join(", "))
}

#[track_caller]
fn values(section: &[u8], name: &str, expected: &str, why: &str) -> Vec<Vec<u8>> {
    match parse(section, expected) {
        Ok(headers) => no_panic(
            lines(section, None),
            expected,
            "asking for a field must be safe whatever was sent",
            || headers.values(name),
        ),
        Err(BadRequest) => fail("good header fields were refused")
            .given(lines(section, None))
            .expected(expected)
            .got("Err(BadRequest)")
            .because(why)
            .raise(),
    }
}

#[track_caller]
fn says(section: impl AsRef<[u8]>, name: &str, right: &[&[u8]], what: &str, why: &str) {
    let section = section.as_ref();
    let right: Vec<Vec<u8>> = right.iter().map(|value| value.to_vec()).collect();
    let call = format!("values({name:?})");
    let expected = format!("{call} is {}", list(&right));
    let got = values(section, name, &expected, why);
    if got != right {
        fail(what)
            .given(lines(section, None))
            .expected(expected)
            .got(format!("{call} is {}", list(&got)))
            .because(why)
            .raise();
    }
}

/// Expects a refusal. `wrong` says where the fault begins and how many bytes it has.
#[track_caller]
fn refuses(section: impl AsRef<[u8]>, wrong: (usize, usize), what: &str, why: &str) {
    let section = section.as_ref();
    let expected = "Err(BadRequest)";
    if parse(section, expected).is_ok() {
        fail(what)
            .given(lines(section, Some(wrong)))
            .expected(expected)
            .got("Ok(...), as if nothing were wrong")
            .because(why)
            .raise();
    }
}

fn reads_fields_and_leaves_out_the_space_around_values() {
    let what = "the value of a field is not what was sent";
    let section =
        "Host: localhost:8080\r\nAccept:text/html\r\nUser-Agent: \t Scanner 2 (b:7) \t\r\n";
    let why = "the name ends at the first colon; spaces and tabs around a value are no part of it";
    says(section, "Host", &[b"localhost:8080"], what, why);
    says(section, "Accept", &[b"text/html"], what, why);
    says(section, "User-Agent", &[b"Scanner 2 (b:7)"], what, why);
}

fn tells_an_empty_field_from_one_that_is_missing() {
    let what = "an empty field and a missing one were not told apart";
    let section = "Host:\r\nAccept-Encoding: \t \r\n";
    let why = "an empty Accept-Encoding wants none, a missing one takes any (RFC 9110 §12.5.3)";
    says(section, "Accept-Encoding", &[b""], what, why);
    says(section, "Host", &[b""], what, why);
    says(section, "Cookie", &[], what, why);
    says(
        "",
        "Host",
        &[],
        what,
        "a message without fields is in order",
    );
}

fn finds_a_field_whatever_the_case_of_its_name() {
    let what = "a field was not found under its name in another case";
    let why = "names are case-insensitive (RFC 9110 §5.1): the app may send small letters";
    for sent in [
        "Content-Type",
        "content-type",
        "CONTENT-TYPE",
        "cOnTeNt-tYpE",
    ] {
        for asked in ["Content-Type", "content-type", "CONTENT-TYPE"] {
            let section = format!("{sent}: Text/HTML\r\n");
            says(section, asked, &[b"Text/HTML"], what, why);
        }
    }
}

fn finds_a_field_by_its_whole_name() {
    let what = "a field was found under a name that is not its own";
    let why = "each name is a field of its own, whatever it begins or ends with (RFC 9110 §5.1)";
    let section = "Content-Type: text/html\r\nContent: c\r\nX-Content-Type: x\r\n";
    says(section, "Content", &[b"c"], what, why);
    says(section, "Content-Type", &[b"text/html"], what, why);
    says(section, "X-Content-Type", &[b"x"], what, why);
    says(section, "Conten", &[], what, why);
    says(section, "Type", &[], what, why);
    says(section, "", &[], what, why);
    let why = "`_` and `-` are two different bytes of a token: a proxy checks one name and the server \
               obeys the other";
    let section = "Content_Length: 30\r\n";
    says(section, "Content-Length", &[], what, why);
    says(section, "Content_Length", &[b"30"], what, why);
}

fn joins_the_values_of_a_repeated_field_in_order() {
    let what = "the lines of a repeated field were not made one value";
    let why = "lines of one name are one list, in order, joined by \", \" (RFC 9110 §5.2, §5.3)";
    let section = "Accept-Language: de\r\nAccept-Language: en;q=0.5\r\n";
    says(section, "Accept-Language", &[b"de, en;q=0.5"], what, why);
    let twice = "Accept-Language: de\r\nAccept-Language: de\r\n";
    let again = "a line that says the same again is still a member of the list";
    says(twice, "Accept-Language", &[b"de, de"], what, again);
    let cookies = "Cookie: a=1\r\nCookie: b=2\r\n";
    let rule = "only Set-Cookie is kept apart: every other name is one list (RFC 9110 §5.3)";
    says(cookies, "Cookie", &[b"a=1, b=2"], what, rule);
    let section = "Via: 1.1 z\r\nHost: h\r\nvia:1.1 a, 1.1 m \r\nAccept: */*\r\nVIA: 1.1 z\r\n";
    says(section, "Via", &[b"1.1 z, 1.1 a, 1.1 m, 1.1 z"], what, why);
    says(
        section,
        "Host",
        &[b"h"],
        what,
        "other fields between them are untouched",
    );
}

fn never_joins_set_cookie() {
    let what = "the lines of Set-Cookie were not kept apart";
    let why = "its dates hold commas: joined, cookies cannot be told apart again (RFC 9110 §5.3)";
    let one = "id=7; Expires=Wed, 21 Oct 2026 07:28:00 GMT";
    let two = "theme=dark, really";
    let section =
        format!("Set-Cookie: {one}\r\nHost: h\r\nset-cookie: {two}\r\nSET-COOKIE: x=\r\n");
    let right = [one.as_bytes(), two.as_bytes(), b"x="];
    says(&section, "Set-Cookie", &right, what, why);
    says(&section, "set-cookie", &right, what, why);
    let section = "Set-Cookie: a=1\r\nSet-Cookie: a=1\r\n";
    let again = "a line that says the same again is still a line";
    says(section, "Set-Cookie", &[b"a=1", b"a=1"], what, again);
    says(
        "Set-Cookie-X: a\r\nSet-Cookie-X: b\r\n",
        "Set-Cookie-X",
        &[b"a, b"],
        "a field whose name only begins like Set-Cookie was taken for it",
        "the exception is for Set-Cookie alone (RFC 9110 §5.3)",
    );
}

fn rejects_a_space_before_the_colon() {
    let what = "a space before the colon was not refused";
    let why = "a server that skips the line and one that reads it see different lengths (RFC 9112 §5.1: 400)";
    for (section, place) in [
        ("Content-Length : 30\r\n", 14),
        ("Host: h\r\nTransfer-Encoding\t: chunked\r\n", 26),
        ("Host : h\r\nAccept: */*\r\n", 4),
        ("Accept  :*/*\r\n", 6),
    ] {
        refuses(section, (place, 1), what, why);
    }
}

fn rejects_a_line_that_begins_with_a_space() {
    let what = "a line that begins with a space was not refused";
    let why = "some take it for more of the line before, some for a field (RFC 9112 §5.2: 400)";
    for (section, place) in [
        ("Accept: text/html\r\n Content-Length: 30\r\n", 19),
        ("Accept: text/html,\r\n text/plain\r\n", 20),
        ("Accept: text/html,\r\n\ttext/plain\r\n", 20),
        ("Accept: text/html\r\n  \r\n", 19),
        (" Host: h\r\n", 0),
        ("\tHost: h\r\n", 0),
    ] {
        refuses(section, (place, 1), what, why);
    }
}

fn rejects_a_line_without_a_name_or_a_colon() {
    let why = "a line that says nothing is no field line (RFC 9112 §5)";
    let what = "a line without a colon was not refused";
    refuses("Host\r\n", (4, 0), what, why);
    refuses(
        "Host: h\r\nAccept */*\r\nVia: 1.1 a\r\n",
        (15, 1),
        what,
        why,
    );
    refuses("Host: h\r\nGET /admin HTTP/1.1\r\n", (12, 1), what, why);
    let what = "an empty line was not refused";
    let ends = "an empty line ends the header fields: here it can only be a mistake or a trick";
    refuses("\r\n", (0, 2), what, ends);
    refuses("Host: h\r\n\r\nX-Admin: yes\r\n", (9, 2), what, ends);
    refuses("Host: h\r\n\r\n", (9, 2), what, ends);
    let what = "a line without a name was not refused";
    refuses(": h\r\n", (0, 0), what, why);
    refuses("Host: h\r\n:\r\n", (9, 0), what, why);
    refuses("::\r\n", (0, 0), what, why);
}

fn rejects_a_name_with_a_byte_that_no_token_has() {
    let what = "a name with a byte that no token has was not refused";
    let why = "a name is a token (RFC 9110 §5.1, §5.6.2); others see no field there, or another";
    for byte in (0..=255).filter(|byte| !bytes::is_token(*byte) && *byte != b':') {
        refuses([b"X", &[byte][..], b"Y: 1\r\n"].concat(), (1, 1), what, why);
        refuses([&[byte][..], b"X: 1\r\n"].concat(), (0, 1), what, why);
        refuses([b"X", &[byte][..], b": 1\r\n"].concat(), (1, 1), what, why);
    }
    refuses("Größe: 1\r\n", (2, 2), what, why);
    let every: Vec<u8> = (0..=255).filter(|byte| bytes::is_token(*byte)).collect();
    let every = String::from_utf8_lossy(&every);
    let what = "a name made of every byte that a token may have was not found";
    says(
        format!("{every}: 1\r\n"),
        &every,
        &[b"1"],
        what,
        "a name is a token (RFC 9110 §5.1)",
    );
}

fn keeps_the_bytes_of_a_value_as_they_were_sent() {
    let what = "the bytes of a value were changed";
    let why = "a value may also hold any byte from 0x80 up, in an encoding nobody told you (RFC 9110 §5.5)";
    says(b"X-Name: Ren\xe9\r\n", "X-Name", &[b"Ren\xe9"], what, why);
    says(
        "X-Name: Renée 🦀\r\n",
        "X-Name",
        &["Renée 🦀".as_bytes()],
        what,
        why,
    );
    let every: Vec<u8> = (0x80..=0xff).collect();
    let section = [b"X-Name: ", &every[..], b"\r\n"].concat();
    says(&section, "X-Name", &[&every], what, why);
    let visible: Vec<u8> = (0x21..=0x7e).collect();
    let section = [b"X-Name: ", &visible[..], b"\r\n"].concat();
    says(
        &section,
        "X-Name",
        &[&visible],
        what,
        "nothing is decoded or unquoted here",
    );
    let what = "something other than spaces and tabs was taken off a value";
    let why = "the space around a value is SP and HTAB, nothing else (RFC 9110 §5.6.3)";
    for value in [
        "\u{a0}x\u{a0}",
        "\u{3000}x\u{3000}",
        "\u{85}",
        "\u{feff}x",
        "\"x \"",
    ] {
        says(
            format!("X-Name: {value} \r\n"),
            "X-Name",
            &[value.as_bytes()],
            what,
            why,
        );
    }
    let what = "the white space inside a value was changed";
    let why = "only the space around a value is no part of it (RFC 9110 §5.5)";
    says("X-Name: a  b\tc\r\n", "X-Name", &[b"a  b\tc"], what, why);
}

fn rejects_control_bytes_in_a_value() {
    let what = "a control byte in a value was not refused";
    let why = "a control byte ends a line or a text somewhere else (RFC 9110 §5.5)";
    refuses("X-Name: a\0b\r\n", (9, 1), what, why);
    refuses("X-Name: a\rX-Admin: yes\r\n", (9, 1), what, why);
    for byte in (0..=255_u8).filter(|byte| byte.is_ascii_control() && *byte != b'\t') {
        refuses([b"X: a", &[byte][..], b"b\r\n"].concat(), (4, 1), what, why);
        refuses([b"X: ", &[byte][..], b"a\r\n"].concat(), (3, 1), what, why);
        refuses([b"X: a", &[byte][..], b"\r\n"].concat(), (4, 1), what, why);
        refuses([b"X: ", &[byte][..], b" \r\n"].concat(), (3, 1), what, why);
    }
}

fn rejects_line_ends_that_are_not_crlf() {
    let what = "a line that does not end with CRLF was not refused";
    let why = "where one server sees a line end and the next does not, fields are smuggled";
    refuses("Host: h\nAccept: */*\r\n", (7, 1), what, why);
    refuses("Host: h\r\nX-Name: a\nX-Admin: yes\r\n", (18, 1), what, why);
    refuses("Host: h\rAccept: */*\r\n", (7, 1), what, why);
    refuses(
        "Host: h\r\nX-Name: a\r\rX-Admin: yes\r\n",
        (18, 2),
        what,
        why,
    );
    refuses("Host: h\r\r\n", (7, 1), what, why);
    refuses("Host: h\n\r\n", (7, 1), what, why);
    refuses("Host: h\r\nAccept: */*\n", (20, 1), what, why);
    let why = "a line that was cut off may mean anything: half a name, half a number";
    refuses("Host: h", (7, 0), what, why);
    refuses("Host: h\r\nContent-Length: 3", (26, 0), what, why);
}

fn reads_back_what_was_written() {
    const NAMES: [&str; 3] = ["Via", "X-Name", "Set-Cookie"];
    let name = "what was written into field lines is read out of them";
    let why = "a field is found by its name in any case, its lines in order, its bytes unchanged";
    for_all(name, 300, |rng| {
        let written = rng.many(0..=6, |rng| {
            let field = rng.range(0..NAMES.len());
            let name = any_case(rng, NAMES[field]);
            let value = rng.bytes(1..=4).into_iter().filter(is_visible).collect();
            let around = [rng.text_of(" \t", 0..=2), rng.text_of(" \t", 0..=2)];
            (field, name, value, around)
        });
        let mut section = Vec::new();
        let mut right: [Vec<Vec<u8>>; 3] = Default::default();
        for (field, name, value, [before, after]) in &written {
            // What becomes of an empty value in a list is left open.
            let value: &Vec<u8> = value;
            if value.is_empty() {
                continue;
            }
            section.extend_from_slice(format!("{name}:{before}").as_bytes());
            section.extend_from_slice(value);
            section.extend_from_slice(format!("{after}\r\n").as_bytes());
            right[*field].push(value.clone());
        }
        for (name, right) in NAMES.iter().zip(right) {
            let joined = right.join(&b", "[..]);
            let right: Vec<&[u8]> = match right[..] {
                [] => vec![],
                _ if *name == "Set-Cookie" => right.iter().map(Vec::as_slice).collect(),
                _ => vec![&joined],
            };
            let asked = any_case(rng, name);
            says(
                &section,
                &asked,
                &right,
                "what was written was not read back",
                why,
            );
        }
    });
}

fn is_visible(byte: &u8) -> bool {
    matches!(byte, 0x21..=0x7e | 0x80..)
}

fn any_case(rng: &mut Rng, name: &str) -> String {
    let change = |c: char| {
        if rng.chance(1, 2) {
            c.to_ascii_uppercase()
        } else {
            c
        }
    };
    name.chars().map(change).collect()
}
