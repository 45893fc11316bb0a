//! The solution of http2 against httparse: what we take, it takes the same way; what it takes and
//! we do not is one of the differences named here.

#[path = "../../exercises/02_http/solutions/http2.rs"]
mod solution;

use solution::Headers;

/// Names, in small letters, and values of the field lines, in order.
type Fields = Vec<(String, Vec<u8>)>;

fn theirs(section: &[u8]) -> Result<Fields, httparse::Error> {
    let message = [section, b"\r\n"].concat();
    let mut headers = [httparse::EMPTY_HEADER; 16];
    match httparse::parse_headers(&message, &mut headers)? {
        httparse::Status::Complete((used, headers)) if used == message.len() => {
            let field = |header: &httparse::Header<'_>| {
                (header.name.to_ascii_lowercase(), header.value.to_vec())
            };
            Ok(headers.iter().map(field).collect())
        }
        // An empty line in the middle, or a part of a section.
        _ => Err(httparse::Error::NewLine),
    }
}

/// What `values` must say when these are the fields (RFC 9110 §5.2 and §5.3).
fn joined(fields: &Fields, name: &str) -> Vec<Vec<u8>> {
    let of_name = fields.iter().filter(|(this, _)| this == name);
    let values: Vec<&[u8]> = of_name.map(|(_, value)| value.as_slice()).collect();
    if values.is_empty() || name == "set-cookie" {
        values.into_iter().map(<[u8]>::to_vec).collect()
    } else {
        vec![values.join(&b", "[..])]
    }
}

/// A line that ends with LF alone: httparse takes it (RFC 9112 §2.2: a recipient MAY), we do not.
fn has_bare_lf(section: &[u8]) -> bool {
    let mut before = 0;
    section.iter().any(|byte| {
        let is_bare = *byte == b'\n' && before != b'\r';
        before = *byte;
        is_bare
    })
}

#[track_caller]
fn compare(section: &[u8]) {
    let shown = section.escape_ascii();
    match (Headers::parse(section), theirs(section)) {
        (Ok(ours), Ok(theirs)) => {
            for (name, _) in &theirs {
                let right = joined(&theirs, name);
                assert_eq!(ours.values(name), right, "{name} of \"{shown}\"");
            }
            // Nothing is found that is not there.
            assert!(ours.values("x-missing").is_empty(), "\"{shown}\"");
        }
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) => panic!("\"{shown}\" was taken, httparse says {error}"),
        (Err(_), Ok(fields)) => assert!(
            has_bare_lf(section),
            "\"{shown}\" was refused, httparse takes {fields:?}"
        ),
    }
}

const GOOD: &[u8] = b"Via: 1.1 a\r\nHost:h:80 \t\r\nvia:\t1.1 b\r\n";

#[test]
fn plain_fields_are_read_the_same_way() {
    for section in [
        "",
        "Host: localhost:8080\r\n",
        "Accept:text/html\r\nUser-Agent: \t Scanner 2 (b:7) \t\r\n",
        "Host:\r\nAccept-Encoding: \t \r\n",
        "Via: a\r\nHost: h\r\nvia: b, c\r\nVIA: a\r\n",
        "Set-Cookie: a=1\r\nset-cookie: b=2\r\n",
        "X-Name: Ren\u{e9}e \u{1f980}\r\n",
        "!#$%&'*+-.^_`|~09AZaz: 1\r\n",
    ] {
        assert!(theirs(section.as_bytes()).is_ok(), "{section:?}");
        compare(section.as_bytes());
    }
}

#[test]
fn every_byte_in_every_place_is_judged_the_same() {
    for place in 0..=GOOD.len() {
        for byte in 0..=255 {
            let mut section = GOOD.to_vec();
            section.insert(place, byte);
            compare(&section);
            if place < GOOD.len() {
                let mut section = GOOD.to_vec();
                section[place] = byte;
                compare(&section);
            }
        }
        compare(&GOOD[..place]);
        if place < GOOD.len() {
            let mut section = GOOD.to_vec();
            section.remove(place);
            compare(&section);
        }
    }
}

#[test]
fn two_damaged_bytes_are_judged_the_same() {
    let bytes = b" \t\0\r\n\x7f\xffA(:,";
    for one in 0..GOOD.len() {
        for other in one..GOOD.len() {
            for first in bytes {
                for second in bytes {
                    let mut section = GOOD.to_vec();
                    section[one] = *first;
                    section[other] = *second;
                    compare(&section);
                }
            }
        }
    }
}

#[test]
fn httparse_is_more_lenient_with_line_ends_and_in_nothing_else() {
    let section = b"Host: h\nAccept: */*\n";
    assert!(theirs(section).is_ok());
    assert!(Headers::parse(section).is_err());
}
