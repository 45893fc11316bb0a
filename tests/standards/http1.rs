//! The solution of http1 against httparse: what we take, it takes the same way; what it takes and
//! we do not is one of the differences named here.

#[path = "../../exercises/02_http/solutions/http1.rs"]
mod solution;

use solution::{Refusal, RequestLine, parse};

/// What httparse makes of the line: method, target and minor version.
fn theirs(line: &[u8]) -> Result<RequestLine, httparse::Error> {
    let message = [line, b"\r\n\r\n"].concat();
    let mut headers = [httparse::EMPTY_HEADER; 4];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(&message)? {
        // The line that we have appended is the one that ended it.
        httparse::Status::Complete(used) if used == message.len() => Ok(RequestLine {
            method: request.method.unwrap_or_default().to_owned(),
            target: request.path.unwrap_or_default().to_owned(),
            minor_version: request.version.unwrap_or_default(),
        }),
        // An end in the middle, and a part of a message, are no request line either.
        _ => Err(httparse::Error::NewLine),
    }
}

/// Where the two may differ although both are in order.
fn is_known_difference(line: &[u8], ours: &Result<RequestLine, Refusal>) -> bool {
    match ours {
        // httparse knows HTTP/1.0 and HTTP/1.1 only. RFC 9110 §2.5 has a recipient take any
        // HTTP/1.x for the highest that it knows.
        Ok(ours) => ours.minor_version > 1,
        Err(Refusal::VersionNotSupported) => false,
        Err(Refusal::BadRequest) => {
            // Empty lines before the line are skipped there (RFC 9112 §2.2 says that a server
            // should); here, that is up to who looks for the line.
            line.starts_with(b"\n") || line.starts_with(b"\r\n") || is_utf8_target(line)
        }
    }
}

/// Targets may be UTF-8 there, for clients that do not encode what is not ASCII; RFC 3986 §2 does
/// not allow it.
fn is_utf8_target(line: &[u8]) -> bool {
    str::from_utf8(line).is_ok_and(|line| !line.is_ascii())
}

#[track_caller]
fn compare(line: &[u8]) {
    let (ours, theirs) = (parse(line), theirs(line));
    let same = match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => ours == theirs,
        (Err(_), Err(_)) => true,
        _ => is_known_difference(line, &ours),
    };
    let line = line.escape_ascii();
    assert!(same, "\"{line}\": ours {ours:?}, httparse {theirs:?}");
}

#[test]
fn plain_lines_are_taken_apart_the_same_way() {
    for line in [
        "GET / HTTP/1.1",
        "GET /books?page=2 HTTP/1.0",
        "POST /orders HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "CONNECT marginalia.example:443 HTTP/1.1",
        "GET http://marginalia.example/books HTTP/1.1",
        "M-SEARCH * HTTP/1.1",
        "!#$%&'*+-.^_`|~ /a;b=c,d HTTP/1.1",
    ] {
        let ours = parse(line.as_bytes()).unwrap();
        assert_eq!(ours, theirs(line.as_bytes()).unwrap(), "{line}");
    }
}

#[test]
fn every_byte_in_every_place_is_judged_the_same() {
    let good = b"GET /b HTTP/1.1";
    for place in 0..=good.len() {
        for byte in 0..=255 {
            let mut line = good.to_vec();
            line.insert(place, byte);
            compare(&line);
            if place < good.len() {
                let mut line = good.to_vec();
                line[place] = byte;
                compare(&line);
            }
        }
        if place < good.len() {
            let mut line = good.to_vec();
            line.remove(place);
            compare(&line);
        }
    }
}

#[test]
fn two_damaged_bytes_are_judged_the_same() {
    let good = b"GET /b HTTP/1.1";
    let bytes = b" \t\0\r\n\x7f\xffA(/:1.2";
    for one in 0..good.len() {
        for other in one..good.len() {
            for first in bytes {
                for second in bytes {
                    let mut line = good.to_vec();
                    line[one] = *first;
                    line[other] = *second;
                    compare(&line);
                }
            }
        }
    }
}

#[test]
fn httparse_is_more_lenient_where_this_is_told() {
    for line in [
        "\r\nGET / HTTP/1.1",
        "\nGET / HTTP/1.1",
        "GET /caf\u{e9} HTTP/1.1",
    ] {
        assert_eq!(parse(line.as_bytes()), Err(Refusal::BadRequest), "{line:?}");
        assert!(theirs(line.as_bytes()).is_ok(), "{line:?}");
    }
    // The other way round: what it does not know.
    for line in ["GET / HTTP/1.2", "GET / HTTP/1.9"] {
        assert!(parse(line.as_bytes()).is_ok(), "{line:?}");
        assert!(theirs(line.as_bytes()).is_err(), "{line:?}");
    }
}
