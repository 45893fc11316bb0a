//! What etag1 is checked for. Read it as the specification; edits here are undone.

#[path = "../etag1.rs"]
mod etag1;

use etag1::{Conditions, Current, Decision, Response, decide, not_modified};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        a_request_without_conditions_is_performed,
        a_client_that_has_it_gets_304,
        a_value_without_quotes_is_no_tag,
        finds_its_tag_anywhere_in_a_list,
        if_none_match_compares_weakly,
        if_match_compares_strongly,
        what_stands_between_quotes_divides_no_list,
        keeps_apart_tags_of_bytes_that_are_no_text,
        a_broken_list_matches_nothing,
        only_reading_gets_304_all_else_412,
        a_star_matches_whatever_is_there_and_nothing_that_is_not,
        if_none_match_rules_out_if_modified_since,
        if_match_rules_out_if_unmodified_since,
        times_are_compared_where_no_field_rules_them_out,
        if_match_is_asked_before_if_none_match,
        what_is_not_known_says_nothing,
        any_list_is_read_by_its_grammar,
        a_304_has_no_body_and_no_field_that_tells_of_one,
        a_304_keeps_all_other_fields,
    ]);
}

use Decision::{NotModified, Perform, PreconditionFailed};

/// A time of change, as in `Last-Modified`.
const CHANGED: u64 = 1_792_567_680;

/// A request and what it meets.
#[derive(Clone, Copy)]
struct Case<'a> {
    method: &'a str,
    conditions: Conditions<'a>,
    current: Option<Current<'a>>,
}

/// A `GET` of what has this tag and was changed at [`CHANGED`].
fn get(etag: &(impl AsRef<[u8]> + ?Sized)) -> Case<'_> {
    Case {
        method: "GET",
        conditions: Conditions::default(),
        current: Some(Current {
            etag: Some(etag.as_ref()),
            last_modified: Some(CHANGED),
        }),
    }
}

/// A `PUT` to it.
fn put(etag: &str) -> Case<'_> {
    get(etag).method("PUT")
}

impl<'a> Case<'a> {
    fn method(self, method: &'a str) -> Self {
        Case { method, ..self }
    }

    fn if_match(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.conditions.if_match = Some(value.as_ref());
        self
    }

    fn if_none_match(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.conditions.if_none_match = Some(value.as_ref());
        self
    }

    fn if_modified_since(mut self, time: u64) -> Self {
        self.conditions.if_modified_since = Some(time);
        self
    }

    fn if_unmodified_since(mut self, time: u64) -> Self {
        self.conditions.if_unmodified_since = Some(time);
        self
    }

    /// Of what is nowhere.
    fn of_nothing(self) -> Self {
        Case {
            current: None,
            ..self
        }
    }

    fn without_etag(mut self) -> Self {
        if let Some(current) = &mut self.current {
            current.etag = None;
        }
        self
    }

    fn without_time(mut self) -> Self {
        if let Some(current) = &mut self.current {
            current.last_modified = None;
        }
        self
    }

    fn shown(&self) -> String {
        let mut lines = vec![self.method.to_owned()];
        let conditions = &self.conditions;
        let mut add = |name: &str, value: Option<String>| {
            lines.extend(value.map(|value| format!("{name}: {value}")));
        };
        add("If-Match", conditions.if_match.map(shown));
        add("If-None-Match", conditions.if_none_match.map(shown));
        add("If-Modified-Since", conditions.if_modified_since.map(time));
        let unmodified = conditions.if_unmodified_since.map(time);
        add("If-Unmodified-Since", unmodified);
        match self.current {
            None => lines.push("and nothing is there".to_owned()),
            Some(current) => {
                let known = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
                lines.push(format!(
                    "and there: ETag: {}, Last-Modified: {}",
                    known(current.etag.map(shown)),
                    known(current.last_modified.map(time))
                ));
            }
        }
        lines.join("\n")
    }

    /// Expects a decision.
    #[track_caller]
    fn is(self, right: Decision, what: &str, why: &str) {
        let expected = format!("{right:?}");
        let got = no_panic(self.shown(), &expected, why, || {
            decide(self.method, &self.conditions, self.current.as_ref())
        });
        if got != right {
            fail(what)
                .given(self.shown())
                .expected(expected)
                .got(format!("{got:?}"))
                .because(why)
                .raise();
        }
    }
}

/// A field value as it goes over the wire; only what cannot be read is escaped.
fn shown(value: &[u8]) -> String {
    let byte = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte).to_string(),
        byte => bytes::escape(*byte),
    };
    value.iter().map(byte).collect()
}

/// A time as the distance from [`CHANGED`], which is easier to compare.
fn time(seconds: u64) -> String {
    match i128::from(seconds) - i128::from(CHANGED) {
        0 => "T".to_owned(),
        more if more.abs() < 100_000 => format!("T {more:+} s"),
        _ => format!("{seconds} s"),
    }
}

fn a_request_without_conditions_is_performed() {
    let what = "a request without conditions was not performed";
    let why = "it asks for no comparison, so there is nothing to compare";
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        get("\"v7\"").method(method).is(Perform, what, why);
        get("\"v7\"")
            .method(method)
            .of_nothing()
            .is(Perform, what, why);
    }
}

fn a_client_that_has_it_gets_304() {
    let what = "a client that has the current version was not told so";
    let why = "one cover is 160 KB, a 304 is 100 bytes (RFC 9110 §13.1.2)";
    get("\"v7\"")
        .if_none_match("\"v7\"")
        .is(NotModified, what, why);
    get("\"\"").if_none_match("\"\"").is(NotModified, what, why);
    let why = "HEAD is answered as GET would be, without the body (RFC 9110 §9.3.2)";
    let head = get("\"v7\"").method("HEAD");
    head.if_none_match("\"v7\"").is(NotModified, what, why);
    let what = "another version was taken for the current one";
    let why = "the client has an old copy and needs the new one";
    for other in [
        "\"v8\"", "\"V7\"", "\"v\"", "\"v77\"", "\"\"", "\"v7v7\"", "\"W/v7\"",
    ] {
        get("\"v7\"").if_none_match(other).is(Perform, what, why);
    }
}

fn a_value_without_quotes_is_no_tag() {
    let what = "a value without double quotes is no tag, and matched";
    let why = "the quotes belong to the tag: without them it is none (RFC 9110 §8.8.3)";
    for value in ["v7", "'v7'", "\"v7", "v7\""] {
        get("\"v7\"").if_none_match(value).is(Perform, what, why);
        put("\"v7\"")
            .if_match(value)
            .is(PreconditionFailed, what, why);
    }
}

fn finds_its_tag_anywhere_in_a_list() {
    let what = "a list of tags was not read";
    let why = "a client sends the tags of all copies that it has; one of them is enough";
    for list in [
        "\"v7\", \"v6\"",
        "\"v6\", \"v7\"",
        "\"v5\", \"v6\", \"v7\", \"v8\"",
    ] {
        get("\"v7\"").if_none_match(list).is(NotModified, what, why);
        put("\"v7\"").if_match(list).is(Perform, what, why);
    }
    let why = "commas divide, with any spaces and tabs around a tag, or none (RFC 9110 §5.6.1)";
    for list in [
        "\"v6\",\"v7\",\"v8\"",
        "\"v6\" \t,\t \"v7\"\t",
        "\t\"v7\" , \"v6\"",
    ] {
        get("\"v7\"").if_none_match(list).is(NotModified, what, why);
        put("\"v7\"").if_match(list).is(Perform, what, why);
    }
    let what = "a list without the current tag matched";
    let why = "none of its tags is the current one";
    let others = "\"v5\", \"v6\", \"v8\"";
    get("\"v7\"").if_none_match(others).is(Perform, what, why);
    put("\"v7\"")
        .if_match(others)
        .is(PreconditionFailed, what, why);
    let what = "a list of tags was not read";
    let why = "between two commas there may be nothing (RFC 9110 §5.6.1.2)";
    for list in [",\"v7\"", "\"v7\",", "\"v6\",,\"v7\"", " , ,\t, \"v7\" , ,"] {
        get("\"v7\"").if_none_match(list).is(NotModified, what, why);
        put("\"v7\"").if_match(list).is(Perform, what, why);
    }
    let what = "a list without tags matched";
    let why = "nothing between two commas is no tag, not even the empty one, `\"\"`";
    for list in ["", ",", " ,\t,"] {
        get("\"v7\"").if_none_match(list).is(Perform, what, why);
        put("\"v7\"")
            .if_match(list)
            .is(PreconditionFailed, what, why);
        get("\"\"").if_none_match(list).is(Perform, what, why);
    }
}

/// The examples of RFC 9110 §8.8.3.2: two tags, whether they are equal strongly, and weakly.
const EXAMPLES: [(&str, &str, bool, bool); 4] = [
    ("W/\"1\"", "W/\"1\"", false, true),
    ("W/\"1\"", "W/\"2\"", false, false),
    ("W/\"1\"", "\"1\"", false, true),
    ("\"1\"", "\"1\"", true, true),
];

fn if_none_match_compares_weakly() {
    let what = "If-None-Match did not compare weakly";
    let why =
        "whether weak or strong, equal opaque tags are as good for reading (RFC 9110 §8.8.3.2)";
    for (one, two, _, weakly) in EXAMPLES {
        let right = if weakly { NotModified } else { Perform };
        get(one).if_none_match(two).is(right, what, why);
        get(two).if_none_match(one).is(right, what, why);
    }
    let list = "\"2\", W/\"1\"";
    get("\"1\"").if_none_match(list).is(NotModified, what, why);
    get("W/\"1\"")
        .if_none_match("W/\"2\", \"1\"")
        .is(NotModified, what, why);
}

fn if_match_compares_strongly() {
    let what = "If-Match did not compare strongly";
    let why = "a weak tag says \"much the same\": too little to write over it (RFC 9110 §13.1.1)";
    for (one, two, strongly, _) in EXAMPLES {
        let right = if strongly {
            Perform
        } else {
            PreconditionFailed
        };
        put(one).if_match(two).is(right, what, why);
        put(two).if_match(one).is(right, what, why);
        get(one).if_match(two).is(right, what, why);
    }
    let list = "W/\"1\", \"1\"";
    put("\"1\"").if_match(list).is(Perform, what, why);
    put("W/\"1\"")
        .if_match(list)
        .is(PreconditionFailed, what, why);
}

fn what_stands_between_quotes_divides_no_list() {
    let what = "a list was cut inside of a tag";
    let why = "a comma between quotes is a byte of the tag (RFC 9110 §8.8.3)";
    get("\"a,b\"")
        .if_none_match("\"a,b\"")
        .is(NotModified, what, why);
    let list = "\"x,y\", \"a,b\",\"z\"";
    get("\"a,b\"")
        .if_none_match(list)
        .is(NotModified, what, why);
    put("\"a,b\"").if_match(list).is(Perform, what, why);
    for etag in ["\"b\"", "\"a\"", "\"x\"", "\"y\"", "\"\""] {
        get(etag).if_none_match(list).is(Perform, what, why);
        put(etag).if_match(list).is(PreconditionFailed, what, why);
    }
    get("\",\"")
        .if_none_match("\",\", \",,\"")
        .is(NotModified, what, why);
    let many = "\"v6,W/\", \"v7\"";
    get("\"v7\"").if_none_match(many).is(NotModified, what, why);
    let what = "a backslash in a tag was taken for more than a byte";
    let why = "a backslash escapes nothing here: the next quote ends the tag (RFC 9110 §8.8.3)";
    get("\"a\\\"")
        .if_none_match("\"a\\\"")
        .is(NotModified, what, why);
    get("\"v7\"")
        .if_none_match("\"a\\\", \"v7\"")
        .is(NotModified, what, why);
    get("\"n\"").if_none_match("\"\\n\"").is(Perform, what, why);
    let what = "a star or a W/ between quotes was taken for a sign";
    let why = "between quotes all bytes are those of the tag (RFC 9110 §8.8.3)";
    get("\"v7\"").if_none_match("\"*\"").is(Perform, what, why);
    get("\"v7\"").if_none_match("\"W/\"").is(Perform, what, why);
    get("\"W/\"")
        .if_none_match("W/\"W/\"")
        .is(NotModified, what, why);
}

fn keeps_apart_tags_of_bytes_that_are_no_text() {
    let what = "a tag of bytes that are no text was not found again";
    let why = "a tag may hold any byte from 0x80 up, in no encoding at all (RFC 9110 §8.8.3)";
    for byte in 0x80..=0xff_u8 {
        let etag = [b'"', byte, b'"'];
        get(&etag).if_none_match(&etag).is(NotModified, what, why);
    }
    let visible: Vec<u8> = (0x21..=0xff)
        .filter(|b| !matches!(b, 0x22 | 0x7f))
        .collect();
    let etag = [b"\"", &visible[..], b"\""].concat();
    get(&etag).if_none_match(&etag).is(NotModified, what, why);
    let list = [b"\"v7\" , W/", &etag[..], b" ,"].concat();
    get(&etag).if_none_match(&list).is(NotModified, what, why);
    let what = "two tags of other bytes were taken for one";
    let why = "made into text, all bytes that are none become one and the same sign";
    for byte in 0x80..=0xff_u8 {
        let etag = [b'"', byte, b'"'];
        let other = [b'"', byte ^ 1, b'"'];
        get(&etag).if_none_match(&other).is(Perform, what, why);
    }
    let what = "bytes that are no space were taken for space";
    let why = "around a tag stand spaces and tabs only; U+00A0 is two other bytes";
    let list = "\u{a0}\"v7\"\u{a0}";
    get("\"v7\"").if_none_match(list).is(Perform, what, why);
}

fn a_broken_list_matches_nothing() {
    let what = "a value that is no list of tags was believed";
    let none_of_it = "so none of its tags counts";
    let groups = [
        (
            "a tag begins and ends with a double quote; one here does not",
            &[
                "\"v6\", v7, \"v7\"",
                "\"v7\", v6",
                "\"v7\", \"v6",
                "\"v7\", \"",
                "(\"v7\")",
                "\"*",
            ][..],
        ),
        (
            "after a tag comes a comma or the end",
            &[
                "\"v7\" \"v6\"",
                "\"v7\"\"v7\"",
                "\"v7\";\"v6\"",
                "\"v7\"x",
                "\"a\"v7\"b\"",
                "\"v7\"\n,",
            ],
        ),
        (
            "weak is a capital W and a slash right before the quote, nothing else",
            &[
                "w/\"v7\"",
                "W/ \"v7\"",
                "W\"v7\"",
                "W /\"v7\"",
                "/\"v7\"",
                "\"v7\", W/",
                "\"v7\", W",
                "W/W/\"v7\"",
            ],
        ),
        (
            "`*` stands alone, never in a list",
            &["\"v7\", *", "*, \"v7\"", "**", "*,", "*x", "W/*"],
        ),
        (
            "no space and no control byte stands between the quotes",
            &[
                "\"v7\", \"a b\"",
                "\"a b\", \"v7\"",
                "\"v7\", \"a\tb\"",
                "\"x ,\"v7\"",
                "\"v7\", \"x\t, \"v7\"",
                "\"v7\", \"\u{7f}\"",
                "\"v7\", \"\u{1}\"",
            ],
        ),
    ];
    for (rule, values) in groups {
        let why = format!("{rule}; {none_of_it} (RFC 9110 §8.8.3)");
        for broken in values {
            get("\"v7\"").if_none_match(broken).is(Perform, what, &why);
            put("\"v7\"")
                .if_match(broken)
                .is(PreconditionFailed, what, &why);
        }
    }
    let why = "no space and no control byte stands between the quotes (RFC 9110 §8.8.3)";
    for byte in (0..=0x20_u8).chain([0x7f]) {
        let broken = [b"\"v7\", \"a", &[byte][..], b"b\""].concat();
        get("\"v7\"").if_none_match(&broken).is(Perform, what, why);
    }
}

fn a_star_matches_whatever_is_there_and_nothing_that_is_not() {
    let what = "`*` was not taken for \"whatever is there\"";
    let why =
        "If-None-Match: * writes only where nothing is, so that nothing is lost (RFC 9110 §13.1.2)";
    let case = put("\"v7\"").if_none_match("*");
    case.is(PreconditionFailed, what, why);
    case.without_etag()
        .without_time()
        .is(PreconditionFailed, what, why);
    case.of_nothing().is(Perform, what, why);
    get("\"v7\"").if_none_match("*").is(
        NotModified,
        what,
        "a GET that wants nothing that is there",
    );
    get("\"v7\"")
        .if_none_match("*")
        .of_nothing()
        .is(Perform, what, why);
    let why = "If-Match: * writes only over what is there (RFC 9110 §13.1.1)";
    let case = put("W/\"v7\"").if_match("*");
    case.is(Perform, what, why);
    case.without_etag().without_time().is(Perform, what, why);
    case.of_nothing().is(PreconditionFailed, what, why);
    let why = "where nothing is, no tag is equal to a current one";
    put("")
        .of_nothing()
        .if_match("\"v7\"")
        .is(PreconditionFailed, what, why);
    put("")
        .of_nothing()
        .if_none_match("\"v7\"")
        .is(Perform, what, why);
    put("")
        .of_nothing()
        .if_match("")
        .is(PreconditionFailed, what, why);
}

fn only_reading_gets_304_all_else_412() {
    let what = "another method than GET and HEAD got the wrong status";
    let why =
        "to a PUT a 304 says \"use your copy\": who notices that nothing was saved? (§13.1.2)";
    for method in ["PUT", "POST", "DELETE", "PATCH", "get", "OPTIONS"] {
        let case = get("\"v7\"").method(method);
        for value in ["\"v7\"", "W/\"v7\"", "\"v6\", \"v7\""] {
            case.if_none_match(value).is(PreconditionFailed, what, why);
        }
        case.if_none_match("\"v6\"")
            .is(Perform, what, "it is not the current tag: go on");
        let why = "If-Modified-Since is for GET and HEAD alone (RFC 9110 §13.1.3)";
        case.if_modified_since(CHANGED + 1).is(Perform, what, why);
        case.if_modified_since(CHANGED).is(Perform, what, why);
    }
}

fn if_none_match_rules_out_if_modified_since() {
    let what = "If-Modified-Since was asked beside If-None-Match";
    let why =
        "two saves in one second have one time, but two tags: the tag is right (RFC 9110 §13.1.3)";
    for time in [CHANGED - 1, CHANGED, CHANGED + 1] {
        let case = get("\"v7\"").if_modified_since(time);
        case.if_none_match("\"v6\"").is(Perform, what, why);
        case.if_none_match("\"v7\"").is(NotModified, what, why);
        let why = "the field is there, even if it matches nothing";
        case.if_none_match("").is(Perform, what, why);
        case.if_none_match("v7").is(Perform, what, why);
        let case = case.without_etag();
        case.if_none_match("\"v6\"").is(Perform, what, why);
    }
}

fn if_match_rules_out_if_unmodified_since() {
    let what = "If-Unmodified-Since was asked beside If-Match";
    let why =
        "two saves in one second have one time, but two tags: the tag is right (RFC 9110 §13.1.4)";
    for time in [CHANGED - 1, CHANGED, CHANGED + 1] {
        let case = put("\"v7\"").if_unmodified_since(time);
        case.if_match("\"v6\"").is(PreconditionFailed, what, why);
        case.if_match("\"v7\"").is(Perform, what, why);
        case.if_match("*").is(Perform, what, why);
        let why = "the field is there, even if it matches nothing";
        case.if_match("").is(PreconditionFailed, what, why);
        let case = case.without_etag();
        case.if_match("\"v6\"").is(PreconditionFailed, what, why);
    }
}

fn times_are_compared_where_no_field_rules_them_out() {
    let what = "If-Modified-Since was not compared with the last change";
    let why =
        "a copy from the time of the last change, or later, is the current one (RFC 9110 §13.1.3)";
    for method in ["GET", "HEAD"] {
        let case = get("\"v7\"").method(method);
        for time in [CHANGED, CHANGED + 1, u64::MAX] {
            case.if_modified_since(time).is(NotModified, what, why);
        }
        case.without_etag()
            .if_modified_since(CHANGED)
            .is(NotModified, what, why);
        let why = "it has changed since then: the client needs the new one (RFC 9110 §13.1.3)";
        for time in [CHANGED - 1, 0] {
            case.if_modified_since(time).is(Perform, what, why);
        }
    }
    let what = "If-Unmodified-Since was not compared with the last change";
    let why =
        "what changed after the client has read it must not be written over (RFC 9110 §13.1.4)";
    for method in ["PUT", "DELETE", "GET"] {
        let case = get("\"v7\"").method(method);
        for time in [CHANGED - 1, 0] {
            case.if_unmodified_since(time)
                .is(PreconditionFailed, what, why);
        }
        let why = "what has not changed after that time is what the client has read";
        for time in [CHANGED, CHANGED + 1] {
            case.if_unmodified_since(time).is(Perform, what, why);
        }
    }
    let what = "a time was ruled out by a field that does not go with it";
    let why = "If-Match rules out If-Unmodified-Since, If-None-Match If-Modified-Since (RFC 9110 §13.2.2)";
    let case = get("\"v7\"").if_match("\"v7\"");
    case.if_modified_since(CHANGED).is(NotModified, what, why);
    case.if_modified_since(CHANGED - 1).is(Perform, what, why);
    let case = get("\"v7\"").if_none_match("\"v6\"");
    case.if_unmodified_since(CHANGED - 1)
        .is(PreconditionFailed, what, why);
    case.if_unmodified_since(CHANGED).is(Perform, what, why);
}

fn if_match_is_asked_before_if_none_match() {
    let what = "the conditions were asked in the wrong order";
    let why = "what may not be done at all is refused, whatever the client has (RFC 9110 §13.2.2)";
    let case = get("\"v7\"").if_none_match("\"v7\"");
    case.if_match("\"v6\"").is(PreconditionFailed, what, why);
    case.if_match("\"v7\"").is(NotModified, what, why);
    case.if_unmodified_since(CHANGED - 1)
        .is(PreconditionFailed, what, why);
    case.if_unmodified_since(CHANGED).is(NotModified, what, why);
    let case = get("\"v7\"").if_modified_since(CHANGED);
    case.if_match("\"v6\"").is(PreconditionFailed, what, why);
    case.if_unmodified_since(CHANGED - 1)
        .is(PreconditionFailed, what, why);
    case.if_unmodified_since(CHANGED).is(NotModified, what, why);
    let case = put("\"v7\"").if_match("\"v7\"");
    case.if_none_match("\"v7\"")
        .is(PreconditionFailed, what, why);
    case.if_none_match("\"v6\"").is(Perform, what, why);
}

fn what_is_not_known_says_nothing() {
    let what = "something was decided by what nobody knows";
    let why =
        "a time without a last change to compare it with says nothing (RFC 9110 §13.1.3, §13.1.4)";
    for time in [0, CHANGED, u64::MAX] {
        let case = get("\"v7\"").without_time();
        case.if_modified_since(time).is(Perform, what, why);
        case.if_unmodified_since(time).is(Perform, what, why);
        let case = case.of_nothing();
        case.if_modified_since(time).is(Perform, what, why);
        case.if_unmodified_since(time).is(Perform, what, why);
    }
    let why = "where there is no current tag, none is equal to it";
    let case = get("").without_etag();
    for value in ["\"v7\"", "\"\"", "", "W/\"\""] {
        case.if_none_match(value).is(Perform, what, why);
        case.if_match(value).is(PreconditionFailed, what, why);
    }
}

fn any_list_is_read_by_its_grammar() {
    let what = "a list was not read by its grammar";
    let why =
        "tags, commas, spaces around them, nothing between two commas; else it matches nothing";
    for_all("lists of entity tags", 600, |rng| {
        let etag = tag(rng);
        let members = rng.many(0..=5, member);
        let mut value = vec![];
        for (place, (text, _)) in members.iter().enumerate() {
            if place > 0 {
                value.push(b',');
            }
            value.extend(rng.text_of(" \t", 0..=1).bytes());
            value.extend_from_slice(text);
            value.extend(rng.text_of(" \t", 0..=1).bytes());
        }
        let tags: Result<Vec<Tag>, ()> = members
            .into_iter()
            .filter_map(|(_, tag)| tag.transpose())
            .collect();
        let tags = tags.unwrap_or_default();
        let weakly = tags.iter().any(|(_, opaque)| *opaque == etag.1);
        let strongly = !etag.0 && tags.contains(&etag);
        let own = written(&etag);
        let case = get(&own);
        let right = if weakly { NotModified } else { Perform };
        case.if_none_match(&value).is(right, what, why);
        let right = if strongly {
            Perform
        } else {
            PreconditionFailed
        };
        case.if_match(&value).is(right, what, why);
    });
}

/// Weak or strong, and the opaque tag without its quotes. Few of them, so that some are equal.
type Tag = (bool, Vec<u8>);

fn tag(rng: &mut Rng) -> Tag {
    let opaque = *rng.choose(&[&b"a"[..], b"a,b", b"", b"\\", b"W/", b"\xe9", b","]);
    (rng.chance(1, 2), opaque.to_vec())
}

fn written((is_weak, opaque): &Tag) -> Vec<u8> {
    let prefix = if *is_weak { &b"W/\""[..] } else { b"\"" };
    [prefix, opaque, b"\""].concat()
}

/// What may stand between two commas: mostly a tag, sometimes nothing (`Ok(None)`), and seldom
/// what makes the whole list wrong.
fn member(rng: &mut Rng) -> (Vec<u8>, Result<Option<Tag>, ()>) {
    match rng.range(0..16) {
        0 => (vec![], Ok(None)),
        1 => {
            let wrong = [
                &b"a"[..],
                b"w/\"a\"",
                b"W/ \"a\"",
                b"**",
                b"\"a\"\"a\"",
                b"W/",
                b"\"a \"",
            ];
            (rng.choose(&wrong).to_vec(), Err(()))
        }
        _ => {
            let tag = tag(rng);
            (written(&tag), Ok(Some(tag)))
        }
    }
}

/// A 200 with these fields.
fn full(fields: &[(&str, &str)]) -> Response {
    let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
    Response {
        status: 200,
        fields: fields.iter().map(owned).collect(),
        body: b"\x89PNG...".to_vec(),
    }
}

fn lines(response: &Response) -> String {
    let mut text = format!("status {}\n", response.status);
    for (name, value) in &response.fields {
        text += &format!("{name}: {value}\n");
    }
    text + &format!("body {}", bytes::quote(&response.body))
}

const BODY: &str =
    "a 304 ends with its fields; bytes after them are read as the next response (RFC 9112 §6.3)";

/// Expects of a 200 a 304 with only those fields that are marked with `true`.
#[track_caller]
fn becomes(fields: &[(&str, &str, bool)], what: &str, why: &str) {
    let all: Vec<(&str, &str)> = fields.iter().map(|field| (field.0, field.1)).collect();
    let kept = fields.iter().filter(|field| field.2);
    let kept: Vec<(&str, &str)> = kept.map(|field| (field.0, field.1)).collect();
    let given = full(&all);
    let right = Response {
        status: 304,
        body: vec![],
        ..full(&kept)
    };
    let text = lines(&given);
    let got = no_panic(&text, lines(&right), why, || not_modified(given));
    let why = match (got.status, got.body.is_empty()) {
        (304, true) => why,
        (304, false) => BODY,
        _ => "304 is the status that says: use your copy (RFC 9110 §15.4.5)",
    };
    if got != right {
        fail(what)
            .given(text)
            .expected(lines(&right))
            .got(lines(&got))
            .because(why)
            .raise();
    }
}

fn a_304_has_no_body_and_no_field_that_tells_of_one() {
    let what = "a 304 tells of a body that it has not";
    let why = "what a 304 says of a body, caches say of their copy from then on (RFC 9110 §15.4.5)";
    becomes(&[("ETag", "\"v7\"", true)], what, why);
    becomes(&[], what, why);
    for field in [
        ("Content-Length", "7", false),
        ("Content-Type", "image/png", false),
        ("Content-Encoding", "br", false),
        ("Content-Language", "de", false),
    ] {
        becomes(&[("ETag", "\"v7\"", true), field], what, why);
    }
    let why = "upper and lower case of a field's name are the same (RFC 9110 §5.1)";
    becomes(
        &[
            ("content-length", "7", false),
            ("CONTENT-TYPE", "image/png", false),
            ("etag", "\"v7\"", true),
            ("content-encoding", "br", false),
            ("CONTENT-language", "de", false),
        ],
        what,
        why,
    );
    let why = "a field may stand there twice";
    becomes(
        &[
            ("Content-Language", "en", false),
            ("Content-Language", "de", false),
            ("ETag", "\"v7\"", true),
        ],
        what,
        why,
    );
}

fn a_304_keeps_all_other_fields() {
    let what = "a 304 lost or changed a field that it must keep";
    let why = "only four fields go; this one says where that form is found (RFC 9110 §8.7)";
    becomes(
        &[
            ("Content-Location", "/covers/7.png", true),
            ("Content-Type", "image/png", false),
        ],
        what,
        why,
    );
    let why = "caches learn from it how long the copy may be used, and for whom (RFC 9110 §15.4.5)";
    becomes(
        &[
            ("Date", "Wed, 21 Oct 2026 07:28:00 GMT", true),
            ("Content-Type", "image/png", false),
            ("Cache-Control", "max-age=60", true),
            ("Content-Location", "/covers/7.png", true),
            ("ETag", "W/\"a, b\"", true),
            ("Expires", "Wed, 21 Oct 2026 07:29:00 GMT", true),
            ("Vary", "Accept", true),
            ("Content-Length", "7", false),
        ],
        what,
        why,
    );
    becomes(
        &[
            ("vary", "Accept", true),
            ("Set-Cookie", "a=1", true),
            ("CONTENT-LOCATION", "/covers/7.png", true),
            ("Set-Cookie", "b=2", true),
            ("Content-Security-Policy", "default-src 'self'", true),
            ("X-Content-Type", "x", true),
            ("Connection", "close", true),
            ("Vary", "Cookie", true),
        ],
        what,
        why,
    );
    let why = "fields stay as they were sent, also two that are equal";
    becomes(
        &[
            ("Link", "</c.css>", true),
            ("Link", "</c.css>", true),
            ("ETag", "\"v7\"", true),
        ],
        what,
        why,
    );
}
