//! What http6 is checked for. Read it as the specification; edits here are undone.
//!
//! What `to_bytes` returns is read as a client reads it: with the next response of the connection
//! behind it, so that a response which ends too early or too late is seen.

#[path = "../http6.rs"]
mod http6;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http6::{Response, Unsendable, http_date, reason};
use testkit::http::{self, Expected, Framing};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        writes_a_response_that_can_be_read_back,
        counts_the_bytes_of_the_body,
        says_the_reason_and_keeps_the_space_before_it,
        writes_dates_as_http_does,
        knows_every_day_of_the_calendar,
        ends_204_and_1xx_with_the_header,
        ends_304_with_the_header,
        head_gets_the_header_of_get_and_no_body,
        dates_every_response_with_the_time_it_was_given,
        keeps_lines_of_one_name_apart_and_in_order,
        refuses_a_line_end_in_a_value,
        refuses_control_bytes_in_a_value,
        writes_text_beyond_ascii_as_it_is,
        refuses_a_name_that_is_no_token,
        refuses_fields_that_belong_to_it,
        refuses_a_status_that_is_none,
        reads_back_what_was_written,
    ]);
}

/// The date of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
const NOW: u64 = 784_111_777;
const NOW_TEXT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// What stands behind each response when it is read: that to the next request.
const NEXT: &[u8] = b"HTTP/1.1 299 Next\r\nContent-Length: 0\r\n\r\n";

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A response and what asked for it, as one would write them.
fn given(response: &Response, method: &str) -> String {
    let mut text = format!("a {}, in answer to {method:?}\n", response.status);
    for (name, value) in &response.headers {
        let (name, value) = (
            bytes::quote(name.as_bytes()),
            bytes::quote(value.as_bytes()),
        );
        text += &format!("header {name}, {value}\n");
    }
    text + &format!("body {}\n", bytes::quote(&response.body))
}

const PANIC: &str =
    "a response that cannot be written is an error, so that the caller can answer 500";

/// What the subject makes of a response that is in order.
#[track_caller]
fn written(response: &Response, method: &str, now: SystemTime, why: &str) -> Vec<u8> {
    let given = given(response, method);
    match no_panic(&given, "Ok(...)", PANIC, || response.to_bytes(method, now)) {
        Ok(bytes) => bytes,
        Err(Unsendable) => fail("a response that is in order was refused")
            .given(given)
            .expected("Ok(...)")
            .got("Err(Unsendable)")
            .because(why)
            .raise(),
    }
}

/// Writes a response, reads it as a client does, and sees that it ends where its bytes do.
#[track_caller]
fn read(response: &Response, method: &str, now: SystemTime, why: &str) -> http::Response {
    let bytes = written(response, method, now, why);
    let given = given(response, method);
    let stream = [&bytes[..], NEXT].concat();
    let mut parsed = match http::parse_response_to(method, &stream) {
        Ok((mut parsed, length)) if !parsed.interim.is_empty() => {
            // A 1xx came before it: the final one must be the next one.
            let ours = parsed.interim.remove(0);
            if length != stream.len() || parsed.status != 299 {
                ends_elsewhere(&bytes, &given, why);
            }
            return ours;
        }
        Ok((parsed, length)) => {
            if length != bytes.len() {
                // A body that reaches the end of the stream had nothing to say where it ends.
                if parsed.framing == Framing::Close {
                    fail("nothing in the response says where its body ends")
                        .given(given)
                        .expected("a Content-Length")
                        .got(bytes::quote(&bytes))
                        .because(why)
                        .raise();
                }
                ends_elsewhere(&bytes, &given, why);
            }
            parsed
        }
        Err(malformed) => {
            // Was it the next response whose beginning was not found?
            if malformed.place.start >= bytes.len() || malformed.what.contains("begin with") {
                ends_elsewhere(&bytes, &given, why);
            }
            fail(format!("the response is malformed: {}", malformed.what))
                .given(given)
                .expected(malformed.rule)
                .got(malformed.marked(&stream))
                .because(why)
                .raise()
        }
    };
    if parsed.framing == Framing::NoBody {
        parsed.body.clear();
    }
    parsed
}

#[track_caller]
fn ends_elsewhere(bytes: &[u8], given: &str, why: &str) -> ! {
    fail("the client does not find the next response: this one ends elsewhere")
        .given(given)
        .expected("a response that ends where a client thinks that it ends")
        .got(bytes::quote(bytes))
        .part("and then comes the next one", bytes::quote(NEXT))
        .because(why)
        .raise()
}

/// Expects that a response is written and read back as it should be.
#[track_caller]
fn becomes(response: &Response, method: &str, expected: Expected, why: &str) -> http::Response {
    let parsed = read(response, method, at(NOW), why);
    expected.check(&parsed, given(response, method), why);
    parsed
}

#[track_caller]
fn refuses(response: &Response, what: &str, why: &str) {
    let given = given(response, "GET");
    let expected = "Err(Unsendable)";
    let got = no_panic(&given, expected, PANIC, || {
        response.to_bytes("GET", at(NOW))
    });
    if let Ok(bytes) = got {
        fail(what)
            .given(given)
            .expected(expected)
            .got(format!("Ok({})", bytes::quote(&bytes)))
            .because(why)
            .raise();
    }
}

#[track_caller]
fn date_is(seconds: u64, nanos: u32, expected: &str, why: &str) {
    let time = UNIX_EPOCH + Duration::new(seconds, nanos);
    let given = format!("{seconds}.{nanos:09} seconds after 1970 began");
    let got = no_panic(&given, expected, "every answer needs its date", || {
        http_date(time)
    });
    if got != expected {
        let place = bytes::difference(got.as_bytes(), expected.as_bytes()).unwrap_or(0);
        fail("a date is not as HTTP writes it")
            .given(given)
            .expected(format!("{expected:?}"))
            .got(bytes::mark(got.as_bytes(), place..place + 1))
            .because(why)
            .raise();
    }
}

const FRAMED: &str = "a client takes so many bytes for the body as Content-Length says, and the next byte for \
                      the beginning of the next response (RFC 9112 §6.3)";

fn writes_a_response_that_can_be_read_back() {
    let response = Response::new(200, "Emma\n")
        .with("Content-Type", "text/plain")
        .with("X-Shelf", "a:b; c=\"d, e\"");
    let expected = http::status(200)
        .reason("OK")
        .header("Content-Type", "text/plain")
        .header("X-Shelf", "a:b; c=\"d, e\"")
        .header("Content-Length", "5")
        .body("Emma\n");
    let parsed = becomes(&response, "GET", expected, FRAMED);
    testkit::eq(
        "the response is of another version of HTTP",
        given(&response, "GET"),
        &parsed.minor_version,
        &1,
        "the server speaks HTTP/1.1, and says so in every response (RFC 9112 §2.3)",
    );
    let expected = http::status(404)
        .header("Content-Length", "9")
        .body("not here\n");
    becomes(&Response::new(404, "not here\n"), "POST", expected, FRAMED);
    let why = "a field may be empty; that is something else than a field that is missing";
    let empty = Response::new(200, "").with("Accept-Encoding", "");
    let expected = http::status(200).header("Accept-Encoding", "");
    becomes(&empty, "GET", expected, why);
}

fn counts_the_bytes_of_the_body() {
    let why = "Content-Length counts bytes, and ü has two of them (RFC 9110 §8.6)";
    let text = "Bücher: 🦀\n";
    let expected = http::status(200).header("Content-Length", "14").body(text);
    becomes(&Response::new(200, text), "GET", expected, why);
    let why = "a body is bytes: an image is not UTF-8, and may hold line ends and zeros";
    let every: Vec<u8> = (0..=255).chain(*b"\r\n\r\nHTTP/1.1 200 OK\r\n").collect();
    let length = every.len().to_string();
    let expected = http::status(200)
        .header("Content-Length", length)
        .body(&every);
    becomes(&Response::new(200, every), "GET", expected, why);
    let why = "without a length the client waits for the end of the connection (RFC 9112 §6.3)";
    for status in [200, 201, 302, 404, 500] {
        let expected = http::status(status).header("Content-Length", "0").body("");
        becomes(&Response::new(status, ""), "POST", expected, why);
    }
    let long = vec![b'x'; 100_000];
    let expected = http::status(200)
        .header("Content-Length", "100000")
        .body(&long);
    becomes(&Response::new(200, long), "GET", expected, FRAMED);
}

/// RFC 9110 §15 and RFC 6585.
const REASONS: &[(u16, &str)] = &[
    (100, "Continue"),
    (101, "Switching Protocols"),
    (200, "OK"),
    (201, "Created"),
    (202, "Accepted"),
    (204, "No Content"),
    (206, "Partial Content"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (303, "See Other"),
    (304, "Not Modified"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (406, "Not Acceptable"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (410, "Gone"),
    (411, "Length Required"),
    (412, "Precondition Failed"),
    (413, "Content Too Large"),
    (414, "URI Too Long"),
    (415, "Unsupported Media Type"),
    (416, "Range Not Satisfiable"),
    (417, "Expectation Failed"),
    (422, "Unprocessable Content"),
    (428, "Precondition Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (500, "Internal Server Error"),
    (501, "Not Implemented"),
    (503, "Service Unavailable"),
    (505, "HTTP Version Not Supported"),
];

/// RFC 9112 §6.3.
fn ends_with_header(status: u16) -> bool {
    status < 200 || status == 204 || status == 304
}

fn says_the_reason_and_keeps_the_space_before_it() {
    let why =
        "the reason stands behind a space, which is sent even when there is none (RFC 9112 §4)";
    // Those that end with their header have a check of their own.
    for (status, words) in REASONS
        .iter()
        .filter(|(status, _)| !ends_with_header(*status))
    {
        let response = Response::new(*status, "").with("X-Shelf", "7");
        becomes(&response, "GET", http::status(*status).reason(words), why);
    }
    for status in [218, 299, 399, 450, 599] {
        let expected = http::status(status).reason(reason(status));
        becomes(&Response::new(status, "x"), "GET", expected, why);
    }
}

fn writes_dates_as_http_does() {
    let why = "dates have one form, of 29 characters (RFC 9110 §5.6.7): caches compare them";
    date_is(
        NOW,
        0,
        NOW_TEXT,
        "this is the RFC's own example (RFC 9110 §5.6.7)",
    );
    date_is(0, 0, "Thu, 01 Jan 1970 00:00:00 GMT", why);
    date_is(1, 0, "Thu, 01 Jan 1970 00:00:01 GMT", why);
    date_is(60, 0, "Thu, 01 Jan 1970 00:01:00 GMT", why);
    date_is(3_600, 0, "Thu, 01 Jan 1970 01:00:00 GMT", why);
    date_is(86_399, 0, "Thu, 01 Jan 1970 23:59:59 GMT", why);
    date_is(86_400, 0, "Fri, 02 Jan 1970 00:00:00 GMT", why);
    let why = "a year has 365 days, or 366 where it has a 29 February; count them off, year by year, \
               and then month by month";
    date_is(946_684_799, 0, "Fri, 31 Dec 1999 23:59:59 GMT", why);
    date_is(1_445_412_480, 0, "Wed, 21 Oct 2015 07:28:00 GMT", why);
    let why = "a fraction of a second is cut off: a date must not lie in the future";
    date_is(NOW, 500_000_000, NOW_TEXT, why);
    date_is(NOW, 999_999_999, NOW_TEXT, why);
}

fn knows_every_day_of_the_calendar() {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [(&str, u32); 12] = [
        ("Jan", 31),
        ("Feb", 28),
        ("Mar", 31),
        ("Apr", 30),
        ("May", 31),
        ("Jun", 30),
        ("Jul", 31),
        ("Aug", 31),
        ("Sep", 30),
        ("Oct", 31),
        ("Nov", 30),
        ("Dec", 31),
    ];
    let why = "caches and cookies are thrown away or kept for too long when the calendar is wrong";
    let mut days = 0_u64;
    for year in 1970..=2404_u32 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        // Every day of the years that people get wrong, the first and last of the months of others.
        let every = matches!(year, 1970..=1972 | 1999..=2001 | 2024..=2027 | 2100 | 2400);
        for (month, (name, length)) in MONTHS.iter().enumerate() {
            let length = length + u32::from(leap && month == 1);
            for day in 1..=length {
                if every || day == 1 || day == length {
                    let weekday = WEEKDAYS[(days % 7) as usize];
                    let date = format!("{weekday}, {day:02} {name} {year:04} 15:04:05 GMT");
                    date_is(days * 86_400 + 54_245, 0, &date, why);
                }
                days += 1;
            }
        }
    }
    // Which years around a century have a leap day.
    date_is(951_782_400, 0, "Tue, 29 Feb 2000 00:00:00 GMT", why);
    date_is(4_107_542_400, 0, "Mon, 01 Mar 2100 00:00:00 GMT", why);
    date_is(253_402_300_799, 0, "Fri, 31 Dec 9999 23:59:59 GMT", why);
}

fn dates_every_response_with_the_time_it_was_given() {
    let why = "an answer says when it was made, so that caches know its age (RFC 9110 §6.6.1)";
    let dated = |response: &Response, method: &str, seconds: u64, text: &str| {
        let parsed = read(response, method, at(seconds), why);
        let expected = http::any_status().header("Date", text);
        expected.check(&parsed, given(response, method), why);
    };
    let hello = Response::new(200, "hello");
    dated(&hello, "GET", NOW, NOW_TEXT);
    dated(&hello, "GET", 0, "Thu, 01 Jan 1970 00:00:00 GMT");
    dated(
        &hello,
        "HEAD",
        1_445_412_480,
        "Wed, 21 Oct 2015 07:28:00 GMT",
    );
    for status in [100, 201, 204, 302, 304, 404, 500] {
        dated(&Response::new(status, ""), "GET", NOW, NOW_TEXT);
    }
}

fn ends_204_and_1xx_with_the_header() {
    let why = "a 1xx or 204 ends with its header: it must not have a Content-Length (RFC 9110 §8.6), \
               and what follows is taken for the next response";
    for status in [204, 100, 101, 103, 199] {
        for body in ["", "gone", "x"] {
            let response = Response::new(status, body).with("X-Shelf", "7");
            let expected = http::status(status)
                .header("X-Shelf", "7")
                .without("Content-Length")
                .body("");
            becomes(&response, "HEAD", expected, why);
            let expected = http::status(status).without("Content-Length").body("");
            becomes(&response, "DELETE", expected, why);
        }
    }
    for (status, words) in REASONS
        .iter()
        .filter(|(status, _)| ends_with_header(*status))
    {
        let expected = http::status(*status).reason(words);
        let why = "the reason stands in every status line (RFC 9112 §4)";
        becomes(&Response::new(*status, ""), "GET", expected, why);
    }
    let why =
        "only 1xx, 204 and 304 end with their header: others have a body, if only an empty one";
    for status in [200, 203, 205, 299, 303, 305, 404] {
        let length = if status == 205 { "" } else { "some text" };
        let expected = http::status(status)
            .header("Content-Length", length.len().to_string())
            .body(length);
        becomes(&Response::new(status, length), "GET", expected, why);
    }
}

fn ends_304_with_the_header() {
    let why = "a 304 ends with its header; a length there would be that of the 200, of which it says \
               that it has not changed (RFC 9110 §8.6, §15.4.5)";
    for body in ["", "not changed"] {
        let response = Response::new(304, body).with("ETag", "\"v7\"");
        for method in ["GET", "HEAD"] {
            let expected = http::status(304)
                .header("ETag", "\"v7\"")
                .without("Content-Length")
                .body("");
            becomes(&response, method, expected, why);
        }
    }
}

fn head_gets_the_header_of_get_and_no_body() {
    let why = "HEAD asks what GET would say, without the body (RFC 9110 §9.3.2)";
    for (status, body) in [
        (200, "Emma\n"),
        (200, ""),
        (404, "not here\n"),
        (500, "oh\n"),
    ] {
        let response = Response::new(status, body).with("Content-Type", "text/plain");
        let expected = http::status(status)
            .header("Content-Type", "text/plain")
            .header("Content-Length", body.len().to_string())
            .body("");
        becomes(&response, "HEAD", expected, why);
    }
    let why = "methods have case (RFC 9110 §9.1), and only HEAD has no body";
    for method in ["head", "Head", "HEADER", "POST", "OPTIONS", ""] {
        let expected = http::status(200)
            .header("Content-Length", "5")
            .body("Emma\n");
        becomes(&Response::new(200, "Emma\n"), method, expected, why);
    }
}

fn keeps_lines_of_one_name_apart_and_in_order() {
    let one = "id=7; Expires=Wed, 21 Oct 2026 07:28:00 GMT";
    let why = "its dates hold commas: joined, cookies cannot be told apart again (RFC 9110 §5.3)";
    let response = Response::new(200, "")
        .with("Set-Cookie", one)
        .with("Vary", "Origin")
        .with("Set-Cookie", "theme=dark")
        .with("Vary", "Accept")
        .with("set-cookie", "a=1")
        .with("Set-Cookie", "theme=dark");
    let expected = http::status(200)
        .header("Set-Cookie", one)
        .header("Set-Cookie", "theme=dark")
        .header("Set-Cookie", "a=1")
        .header("Set-Cookie", "theme=dark");
    becomes(&response, "GET", expected, why);
    let why =
        "each field is a line of its own, and lines of one name stay in order (RFC 9110 §5.3)";
    let expected = http::status(200)
        .header("Vary", "Origin")
        .header("Vary", "Accept");
    becomes(&response, "GET", expected, why);
    let response = Response::new(200, "")
        .with("X-Ray", " 7\t ")
        .with("x-Zulu", "");
    let bytes = written(&response, "GET", at(0), why);
    for line in ["\r\nX-Ray:  7\t \r\n", "\r\nx-Zulu: \r\n"] {
        if !bytes
            .windows(line.len())
            .any(|window| window == line.as_bytes())
        {
            fail("a field line is not written as it is")
                .given(given(&response, "GET"))
                .expected(format!("a line with these bytes: {:?}", line.trim_start_matches("\r\n")))
                .got(bytes.escape_ascii())
                .because("name, colon, space, value: nothing is put into another case, cut off or left out")
                .raise();
        }
    }
}

fn refuses_a_line_end_in_a_value() {
    let what = "a value with a line end in it was sent";
    let why = "what a stranger puts behind a line end becomes a field, or a whole response of his own: \
               response splitting (RFC 9110 §5.5)";
    for value in [
        "/books\r\nSet-Cookie: role=admin",
        "/books\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "/books\nSet-Cookie: role=admin",
        "/books\rSet-Cookie: role=admin",
        "/books\r\n",
        "/books\n",
        "/books\r",
        "\r\n/books",
        "\n/books",
        "/books\r\n and more",
        "\n",
    ] {
        let response = Response::new(302, "").with("Location", value);
        refuses(&response, what, why);
        let response = Response::new(302, "")
            .with("Location", "/books")
            .with("X-Reason", value)
            .with("X-Shelf", "7");
        refuses(&response, what, why);
    }
}

fn refuses_control_bytes_in_a_value() {
    let what = "a value with a control byte was sent";
    let why = "a control byte ends a line or a text for somebody else (RFC 9110 §5.5)";
    for byte in (0..0x20).chain([0x7f]).filter(|byte| *byte != b'\t') {
        let control = char::from(byte);
        for value in [
            format!("a{control}b"),
            format!("{control}b"),
            format!("a{control}"),
        ] {
            refuses(&Response::new(200, "").with("X-Name", &value), what, why);
        }
    }
    let why = "the tab is white space, and allowed (RFC 9110 §5.5)";
    let visible: String = (' '..='~').chain(['\t', '!']).collect();
    let value = format!("a{visible}");
    let expected = http::status(200).header("X-Name", &value);
    let response = Response::new(200, "").with("X-Name", &value);
    becomes(&response, "GET", expected, why);
}

fn writes_text_beyond_ascii_as_it_is() {
    let why =
        "values are bytes: text is written in UTF-8, and none of it is changed, cut or refused";
    for value in [
        "Renée",
        "本",
        "🦀",
        "\u{80}\u{85}\u{9f}\u{a0}\u{2028}",
        // Their last bytes in UTF-16 are CR and LF.
        "/books\u{10d}\u{10a}Set-Cookie: role=admin",
        "/books\u{560d}\u{560a}Set-Cookie: role=admin",
    ] {
        let value = format!("a{value}b");
        let expected = http::status(200).header("X-Name", &value);
        let response = Response::new(200, "").with("X-Name", &value);
        becomes(&response, "GET", expected, why);
    }
}

fn refuses_a_name_that_is_no_token() {
    let what = "a name that is no token was sent";
    let why =
        "a name with other bytes is another field, or several, to whoever reads it (RFC 9110 §5.1)";
    for name in [
        "",
        " ",
        "X-Name ",
        " X-Name",
        "X Name",
        "X-Name:",
        "X:Name",
        "X-Name\r\nSet-Cookie",
        "X-Name\n",
        "\tX",
        "Größe",
        "X\u{12d}",
    ] {
        let response = Response::new(200, "").with(name, "1");
        refuses(&response, what, why);
    }
    let tokens = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    for byte in (0..0x80).map(char::from).filter(|c| !tokens.contains(*c)) {
        for name in [format!("X{byte}Y"), format!("X{byte}"), format!("{byte}X")] {
            let response = Response::new(200, "").with(&name, "1");
            refuses(&response, what, why);
        }
    }
    let why = "all of these bytes may stand in a name (RFC 9110 §5.6.2)";
    let expected = http::status(200).header(tokens, "1");
    let response = Response::new(200, "").with(tokens, "1");
    becomes(&response, "GET", expected, why);
}

fn refuses_fields_that_belong_to_it() {
    let what = "a field was sent that belongs to `to_bytes`";
    let why = "two lengths, or a length and a coding, and two clients see two different responses";
    for name in ["Content-Length", "Transfer-Encoding", "Date"] {
        let value = match name {
            "Content-Length" => "5",
            "Date" => NOW_TEXT,
            _ => "chunked",
        };
        for name in [
            name.to_owned(),
            name.to_ascii_lowercase(),
            name.to_ascii_uppercase(),
        ] {
            for status in [200, 204, 304] {
                let response = Response::new(status, "hello").with(&name, value);
                refuses(&response, what, why);
                refuses(&response.with("X-Shelf", "7"), what, why);
            }
        }
    }
    let why = "a name that only looks like one of the three is a field like any other";
    for name in [
        "X-Date",
        "Dates",
        "Content-Lengths",
        "Content",
        "Encoding",
        "DATE_",
    ] {
        let response = Response::new(200, "hello").with(name, "5");
        let expected = http::status(200).header(name, "5").body("hello");
        becomes(&response, "GET", expected, why);
    }
}

fn refuses_a_status_that_is_none() {
    let what = "a status that does not exist was sent";
    let why = "a status is a number from 100 to 599 (RFC 9110 §15); clients break off at any other";
    for status in [0, 1, 42, 99, 600, 700, 999, 1000, 2000, u16::MAX] {
        refuses(&Response::new(status, "x"), what, why);
    }
}

fn reads_back_what_was_written() {
    let name = "what was written is what a client reads";
    let why = "status, fields and body come out as they were put in, and the next response follows";
    for_all(name, 200, |rng| {
        let methods = ["GET", "HEAD", "POST"];
        let method = *rng.choose(&methods);
        let status = rng.range(100..=599_u16);
        let mut response = Response::new(status, Vec::new());
        response.headers = rng.many(0..=5, |rng| {
            let number = rng.range(0..=2);
            (format!("X-{number}"), value(rng))
        });
        // No test asks what a 205 does with a body, which it must not have (RFC 9110 §15.3.6).
        response.body = match status {
            205 => Vec::new(),
            _ => rng.bytes(0..=12),
        };
        let bare = matches!(status, 100..=199 | 204 | 304);
        let mut expected = http::status(status).header("Date", NOW_TEXT);
        for (name, value) in &response.headers {
            expected = expected.header(name, value);
        }
        let length = response.body.len().to_string();
        expected = match (bare, method) {
            (true, _) => expected.without("Content-Length").body(""),
            (false, "HEAD") => expected.header("Content-Length", length).body(""),
            (false, _) => expected
                .header("Content-Length", length)
                .body(&response.body),
        };
        becomes(&response, method, expected, why);
    });
}

/// A value without white space around it: that is no part of a value.
fn value(rng: &mut Rng) -> String {
    let text = rng.unicode(0..=6);
    let allowed = |c: &char| *c == '\t' || !c.is_ascii_control();
    let text: String = text.chars().filter(allowed).collect();
    text.trim_matches([' ', '\t']).to_owned()
}
