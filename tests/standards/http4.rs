//! The solution of http4 against percent-encoding, and against the form-urlencoded parser of the
//! URL standard (<https://url.spec.whatwg.org/#urlencoded-parsing>).

#[path = "../../exercises/02_http/solutions/http4.rs"]
mod solution;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use solution::Target;

/// Whether each `%` has its two digits: percent-encoding lets the others stand as they are, which
/// the URL standard asks for and we refuse.
fn is_well_formed(text: &str) -> bool {
    let mut parts = text.split('%');
    let _before = parts.next();
    parts.all(|part| {
        let digits = part.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// One part as percent-encoding decodes it, where that is allowed here.
fn decoded(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    is_well_formed(part).then(|| text.into_owned())
}

/// Names and values.
type Pairs = Vec<(String, String)>;

/// A target taken apart by the words of the standards, decoded by percent-encoding.
fn theirs(target: &str) -> Option<(Vec<String>, Pairs)> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments: Option<_> = path.split('/').skip(1).map(decoded).collect();
    let pair = |sequence: &str| {
        let (name, value) = sequence.split_once('=').unwrap_or((sequence, ""));
        let part = |part: &str| decoded(&part.replace('+', " "));
        Some((part(name)?, part(value)?))
    };
    let sequences = query.split('&').filter(|sequence| !sequence.is_empty());
    let query: Option<_> = sequences.map(pair).collect();
    Some((segments?, query?))
}

#[track_caller]
fn compare(target: &str) {
    let ours = Target::parse(target).ok();
    let ours = ours.map(|target| (target.segments, target.query));
    assert_eq!(ours, theirs(target), "{target:?}");
}

#[test]
fn all_short_targets_are_decoded_the_same() {
    let alphabet = [
        "%",
        "4",
        "1",
        "C",
        "3",
        "a",
        "f",
        "+",
        "-",
        "g",
        "/",
        "?",
        "&",
        "=",
        "%C3",
        "%A9",
        "%2F",
        "%26",
        "%3D",
        "%2B",
        "%25",
        "%00",
        "%FF",
        "%F0%9F%93%9A",
        "%ED%A0%80",
        "%C0%AF",
    ];
    for first in alphabet {
        for second in alphabet {
            for third in alphabet {
                compare(&format!("/{first}{second}{third}"));
                compare(&format!("/b?{first}{second}{third}"));
            }
            compare(&format!(
                "/{first}b{second}?{second}={first}&{first}{second}"
            ));
        }
    }
}

#[test]
fn what_percent_encoding_encodes_is_read_back() {
    for text in [
        "",
        "war and peace",
        "R&B",
        "c++",
        "AC/DC",
        "100%",
        "%41",
        "caf\u{e9}",
        "e\u{301}",
        "\u{feff}\u{672c} \u{1f4da}",
        "\0\r\n\t\u{7f}",
        "a=b;c#d?e",
        "\u{10ffff}",
    ] {
        let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let target = Target::parse(&format!("/a/{encoded}?{encoded}x={encoded}")).unwrap();
        assert_eq!(target.segments, ["a", text]);
        assert_eq!(target.query, [(format!("{text}x"), text.to_owned())]);
    }
}

/// The query that the URL standard's parser makes pairs of, by its steps in §5.1, and those pairs.
#[test]
fn queries_are_read_as_the_url_standard_has_them() {
    for (query, pairs) in [
        // 1 and 2: cut at `&`, and empty sequences are skipped.
        ("", &[][..]),
        ("&", &[]),
        ("&&&", &[]),
        ("a&b", &[("a", ""), ("b", "")]),
        ("&a=1&&b=2&", &[("a", "1"), ("b", "2")]),
        // 3.2 and 3.3: the first `=`; without one, the value is empty.
        ("a", &[("a", "")]),
        ("a=", &[("a", "")]),
        ("=a", &[("", "a")]),
        ("=", &[("", "")]),
        ("a=b=c", &[("a", "b=c")]),
        ("a==", &[("a", "=")]),
        // 3.4: `+` is a space, before anything is decoded.
        ("a+b=c+d", &[("a b", "c d")]),
        ("a=1%2B1", &[("a", "1+1")]),
        // 3.5: percent-decoded, UTF-8 without BOM handling.
        ("%61=%62", &[("a", "b")]),
        ("a=%e2%82%ac", &[("a", "\u{20ac}")]),
        ("%EF%BB%BFa=%EF%BB%BF", &[("\u{feff}a", "\u{feff}")]),
        ("a=%EF%BF%BD", &[("a", "\u{fffd}")]),
        // Names may come again, and stay in order.
        ("b=1&a=2&b=3", &[("b", "1"), ("a", "2"), ("b", "3")]),
        ("a;b=c;d", &[("a;b", "c;d")]),
    ] {
        let target = Target::parse(&format!("/?{query}")).unwrap();
        let ours = target.query.iter();
        let ours: Vec<_> = ours.map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(ours, pairs, "{query:?}");
    }
}

/// The URL standard's parser never fails: it leaves a bare `%` as it is and replaces what is no
/// UTF-8. A server that guesses so has two names for one thing; ours refuses.
#[test]
fn what_the_url_standard_repairs_is_refused() {
    for query in [
        "a=%", "a=%4", "a=%zz", "%=a", "a=%%41", "a=%FF", "%C3=a", "a=%C3x",
    ] {
        assert!(Target::parse(&format!("/?{query}")).is_err(), "{query:?}");
    }
}
