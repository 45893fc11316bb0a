//! What http7 is checked for. Read it as the specification; edits here are undone.
//!
//! Each response is read strictly, by what it says of its own length, so that a byte too many or
//! too few is seen in the next one.

use testkit::http::{self, Connection, Expected, Response};
use testkit::program::{Program, Start};
use testkit::{checks, fail, for_all};

fn main() {
    testkit::run(checks![
        says_what_it_understood_and_keeps_the_connection,
        reads_a_body_of_the_length_that_was_said,
        answers_requests_that_come_together,
        puts_together_requests_that_come_in_pieces,
        takes_a_body_for_a_body_whatever_is_in_it,
        gives_back_a_body_of_the_greatest_length,
        answers_a_request_that_fills_a_buffer_exactly,
        hangs_up_when_the_client_says_close,
        hangs_up_after_http_1_0,
        refuses_a_length_with_a_coding,
        refuses_a_coding_without_a_length,
        refuses_lengths_that_are_no_numbers,
        refuses_lengths_that_differ,
        refuses_a_body_that_is_too_long_before_it_comes,
        wants_one_host,
        refuses_what_is_no_request_and_hangs_up,
        answers_whatever_bytes_a_field_holds,
        the_last_response_reaches_a_client_that_sends_more,
        answers_what_is_whole_when_the_client_ends,
        never_answers_half_a_request,
        finds_every_request_however_they_are_cut,
    ]);
}

const ONE_BY_ONE: &str =
    "where one request ends and the next begins is said by their lengths, not by reads and writes";

#[track_caller]
fn server() -> Program {
    Start::subject().env("PORT", 0).listening()
}

/// What a request in order is answered with.
fn understood(method: &str, target: &str, body: impl AsRef<[u8]>) -> Expected {
    let start = format!("{method} {target}\n").into_bytes();
    http::status(200).body([&start, body.as_ref()].concat())
}

/// That the connection is said to stay open.
#[track_caller]
fn stays(client: &Connection, response: &Response) {
    if response.fields.says_close() {
        client
            .given(fail(
                "a response says `Connection: close`, but the connection should stay open",
            ))
            .expected("no `close`: the next request comes on the same connection")
            .got(response)
            .because(
                "only a refusal, HTTP/1.0, or the whole member `close` of the request's own \
                 `Connection` ends the connection (RFC 9112 §9.3)",
            )
            .raise();
    }
}

/// An answer behind which the connection stays open.
#[track_caller]
fn answers(client: &mut Connection, expected: Expected, why: &str) {
    let response = client.response().expect(expected, why);
    stays(client, &response);
}

/// What a refusal without `Connection: close` leads to.
const NOT_TOLD: &str = "behind a refusal the connection ends: a client that is not told so sends its \
                        next request in vain (RFC 9112 §9.6)";

const HANGS_UP: &str = "behind the last response the server hangs up, and answers nothing more";

/// The last answer, and the end of the connection behind it.
#[track_caller]
fn ends_with(client: &mut Connection, expected: Expected, why: &str) {
    let response = client.response().expect(expected, why);
    says_close(client, &response, why);
    client.closes(HANGS_UP);
}

/// That the connection is said to end behind a response.
#[track_caller]
fn says_close(client: &Connection, response: &Response, why: &str) {
    if !response.fields.says_close() {
        client
            .given(fail(
                "the last response on a connection does not say `Connection: close`",
            ))
            .expected("`Connection: close`: a refusal, HTTP/1.0 or the client's `close` ends it")
            .got(response)
            .because(why)
            .raise();
    }
}

/// A request that is in order, and whose answer would show that it was read.
const HIDDEN: &str = "GET /admin HTTP/1.1\r\nHost: m\r\n\r\n";

fn says_what_it_understood_and_keeps_the_connection() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    client.scene("client A sends requests, each when it has the answer to the one before");
    let why = "a request without a body is whole with its empty line: it is answered then, and the \
               connection is kept for the next one (RFC 9112 §9.3)";
    for target in ["/books", "/books?page=2&q=%2F", "/"] {
        client.get(target).send();
        answers(&mut client, understood("GET", target, ""), why);
    }
    client.head("/books").send();
    let head = http::status(200).header("Content-Length", "12").body("");
    let why = "the answer to HEAD has no body: what stands there is taken for the next response";
    answers(&mut client, head, why);
    client.request("DELETE", "/books/7").send();
    answers(&mut client, understood("DELETE", "/books/7", ""), why);
    let why = "`keep-alive` asks for what HTTP/1.1 does anyway (RFC 9112 §9.3)";
    client.get("/").header("Connection", "keep-alive").send();
    answers(&mut client, understood("GET", "/", ""), why);
    let why = "1.2 may be asked of a server of 1.1, and is answered as 1.1 (RFC 9110 §2.5)";
    client.get("/new").version("HTTP/1.2").send();
    answers(&mut client, understood("GET", "/new", ""), why);
    client.get("/").send();
    answers(&mut client, understood("GET", "/", ""), why);
    client.scene("a header of 8,000 bytes");
    let start = "GET /books HTTP/1.1\r\nHost: m\r\nX-Long: ";
    let value = "x".repeat(8_000 - start.len() - 4);
    client.raw(format!("{start}{value}\r\n\r\n")).send();
    let why = "a header of 8,000 bytes is no longer than browsers send with their cookies";
    answers(&mut client, understood("GET", "/books", ""), why);
}

fn reads_a_body_of_the_length_that_was_said() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why = "a body is as long as Content-Length says, whatever the method (RFC 9112 §6.3)";
    for (method, body) in [
        ("POST", "{\"isbn\":1}"),
        ("GET", "x"),
        ("PURGE", "y"),
        ("PUT", ""),
    ] {
        client.request(method, "/orders").body(body).send();
        answers(&mut client, understood(method, "/orders", body), why);
    }
    client.scene("the body comes later than the header");
    client
        .post("/orders")
        .body("{\"isbn\":9780140435443}")
        .send_head();
    client.send_rest();
    let why = "a read brings what has come so far: the rest of the body comes with the next ones";
    answers(
        &mut client,
        understood("POST", "/orders", "{\"isbn\":9780140435443}"),
        why,
    );
    client.scene("the name of the field is in small letters, and there are zeros and spaces");
    let raw = "POST /a HTTP/1.1\r\nhost: m\r\ncontent-length: \t 0005 \r\n\r\nhello";
    client.raw(raw).send();
    let why = "names have no case, white space around a value is not part of it, zeros are digits";
    answers(&mut client, understood("POST", "/a", "hello"), why);
    client.scene("a small number has many digits");
    let why = "zeros at the front do not make a number greater";
    for (length, body) in [
        ("000005", "hello"),
        ("000000000000000000000000000005", "hello"),
        ("000000", ""),
    ] {
        client
            .raw(format!(
                "POST /a HTTP/1.1\r\nHost: m\r\nContent-Length: {length}\r\n\r\n{body}"
            ))
            .send();
        answers(&mut client, understood("POST", "/a", body), why);
    }
}

fn answers_requests_that_come_together() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why = "a client may send more before it has the answer: a request ends at its first empty \
               line, and what follows waits for its turn (RFC 9112 §9.3.2)";
    client.pipeline([http::get("/1"), http::get("/2")]);
    answers(&mut client, understood("GET", "/1", ""), why);
    answers(&mut client, understood("GET", "/2", ""), why);
    let why = "what follows a body is the next request (RFC 9112 §6.3)";
    client.pipeline([
        http::request("POST", "/3").body("three"),
        http::get("/4").body("GET with a body"),
        http::request("HEAD", "/5"),
        http::request("PUT", "/6").body(""),
        http::get("/7"),
    ]);
    answers(&mut client, understood("POST", "/3", "three"), why);
    answers(&mut client, understood("GET", "/4", "GET with a body"), why);
    let head = http::status(200).header("Content-Length", "8").body("");
    answers(&mut client, head, why);
    answers(&mut client, understood("PUT", "/6", ""), why);
    answers(&mut client, understood("GET", "/7", ""), why);
    client.scene("200 requests come in one write");
    let why = "however many come at once, each is answered";
    client.pipeline((0..200).map(|number| http::get(&format!("/many/{number}"))));
    for number in 0..200 {
        let target = format!("/many/{number}");
        answers(&mut client, understood("GET", &target, ""), why);
    }
}

fn puts_together_requests_that_come_in_pieces() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why = "TCP carries a stream of bytes: a request is whole when its bytes are there";
    client.post("/slow").body("hello").send_byte_by_byte();
    answers(&mut client, understood("POST", "/slow", "hello"), why);
    let request = || http::request("POST", "/cut").body("a\r\n\r\nb");
    let raw = b"POST /cut HTTP/1.1\r\nHost: m\r\nContent-Length: 6\r\n\r\na\r\n\r\nb";
    for cut in 1..raw.len() {
        client.raw(raw).send_cut_at(cut);
        answers(&mut client, understood("POST", "/cut", "a\r\n\r\nb"), why);
    }
    client.scene("a request and a half come in one write, then the rest");
    let why = "the half request that was read is the beginning of the next one";
    client.pipeline([request(), http::raw("GET /rest HTTP/1.1\r\nHo")]);
    answers(&mut client, understood("POST", "/cut", "a\r\n\r\nb"), why);
    client.client().send("st: m\r\n\r\n");
    answers(&mut client, understood("GET", "/rest", ""), why);
}

fn takes_a_body_for_a_body_whatever_is_in_it() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why = "a request that was hidden in a body must not be answered: it is somebody's text";
    let request = || http::request("POST", "/reviews").body(HIDDEN);
    client.pipeline([
        request(),
        http::get("/books"),
        request(),
        http::get("/books"),
    ]);
    for _ in 0..2 {
        answers(&mut client, understood("POST", "/reviews", HIDDEN), why);
        answers(&mut client, understood("GET", "/books", ""), why);
    }
    client.scene("the hidden request comes in a write of its own");
    client.post("/reviews").body(HIDDEN).send_head();
    client.send_rest();
    answers(&mut client, understood("POST", "/reviews", HIDDEN), why);
    let why = "a body is as long as Content-Length says, whatever the method (RFC 9112 §6.3)";
    for method in ["GET", "DELETE", "OPTIONS", "TRACE"] {
        client.scene(format!("the body of a {method} looks like a request"));
        let request = http::request(method, "/books").body(HIDDEN);
        client.pipeline([request, http::get("/next")]);
        answers(&mut client, understood(method, "/books", HIDDEN), why);
        answers(&mut client, understood("GET", "/next", ""), why);
    }
    client.scene("the body of a HEAD looks like a request");
    let request = http::request("HEAD", "/books").body(HIDDEN);
    client.pipeline([request, http::get("/next")]);
    // Of the answer that GET would get there is the length.
    let length = "HEAD /books\n".len() + HIDDEN.len();
    let head = http::status(200).header("Content-Length", length.to_string());
    answers(&mut client, head.body(""), why);
    answers(&mut client, understood("GET", "/next", ""), why);
    client.scene("a body of all 256 bytes");
    let every: Vec<u8> = (0..=255).collect();
    client.post("/images").body(&every).send();
    let why = "a body is bytes, and comes back as it was sent";
    answers(&mut client, understood("POST", "/images", &every), why);
}

/// The greatest length that is read.
const GREATEST: usize = 65_536;

fn gives_back_a_body_of_the_greatest_length() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why = "65,536 bytes are allowed, in however many reads they come";
    for length in [20_000, GREATEST] {
        client.post("/images").body_of(length).send();
        let expected = understood("POST", "/images", vec![b'x'; length]);
        answers(&mut client, expected, why);
    }
    client.get("/").send();
    answers(&mut client, understood("GET", "/", ""), why);
}

fn answers_a_request_that_fills_a_buffer_exactly() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why =
        "a full buffer does not say that more will come: ask whether a request is whole, then read";
    for size in [4_096, 8_192, 16_384, 32_768, 65_536] {
        client.scene(format!(
            "a request of exactly {size} bytes, and nothing behind it"
        ));
        let start = "POST /images HTTP/1.1\r\nHost: m\r\nContent-Length: ";
        // The length has four digits or five.
        let digits = if size < 10_000 { 4 } else { 5 };
        let body = "x".repeat(size - start.len() - digits - 4);
        let request = format!("{start}{}\r\n\r\n{body}", body.len());
        client.raw(request).send();
        answers(&mut client, understood("POST", "/images", &body), why);
    }
}

fn hangs_up_when_the_client_says_close() {
    let server = server();
    let last = "with `close` the client says that this is its last request (RFC 9112 §9.6)";
    let case = "members of `Connection` have no case (RFC 9110 §7.6.1)";
    let list = "`Connection` is a list with commas, spaces and tabs around them do not count, and \
                `close` may stand anywhere in it (RFC 9110 §7.6.1)";
    for (value, why) in [
        ("close", last),
        ("Close", case),
        ("CLOSE", case),
        ("close,TE", list),
        ("TE,close", list),
        ("keep-alive, close", list),
        ("x-one ,\tcLoSe , x-two", list),
    ] {
        let mut client = Connection::to(&server, "client A");
        let request = http::get("/bye").header("Connection", value);
        client.pipeline([http::get("/first"), request, http::get("/never")]);
        answers(&mut client, understood("GET", "/first", ""), why);
        ends_with(&mut client, understood("GET", "/bye", ""), why);
    }
    let mut client = Connection::to(&server, "client B");
    let one = http::get("/bye").header("Connection", "TE");
    let two = one.header("Connection", "close");
    client.pipeline([two]);
    let why = "two lines of one field are one list (RFC 9110 §5.3)";
    ends_with(&mut client, understood("GET", "/bye", ""), why);
    let mut client = Connection::to(&server, "client C");
    let request = http::request("POST", "/bye").body("body");
    client.pipeline([request.header("Connection", "close")]);
    let why = "the body of the last request is read, too";
    ends_with(&mut client, understood("POST", "/bye", "body"), why);
    let mut client = Connection::to(&server, "client D");
    client.scene("members of `Connection` that are not `close`");
    let why = "only the member `close`, as a whole, ends the connection (RFC 9112 §9.6)";
    for value in [
        "keep-alive",
        "closed",
        "not-close",
        "disclose, close-not",
        "TE",
        "\"close\"",
    ] {
        client.get("/more").header("Connection", value).send();
        answers(&mut client, understood("GET", "/more", ""), why);
    }
    client.get("/more").header("X-Connection", "close").send();
    answers(&mut client, understood("GET", "/more", ""), why);
}

fn hangs_up_after_http_1_0() {
    let server = server();
    let why = "a client of HTTP/1.0 waits for the end of the connection (RFC 9112 §9.3)";
    let old = || http::get("/old").version("HTTP/1.0");
    for request in [
        old(),
        old().header("Connection", "keep-alive"),
        old().header("Connection", "close"),
    ] {
        let mut client = Connection::to(&server, "client A");
        client.pipeline([request, http::get("/never")]);
        ends_with(&mut client, understood("GET", "/old", ""), why);
    }
    let mut client = Connection::to(&server, "client B");
    let why = "HTTP/1.0 is older than `Host`, and may leave it out";
    client.pipeline([old().without("Host"), http::get("/never")]);
    ends_with(&mut client, understood("GET", "/old", ""), why);
    let mut client = Connection::to(&server, "client C");
    let why = "HTTP/1.0 has bodies, too";
    client.pipeline([
        http::get("/new"),
        http::request("POST", "/old")
            .version("HTTP/1.0")
            .body("body"),
    ]);
    answers(&mut client, understood("GET", "/new", ""), why);
    ends_with(&mut client, understood("POST", "/old", "body"), why);
}

/// Sends the bytes of one request, behind a good one and before another, and expects a refusal.
/// `why` is why it must not be answered.
#[track_caller]
fn refuses(server: &Program, request: &str, body: &str, status: u16, why: &str) {
    let mut client = Connection::to(server, "client A");
    let bad = http::raw(format!("{request}\r\n\r\n{body}"));
    client.pipeline([http::get("/first"), bad, http::raw(HIDDEN)]);
    answers(&mut client, understood("GET", "/first", ""), ONE_BY_ONE);
    is_refusal(&mut client, status, why);
}

/// That the next response is a refusal, and the last.
#[track_caller]
fn is_refusal(client: &mut Connection, status: u16, why: &str) {
    let response = client.response().read(
        "when the header is there the server knows that it refuses: it says so at once, and waits \
         for no more",
    );
    if response.status != status {
        let (what, why) = if response.body == b"GET /admin\n" {
            (
                "a refused request was skipped, and what follows it was answered",
                "where a refused request ends is not known, so what follows it is no request yet",
            )
        } else if response.status < 400 {
            ("a request that must be refused was answered", why)
        } else {
            (
                "a request was refused with another status",
                meaning(status, response.status),
            )
        };
        client
            .given(fail(what))
            .expected(status)
            .got(&response)
            .because(why)
            .raise();
    }
    says_close(client, &response, NOT_TOLD);
    client.closes(HANGS_UP);
}

/// What the right status tells the client, or what the other one does.
fn meaning(status: u16, other: u16) -> &'static str {
    match (status, other) {
        (400, 411) => "411 asks for a length, but one is there: the two fields together are wrong",
        (411, _) => "411 tells the client to send a length (RFC 9110 §15.5.12)",
        (413, _) => "413 tells the client that its body is too long (RFC 9110 §15.5.14)",
        (505, _) => "505 tells the client to come again with HTTP/1.1 (RFC 9110 §15.6.6)",
        _ => "400 tells the client that what it sent is wrong in itself (RFC 9110 §15.5.1)",
    }
}

fn refuses_a_length_with_a_coding() {
    let server = server();
    let why = "one server believes the length, the next the coding: between the two ends a stranger \
               hides a request, and the proxy lets it pass (RFC 9112 §6.1, §11.2)";
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "content-length: 5\r\ntransfer-encoding: CHUNKED",
        "Content-Length: 5\r\nTransfer-Encoding: xchunked",
        "Content-Length: 5\r\nTransfer-Encoding: identity",
        "Content-Length: 5\r\nTransfer-Encoding:",
        "Content-Length: 5\r\nX-Shelf: 7\r\nTransfer-Encoding: gzip, chunked",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
    ] {
        let request = format!("POST /orders HTTP/1.1\r\nHost: m\r\n{fields}");
        refuses(&server, &request, "0\r\n\r\n", 400, why);
    }
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
    ] {
        let why = "a length beside a coding is a 400 in HTTP/1.0, too (RFC 9112 §6.1)";
        let request = format!("POST / HTTP/1.0\r\nHost: m\r\n{fields}");
        refuses(&server, &request, "0\r\n\r\n", 400, why);
    }
}

fn refuses_a_coding_without_a_length() {
    let server = server();
    let why = "a body whose end this server cannot find must not be taken for the next request";
    let chunks = format!("{:x}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len());
    for value in ["chunked", "Chunked", "gzip, chunked", "identity", "x"] {
        let request = format!("POST /orders HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: {value}");
        refuses(&server, &request, &chunks, 411, why);
    }
    let coded = "Host: m\r\nTransfer-Encoding: chunked";
    let why =
        "no method and no version is an exception: what stands there would be the next request";
    for start in [
        "GET / HTTP/1.1",
        "DELETE / HTTP/1.1",
        "POST / HTTP/1.0",
        "GET / HTTP/1.0",
    ] {
        refuses(&server, &format!("{start}\r\n{coded}"), &chunks, 411, why);
    }
    let mut client = Connection::to(&server, "client A");
    let request = format!("HEAD / HTTP/1.1\r\n{coded}\r\n\r\n{chunks}");
    client.raw(&request).send();
    // Whether this refusal has a body is not asked here.
    let answer = client.client().read_to_end(why);
    if !answer.starts_with(b"HTTP/1.1 411 ") {
        fail("a HEAD with `Transfer-Encoding` was not refused")
            .given(testkit::bytes::quote(request.as_bytes()))
            .expected("a 411, and then the end of the connection")
            .got(testkit::bytes::shorten(&testkit::bytes::quote(&answer)))
            .because(why)
            .raise();
    }
}

fn refuses_lengths_that_are_no_numbers() {
    let server = server();
    let why = "a length is one or more digits (RFC 9110 §8.6); who guesses at another loses the place \
               where the next request begins";
    for value in [
        "+5", "-5", "-0", "5 5", "0x5", "5.0", "5e0", "five", "", "5;", "5\u{a0}", "\"5\"", "٥",
        "5_0",
    ] {
        let request = format!("POST /orders HTTP/1.1\r\nHost: m\r\nContent-Length: {value}");
        refuses(&server, &request, "hello", 400, why);
    }
}

fn refuses_lengths_that_differ() {
    let server = server();
    let why = "the proxy takes one of them and the server the other (RFC 9112 §6.3)";
    for fields in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 6\r\nContent-Length: 5",
        "Content-Length: 0\r\nX-Shelf: 7\r\ncontent-length: 5",
        "Content-Length: 5, 6",
        "Content-Length: 5,0",
        "Content-Length: 5\r\nContent-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: x",
    ] {
        let request = format!("POST /orders HTTP/1.1\r\nHost: m\r\n{fields}");
        refuses(&server, &request, "hello", 400, why);
    }
}

fn refuses_a_body_that_is_too_long_before_it_comes() {
    let server = server();
    let why = "this server reads no body of that length, so it must not go on as if it had: what \
               comes now is not the next request";
    for length in [
        "65537",
        "65538",
        "1000000",
        "4294967296",
        "4294967301",
        "18446744073709551615",
    ] {
        let request = format!("POST /images HTTP/1.1\r\nHost: m\r\nContent-Length: {length}");
        refuses(&server, &request, "hello", 413, why);
        let mut client = Connection::to(&server, "client A");
        client.scene("only the header is sent: the body is still to come");
        client.raw(format!("{request}\r\n\r\n")).send();
        is_refusal(&mut client, 413, why);
    }
    for length in [
        "18446744073709551616",
        "18446744073709551621",
        "99999999999999999999999999999999999999999",
    ] {
        let request = format!("POST /images HTTP/1.1\r\nHost: m\r\nContent-Length: {length}");
        let mut client = Connection::to(&server, "client A");
        client.scene("the length fits no u64");
        client.raw(format!("{request}\r\n\r\nhello")).send();
        let response = client.response().read(why);
        if !matches!(response.status, 400 | 413) {
            client
                .given(fail("a length that fits no integer was not refused"))
                .expected("413 (or 400)")
                .got(&response)
                .because(why)
                .raise();
        }
        client.closes(HANGS_UP);
    }
}

fn wants_one_host() {
    let server = server();
    let why = "every request of HTTP/1.1 and later says which host it means (RFC 9112 §3.2)";
    for head in [
        "GET / HTTP/1.1",
        "GET / HTTP/1.2",
        "GET / HTTP/1.1\r\nX-Host: m",
        "GET / HTTP/1.1\r\nHosts: m",
    ] {
        refuses(&server, head, "", 400, why);
    }
    let why = "of two hosts the proxy takes one and the server the other: two different shops \
               (RFC 9112 §3.2)";
    for head in [
        "GET / HTTP/1.1\r\nHost: m\r\nHost: evil",
        "GET / HTTP/1.1\r\nHost: m\r\nAccept: */*\r\nhost: m",
        "GET / HTTP/1.0\r\nHost: m\r\nHost: evil",
    ] {
        refuses(&server, head, "", 400, why);
    }
    let mut client = Connection::to(&server, "client B");
    for host in [
        "host: m",
        "HOST:marginalia.example:8080",
        "Host: [::1]:80",
        "Host:",
    ] {
        client
            .raw(format!("GET / HTTP/1.1\r\n{host}\r\n\r\n"))
            .send();
        let why = "any host will do, and a target without a host has an empty one (RFC 9112 §3.2)";
        answers(&mut client, understood("GET", "/", ""), why);
    }
}

fn refuses_what_is_no_request_and_hangs_up() {
    let server = server();
    let why = "behind what cannot be read nobody knows where the next request begins: the connection \
               ends (RFC 9112 §2.2)";
    for (head, status) in [
        ("GET  / HTTP/1.1\r\nHost: m", 400),
        ("GET / HTTP/1.1 \r\nHost: m", 400),
        ("GET /\r\nHost: m", 400),
        ("hello", 400),
        ("GET / HTTP/2.0\r\nHost: m", 505),
        ("GET / HTTP/0.9\r\nHost: m", 505),
        ("GET / http/1.1\r\nHost: m", 400),
        ("POST / HTTP/1.1\r\nHost: m\r\nContent-Length : 5", 400),
        ("GET / HTTP/1.1\r\nHost: m\r\n folded", 400),
        ("GET / HTTP/1.1\r\nHost: m\r\nno colon", 400),
        ("GET / HTTP/1.1\r\nHost: m\r\nX: a\nY: b", 400),
        ("GET / HTTP/1.1\r\nHost: m\r\nX: a\0b", 400),
    ] {
        refuses(&server, head, "", status, why);
    }
    let mut client = Connection::to(&server, "client B");
    client.scene("other clients sent what is no request; client B sends one");
    client.get("/").send();
    answers(
        &mut client,
        understood("GET", "/", ""),
        "one bad client must not stop the others",
    );
}

fn answers_whatever_bytes_a_field_holds() {
    let server = server();
    let why = "a value is bytes, and nobody has promised that they are UTF-8 (RFC 9110 §5.5): a client \
               that sends others gets an answer, too";
    let request = |fields: &[u8]| [b"GET /books HTTP/1.1\r\n", fields, b"\r\n\r\n"].concat();
    let mut client = Connection::to(&server, "client A");
    client.raw(request(b"Host: m\r\nX-Author: caf\xe9")).send();
    answers(&mut client, understood("GET", "/books", ""), why);
    client.raw(request(b"Host: m\r\nConnection: \xff")).send();
    answers(&mut client, understood("GET", "/books", ""), why);
    client
        .raw(request(b"Host: m\r\nConnection: \xff, close"))
        .send();
    ends_with(&mut client, understood("GET", "/books", ""), why);
    for (name, fields, status) in [
        (
            "client B",
            b"Host: m\r\nContent-Length: \xff".as_slice(),
            400,
        ),
        ("client C", b"Host: m\r\nTransfer-Encoding: \xff", 411),
    ] {
        let mut client = Connection::to(&server, name);
        client.raw(request(fields)).send();
        is_refusal(&mut client, status, why);
    }
    let mut client = Connection::to(&server, "client D");
    client.raw(request(b"Host: \xff")).send();
    let response = client.response().read(why);
    match response.status {
        200 => stays(&client, &response),
        400 => {
            says_close(&client, &response, NOT_TOLD);
            client.closes(HANGS_UP);
        }
        _ => client
            .given(fail("a host that is no text was answered wrongly"))
            .expected("200 (the host is not looked at) or 400")
            .got(&response)
            .because(why)
            .raise(),
    }
}

fn the_last_response_reaches_a_client_that_sends_more() {
    let server = server();
    let why = "who closes a socket while there is something unread in it breaks the connection, and what \
               was sent may be lost (RFC 9112 §9.6)";
    // More than a read is likely to take, less than the buffers hold.
    let more = "x".repeat(60_000);
    for (head, expected) in [
        (
            "GET /bye HTTP/1.1\r\nHost: m\r\nConnection: close",
            understood("GET", "/bye", ""),
        ),
        (
            "GET /bye HTTP/1.0\r\nHost: m",
            understood("GET", "/bye", ""),
        ),
        ("GET /bye HTTP/1.1\r\nHost : m", http::status(400)),
        (
            "POST / HTTP/1.1\r\nHost: m\r\nContent-Length: 2000000",
            http::status(413),
        ),
    ] {
        let mut client = Connection::to(&server, "client A");
        client.scene("behind the last request that is answered come 60,000 bytes more");
        client.raw(format!("{head}\r\n\r\n{more}")).send();
        let response = client.response().expect(expected, why);
        says_close(&client, &response, NOT_TOLD);
        client.closes(why);
    }
}

fn answers_what_is_whole_when_the_client_ends() {
    let server = server();
    let why = "a client that sends no more still reads: it gets every answer, and then the end";
    let mut client = Connection::to(&server, "client A");
    client.pipeline([http::get("/1"), http::request("POST", "/2").body("two")]);
    client.half_close();
    let one = client.response().expect(understood("GET", "/1", ""), why);
    stays(&client, &one);
    // Whether it is known by now that no more will come depends on when the end is read.
    client
        .response()
        .expect(understood("POST", "/2", "two"), why);
    client.closes("behind the last answer comes the end: nothing more was asked");
    let mut client = Connection::to(&server, "client B");
    client.scene("client B connects and ends its stream");
    client.half_close();
    client.closes("nothing was asked, so there is nothing to answer");
}

fn never_answers_half_a_request() {
    let server = server();
    let why = "half an order is not an order: a broken connection must not be taken for the end of a \
               body (RFC 9112 §8)";
    let body = "POST /orders HTTP/1.1\r\nHost: m\r\nContent-Length: 20\r\n\r\n{\"copies\":1";
    for part in [
        "G",
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: m",
        "GET / HTTP/1.1\r\nHost: m\r\n",
        "GET / HTTP/1.1\r\nHost: m\r\n\r",
        "POST /orders HTTP/1.1\r\nHost: m\r\nContent-Length: 20\r\n\r\n",
        body,
    ] {
        let mut client = Connection::to(&server, "client A");
        client.scene("behind a whole request the client sends half of one, and ends its stream");
        client.pipeline([http::get("/first"), http::raw(part)]);
        client.half_close();
        client
            .response()
            .expect(understood("GET", "/first", ""), why);
        let rest = client.client().read_to_end(why);
        if !rest.is_empty() && !rest.starts_with(b"HTTP/1.1 400 ") {
            fail("half a request was answered as if it were whole")
                .given(testkit::bytes::quote(part.as_bytes()))
                .expected("the end of the connection, or a 400 and then the end")
                .got(testkit::bytes::quote(&rest))
                .because(why)
                .raise();
        }
    }
    for (name, part) in [("client B", "GET / HT"), ("client C", body)] {
        let mut client = Connection::to(&server, name);
        client.raw(part).send();
        client.abort();
    }
    let mut client = Connection::to(&server, "client D");
    client.scene("two clients broke their connections in the middle of a request");
    client.get("/").send();
    let why = "a connection that breaks is the end of that connection, not of the server";
    answers(&mut client, understood("GET", "/", ""), why);
}

fn finds_every_request_however_they_are_cut() {
    let server = server();
    for_all("requests are found however they are cut", 25, |rng| {
        let methods = ["GET", "POST", "PUT", "X"];
        let requests = rng.many(1..=5, |rng| {
            let method = *rng.choose(&methods);
            let target = format!("/{}", rng.word(0..=3));
            let body = rng.text_of("a\r\n: 0", 0..=7);
            (method, target, body)
        });
        let mut bytes = Vec::new();
        for (method, target, body) in &requests {
            let length = body.len();
            let head = format!("{method} {target} HTTP/1.1\r\nContent-Length: {length}\r\n");
            bytes.extend(format!("{head}Host: m\r\n\r\n{body}").into_bytes());
        }
        let mut client = Connection::to(&server, "client A");
        // Long pieces and short ones, ten at most.
        let longest = (bytes.len() / 5).max(1);
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() && pieces.len() < 10 {
            let (piece, behind) = rest.split_at(rng.range(1..=longest).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        pieces.push(rest);
        client.client().send_pieces(pieces);
        for (method, target, body) in &requests {
            let expected = understood(method, target, body);
            answers(&mut client, expected, ONE_BY_ONE);
        }
    });
}
