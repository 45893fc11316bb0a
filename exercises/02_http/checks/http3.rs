//! What http3 is checked for. Read it as the specification; edits here are undone.

#[path = "../http3.rs"]
mod http3;

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};

use http3::{BadRequest, BodyError};
use testkit::drip::{Drip, Pace};
use testkit::socket::Client;
use testkit::{Rng, bytes, checks, fail, for_all, memory, no_panic, patience};

fn main() {
    testkit::run(checks![
        says_how_long_the_body_is,
        takes_a_length_that_is_said_twice,
        rejects_lengths_that_disagree,
        rejects_a_length_with_anything_but_digits,
        rejects_a_length_that_is_missing,
        rejects_a_length_that_is_too_large_for_a_number,
        reads_the_body,
        leaves_the_next_request_in_the_reader,
        reads_a_body_in_pieces_of_any_size,
        reads_nothing_once_the_body_is_there,
        tells_a_body_that_ends_too_early,
        reserves_no_memory_for_what_is_only_announced,
        refuses_a_body_above_the_limit_before_it_reads,
        tries_an_interrupted_read_again_and_hands_on_other_errors,
        answers_a_client_that_waits_on_a_socket,
        reads_back_the_bodies_of_many_requests,
    ]);
}

const PANIC: &str = "anyone can send any bytes; a panic answers none of them";

/// Values as one would write them: `["a", "b"]`.
fn list(values: &[Vec<u8>]) -> String {
    let values: Vec<String> = values.iter().map(|value| bytes::quote(value)).collect();
    format!("[{}]", values.join(", "))
}

/// What the subject makes of the values; a panic there is a failure.
#[track_caller]
fn length(values: &[Vec<u8>], expected: &str) -> Result<Option<u64>, BadRequest> {
    no_panic(list(values), expected, PANIC, || {
        http3::content_length(values)
    })
}

#[track_caller]
fn says(values: &[&[u8]], right: Result<Option<u64>, BadRequest>, what: &str, why: &str) {
    let values: Vec<Vec<u8>> = values.iter().map(|value| value.to_vec()).collect();
    let expected = format!("{right:?}");
    let got = length(&values, &expected);
    if got != right {
        fail(what)
            .given(format!("content_length of {}", list(&values)))
            .expected(expected)
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

fn says_how_long_the_body_is() {
    let what = "a length was not read as it was sent";
    let why = "the length says where the body ends and the next request begins (RFC 9112 §6.3)";
    says(&[b"42"], Ok(Some(42)), what, why);
    says(&[b"0"], Ok(Some(0)), what, why);
    says(&[b"9876543210"], Ok(Some(9_876_543_210)), what, why);
    says(&[b"18446744073709551615"], Ok(Some(u64::MAX)), what, why);
    let why = "without the field there is no length, which is not a length of 0 (RFC 9112 §6.3)";
    says(&[], Ok(None), what, why);
    let why = "a length is one or more digits, whatever the first one is (RFC 9110 §8.6)";
    says(&[b"007"], Ok(Some(7)), what, why);
    says(&[b"000"], Ok(Some(0)), what, why);
    says(
        &[b"000000000000000000000000000000000005"],
        Ok(Some(5)),
        what,
        why,
    );
}

fn takes_a_length_that_is_said_twice() {
    let what = "a length that is said more than once was not taken";
    let why =
        "somebody on the way may have joined two equal fields: the length is clear (RFC 9112 §6.3)";
    says(&[b"5, 5"], Ok(Some(5)), what, why);
    says(&[b"5,5"], Ok(Some(5)), what, why);
    says(&[b"42, 42, 42"], Ok(Some(42)), what, why);
    says(&[b"5 \t,\t 5"], Ok(Some(5)), what, why);
    says(&[b"5", b"5"], Ok(Some(5)), what, why);
    says(&[b"42", b"42, 42"], Ok(Some(42)), what, why);
    says(&[b"0, 0"], Ok(Some(0)), what, why);
    says(&[b"7, 007"], Ok(Some(7)), what, "they are the same number");
}

fn rejects_lengths_that_disagree() {
    let what = "lengths that disagree were not refused";
    let why = "a proxy that believes the other one sees another request: smuggling (RFC 9112 §6.3)";
    for values in [
        &[&b"5, 30"[..]][..],
        &[b"30, 5"],
        &[b"5,6"],
        &[b"5, 5, 6"],
        &[b"5, 6, 5"],
        &[b"6, 5, 5"],
        &[b"5", b"30"],
        &[b"30", b"5"],
        &[b"5", b"5", b"6"],
        &[b"5, 5", b"5, 6"],
        &[b"0, 5"],
        &[b"5, 0"],
        &[b"5", b"0"],
        &[b"5, 50"],
        &[b"1,000"],
    ] {
        says(values, Err(BadRequest), what, why);
    }
}

fn rejects_a_length_with_anything_but_digits() {
    let what = "a length that is not made of digits was not refused";
    let why =
        "the next server reads it as another number, or not at all (RFC 9110 §8.6, RFC 9112 §6.3)";
    for value in [
        "+5", "-5", "-0", "5.0", "5e1", "0x5", "5;", "5 5", "5\t5", "five", "5 bytes", "1_000",
        "\"5\"", "5\n", "\r5", "\x0b5", "5\0", "５", "٥", "5\u{a0}",
    ] {
        says(&[value.as_bytes()], Err(BadRequest), what, why);
        let twice = format!("5, {value}");
        says(&[twice.as_bytes()], Err(BadRequest), what, why);
        says(&[b"5", value.as_bytes()], Err(BadRequest), what, why);
        let twice = format!("{value} ,5");
        says(&[twice.as_bytes()], Err(BadRequest), what, why);
    }
    for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit() && *byte != b',') {
        says(&[&[b'5', byte, b'5']], Err(BadRequest), what, why);
        // At an end, a space may have been taken off already, or not.
        if !matches!(byte, b' ' | b'\t') {
            says(&[&[b'5', byte]], Err(BadRequest), what, why);
            says(&[&[byte, b'5']], Err(BadRequest), what, why);
        }
    }
}

fn rejects_a_length_that_is_missing() {
    let what = "a length that is missing was not refused";
    let why = "a field that says no number is not the same as no field (RFC 9112 §6.3: 400)";
    for values in [
        &[&b""[..]][..],
        &[b","],
        &[b", "],
        &[b"5,"],
        &[b"5, "],
        &[b",5"],
        &[b"5,,5"],
        &[b"5, , 5"],
        &[b"", b"5"],
        &[b"5", b""],
        &[b"", b""],
    ] {
        says(values, Err(BadRequest), what, why);
    }
}

fn rejects_a_length_that_is_too_large_for_a_number() {
    let what = "a length that no u64 can hold was not refused";
    let why = "wrapped round, 18446744073709551621 would be 5 (RFC 9110 §8.6 warns of it)";
    for value in [
        "18446744073709551616",
        "18446744073709551621",
        "99999999999999999999",
        "18446744073709551620",
        "184467440737095516150",
        "340282366920938463463374607431768211461",
    ] {
        says(&[value.as_bytes()], Err(BadRequest), what, why);
        let twice = format!("{value}, {value}");
        says(&[twice.as_bytes()], Err(BadRequest), what, why);
    }
    let many = "9".repeat(5_000);
    says(&[many.as_bytes()], Err(BadRequest), what, why);
}

const NO_LIMIT: u64 = u64::MAX;

/// An outcome as one would write it.
fn told(outcome: &Result<Vec<u8>, BodyError>) -> String {
    match outcome {
        Ok(body) => format!("Ok({})", bytes::quote(body)),
        Err(BodyError::Io(error)) => format!("Err(Io({:?}))", error.kind()),
        Err(error) => format!("Err({error:?})"),
    }
}

/// A connection that a body is read from.
struct Scene {
    drip: Drip,
    reader: BufReader<Drip>,
    given: String,
}

impl Scene {
    /// `input` on a connection whose reader holds up to `capacity` bytes at once.
    fn new(drip: Drip, capacity: usize, given: String) -> Self {
        let reader = BufReader::with_capacity(capacity, drip.clone());
        Self {
            drip,
            reader,
            given,
        }
    }

    /// Reads one body and expects this outcome.
    #[track_caller]
    fn reads(&mut self, length: u64, limit: u64, right: &str, what: &str, why: &str) {
        let limited = if limit == NO_LIMIT {
            "without a limit".to_owned()
        } else {
            format!("limit {limit}")
        };
        let given = format!(
            "read_body of length {length}, {limited}, from {}",
            self.given
        );
        let reader = &mut self.reader;
        let got = no_panic(&given, right, PANIC, || {
            http3::read_body(reader, length, limit)
        });
        let got = told(&got);
        if got != right {
            // The exercise has failed: a wait on a socket later on need not be long.
            patience::lose();
            fail(what)
                .given(given)
                .expected(right)
                .got(got)
                .part("calls", self.drip.transcript())
                .because(why)
                .raise();
        }
    }

    /// Expects that this is what the reader holds now, and what comes after it.
    #[track_caller]
    fn leaves(mut self, right: &[u8], why: &str) {
        let mut left = Vec::new();
        let outcome = self.reader.read_to_end(&mut left);
        if outcome.is_err() || left != right {
            patience::lose();
            fail("what follows the body was not left in the reader")
                .given(self.given)
                .expected(bytes::quote(right))
                .got(bytes::quote(&left))
                .because(why)
                .raise();
        }
    }
}

/// A connection that brings these bytes and then ends.
fn scene(input: &[u8], pace: Pace, capacity: usize) -> Scene {
    let comes = match &pace {
        Pace::Whole => String::new(),
        Pace::OneByOne => ", a byte at a time".to_owned(),
        Pace::Pieces(sizes) => format!(", in pieces of {sizes:?} bytes"),
    };
    let given = format!("a connection with {}{comes}", bytes::quote(input));
    Scene::new(Drip::new(input).pace(pace), capacity, given)
}

const ROOMY: usize = 8 * 1024;
const WRONG_BODY: &str = "the body is not what was sent";

fn reads_the_body() {
    let why = "a body is as many bytes as were announced, whatever they are (RFC 9112 §6.2)";
    let mut whole = scene(b"isbn=978", Pace::Whole, ROOMY);
    whole.reads(8, NO_LIMIT, "Ok(\"isbn=978\")", WRONG_BODY, why);
    let mut empty = scene(b"", Pace::Whole, ROOMY);
    empty.reads(0, NO_LIMIT, "Ok(\"\")", WRONG_BODY, why);
    let mut lines = scene(b"a\r\n\r\nb\n\0\xff", Pace::Whole, ROOMY);
    lines.reads(9, NO_LIMIT, r#"Ok("a\r\n\r\nb\n\0\xff")"#, WRONG_BODY, why);
    let why = "a body that is as long as the limit is not above it";
    let mut full = scene(b"isbn=978", Pace::Whole, ROOMY);
    full.reads(8, 8, "Ok(\"isbn=978\")", WRONG_BODY, why);
    let mut none = scene(b"", Pace::Whole, ROOMY);
    none.reads(0, 0, "Ok(\"\")", WRONG_BODY, why);
}

fn leaves_the_next_request_in_the_reader() {
    let why = "a client may send the next request at once: its bytes may be here (RFC 9112 §9.3.2)";
    let input = b"isbn=978GET /cart HTTP/1.1\r\n\r\n";
    let next = &input[8..];
    let mut one = scene(input, Pace::Whole, ROOMY);
    one.reads(8, NO_LIMIT, "Ok(\"isbn=978\")", WRONG_BODY, why);
    one.leaves(next, why);
    let mut none = scene(input, Pace::Whole, ROOMY);
    none.reads(0, NO_LIMIT, "Ok(\"\")", WRONG_BODY, why);
    none.leaves(input, why);
    let mut two = scene(b"first second rest", Pace::Whole, ROOMY);
    two.reads(6, NO_LIMIT, "Ok(\"first \")", WRONG_BODY, why);
    two.reads(
        7,
        7,
        "Ok(\"second \")",
        "the second body is not what was sent",
        why,
    );
    two.leaves(b"rest", why);
}

fn reads_a_body_in_pieces_of_any_size() {
    let why = "one read brings what has come, not what was asked for: a body may need many";
    let body: Vec<u8> = (b'a'..=b'z').cycle().take(200).collect();
    let input = [&body[..], b"GET / HTTP/1.1\r\n\r\n"].concat();
    let right = format!("Ok({})", bytes::quote(&body));
    for pace in [
        Pace::OneByOne,
        Pace::Pieces(vec![7]),
        Pace::Pieces(vec![199, 1]),
        Pace::Pieces(vec![1, 150, 60]),
    ] {
        for capacity in [1, 3, 64, ROOMY] {
            let mut pieces = scene(&input, pace.clone(), capacity);
            pieces.reads(200, 200, &right, WRONG_BODY, why);
            pieces.leaves(b"GET / HTTP/1.1\r\n\r\n", why);
        }
    }
}

fn reads_nothing_once_the_body_is_there() {
    let what = "the connection was read again after the body was there";
    let why = "the client waits for its answer and sends nothing: such a read waits for ever";
    let given = |text: &str| format!("a connection with {text} and then nothing more to read");
    for pace in [Pace::Whole, Pace::OneByOne, Pace::Pieces(vec![5, 3])] {
        for capacity in [1, 4, 8, ROOMY] {
            let waits = || Drip::new(&b"isbn=978"[..]).read_error_after(8, ErrorKind::TimedOut);
            let drip = waits().pace(pace.clone());
            let mut all = Scene::new(drip, capacity, given("\"isbn=978\""));
            all.reads(8, NO_LIMIT, "Ok(\"isbn=978\")", what, why);
            let drip = Drip::new("").read_error_after(0, ErrorKind::TimedOut);
            let mut none = Scene::new(drip, capacity, given("no byte"));
            none.reads(
                0,
                NO_LIMIT,
                "Ok(\"\")",
                what,
                "a body of 0 bytes is there already",
            );
        }
    }
}

fn tells_a_body_that_ends_too_early() {
    let what = "a body that ended too early was not told as such";
    let why = "half an order is no order: it must not be booked (RFC 9112 §8)";
    let body = b"isbn=978";
    for count in 0..body.len() {
        for pace in [Pace::Whole, Pace::OneByOne] {
            let mut cut = scene(&body[..count], pace, ROOMY);
            cut.reads(8, NO_LIMIT, "Err(Incomplete)", what, why);
        }
    }
    let mut cut = scene(&[b'x'; 20_000], Pace::Whole, 64);
    cut.reads(20_001, 30_000, "Err(Incomplete)", what, why);
}

/// Bytes that have come, and how much memory was reserved at most when they were asked for.
struct Watched<'a> {
    came: &'a [u8],
    most: u64,
    calls: u64,
}

impl Watched<'_> {
    fn watch(&mut self) {
        self.calls += 1;
        // To ask takes a while: who reads byte by byte is not asked each time, but at the end.
        if self.calls < 64 || self.calls.is_multiple_of(256) || self.came.is_empty() {
            self.most = self.most.max(memory::held().unwrap_or(0));
        }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch();
        self.came.read(buffer)
    }
}

impl BufRead for Watched<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.watch();
        Ok(self.came)
    }

    fn consume(&mut self, count: usize) {
        self.came.consume(count);
    }
}

fn reserves_no_memory_for_what_is_only_announced() {
    const MIB: u64 = 1 << 20;
    let expected = "Err(Incomplete)";
    for (announced, count) in [
        (1024 * MIB, 10),
        (1024 * MIB, 0),
        (1024 * MIB, 300_000),
        ((4096 * MIB) + 3, 10),
        (u64::MAX, 10),
    ] {
        let came = vec![b'x'; count];
        let before = memory::held().unwrap_or(0);
        let mut reader = Watched {
            came: &came,
            most: before,
            calls: 0,
        };
        let given = format!("a body of {announced} bytes announced, and {count} that came");
        let got = no_panic(&given, expected, PANIC, || {
            http3::read_body(&mut reader, announced, NO_LIMIT)
        });
        let reserved = reader.most - before;
        // Some room, for the system counts in pages and the allocator asks for more than it needs.
        let allowed = 2 * count as u64 + (64 << 10);
        if reserved > allowed + (576 << 10) {
            fail("memory was reserved for bytes that were only announced")
                .given(given)
                .expected("room for twice the bytes that came, and 64 KiB more, at most")
                .got(format!("{} KiB reserved", reserved >> 10))
                .because("a few clients that only announce would take all memory of the server")
                .raise();
        }
        if told(&got) != expected {
            fail("a body that ended too early was not told as such")
                .given(given)
                .expected(expected)
                .got(told(&got))
                .because("a length must not be made smaller: 4294967299 would be 3 in 32 bits")
                .raise();
        }
    }
}

fn refuses_a_body_above_the_limit_before_it_reads() {
    let what = "a body above the limit was not refused";
    let why = "what one client may send must not fill the server (RFC 9110 §15.5.14: 413)";
    let input = b"isbn=978GET / HTTP/1.1\r\n\r\n";
    for (length, limit) in [
        (8, 7),
        (8, 0),
        (1, 0),
        (9, 8),
        (30_000_000_000, 8),
        ((1 << 32) + 3, 8),
        (u64::MAX, 1 << 20),
        (u64::MAX, u64::MAX - 1),
    ] {
        let mut above = scene(input, Pace::Whole, ROOMY);
        above.reads(length, limit, "Err(TooLarge)", what, why);
        let calls = above.drip.calls().reads;
        if calls > 0 {
            fail("a body above the limit was read before it was refused")
                .given(format!(
                    "read_body of length {length}, limit {limit}, from {}",
                    above.given
                ))
                .expected("no read from the connection")
                .got(above.drip.transcript())
                .because("the length is known already: reading costs time and memory for nothing")
                .raise();
        }
    }
}

fn tries_an_interrupted_read_again_and_hands_on_other_errors() {
    let what = "an interrupted read was not tried again";
    let why = "a signal has come, the connection is as it was (std::io::ErrorKind::Interrupted)";
    let input = b"isbn=978GET / HTTP/1.1\r\n\r\n";
    for capacity in [1, 5, ROOMY] {
        let drip = Drip::new(&input[..]).pace(Pace::Pieces(vec![3]));
        let drip = drip.every_other(ErrorKind::Interrupted);
        let given = "a connection that is interrupted at every other read".to_owned();
        let mut held_up = Scene::new(drip, capacity, given);
        held_up.reads(8, 8, "Ok(\"isbn=978\")", what, why);
        held_up.leaves(&input[8..], why);
    }
    let what = "an error of the connection was not handed on";
    let why = "the caller must know what happened: a reset, or a client that is too slow (408)";
    for kind in [
        ErrorKind::ConnectionReset,
        ErrorKind::WouldBlock,
        ErrorKind::TimedOut,
    ] {
        for after in [0, 5] {
            let drip = Drip::new(&input[..]).read_error_after(after, kind);
            let given = format!("a connection that fails after {after} bytes");
            let mut broken = Scene::new(drip, ROOMY, given);
            let right = format!("Err(Io({kind:?}))");
            broken.reads(8, NO_LIMIT, &right, what, why);
        }
    }
}

/// A client, and the server's end of its connection.
#[track_caller]
fn connect() -> (Client, BufReader<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port that is free");
    let address = listener.local_addr().expect("the address of a listener");
    let client = Client::connect(address, "client A");
    let (stream, _) = listener.accept().expect("the client has connected");
    // Who waits for a client that waits is told so.
    stream
        .set_read_timeout(Some(patience::left()))
        .expect("a wait that is not zero");
    (client, BufReader::new(stream))
}

fn answers_a_client_that_waits_on_a_socket() {
    let why = "a kept-alive connection does not end after a body: the client waits for its answer";
    let (mut client, mut reader) = connect();
    for (sent, length, right) in [
        ("isbn=978", 8, "isbn=978"),
        ("", 0, ""),
        ("n=2GET / HTTP/1.1\r\n\r\n", 3, "n=2"),
        ("", 18, "GET / HTTP/1.1\r\n\r\n"),
        ("last", 4, "last"),
    ] {
        client.send(sent);
        let given = format!(
            "a client that sends {} and then waits, and read_body of length {length}",
            bytes::quote(sent.as_bytes())
        );
        let right = format!("Ok({})", bytes::quote(right.as_bytes()));
        let got = no_panic(&given, &right, PANIC, || {
            http3::read_body(&mut reader, length, NO_LIMIT)
        });
        let got = told(&got);
        if got != right {
            if got.contains("Io") {
                patience::lose();
            }
            fail("the body did not come back from a connection that stays open")
                .given(given)
                .expected(right)
                .got(got)
                .because(why)
                .raise();
        }
    }
    client.send("ha");
    client.half_close();
    let expected = "Err(Incomplete)";
    let given = "a client that sends \"ha\" and closes, and read_body of length 4";
    let got = no_panic(given, expected, PANIC, || {
        http3::read_body(&mut reader, 4, NO_LIMIT)
    });
    if told(&got) != expected {
        fail("a body that the client never finished was not told as such")
            .given(given)
            .expected(expected)
            .got(told(&got))
            .because("half an order is no order: it must not be booked (RFC 9112 §8)")
            .raise();
    }
}

fn reads_back_the_bodies_of_many_requests() {
    let name = "bodies sent one behind the other are read back one by one";
    for_all(name, 300, |rng| {
        let bodies = rng.many(0..=5, |rng| rng.bytes(0..=12));
        let rest = rng.bytes(0..=6);
        let input = [bodies.concat(), rest.clone()].concat();
        let capacity = rng.range(1..=20);
        let pace = random_pace(rng);
        let mut scene = scene(&input, pace, capacity);
        for body in &bodies {
            let right = format!("Ok({})", bytes::quote(body));
            let length = body.len() as u64;
            let why = "each body ends where its length says, and there the next begins";
            scene.reads(length, length, &right, WRONG_BODY, why);
        }
        scene.leaves(&rest, "what follows the last body is still to be read");
    });
}

fn random_pace(rng: &mut Rng) -> Pace {
    if rng.chance(1, 3) {
        Pace::Whole
    } else {
        Pace::random(rng, 9)
    }
}
