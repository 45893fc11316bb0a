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
        hangs_up_when_the_client_says_close,
        hangs_up_after_http_1_0,
        refuses_a_length_with_a_coding,
        refuses_a_coding_without_a_length,
        refuses_lengths_that_differ,
        refuses_lengths_that_are_no_numbers,
        refuses_a_body_that_is_too_long_before_it_comes,
        wants_one_host,
        refuses_what_is_no_request_and_hangs_up,
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

/// Whether one of the values is a list with this member.
fn has_close<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let values = values.into_iter().map(String::from_utf8_lossy);
    let has = |value: std::borrow::Cow<'_, str>| {
        let mut members = value.split(',').map(str::trim);
        members.any(|member| member.eq_ignore_ascii_case("close"))
    };
    values.into_iter().any(has)
}

/// What a request in order is answered with.
fn understood(method: &str, target: &str, body: impl AsRef<[u8]>) -> Expected {
    let start = format!("{method} {target}\n").into_bytes();
    http::status(200).body([&start, body.as_ref()].concat())
}

/// That the connection is said to stay open.
#[track_caller]
fn stays(response: &Response, why: &str) {
    let values = response.fields.all("Connection");
    if has_close(values) {
        fail("a response says `Connection: close`, but the connection should stay open")
            .expected("no `close`: the next request comes on the same connection")
            .got(response)
            .because(why)
            .raise();
    }
}

/// An answer behind which the connection stays open.
#[track_caller]
fn answers(client: &mut Connection, expected: Expected, why: &str) {
    let response = client.response().expect(expected, why);
    stays(&response, why);
}

/// The last answer, and the end of the connection behind it.
#[track_caller]
fn ends_with(client: &mut Connection, expected: Expected, why: &str) {
    let says_close = |value: &str| has_close([value.as_bytes()]);
    let expected = expected.header_like("Connection", "`close`", says_close);
    client.response().expect(expected, why);
    client.closes("behind the last response the server hangs up, and answers nothing more");
}

/// A request that is in order, and whose answer would show that it was read.
const HIDDEN: &str = "GET /admin HTTP/1.1\r\nHost: m\r\n\r\n";

fn says_what_it_understood_and_keeps_the_connection() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    client.scene("client A sends requests, each when it has the answer to the one before");
    let why = "opening a connection takes longer than most requests: it is kept (RFC 9112 §9.3)";
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
}

fn answers_requests_that_come_together() {
    let server = server();
    let mut client = Connection::to(&server, "client A");
    let why = "a client may send more before it has the answer; answers come in the same order \
               (RFC 9112 §9.3.2)";
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

fn hangs_up_when_the_client_says_close() {
    let server = server();
    let why = "`Connection` is a list, its members have no case (RFC 9110 §7.6.1), and behind `close` \
               no request is answered (RFC 9112 §9.6)";
    for value in [
        "close",
        "Close",
        "CLOSE",
        "keep-alive, close",
        "close,TE",
        "x-one ,\tcLoSe , x-two",
        "TE,close",
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
        old().without("Host"),
        old().header("Connection", "keep-alive"),
        old().header("Connection", "close"),
    ] {
        let mut client = Connection::to(&server, "client A");
        client.pipeline([request, http::get("/never")]);
        ends_with(&mut client, understood("GET", "/old", ""), why);
    }
    let mut client = Connection::to(&server, "client B");
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
#[track_caller]
fn refuses(server: &Program, request: &str, body: &str, status: u16, why: &str) {
    let mut client = Connection::to(server, "client A");
    let bad = http::raw(format!("{request}\r\n\r\n{body}"));
    client.pipeline([http::get("/first"), bad, http::raw(HIDDEN)]);
    answers(&mut client, understood("GET", "/first", ""), ONE_BY_ONE);
    ends_with(&mut client, http::status(status), why);
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
}

fn refuses_a_coding_without_a_length() {
    let server = server();
    let why = "a body whose end this server cannot find must not be taken for the next request";
    for value in ["chunked", "Chunked", "gzip, chunked", "identity", "x"] {
        let request = format!("POST /orders HTTP/1.1\r\nHost: m\r\nTransfer-Encoding: {value}");
        let body = format!("{:x}\r\n{HIDDEN}\r\n0\r\n\r\n", HIDDEN.len());
        refuses(&server, &request, &body, 411, why);
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

fn refuses_a_body_that_is_too_long_before_it_comes() {
    let server = server();
    let why = "who waits for as many bytes as a stranger says, or makes room for them, has lost";
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
        ends_with(&mut client, http::status(413), why);
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
            fail("a length that fits no integer was not refused")
                .given(request)
                .expected("413 (or 400)")
                .got(&response)
                .because(why)
                .raise();
        }
        client.closes("behind a refusal the server hangs up");
    }
}

fn wants_one_host() {
    let server = server();
    let why = "every request of HTTP/1.1 says which host it means, once (RFC 9112 §3.2); two servers \
               that pick different ones serve two different shops";
    for head in [
        "GET / HTTP/1.1",
        "GET / HTTP/1.2",
        "GET / HTTP/1.1\r\nX-Host: m",
        "GET / HTTP/1.1\r\nHosts: m",
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
        ends_with(&mut client, expected, why);
    }
}

fn answers_what_is_whole_when_the_client_ends() {
    let server = server();
    let why = "a client that sends no more still reads: it gets every answer, and then the end";
    let mut client = Connection::to(&server, "client A");
    client.pipeline([http::get("/1"), http::request("POST", "/2").body("two")]);
    client.half_close();
    let one = client.response().expect(understood("GET", "/1", ""), why);
    stays(&one, "the next request was there already");
    // Whether it is known by now that no more will come depends on when the end is read.
    client
        .response()
        .expect(understood("POST", "/2", "two"), why);
    client.closes(why);
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
