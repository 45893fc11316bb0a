//! `cookie1`: what the solution writes is read by the `cookie` crate, and the other way around.

#[path = "../../exercises/03_semantics/solutions/cookie1.rs"]
mod solution;

use cookie::{Cookie, SameSite};
use solution::SetCookie;

const NAMES: [&str; 4] = ["id", "__Host-id", "__Secure-id", "!#$%&'*+-.^_`|~09azAZ"];
const VALUES: [&str; 7] = ["", "1", "\"1\"", "\"\"", "MTIzNA==", "%41%3B+", "a=b=c"];

/// All cookies that can be made of a few values for each field.
fn cookies() -> Vec<SetCookie<'static>> {
    let mut cookies = Vec::new();
    let sites = [
        None,
        Some(solution::SameSite::Strict),
        Some(solution::SameSite::Lax),
        Some(solution::SameSite::None),
    ];
    for name in NAMES {
        for value in VALUES {
            for path in [None, Some("/"), Some("/books/a b")] {
                for domain in [None, Some("marginalia.example")] {
                    for same_site in sites {
                        for flags in 0..8 {
                            cookies.push(SetCookie {
                                name,
                                value,
                                path,
                                domain,
                                same_site,
                                secure: flags & 1 > 0,
                                http_only: flags & 2 > 0,
                                max_age: (flags & 4 > 0).then_some(86_400),
                            });
                        }
                    }
                }
            }
        }
    }
    cookies
}

#[test]
fn the_cookie_crate_reads_what_is_written() {
    let mut written = 0;
    for cookie in cookies() {
        let Ok(text) = cookie.value() else {
            continue;
        };
        written += 1;
        let read = Cookie::parse(&text).expect("a cookie");
        assert_eq!(read.name(), cookie.name, "{text}");
        assert_eq!(read.value(), cookie.value, "{text}");
        // The crate says `None` both where a flag is missing and where it was never parsed.
        assert_eq!(read.secure().unwrap_or(false), cookie.secure, "{text}");
        assert_eq!(
            read.http_only().unwrap_or(false),
            cookie.http_only,
            "{text}"
        );
        assert_eq!(read.path(), cookie.path, "{text}");
        assert_eq!(read.domain(), cookie.domain, "{text}");
        let seconds = read.max_age().map(|age| age.whole_seconds());
        assert_eq!(seconds, cookie.max_age.map(i64::from), "{text}");
        let same_site = cookie.same_site.map(|same_site| match same_site {
            solution::SameSite::Strict => SameSite::Strict,
            solution::SameSite::Lax => SameSite::Lax,
            solution::SameSite::None => SameSite::None,
        });
        assert_eq!(read.same_site(), same_site, "{text}");
    }
    assert!(written > 1_000, "{written}");
}

#[test]
fn the_examples_of_the_standard_are_refused_or_written() {
    // draft-ietf-httpbis-rfc6265bis §4.1.3.
    let refused = [
        "__Secure-SID=12345; Domain=site.example",
        "__Host-SID=12345",
        "__Host-SID=12345; Secure",
        "__Host-SID=12345; Domain=site.example",
        "__Host-SID=12345; Domain=site.example; Path=/",
        "__Host-SID=12345; Secure; Domain=site.example; Path=/",
    ];
    let accepted = [
        "__Secure-SID=12345; Domain=site.example; Secure",
        "__Host-SID=12345; Secure; Path=/",
        "SID=31d4d96e407aad42; Path=/; Secure; HttpOnly",
        "lang=en-US; Path=/; Domain=site.example",
    ];
    let good = |example: &str| {
        let read = Cookie::parse(example.to_owned()).expect("a cookie");
        let cookie = SetCookie {
            name: read.name(),
            value: read.value(),
            secure: read.secure() == Some(true),
            http_only: read.http_only() == Some(true),
            path: read.path(),
            domain: read.domain(),
            ..SetCookie::default()
        };
        cookie.value().is_ok()
    };
    assert!(!refused.into_iter().any(good));
    assert!(accepted.into_iter().all(good));
}

#[test]
fn both_read_the_same_cookies() {
    let pair = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    let pieces = [
        "a", "b=", "=", ";", "; ", " ", "\t", "\"", "%41", "é", "__Host-",
    ];
    let mut headers = vec![String::new()];
    let mut from = 0;
    for _ in 0..4 {
        let to = headers.len();
        for index in from..to {
            let longer = pieces.map(|piece| format!("{}{piece}", headers[index]));
            headers.extend(longer);
        }
        from = to;
    }
    for header in &headers {
        let theirs: Vec<_> = Cookie::split_parse(header.as_str())
            .flatten()
            .map(|cookie| pair(cookie.name(), cookie.value()))
            .collect();
        let ours: Vec<_> = solution::parse(header.as_bytes())
            .into_iter()
            .map(|cookie| (cookie.name, cookie.value))
            .collect();
        assert_eq!(ours, theirs, "{header:?}");
    }
}

#[test]
fn what_the_crate_sends_is_read() {
    for name in NAMES {
        for value in VALUES {
            let header = [Cookie::new(name, value), Cookie::new("b", "2")];
            let header = header
                .map(|cookie| cookie.stripped().to_string())
                .join("; ");
            let read = solution::parse(header.as_bytes());
            assert_eq!(read.len(), 2, "{header}");
            assert_eq!(read[0].name, name.as_bytes(), "{header}");
            assert_eq!(read[0].value, value.as_bytes(), "{header}");
        }
    }
}
