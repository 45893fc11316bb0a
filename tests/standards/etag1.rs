//! The solution of etag1 against other readings of RFC 9110: truth tables made by hand from its
//! text, the `http` crate's rules for field values, and a second reader of lists that knows nothing
//! of the first.

#[path = "../../exercises/03_semantics/solutions/etag1.rs"]
mod solution;

use http::HeaderValue;
use solution::Decision::{NotModified, Perform, PreconditionFailed};
use solution::{Conditions, Current, Decision, Response, decide, not_modified};

/// What a `GET` gets that sends this `If-None-Match`.
fn none_match(value: &[u8], etag: &[u8]) -> Decision {
    let conditions = Conditions {
        if_none_match: Some(value),
        ..Conditions::default()
    };
    decide("GET", &conditions, Some(&current(etag)))
}

/// What a `PUT` gets that sends this `If-Match`.
fn if_match(value: &[u8], etag: &[u8]) -> Decision {
    let conditions = Conditions {
        if_match: Some(value),
        ..Conditions::default()
    };
    decide("PUT", &conditions, Some(&current(etag)))
}

fn current(etag: &[u8]) -> Current<'_> {
    Current {
        etag: Some(etag),
        last_modified: None,
    }
}

/// RFC 9110 §8.8.3.2, the table.
#[test]
fn compares_tags_as_the_table_of_the_rfc_says() {
    for (one, two, strongly, weakly) in [
        (r#"W/"1""#, r#"W/"1""#, false, true),
        (r#"W/"1""#, r#"W/"2""#, false, false),
        (r#"W/"1""#, r#""1""#, false, true),
        (r#""1""#, r#""1""#, true, true),
    ] {
        for (etag, sent) in [(one, two), (two, one)] {
            let (etag, sent) = (etag.as_bytes(), sent.as_bytes());
            assert_eq!(none_match(sent, etag) == NotModified, weakly);
            assert_eq!(if_match(sent, etag) == Perform, strongly);
        }
    }
}

/// RFC 9110 §13.1.1 and §13.1.2, the examples.
#[test]
fn reads_the_examples_of_the_rfc() {
    for (sent, holds_xyzzy) in [
        (r#""xyzzy""#, true),
        (r#""xyzzy", "r2d2xxxx", "c3piozzzz""#, true),
        (r#"W/"xyzzy", W/"r2d2xxxx", W/"c3piozzzz""#, true),
        ("*", true),
        (r#""r2d2xxxx", "c3piozzzz""#, false),
        (r#""""#, false),
    ] {
        let found = none_match(sent.as_bytes(), br#""xyzzy""#) == NotModified;
        assert_eq!(found, holds_xyzzy, "{sent}");
        let may_write = holds_xyzzy && !sent.contains("W/");
        let performed = if_match(sent.as_bytes(), br#""xyzzy""#) == Perform;
        assert_eq!(performed, may_write, "{sent}");
    }
}

/// RFC 9110 §13.2.2, step by step, for each method and each state of each condition. A condition is
/// absent (`None`), true or false.
#[test]
fn asks_the_conditions_in_the_order_of_the_rfc() {
    const CHANGED: u64 = 1_000;
    let states = [None, Some(true), Some(false)];
    for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"] {
        for a in states {
            for b in states {
                for c in states {
                    for d in states {
                        let conditions = Conditions {
                            if_match: a.map(tag),
                            if_unmodified_since: b.map(|holds| time(holds, CHANGED)),
                            if_none_match: c.map(|holds| tag(!holds)),
                            if_modified_since: d.map(|holds| time(!holds, CHANGED)),
                        };
                        let current = Current {
                            etag: Some(br#""now""#),
                            last_modified: Some(CHANGED),
                        };
                        let got = decide(method, &conditions, Some(&current));
                        let right = steps(method, [a, b, c, d]);
                        assert_eq!(got, right, "{method} {conditions:?}");
                    }
                }
            }
        }
    }
}

fn tag(is_current: bool) -> &'static [u8] {
    if is_current { br#""now""# } else { br#""old""# }
}

/// A time not before the last change, or before it.
fn time(is_late: bool, changed: u64) -> u64 {
    if is_late { changed } else { changed - 1 }
}

/// The six steps of RFC 9110 §13.2.2 as they are numbered there, without ranges.
fn steps(method: &str, [step1, step2, step3, step4]: [Option<bool>; 4]) -> Decision {
    let get_or_head = method == "GET" || method == "HEAD";
    if step1 == Some(false) {
        return PreconditionFailed;
    }
    if step1.is_none() && step2 == Some(false) {
        return PreconditionFailed;
    }
    if step3 == Some(false) {
        return if get_or_head {
            NotModified
        } else {
            PreconditionFailed
        };
    }
    if get_or_head && step3.is_none() && step4 == Some(false) {
        return NotModified;
    }
    Perform
}

/// Every byte that the `http` crate lets into a field value, and that RFC 9110 §8.8.3 lets into a
/// tag, and no other.
#[test]
fn a_tag_holds_the_bytes_that_the_grammar_names() {
    for byte in 0..=u8::MAX {
        let tag = [b'"', byte, b'"'];
        let is_field_value = HeaderValue::from_bytes(&tag).is_ok();
        let etagc = byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
        assert!(is_field_value || !etagc, "etagc is part of field-vchar");
        let list = [&tag[..], br#", "v7""#].concat();
        let is_read = none_match(&list, br#""v7""#) == NotModified;
        // `"""` is an empty tag and a quote too many.
        assert_eq!(is_read, etagc, "{byte:#04x}");
    }
}

/// All values of up to five pieces, read a second time by trying every way in which the grammar can
/// read them.
#[test]
fn reads_every_short_value_as_the_grammar_does() {
    let pieces = [&b"\"a\""[..], b"W/", b"\"", b",", b" ", b"a", b"*"];
    let mut values: Vec<Vec<u8>> = vec![vec![]];
    let mut from = 0;
    for _ in 0..5 {
        let to = values.len();
        for place in from..to {
            for piece in pieces {
                values.push([&values[place][..], piece].concat());
            }
        }
        from = to;
    }
    for value in &values {
        // A field value begins and ends with visible bytes (RFC 9110 §5.5): a bare `*` has no space.
        let value = value.trim_ascii();
        let tags = grammar::list(value);
        for etag in [&br#""a""#[..], br#"W/"a""#, br#""""#, br#"",""#, br#""*""#] {
            let (weak, opaque) = grammar::split(etag);
            let holds = |test: &dyn Fn(bool, &[u8]) -> bool| {
                value == b"*"
                    || tags.as_ref().is_some_and(|tags| {
                        tags.iter().any(|tag| {
                            let (weak, opaque) = grammar::split(tag);
                            test(weak, opaque)
                        })
                    })
            };
            let weakly = holds(&|_, other| other == opaque);
            let strongly = holds(&|other_weak, other| other == opaque && !weak && !other_weak);
            let shown = String::from_utf8_lossy(value);
            assert_eq!(none_match(value, etag) == NotModified, weakly, "{shown}");
            assert_eq!(if_match(value, etag) == Perform, strongly, "{shown}");
        }
    }
}

/// A slow reader: `#element = [ element ] *( OWS "," OWS [ element ] )` (RFC 9110 §5.6.1.2), tried
/// at every comma.
mod grammar {
    /// The tags of a list, if it can be read as one in any way.
    pub fn list(value: &[u8]) -> Option<Vec<&[u8]>> {
        let whole = value.trim_ascii();
        if let Some(only) = element(whole) {
            return Some(only);
        }
        let commas = (0..value.len()).filter(|place| value[*place] == b',');
        for comma in commas {
            let Some(mut tags) = element(value[..comma].trim_ascii()) else {
                continue;
            };
            if let Some(rest) = list(&value[comma + 1..]) {
                tags.extend(rest);
                return Some(tags);
            }
        }
        None
    }

    /// Nothing, or an entity tag that is the whole text.
    fn element(text: &[u8]) -> Option<Vec<&[u8]>> {
        if text.is_empty() {
            return Some(vec![]);
        }
        let (_, opaque) = split(text);
        let inside = opaque.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let etagc = |byte: &u8| !matches!(byte, 0..=0x20 | b'"' | 0x7f);
        inside.iter().all(etagc).then_some(vec![text])
    }

    /// Whether a tag is weak, and its opaque tag.
    pub fn split(tag: &[u8]) -> (bool, &[u8]) {
        match tag {
            [b'W', b'/', opaque @ ..] => (true, opaque),
            opaque => (false, opaque),
        }
    }
}

/// RFC 9110 §15.4.5, read as a response by the `http` crate: what must be there is, and nothing tells
/// of a body.
#[test]
fn a_304_says_what_it_must_and_has_no_body() {
    let must = [
        ("Content-Location", "/covers/7.png"),
        ("Date", "Wed, 21 Oct 2026 07:28:00 GMT"),
        ("ETag", r#""v7""#),
        ("Vary", "Accept"),
        ("Cache-Control", "max-age=60"),
        ("Expires", "Wed, 21 Oct 2026 07:29:00 GMT"),
    ];
    let of_the_body = [
        ("Content-Type", "image/png"),
        ("Content-Length", "7"),
        ("Content-Encoding", "br"),
        ("Content-Language", "de"),
    ];
    let fields = must.iter().chain(&of_the_body);
    let fields = fields.map(|(name, value)| (name.to_string(), value.to_string()));
    let answer = not_modified(Response {
        status: 200,
        fields: fields.collect(),
        body: b"PNG....".to_vec(),
    });
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in &answer.fields {
        response = response.header(name, value);
    }
    let response = response.body(answer.body).expect("a well-formed response");
    assert_eq!(response.status(), http::StatusCode::NOT_MODIFIED);
    assert!(response.body().is_empty());
    for (name, value) in must {
        assert_eq!(response.headers()[name], value);
    }
    for (name, _) in of_the_body {
        assert!(!response.headers().contains_key(name), "{name}");
    }
}
