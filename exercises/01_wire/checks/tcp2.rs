//! What tcp2 is checked for. Read it as the specification; edits here are undone.

#[path = "../tcp2.rs"]
mod tcp2;

use std::io::ErrorKind;

use tcp2::{FrameError, MAX_PAYLOAD, encode, read_frame};
use testkit::allocations::{Allocations, measure};
use testkit::drip::{Drip, Pace};
use testkit::{bytes, checks, eq, fail, for_all, memory, no_panic};

testkit::count_allocations!();

fn main() {
    testkit::run(checks![
        writes_the_length_and_then_the_payload,
        writes_payloads_up_to_the_limit_and_no_longer_ones,
        reads_the_payload_of_a_frame,
        reads_the_length_as_big_endian,
        tells_an_empty_payload_from_the_end,
        reads_no_byte_beyond_its_frame,
        puts_a_frame_together_however_the_reads_are_cut,
        an_end_inside_the_length_is_a_frame_cut_off,
        an_end_inside_the_payload_is_a_frame_cut_off,
        refuses_a_length_above_the_limit,
        reserves_nothing_for_a_length_above_the_limit,
        returns_the_errors_of_the_stream,
        reads_back_what_was_written,
    ]);
}

const SAFE: &str = "lengths and payloads come from strangers; a panic answers none of them";
const BIG_ENDIAN: &str =
    "the length is four bytes, the most significant first, and counts the payload alone";

type Outcome = Result<Option<Vec<u8>>, FrameError>;

/// What came of a call, as one would write it.
fn shown(outcome: &Outcome) -> String {
    match outcome {
        Ok(Some(payload)) => format!("Ok(Some({}))", quoted(payload)),
        Ok(None) => "Ok(None)".to_owned(),
        Err(error) => told(error),
    }
}

fn told(error: &FrameError) -> String {
    match error {
        FrameError::TooLong(length) => format!("Err(TooLong({length}))"),
        FrameError::CutOff => "Err(CutOff)".to_owned(),
        FrameError::Io(error) => format!("Err(Io(...)), kind {:?}: {error}", error.kind()),
    }
}

/// The bytes, and how many they are where one cannot count them at a glance.
fn quoted(payload: &[u8]) -> String {
    let quoted = bytes::quote(payload);
    match payload.len() {
        0..=32 => quoted,
        length => format!("{quoted}, {length} bytes"),
    }
}

/// The bytes in hexadecimal, as a packet sniffer shows them.
fn hex(bytes: &[u8]) -> String {
    let hex = |bytes: &[u8]| {
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    };
    match bytes {
        [] => "no byte".to_owned(),
        [head @ .., _] if head.len() < 32 => hex(bytes),
        _ => format!("{} ... ({} bytes)", hex(&bytes[..16]), bytes.len()),
    }
}

/// The frame of a payload, written without the subject.
fn frame(payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let header = [24, 16, 8, 0].map(|shift| (length >> shift) as u8);
    [&header[..], payload].concat()
}

/// Calls the subject; a panic there is a failure.
#[track_caller]
fn read(stream: &Drip, given: &str, expected: &str) -> Outcome {
    no_panic(given, expected, SAFE, || read_frame(&mut stream.clone()))
}

/// Expects the next call to return this payload, or that there is none.
#[track_caller]
fn reads(stream: &Drip, expected: Option<&[u8]>, about: &str, why: &str) {
    let expected = shown(&Ok(expected.map(<[u8]>::to_vec)));
    let got = shown(&read(stream, about, &expected));
    if got != expected {
        fail("the next frame is not what was sent")
            .given(about)
            .expected(expected)
            .got(got)
            .part("the calls", stream.transcript())
            .because(why)
            .raise();
    }
}

/// Expects this error.
#[track_caller]
fn fails(stream: &Drip, expected: &str, about: &str, what: &str, why: &str) {
    let got = shown(&read(stream, about, expected));
    if got != expected {
        fail(what)
            .given(about)
            .expected(expected)
            .got(got)
            .part("the calls", stream.transcript())
            .because(why)
            .raise();
    }
}

#[track_caller]
fn writes(payload: &[u8], why: &str) {
    let given = format!("encode({})", quoted(payload));
    let right = frame(payload);
    let expected = format!("Ok: {}", hex(&right));
    let got = no_panic(&given, &expected, SAFE, || encode(payload));
    if !matches!(&got, Ok(got) if *got == right) {
        fail("a payload was not written as its frame")
            .given(given)
            .expected(expected)
            .got(match got {
                Ok(got) => format!("Ok: {}", hex(&got)),
                Err(error) => told(&error),
            })
            .because(why)
            .raise();
    }
}

fn writes_the_length_and_then_the_payload() {
    writes(b"hi", BIG_ENDIAN);
    writes(b"", BIG_ENDIAN);
    writes(b"\0\xff\n", BIG_ENDIAN);
    writes(&[7; 258], BIG_ENDIAN);
}

fn writes_payloads_up_to_the_limit_and_no_longer_ones() {
    eq(
        "MAX_PAYLOAD was changed",
        "what both sides agreed on",
        &MAX_PAYLOAD,
        &65_536,
        "the limit is a promise between two programs",
    );
    let why = "a payload of exactly the limit is in order; it does not fit into a u16";
    writes(&vec![1; MAX_PAYLOAD - 1], why);
    writes(&vec![1; MAX_PAYLOAD], why);
    for length in [MAX_PAYLOAD + 1, 2 * MAX_PAYLOAD] {
        let payload = vec![1; length];
        let given = format!("encode of a payload of {length} bytes");
        let expected = format!("Err(TooLong({length}))");
        let got = match no_panic(&given, &expected, SAFE, || encode(&payload)) {
            Ok(frame) => format!("Ok: {}", hex(&frame)),
            Err(error) => told(&error),
        };
        if got != expected {
            fail("a payload above the limit was not refused")
                .given(given)
                .expected(expected)
                .got(got)
                .because("the reader refuses such a frame: say so before it is sent")
                .raise();
        }
    }
}

fn reads_the_payload_of_a_frame() {
    for payload in [b"hi".as_slice(), b"\0\xff\r\n", b"9780140435443"] {
        let frame = frame(payload);
        let about = format!("the bytes {}", hex(&frame));
        reads(&Drip::new(frame), Some(payload), &about, BIG_ENDIAN);
    }
}

fn reads_the_length_as_big_endian() {
    for length in [1, 255, 256, 258, 0x0102, 0x8000, 0xff00, MAX_PAYLOAD] {
        let payload: Vec<u8> = (0..length).map(|index| (index % 251) as u8).collect();
        let frame = frame(&payload);
        let about = format!("the bytes {}", hex(&frame));
        reads(&Drip::new(frame), Some(&payload), &about, BIG_ENDIAN);
    }
}

fn puts_a_frame_together_however_the_reads_are_cut() {
    let why = "a read may bring less than it was asked for: of the length, too";
    let stream = [frame(b"9780140435443"), frame(b""), frame(b"hi")].concat();
    for pace in [
        Pace::OneByOne,
        Pace::Pieces(vec![3]),
        Pace::Pieces(vec![6, 1]),
    ] {
        for interrupted in [false, true] {
            let mut drip = Drip::new(stream.clone()).pace(pace.clone());
            let mut about = format!("the bytes {}; the reads bring {pace}", hex(&stream));
            let mut why = why;
            if interrupted {
                drip = drip.every_other(ErrorKind::Interrupted);
                about += ", and every other one is interrupted";
                why = "Interrupted means: nothing is lost, call again";
            }
            for payload in [b"9780140435443".as_slice(), b"", b"hi"] {
                reads(&drip, Some(payload), &about, why);
            }
            reads(&drip, None, &about, why);
        }
    }
}

fn reads_no_byte_beyond_its_frame() {
    let why = "what was read belongs to nobody any more when `read_frame` returns: the next call begins in the middle of a frame";
    let payloads = [b"one".as_slice(), b"", b"three", b"\0\0\0\x01"];
    let frames: Vec<Vec<u8>> = payloads.iter().map(|payload| frame(payload)).collect();
    let stream = frames.concat();
    let drip = Drip::new(stream.clone());
    let about = format!("the bytes {}, all there at once", hex(&stream));
    let mut left = stream.len();
    for (payload, frame) in payloads.iter().zip(&frames) {
        reads(&drip, Some(payload), &about, why);
        left -= frame.len();
        if drip.unread().len() != left {
            fail("more was read than one frame")
                .given(&about)
                .expected(format!("{left} bytes still unread"))
                .got(format!("{} bytes still unread", drip.unread().len()))
                .part("the calls", drip.transcript())
                .because(why)
                .raise();
        }
    }
    reads(&drip, None, &about, why);
}

fn tells_an_empty_payload_from_the_end() {
    let why = "nothing was sent, and nothing more will be sent: these are two different messages";
    let about = "a stream that ends at once";
    reads(&Drip::new(""), None, about, why);
    let about = "the bytes 00 00 00 00, and then the end";
    let drip = Drip::new([0; 4]);
    reads(&drip, Some(b""), about, why);
    reads(&drip, None, about, why);
    reads(&drip, None, about, "after the end there is only the end");
}

fn an_end_inside_the_length_is_a_frame_cut_off() {
    let what = "the end inside a length was not told";
    let why = "one to three bytes are the beginning of a frame whose rest was lost: not the end, and not a length";
    for sent in [&[0][..], &[0, 0], &[0, 0, 0], &[1], &[0xff, 0xff, 0xff]] {
        let about = format!("the bytes {}, and then the end", hex(sent));
        fails(&Drip::new(sent), "Err(CutOff)", &about, what, why);
        let stream = [&frame(b"whole")[..], sent].concat();
        let about = format!("the bytes {}, and then the end", hex(&stream));
        let drip = Drip::new(stream).pace(Pace::OneByOne);
        reads(&drip, Some(b"whole"), &about, why);
        fails(&drip, "Err(CutOff)", &about, what, why);
    }
}

fn an_end_inside_the_payload_is_a_frame_cut_off() {
    let what = "the end inside a payload was not told";
    let why = "half a picture is not a shorter picture: who announces n bytes owes n bytes";
    let long = frame(&[9; MAX_PAYLOAD]);
    for sent in [
        &[0, 0, 0, 1][..],
        &[0, 0, 0, 2, b'h'],
        &[0, 0, 1, 0, b'h', b'i'],
        &[0, 1, 0, 0, 1, 2, 3],
        &long[..long.len() - 1],
    ] {
        let about = format!("the bytes {}, and then the end", hex(sent));
        fails(&Drip::new(sent), "Err(CutOff)", &about, what, why);
        let drip = Drip::new(sent).pace(Pace::Pieces(vec![5, 100]));
        fails(&drip, "Err(CutOff)", &about, what, why);
    }
}

fn refuses_a_length_above_the_limit() {
    let what = "a length above the limit was not refused";
    let why = "the sender chooses the number: compare it with the limit before you believe it";
    for length in [MAX_PAYLOAD as u32 + 1, 0x0002_0000, 0x0100_0000] {
        let header = length.to_be_bytes();
        let sent = [&header[..], &[b'x'; 100]].concat();
        let about = format!("a length of {length}: the bytes {}", hex(&sent));
        let expected = format!("Err(TooLong({length}))");
        let drip = Drip::new(sent);
        fails(&drip, &expected, &about, what, why);
        let unread = drip.unread().len();
        if unread != 100 {
            fail("bytes of a refused payload were read")
                .given(about)
                .expected("4 bytes read, and no more")
                .got(format!("{} bytes read", 104 - unread))
                .because("a refused payload may be gigabytes long: reading it is what is refused")
                .raise();
        }
        let drip = Drip::new(header).pace(Pace::OneByOne);
        let about = format!("the bytes {}, and then the end", hex(&header));
        fails(&drip, &expected, &about, what, why);
    }
}

/// How much was reserved at once, in bytes, as far as it can be seen: the allocator counts
/// where it can, and Linux tells how much the process has.
fn reserved(before: Option<u64>, did: Allocations) -> u64 {
    let after = memory::highest();
    let more = before.zip(after).map(|(before, after)| after - before);
    did.largest.max(more.unwrap_or(0))
}

fn reserves_nothing_for_a_length_above_the_limit() {
    // The later ones only where nothing was reserved for the one before.
    for length in [0x0400_0000, 0x1000_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let header = u32::to_be_bytes(length);
        let about = format!("the bytes {}: a length of {length}", hex(&header));
        let expected = format!("Err(TooLong({length})), and no memory reserved");
        let drip = Drip::new([&header[..], b"x"].concat());
        let before = memory::highest();
        let (outcome, did) = measure(|| read(&drip, &about, &expected));
        let reserved = reserved(before, did);
        // A right answer needs nothing; 16 MiB are room for what else a process does.
        let told = matches!(outcome, Err(FrameError::TooLong(got)) if got == length as usize);
        if !told || reserved > 16 << 20 {
            let reserved = match reserved >> 20 {
                0 => "less than 1 MiB".to_owned(),
                mib => format!("{mib} MiB"),
            };
            fail("a length above the limit was not refused, or not in time")
                .given(about)
                .expected(expected)
                .got(format!("{}, and {reserved} reserved", shown(&outcome)))
                .because("four bytes must not cost the server gigabytes: check first, reserve then")
                .raise();
        }
    }
}

fn returns_the_errors_of_the_stream() {
    let what = "an error of the stream was not returned as it is";
    let why = "a connection that broke is neither the end nor a frame cut short: the caller must know which";
    let stream = frame(b"9780140435443");
    for kind in [ErrorKind::ConnectionReset, ErrorKind::TimedOut] {
        for after in [0, 2, 4, 9] {
            let about = format!(
                "the bytes {}, and after {after} of them every read fails with {kind:?}",
                hex(&stream)
            );
            let drip = Drip::new(stream.clone()).read_error_after(after, kind);
            let expected = format!("Err(Io(...)), kind {kind:?}");
            let outcome = read(&drip, &about, &expected);
            if !matches!(&outcome, Err(FrameError::Io(error)) if error.kind() == kind) {
                fail(what)
                    .given(about)
                    .expected(expected)
                    .got(shown(&outcome))
                    .part("the calls", drip.transcript())
                    .because(why)
                    .raise();
            }
        }
    }
}

fn reads_back_what_was_written() {
    let why = "what one side writes, the other reads, frame by frame, whatever the bytes";
    for_all("frames that were written are read back", 300, |rng| {
        let payloads = rng.many(0..=5, |rng| rng.bytes(0..=9));
        let mut stream = Vec::new();
        for payload in &payloads {
            writes(payload, BIG_ENDIAN);
            stream.extend_from_slice(&encode(payload).unwrap_or_default());
        }
        // The end may come anywhere.
        let end = stream.len() - rng.range(0..=stream.len());
        let pace = Pace::random(rng, 7);
        let about = format!(
            "the frames {}, the end after {end} bytes; the reads bring {pace}",
            hex(&stream)
        );
        let drip = Drip::new(stream).end_after(end).pace(pace);
        let mut from = 0;
        for payload in &payloads {
            let to = from + 4 + payload.len();
            if end < to {
                break;
            }
            reads(&drip, Some(payload), &about, why);
            from = to;
        }
        if end == from {
            reads(&drip, None, &about, why);
        } else {
            let what = "a frame that was cut off was taken for something else";
            fails(&drip, "Err(CutOff)", &about, what, why);
        }
    });
}
