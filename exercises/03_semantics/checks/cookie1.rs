//! What cookie1 is checked for. Read it as the specification; edits here are undone.

#[path = "../cookie1.rs"]
mod cookie1;

use cookie1::{Cookie, Refused, SameSite, SetCookie};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        reads_the_cookies_in_their_order,
        keeps_the_equals_signs_of_a_value,
        keeps_all_cookies_of_one_name,
        changes_nothing_in_a_name_or_a_value,
        takes_off_spaces_and_tabs_and_nothing_else,
        skips_what_is_no_cookie,
        reads_back_what_was_sent,
        writes_what_is_set_and_nothing_else,
        refuses_a_name_that_is_no_token,
        refuses_a_value_that_would_say_more,
        refuses_a_path_that_would_say_more,
        refuses_a_domain_that_is_none,
        writes_same_site_none_only_with_secure,
        keeps_what_the_beginning_of_a_name_promises,
        writes_what_may_be_written_and_refuses_the_rest,
    ]);
}

fn cookie(name: &[u8], value: &[u8]) -> Cookie {
    let (name, value) = (name.to_vec(), value.to_vec());
    Cookie { name, value }
}

/// The cookies, a line each.
fn list(cookies: &[Cookie]) -> String {
    if cookies.is_empty() {
        return "no cookie".to_owned();
    }
    let line = |Cookie { name, value }: &Cookie| {
        format!("{} is {}", bytes::quote(name), bytes::quote(value))
    };
    cookies.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A field value as it goes over the wire, if it can be read so.
fn shown(header: &[u8]) -> String {
    let is_readable = header.iter().all(|byte| matches!(byte, b' '..=b'~'));
    match header {
        [b'!'..=b'~', .., b'!'..=b'~'] if is_readable => {
            String::from_utf8_lossy(header).into_owned()
        }
        _ => bytes::quote(header),
    }
}

/// Expects these cookies, given as name and value.
#[track_caller]
fn reads(what: &str, header: impl AsRef<[u8]>, right: &[(&[u8], &[u8])], why: &str) {
    let header = header.as_ref();
    let right: Vec<Cookie> = right
        .iter()
        .map(|(name, value)| cookie(name, value))
        .collect();
    let given = format!("Cookie: {}", shown(header));
    let got = no_panic(&given, list(&right), why, || cookie1::parse(header));
    if got != right {
        fail(what)
            .given(given)
            .expected(list(&right))
            .got(list(&got))
            .because(why)
            .raise();
    }
}

fn reads_the_cookies_in_their_order() {
    let what = "the cookies were not read as they were sent";
    let why = "a semicolon divides the cookies, and they keep their order (RFC 6265bis §4.2.1)";
    reads(what, "session=31d4d96e", &[(b"session", b"31d4d96e")], why);
    let header = "theme=dark; session=31d4; lang=de";
    let right: &[(&[u8], &[u8])] = &[(b"theme", b"dark"), (b"session", b"31d4"), (b"lang", b"de")];
    reads(what, header, right, why);
    let why = "a semicolon divides, also where no space follows it";
    reads(what, "theme=dark;session=31d4;lang=de", right, why);
    let why = "an empty value is a value: the cookie is there";
    reads(what, "a=; b=2", &[(b"a", b""), (b"b", b"2")], why);
    reads(what, "a=", &[(b"a", b"")], why);
    reads(what, "", &[], "there is nothing to read");
}

fn keeps_the_equals_signs_of_a_value() {
    let what = "a value with an equals sign in it was not read as a whole";
    let why = "only the first equals sign divides; Base64 ends with up to two";
    reads(what, "session=MTIzNA==", &[(b"session", b"MTIzNA==")], why);
    reads(
        what,
        "a=b=c; d==; e==f",
        &[(b"a", b"b=c"), (b"d", b"="), (b"e", b"=f")],
        why,
    );
}

fn keeps_all_cookies_of_one_name() {
    let what = "of several cookies of one name, not all were handed out in their order";
    let why =
        "another host or path may have set one: who sees both can refuse (RFC 6265bis §4.2.2)";
    reads(
        what,
        "id=evil; theme=dark; id=mine",
        &[(b"id", b"evil"), (b"theme", b"dark"), (b"id", b"mine")],
        why,
    );
    reads(what, "id=1; id=1", &[(b"id", b"1"), (b"id", b"1")], why);
    let why = "the names of cookies differ in their case, too";
    reads(
        what,
        "id=1; ID=2; Id=3",
        &[(b"id", b"1"), (b"ID", b"2"), (b"Id", b"3")],
        why,
    );
}

fn changes_nothing_in_a_name_or_a_value() {
    let what = "a name or a value was changed";
    let why = "where a name or value is put into another case, it is another one";
    reads(what, "Theme=DARK", &[(b"Theme", b"DARK")], why);
    let why = "nothing is decoded: what a value means is known only to the code that wrote it";
    reads(what, "a=%41%3B", &[(b"a", b"%41%3B")], why);
    reads(
        what,
        "a=1+x; %61=b; c=&amp",
        &[(b"a", b"1+x"), (b"%61", b"b"), (b"c", b"&amp")],
        why,
    );
    let why = "a comma or a space inside of a value is part of it: only semicolons divide";
    reads(what, "a=2, b=3 4", &[(b"a", b"2, b=3 4")], why);
    let why = "quotes are part of the value, and are sent back like that (RFC 6265bis §4.1.1)";
    reads(what, "a=\"dark\"", &[(b"a", b"\"dark\"")], why);
    let why = "quotes protect nothing: a semicolon divides wherever it stands";
    reads(
        what,
        "a=\"x; admin=yes\"; b=2",
        &[(b"a", b"\"x"), (b"admin", b"yes\""), (b"b", b"2")],
        why,
    );
    let why = "quotes are part of the value, also one alone (RFC 6265bis §4.1.1)";
    reads(
        what,
        "b=\"; c=\"\"; d=\"x",
        &[(b"b", b"\""), (b"c", b"\"\""), (b"d", b"\"x")],
        why,
    );
    let what = "a cookie was left out or changed for its name";
    let why = "a script can set a cookie with any name; only names to be written must be tokens";
    for (header, name) in [
        ("$Version=1", "$Version"),
        ("cart[0]=1", "cart[0]"),
        ("a,b=1", "a,b"),
        ("x y=1", "x y"),
    ] {
        reads(what, header, &[(name.as_bytes(), b"1")], why);
    }
    let what = "a name or a value was changed";
    let why = "bytes from 0x80 up may be of any encoding, and stay what they are";
    reads(
        what,
        b"a=caf\xe9; \xff=\x80; n=\xc3\xa9\xe6\x9c\xac",
        &[
            (b"a", b"caf\xe9"),
            (b"\xff", b"\x80"),
            (b"n", "é本".as_bytes()),
        ],
        why,
    );
}

fn takes_off_spaces_and_tabs_and_nothing_else() {
    let what = "the spaces and tabs around a name or a value were not taken off";
    let why = "they are no part of it, wherever they stand around it";
    reads(what, "a = 1 ; b=2", &[(b"a", b"1"), (b"b", b"2")], why);
    reads(what, "a=\t1; b\t=2", &[(b"a", b"1"), (b"b", b"2")], why);
    reads(
        what,
        "  a=1 ;\tb = 2\t; \t c \t=\t 3 4 ",
        &[(b"a", b"1"), (b"b", b"2"), (b"c", b"3 4")],
        why,
    );
    reads(what, "a= ; b=\t", &[(b"a", b""), (b"b", b"")], why);
    let what = "something else than spaces and tabs was taken off a name or a value";
    let why = "a browser lets any host set this name, but only yours `__Host-session`: do not make one of the other";
    for blank in [
        "\u{a0}", "\u{2000}", "\u{85}", "\u{3000}", "\u{feff}",
        // White space of ASCII that is neither a space nor a tab.
        "\u{c}",
    ] {
        let name = format!("{blank}__Host-session");
        let header = format!("{name}=evil; __Host-session=mine{blank}");
        let mine = format!("mine{blank}");
        let right: &[(&[u8], &[u8])] = &[
            (name.as_bytes(), b"evil"),
            (b"__Host-session", mine.as_bytes()),
        ];
        reads(what, header, right, why);
    }
}

fn skips_what_is_no_cookie() {
    let what = "what is no cookie was not skipped";
    let why =
        "without an equals sign there is no name: to guess one is to let a stranger choose it";
    reads(what, "session", &[], why);
    reads(
        what,
        "a=1; session; b=2",
        &[(b"a", b"1"), (b"b", b"2")],
        why,
    );
    let why = "a cookie without a name is none";
    for header in ["=1", " =1", "\t = 1", "=", "=a=b"] {
        reads(what, header, &[], why);
    }
    reads(what, "=x; a=1; =; b=2", &[(b"a", b"1"), (b"b", b"2")], why);
    let why = "between two semicolons without anything else there is no cookie";
    for header in [";", ";;", " ; ; ", ";\t;"] {
        reads(what, header, &[], why);
    }
    reads(what, ";a=1;; b=2; ;", &[(b"a", b"1"), (b"b", b"2")], why);
}

fn reads_back_what_was_sent() {
    let name = "what was sent is read";
    let why = "each cookie is read as it was sent, byte by byte, whatever stands beside it";
    for_all(name, 400, |rng| {
        let word = |rng: &mut Rng, unwanted: &[u8]| {
            let mut word = rng.bytes(0..=5);
            if rng.chance(1, 2) {
                word = rng.text_of("a=\" %4A", 0..=5).into_bytes();
            }
            word.retain(|byte| !unwanted.contains(byte));
            // What control bytes do here is not asked: a header field has none.
            word.retain(|byte| !byte.is_ascii_control());
            let blank = |byte: Option<&u8>| byte == Some(&b' ');
            while blank(word.first()) {
                word.remove(0);
            }
            while blank(word.last()) {
                word.pop();
            }
            word
        };
        let sent = rng.many(0..=5, |rng| {
            let around = [(); 4].map(|()| rng.text_of(" \t", 0..=1));
            (word(rng, b";="), word(rng, b";"), around)
        });
        let mut header = Vec::new();
        let mut right: Vec<(&[u8], &[u8])> = Vec::new();
        for (index, (name, value, around)) in sent.iter().enumerate() {
            if index > 0 {
                header.push(b';');
            }
            let around: Vec<&[u8]> = around.iter().map(String::as_bytes).collect();
            header.extend(
                [
                    around[0], name, around[1], b"=", around[2], value, around[3],
                ]
                .concat(),
            );
            if !name.is_empty() {
                right.push((name, value));
            }
        }
        reads("what was sent was not read", header, &right, why);
    });
}

const PLAIN: SetCookie<'_> = SetCookie {
    name: "theme",
    value: "dark",
    secure: false,
    http_only: false,
    same_site: None,
    path: None,
    domain: None,
    max_age: None,
};

/// What is to be written, a line each; what is not set is left out.
fn asked(cookie: &SetCookie<'_>) -> String {
    let mut text = format!(
        "name: {}, value: {}",
        bytes::quote(cookie.name.as_bytes()),
        bytes::quote(cookie.value.as_bytes())
    );
    for (is_set, name) in [(cookie.secure, "secure"), (cookie.http_only, "http_only")] {
        if is_set {
            text += &format!("\n{name}: true");
        }
    }
    if let Some(same_site) = cookie.same_site {
        text += &format!("\nsame_site: {same_site:?}");
    }
    for (value, name) in [(cookie.path, "path"), (cookie.domain, "domain")] {
        if let Some(value) = value {
            text += &format!("\n{name}: {}", bytes::quote(value.as_bytes()));
        }
    }
    if let Some(seconds) = cookie.max_age {
        text += &format!("\nmax_age: {seconds}");
    }
    text
}

/// The attributes that belong to this cookie, their names in small letters.
fn attributes(cookie: &SetCookie<'_>) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(cookie.secure.then(|| "secure".to_owned()));
    all.extend(cookie.http_only.then(|| "httponly".to_owned()));
    all.extend(cookie.same_site.map(|same_site| match same_site {
        SameSite::Strict => "samesite=Strict".to_owned(),
        SameSite::Lax => "samesite=Lax".to_owned(),
        SameSite::None => "samesite=None".to_owned(),
    }));
    all.extend(cookie.path.map(|path| format!("path={path}")));
    all.extend(cookie.domain.map(|domain| format!("domain={domain}")));
    all.extend(cookie.max_age.map(|seconds| format!("max-age={seconds}")));
    all.sort();
    all
}

/// What was written: name and value, then the attributes, sorted, their names in small letters.
fn taken_apart(written: &str) -> (String, Vec<String>) {
    let mut parts = written.split("; ");
    let pair = parts.next().unwrap_or_default().to_owned();
    let small = |part: &str| match part.split_once('=') {
        Some((name, value)) => format!("{}={value}", name.to_ascii_lowercase()),
        None => part.to_ascii_lowercase(),
    };
    let mut attributes: Vec<String> = parts.map(small).collect();
    attributes.sort();
    (pair, attributes)
}

fn quoted(got: &Result<String, Refused>) -> String {
    match got {
        Ok(written) => format!("Set-Cookie: {}", bytes::quote(written.as_bytes())),
        Err(Refused) => "Err(Refused)".to_owned(),
    }
}

#[track_caller]
fn writes(what: &str, cookie: SetCookie<'_>, why: &str) {
    let pair = format!("{}={}", cookie.name, cookie.value);
    let attributes = attributes(&cookie);
    let mut expected = format!("Set-Cookie: {}", bytes::quote(pair.as_bytes()));
    if !attributes.is_empty() {
        let all = attributes.join(", ");
        expected += &format!(", then in any order {}", bytes::shorten(&all));
    }
    let got = no_panic(asked(&cookie), &expected, why, || cookie.value());
    let is_right = match &got {
        Ok(written) => taken_apart(written) == (pair, attributes),
        Err(Refused) => false,
    };
    if !is_right {
        fail(what)
            .given(asked(&cookie))
            .expected(expected)
            .got(quoted(&got))
            .because(why)
            .raise();
    }
}

/// Whether something else was written than was asked for.
fn is_repaired(cookie: &SetCookie<'_>, written: &str) -> bool {
    let pair = format!("{}={}", cookie.name, cookie.value);
    let Some(rest) = written.strip_prefix(&pair) else {
        return true;
    };
    let has = |name: &str| rest.contains(&format!("; {name}"));
    let is_none = cookie.same_site == Some(SameSite::None);
    let path = cookie.path.map(|path| format!("; Path={path}"));
    let domain = cookie.domain.map(|domain| format!("; Domain={domain}"));
    !cookie.secure && has("Secure")
        || is_none && !has("SameSite=None")
        || [path, domain]
            .into_iter()
            .flatten()
            .any(|attribute| !rest.contains(&attribute))
}

#[track_caller]
fn refuses(what: &str, cookie: SetCookie<'_>, why: &str) {
    let expected = "Err(Refused)";
    let got = no_panic(asked(&cookie), expected, why, || cookie.value());
    if let Ok(written) = &got {
        let (what, why) = match is_repaired(&cookie, written) {
            true => (
                "what breaks a rule was repaired, not refused",
                "the caller gets another cookie than the one that was meant, and is not told",
            ),
            false => (what, why),
        };
        fail(what)
            .given(asked(&cookie))
            .expected(expected)
            .got(quoted(&got))
            .because(why)
            .raise();
    }
}

fn writes_what_is_set_and_nothing_else() {
    let what = "a cookie was not written as it was asked for";
    let why = "name, equals sign, value; what is not set is not written (RFC 6265bis §4.1.1)";
    writes(what, PLAIN, why);
    let value = "";
    writes(what, SetCookie { value, ..PLAIN }, "a value may be empty");
    let why = "Max-Age is any number of seconds, in decimal digits and nothing else";
    for seconds in [86_400, 1, 2, 60, u32::MAX] {
        let max_age = Some(seconds);
        writes(what, SetCookie { max_age, ..PLAIN }, why);
    }
    let why = "each attribute that is set stands once, after a semicolon and a space";
    let sites = [None, Some(SameSite::Strict), Some(SameSite::Lax)];
    for same_site in sites {
        for bits in 0..32_u8 {
            let has = |bit: u8| bits >> bit & 1 == 1;
            let cookie = SetCookie {
                secure: has(0),
                http_only: has(1),
                same_site,
                path: has(2).then_some("/books"),
                domain: has(3).then_some("marginalia.example"),
                max_age: has(4).then_some(86_400),
                ..PLAIN
            };
            writes(what, cookie, why);
        }
    }
}

/// Whether a byte may stand in a value, from the list in RFC 6265bis §4.1.1.
fn is_value_byte(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

/// Texts with this character at the beginning, in the middle and at the end.
fn with(character: char) -> [String; 4] {
    [
        format!("a{character}b"),
        format!("{character}ab"),
        format!("ab{character}"),
        character.to_string(),
    ]
}

/// All of ASCII, what can be seen first.
fn ascii() -> impl Iterator<Item = u8> {
    (0x20..0x7f).chain(0..0x20).chain([0x7f])
}

/// What is not ASCII, or looks like what it is not.
const FOREIGN: [char; 7] = ['ł', 'é', '\u{a0}', '本', '\u{ff1b}', '\u{10d}', '\u{130a}'];

fn refuses_a_name_that_is_no_token() {
    let what = "a name that is no token was not refused";
    let why = "what stands in a name can end it and begin something else";
    for name in ["x; Domain", "x\r\nSet-Cookie: session"] {
        refuses(what, SetCookie { name, ..PLAIN }, why);
    }
    let why = "a token has one byte or more";
    refuses(what, SetCookie { name: "", ..PLAIN }, why);
    let why = "a token has only ASCII letters, digits and !#$%&'*+-.^_`|~ (RFC 9110 §5.6.2)";
    let ascii = ascii().filter(|byte| !bytes::is_token(*byte));
    for character in ascii.map(char::from).chain(FOREIGN) {
        for name in &with(character) {
            refuses(what, SetCookie { name, ..PLAIN }, why);
        }
    }
    let all: Vec<u8> = (0..0x80).filter(|byte| bytes::is_token(*byte)).collect();
    let what = "a good name was not written";
    let why = "a token has ASCII letters, digits and !#$%&'*+-.^_`|~ (RFC 9110 §5.6.2)";
    for name in ["Id2", "my_id", "a.b~c"] {
        writes(what, SetCookie { name, ..PLAIN }, why);
    }
    let what = "a name made of every byte that a token may have was not written";
    let name = &*String::from_utf8_lossy(&all);
    let why = "any token is a name";
    writes(what, SetCookie { name, ..PLAIN }, why);
}

fn refuses_a_value_that_would_say_more() {
    let what = "a value with a byte that it may not have was not refused";
    let why = "whoever chooses the value would write attributes, or fields, of their own";
    for value in [
        "1; Domain=example",
        "1;Max-Age=1",
        "1\r\nSet-Cookie: session=evil",
        "1\n\n<script>",
    ] {
        refuses(what, SetCookie { value, ..PLAIN }, why);
    }
    let why = "only 0x21 to 0x7E without \" , ; and \\ may stand in a value (RFC 6265bis §4.1.1)";
    // Quotes have a rule of their own, below.
    let ascii = ascii().filter(|byte| !is_value_byte(*byte) && *byte != b'"');
    let unfit: Vec<char> = ascii.map(char::from).chain(FOREIGN).collect();
    for character in &unfit {
        for value in &with(*character) {
            refuses(what, SetCookie { value, ..PLAIN }, why);
        }
    }
    let why = "between two quotes the same bytes may stand as without them (RFC 6265bis §4.1.1)";
    for character in &unfit {
        let value = &format!("\"a{character}b\"");
        refuses(what, SetCookie { value, ..PLAIN }, why);
    }
    let what = "a value with a quote that has no partner at the other end was not refused";
    let why = "quotes stand around all of a value or nowhere (RFC 6265bis §4.1.1)";
    for value in [
        "\"a",
        "a\"",
        "a\"b",
        "\"",
        "\"\"\"",
        "\"a\"b\"",
        "x\"a\"",
        "\"a\"x",
        "\"\"a\"\"",
    ] {
        refuses(what, SetCookie { value, ..PLAIN }, why);
    }
    let what = "a good value was not written as it is";
    let why = "quotes around all of a value are allowed, and part of it (RFC 6265bis §4.1.1)";
    for value in ["\"dark\"", "\"\""] {
        writes(what, SetCookie { value, ..PLAIN }, why);
    }
    let why = "these bytes may stand in a value (RFC 6265bis §4.1.1)";
    for value in ["MTIzNA==", "a%3Bb", "=", "__Host-x=1"] {
        writes(what, SetCookie { value, ..PLAIN }, why);
    }
    let all: Vec<u8> = (0..0x80).filter(|byte| is_value_byte(*byte)).collect();
    let value = &*String::from_utf8_lossy(&all);
    let why = "all of these bytes may stand in a value";
    writes(what, SetCookie { value, ..PLAIN }, why);
}

fn with_path(path: &str) -> SetCookie<'_> {
    SetCookie {
        path: Some(path),
        ..PLAIN
    }
}

fn refuses_a_path_that_would_say_more() {
    let what = "a path that may not be written was not refused";
    let why =
        "a semicolon or a control byte ends the attribute, and what follows is somebody else's";
    for path in ["/; Domain=example", "/;", "/a\r\nX: y", "/\0"] {
        refuses(what, with_path(path), why);
    }
    let ascii = (0..0x80_u8).filter(|byte| byte.is_ascii_control() || *byte == b';');
    for character in ascii.map(char::from) {
        refuses(what, with_path(&format!("/a{character}b")), why);
        refuses(what, with_path(&format!("/{character}")), why);
    }
    let why = "a path has only bytes from 0x20 to 0x7E (RFC 6265bis §4.1.1)";
    for character in FOREIGN {
        refuses(what, with_path(&format!("/a{character}b")), why);
        refuses(what, with_path(&format!("/{character}")), why);
    }
    let why = "a browser ignores a path that does not begin with a slash, and takes another one (RFC 6265bis §5.6.4)";
    for path in ["books", "*", "../", "\"/\"", " /", ""] {
        refuses(what, with_path(path), why);
    }
    let what = "a good path was not written as it is";
    let why = "any other printable byte may stand in a path (RFC 6265bis §4.1.1)";
    for path in ["/", "/books/", "/a b", "/a,b=\"c\"\\d~", "/%3B"] {
        writes(what, with_path(path), why);
    }
}

fn with_domain(domain: &str) -> SetCookie<'_> {
    SetCookie {
        domain: Some(domain),
        ..PLAIN
    }
}

fn refuses_a_domain_that_is_none() {
    let what = "a domain that is none was not refused";
    let why = "a semicolon or a line end ends the attribute, and what follows is somebody else's";
    for domain in ["marginalia.example; Path=/", "a\r\nX: y"] {
        refuses(what, with_domain(domain), why);
    }
    let why = "single dots divide a domain: none stands at an end, and no label is empty";
    for domain in [
        ".marginalia.example",
        "marginalia.example.",
        "marginalia..example",
        ".",
        "",
    ] {
        refuses(what, with_domain(domain), why);
    }
    let why = "a label has only ASCII letters, digits and hyphens";
    for domain in [
        "my_shop.example",
        "*.marginalia.example",
        "marginalia.example:443",
        "https://marginalia.example",
        "marginalia.example/",
        "a b",
        " a",
        "a ",
        "[::1]",
        "a,b",
        "a=b",
    ] {
        refuses(what, with_domain(domain), why);
    }
    for character in FOREIGN {
        refuses(what, with_domain(&format!("a{character}b.example")), why);
    }
    let is_good = |byte: &u8| bytes::is_token(*byte) && !b"!#$%&'*+^_`|~".contains(byte);
    for byte in (0..0x80_u8).filter(|byte| !is_good(byte)) {
        refuses(
            what,
            with_domain(&format!("a{}b.example", char::from(byte))),
            why,
        );
    }
    let what = "a good domain was not written as it is";
    let why = "these are names of hosts (RFC 1123 §2.1)";
    for domain in [
        "marginalia.example",
        "localhost",
        "a.b-c.d9",
        "9.example",
        "127.0.0.1",
        "Shop.Example",
    ] {
        writes(what, with_domain(domain), why);
    }
}

fn writes_same_site_none_only_with_secure() {
    let none = SetCookie {
        same_site: Some(SameSite::None),
        ..PLAIN
    };
    let why = "browsers drop SameSite=None without Secure: the cookie would never come back (RFC 6265bis §5.7)";
    let what = "SameSite=None without Secure was not refused";
    refuses(what, none, why);
    let http_only = true;
    refuses(what, SetCookie { http_only, ..none }, why);
    let secure = true;
    let what = "SameSite=None with Secure was not written";
    let why = "without the attribute browsers take Lax: other sites lose the cookie";
    writes(what, SetCookie { secure, ..none }, why);
    let what = "SameSite was not written as it was asked for";
    let why = "Strict and Lax need no Secure";
    for same_site in [Some(SameSite::Strict), Some(SameSite::Lax), None] {
        writes(what, SetCookie { same_site, ..PLAIN }, why);
    }
}

fn keeps_what_the_beginning_of_a_name_promises() {
    let secure = SetCookie {
        secure: true,
        ..PLAIN
    };
    let what = "a `__Secure-` cookie that browsers would drop was not refused";
    for name in ["__Secure-id", "__Secure-", "__secure-id", "__SECURE-ID"] {
        let why = match name.starts_with("__Secure-") {
            true => "`__Secure-` promises Secure (RFC 6265bis §4.1.3.1)",
            false => "browsers ignore the case of `__Secure-` (RFC 6265bis §5.7)",
        };
        refuses(what, SetCookie { name, ..PLAIN }, why);
        let what = "a good `__Secure-` cookie was not written";
        let why = "`__Secure-` promises Secure, and nothing of the path and the domain";
        writes(what, SetCookie { name, ..secure }, why);
        let path = Some("/books");
        let domain = Some("marginalia.example");
        let cookie = SetCookie {
            name,
            path,
            domain,
            ..secure
        };
        writes(what, cookie, why);
    }
    let what = "a `__Host-` cookie that browsers would drop was not refused";
    for name in ["__Host-id", "__Host-", "__host-id", "__HOST-ID"] {
        let good = SetCookie {
            name,
            path: Some("/"),
            ..secure
        };
        let why = "`__Host-` promises Secure, Path=/ and no Domain: this one has all three";
        writes("a good `__Host-` cookie was not written", good, why);
        let why = |promise| match name.starts_with("__Host-") {
            true => promise,
            false => "browsers ignore the case of `__Host-` (RFC 6265bis §5.7)",
        };
        let domain = Some("marginalia.example");
        let secure = false;
        let promise = why("`__Host-` promises Secure (RFC 6265bis §4.1.3.2)");
        refuses(what, SetCookie { secure, ..good }, promise);
        let promise = why("`__Host-` promises Path=/, exactly (RFC 6265bis §4.1.3.2)");
        refuses(what, SetCookie { path: None, ..good }, promise);
        for path in ["/books", "//", "/ "] {
            let path = Some(path);
            refuses(what, SetCookie { path, ..good }, promise);
        }
        let promise = why("`__Host-` promises that there is no Domain (RFC 6265bis §4.1.3.2)");
        refuses(what, SetCookie { domain, ..good }, promise);
        let promise = why("`__Host-` promises Secure, Path=/ and no Domain (RFC 6265bis §4.1.3.2)");
        refuses(what, SetCookie { name, ..PLAIN }, promise);
    }
    let what = "a name that only looks like one with a promise was refused";
    let why = "only what begins with `__Host-` or `__Secure-` promises something";
    for name in [
        "__Host",
        "__Host_id",
        "_Host-id",
        "x__Host-id",
        "Host-id",
        "__Secure",
        "Secure-id",
        "__Hos",
    ] {
        writes(what, SetCookie { name, ..PLAIN }, why);
    }
}

fn is_good(cookie: &SetCookie<'_>) -> bool {
    let name = cookie.name.to_ascii_lowercase();
    let value = cookie.value.as_bytes();
    let inner = match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    };
    let good_path = |path: &str| {
        path.starts_with('/')
            && path
                .bytes()
                .all(|byte| (0x20..0x7f).contains(&byte) && byte != b';')
    };
    let good_domain = |domain: &str| {
        domain.split('.').all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
        })
    };
    let is_bound = |prefix: &str| name.starts_with(prefix);
    !name.is_empty()
        && name.bytes().all(bytes::is_token)
        && inner.iter().all(|byte| is_value_byte(*byte))
        && cookie.path.is_none_or(good_path)
        && cookie.domain.is_none_or(good_domain)
        && (cookie.secure || cookie.same_site != Some(SameSite::None))
        && (cookie.secure || !is_bound("__secure-") && !is_bound("__host-"))
        && (!is_bound("__host-") || cookie.path == Some("/") && cookie.domain.is_none())
}

fn writes_what_may_be_written_and_refuses_the_rest() {
    let name = "a cookie is written as asked for, or refused";
    let why = "what is written is what was asked for, and nothing that somebody smuggled into it";
    for_all(name, 3_000, |rng| {
        let text = |rng: &mut Rng, good: &[&str]| {
            let mut text = (*rng.choose(good)).to_owned();
            if rng.chance(1, 6) {
                let bad = [
                    "; Secure", ";", "\r\n", "\0", " ", "=", ",", "\"", "é", "\u{7f}", "\\", ".",
                ];
                let places: Vec<usize> = (0..=text.len()).collect();
                text.insert_str(*rng.choose(&places), rng.choose::<&str>(&bad));
            }
            text
        };
        let name = text(
            rng,
            &["a", "__Host-id", "__Secure-id", "__hOst-id", "__sEcure-id"],
        );
        let value = text(rng, &["", "1", "\"1\"", "MTIzNA=="]);
        let path = text(rng, &["/", "/", "/", "/books", ""]);
        let domain = text(rng, &["marginalia.example", "localhost", ""]);
        let cookie = SetCookie {
            name: &name,
            value: &value,
            secure: rng.chance(3, 4),
            http_only: rng.chance(1, 2),
            same_site: *rng.choose(&[None, Some(SameSite::Lax), Some(SameSite::None)]),
            path: rng.chance(3, 4).then_some(&path),
            domain: rng.chance(1, 4).then_some(&domain),
            max_age: rng.chance(1, 4).then_some(rng.range(1..)),
        };
        if is_good(&cookie) {
            writes("a good cookie was not written as asked for", cookie, why);
        } else {
            refuses("a cookie that breaks a rule was not refused", cookie, why);
        }
    });
}
