//! What tcp1 is checked for. Read it as the specification; edits here are undone.

#[path = "../tcp1.rs"]
mod tcp1;

use std::io::{self, ErrorKind, Read, Write};

use tcp1::{MAX_LINE, echo};
use testkit::allocations::measure;
use testkit::drip::{Drip, Pace};
use testkit::{Failure, bytes, checks, eq, fail, for_all, memory, no_panic};

testkit::count_allocations!();

fn main() {
    testkit::run(checks![
        answers_one_line_and_returns_at_the_end,
        puts_a_line_together_from_single_bytes,
        answers_each_of_several_lines_in_one_read,
        answers_before_it_waits_for_more,
        answers_a_last_line_without_its_end,
        gives_back_bytes_that_are_not_text,
        calls_again_when_a_call_was_interrupted,
        writes_the_whole_of_an_answer,
        answers_every_line_however_the_calls_are_cut,
        returns_the_errors_of_the_stream,
        takes_lines_up_to_the_limit_and_refuses_longer_ones,
        does_not_wait_for_the_end_of_an_endless_line,
        keeps_nothing_of_what_was_answered,
    ]);
}

const CUT: &str =
    "a read brings some bytes of the stream, not a line: only `\\n` says where a line ends";
const END: &str = "the stream has ended: all that came is answered, and `echo` returns Ok(())";

/// Calls the subject; a panic there is a failure.
#[track_caller]
fn run(stream: &Drip, given: &str, expected: &str) -> io::Result<()> {
    no_panic(
        given,
        expected,
        "clients send what they like; a panic ends the service for this one without a word",
        || echo(stream.clone()),
    )
}

/// What the client is to get for what it sends.
fn answers(input: &[u8]) -> Vec<u8> {
    let lines = input.split_inclusive(|byte| *byte == b'\n');
    let answer = |(index, line)| [format!("{} ", index + 1).as_bytes(), line].concat();
    lines.enumerate().flat_map(answer).collect()
}

fn lines(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".to_owned();
    }
    let lines: Vec<String> = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(bytes::quote)
        .collect();
    match &lines[..] {
        [first @ .., last] if first.len() > 12 => {
            let left_out = first.len() - 9;
            format!("{}\n... {left_out} lines\n{last}", first[..9].join("\n"))
        }
        lines => lines.join("\n"),
    }
}

fn outcome(result: &io::Result<()>) -> String {
    match result {
        Ok(()) => "it returned Ok(())".to_owned(),
        Err(error) => format!("it returned Err, kind {:?}: {error}", error.kind()),
    }
}

/// A failure with what the client sends and what it has to get.
fn wrong(what: &str, input: &[u8], about: &str, stream: &Drip) -> Failure {
    fail(what)
        .given(format!("the client sends\n{}\n{about}", lines(input)))
        .part("the calls", stream.transcript())
}

/// Expects the right answer to all of `input`, and `Ok(())`.
#[track_caller]
fn answered(stream: Drip, input: &[u8], about: &str, why: &str) {
    let expected = answers(input);
    let shown = format!("the client gets\n{}\nand Ok(())", lines(&expected));
    let result = run(&stream, &format!("{}\n{about}", lines(input)), &shown);
    let got = stream.written();
    if got != expected || result.is_err() {
        wrong(
            "the lines did not come back with their numbers",
            input,
            about,
            &stream,
        )
        .expected(shown)
        .got(format!(
            "the client gets\n{}\nand {}",
            lines(&got),
            outcome(&result)
        ))
        .because(why)
        .raise();
    }
}

fn answers_one_line_and_returns_at_the_end() {
    let about = "all of it in one read; then the stream ends";
    for (input, why) in [
        (
            "9780140435443\n",
            "the first line has the number 1, and after the end `echo` returns Ok(())",
        ),
        (
            "\n",
            "a line may be empty: it counts, and is answered like any other",
        ),
        (
            "",
            "a client that sends nothing gets nothing: the end alone is no line",
        ),
    ] {
        answered(Drip::new(input), input.as_bytes(), about, why);
    }
}

fn puts_a_line_together_from_single_bytes() {
    let input = b"9780140435443\n9780141439600\n";
    let one = Drip::new(input).read_pace(Pace::OneByOne);
    answered(one, input, "each read brings one byte", CUT);
    let sizes = vec![8, 5, 1, 3];
    let about = "the reads bring 8, 5, 1 and 3 bytes, and so on";
    let cut = Drip::new(input).read_pace(Pace::Pieces(sizes));
    answered(cut, input, about, CUT);
}

fn answers_each_of_several_lines_in_one_read() {
    let about = "all of it in one read";
    for input in ["one\ntwo\nthree\n", "\n\n\n", "one\n\nthree\n"] {
        answered(Drip::new(input), input.as_bytes(), about, CUT);
    }
    let input = b"one\ntwo\nthree\n";
    let half = Drip::new(input).read_pace(Pace::Pieces(vec![6, 100]));
    let about = "the first read brings a line and a half, the next the rest";
    answered(half, input, about, CUT);
    let many = "x\n".repeat(2_500);
    let about = "each read brings as much as it may";
    answered(Drip::new(many.clone()), many.as_bytes(), about, CUT);
}

fn answers_every_line_however_the_calls_are_cut() {
    for_all("every line comes back with its number, once", 400, |rng| {
        let lines = rng.many(0..=8, |rng| rng.text_of("ab\r\0é", 0..=6) + "\n");
        let mut input = lines.concat();
        if rng.chance(1, 3) {
            input += &rng.word(1..=3);
        }
        let pace = Pace::random(rng, 9);
        let about = format!("each read and write is for {pace}");
        answered(
            Drip::new(input.clone()).pace(pace),
            input.as_bytes(),
            &about,
            CUT,
        );
    });
}

/// A scanner that sends its lines in groups, and the next group only when it has all answers.
struct Scanner {
    groups: Vec<Vec<u8>>,
    /// Which group is being sent, and how many bytes of it have been read.
    group: usize,
    read: usize,
    got: Vec<u8>,
    /// How often it was read from after its end.
    in_vain: u32,
}

/// Fails where code reads on and on after the end.
#[track_caller]
fn at_the_end(in_vain: &mut u32) -> io::Result<usize> {
    *in_vain += 1;
    if *in_vain > 200 {
        fail("the code calls `read` for ever")
            .given("a client that has closed its sending side")
            .expected("`echo` returns after a read that brings nothing: Ok(0)")
            .got("200 reads more")
            .because(END)
            .raise();
    }
    Ok(0)
}

impl Scanner {
    fn sent(&self) -> Vec<u8> {
        let begun = self.groups.get(self.group).map(|group| &group[..self.read]);
        [&self.groups[..self.group].concat(), begun.unwrap_or(b"")].concat()
    }
}

impl Read for Scanner {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(group) = self.groups.get(self.group) else {
            return at_the_end(&mut self.in_vain);
        };
        // At the beginning of a group, the scanner waits for all that it asked for.
        let sent = self.sent();
        let expected = answers(&sent);
        if self.read == 0 && self.got != expected {
            fail("the server reads on while the client waits for an answer: both wait for ever")
                .given(format!(
                    "the client has sent\n{}\nand sends more when it has its answers",
                    lines(&sent)
                ))
                .expected(format!(
                    "before the next read, the client has\n{}",
                    lines(&expected)
                ))
                .got(format!("the client has\n{}", lines(&self.got)))
                .because("on a socket, `read` blocks until the client sends: answer each complete line first, and flush what you buffer")
                .raise();
        }
        let rest = &group[self.read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        if self.read == group.len() {
            (self.group, self.read) = (self.group + 1, 0);
        }
        Ok(count)
    }
}

impl Write for Scanner {
    fn write(&mut self, given: &[u8]) -> io::Result<usize> {
        self.got.extend_from_slice(given);
        Ok(given.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn answers_before_it_waits_for_more() {
    for groups in [
        &["9780140435443\n", "9780141439600\n"][..],
        &["one\n", "two\nthree\nfour\n", "\n", "five\n"],
        &[],
    ] {
        let scanner = Scanner {
            groups: groups
                .iter()
                .map(|group| group.as_bytes().to_vec())
                .collect(),
            group: 0,
            read: 0,
            got: Vec::new(),
            in_vain: 0,
        };
        let given = format!("the client sends {groups:?}, each when the one before is answered");
        let result = no_panic(&given, "Ok(())", END, || echo(scanner));
        if let Err(error) = result {
            fail("a conversation without a fault ended with an error")
                .given(given)
                .expected("Ok(())")
                .got(format!("Err, kind {:?}: {error}", error.kind()))
                .because(END)
                .raise();
        }
    }
}

fn answers_a_last_line_without_its_end() {
    let why = "a line that the end cut off is still answered, as it came: without a `\\n`";
    for input in ["9780140435443", "one\ntwo", "one\n\n ", "\r"] {
        let input = input.as_bytes();
        answered(Drip::new(input), input, "the whole in one read", why);
        let drip = Drip::new(input).read_pace(Pace::OneByOne);
        answered(drip, input, "each read brings one byte", why);
    }
}

fn gives_back_bytes_that_are_not_text() {
    let why = "a line is bytes, in whatever encoding the scanner has: none is changed or left out";
    let every: Vec<u8> = (11..=255).chain(0..=10).collect();
    for input in [
        b"caf\xe9\n",
        &b"one\r\ntwo\r\n"[..],
        b" \t one \n",
        b"\xff\xfe\n\0\n",
        "Größe 🦀\n".as_bytes(),
        &every,
    ] {
        answered(Drip::new(input), input, "the whole in one read", why);
        let drip = Drip::new(input).read_pace(Pace::OneByOne);
        answered(drip, input, "each read brings one byte, also of é", why);
    }
}

fn calls_again_when_a_call_was_interrupted() {
    let why = "Interrupted means: a signal came, nothing is lost, call again";
    let input = b"one\ntwo\nthree";
    for pace in [Pace::Whole, Pace::OneByOne, Pace::Pieces(vec![5, 2])] {
        let about = format!("every other read and write is interrupted; the others are for {pace}");
        let drip = Drip::new(input)
            .pace(pace)
            .every_other(ErrorKind::Interrupted);
        answered(drip, input, &about, why);
    }
}

fn writes_the_whole_of_an_answer() {
    let why = "`write` says how much it took: the rest is still yours to write";
    let input = b"9780140435443\n\n9780141439600\nlast";
    for pace in [Pace::OneByOne, Pace::Pieces(vec![1, 4, 2])] {
        let about = format!("the writes take {pace}");
        let drip = Drip::new(input).write_pace(pace);
        answered(drip, input, &about, why);
    }
}

fn returns_the_errors_of_the_stream() {
    let what = "an error of the stream was not returned";
    let why = "the caller must know that the connection broke: Ok(()) says that all was answered";
    let input = b"one\ntwo\n";
    for kind in [
        ErrorKind::ConnectionReset,
        ErrorKind::TimedOut,
        // An error of the stream, and not its end, which is `Ok(0)`.
        ErrorKind::UnexpectedEof,
    ] {
        for (after, told) in [(0, ""), (4, "1 one\n")] {
            let stream = Drip::new(input).read_error_after(after, kind);
            let about = format!("after {after} bytes, every read fails with {kind:?}");
            let expected = format!("Err of the kind {kind:?}, and the client has {told:?}");
            let result = run(&stream, &about, &expected);
            let same = result.as_ref().is_err_and(|error| error.kind() == kind);
            if !same || stream.written() != told.as_bytes() {
                wrong(what, input, &about, &stream)
                    .expected(expected)
                    .got(format!(
                        "{}, and the client has {}",
                        outcome(&result),
                        bytes::quote(&stream.written())
                    ))
                    .because(why)
                    .raise();
            }
        }
        for after in [0, 3, 6] {
            let stream = Drip::new(input).write_error_after(after, kind);
            let about = format!("after {after} bytes, every write fails with {kind:?}");
            let expected = format!("Err of the kind {kind:?}");
            let result = run(&stream, &about, &expected);
            if !result.as_ref().is_err_and(|error| error.kind() == kind) {
                wrong(what, input, &about, &stream)
                    .expected(expected)
                    .got(outcome(&result))
                    .because(why)
                    .raise();
            }
        }
    }
    let stream = Drip::new(input).full_after(3);
    let about = "after 3 bytes, every write takes nothing: Ok(0)";
    let result = run(&stream, about, "an error");
    if result.is_ok() {
        wrong(what, input, about, &stream)
            .expected("Err of any kind")
            .got(outcome(&result))
            .because("a stream that takes nothing will never take the rest (`write_all` says so)")
            .raise();
    }
}

/// Expects the lines of `good` to be answered and what follows to be refused.
#[track_caller]
fn refused(stream: Drip, good: &[u8], about: &str, why: &str) {
    let told = answers(good);
    let expected = format!(
        "the client gets\n{}\nand Err of the kind InvalidData",
        lines(&told)
    );
    let result = run(&stream, about, &expected);
    let kind = result.as_ref().map_err(io::Error::kind);
    if kind != Err(ErrorKind::InvalidData) || stream.written() != told {
        fail("a line of more than MAX_LINE bytes was not refused as it should be")
            .given(about)
            .expected(expected)
            .got(format!(
                "the client gets\n{}\nand {}",
                lines(&stream.written()),
                outcome(&result)
            ))
            .part("the calls", stream.transcript())
            .because(why)
            .raise();
    }
}

fn takes_lines_up_to_the_limit_and_refuses_longer_ones() {
    eq(
        "MAX_LINE was changed",
        "what the scanners were promised",
        &MAX_LINE,
        &1024,
        "how long a line may be is a promise to the clients, not a matter of the server",
    );
    let why = "the limit is for one line, however many lines a read brings";
    for length in [MAX_LINE - 1, MAX_LINE] {
        let line = "x".repeat(length);
        for input in [
            format!("{line}\n{line}\n{line}\nlast\n"),
            format!("a\n{line}"),
        ] {
            let input = input.as_bytes();
            let about = format!("lines of {length} bytes, MAX_LINE is {MAX_LINE}");
            answered(Drip::new(input), input, &about, why);
            let drip = Drip::new(input).read_pace(Pace::Pieces(vec![7, 700, 1]));
            answered(drip, input, &about, why);
            let drip = Drip::new(input).read_pace(Pace::OneByOne);
            answered(drip, input, &about, why);
        }
    }
    let why = "one limit for all, so that nobody can make the server keep more than that";
    for length in [MAX_LINE + 1, MAX_LINE + 2, 5 * MAX_LINE] {
        let long = "x".repeat(length);
        for (good, end) in [("", "\n"), ("one\n\n", "\nthree\n"), ("one\n", "")] {
            let input = format!("{good}{long}{end}");
            let about = format!(
                "the client sends {}, then a line of {length} bytes {}; MAX_LINE is {MAX_LINE}",
                bytes::quote(good.as_bytes()),
                if end.is_empty() {
                    "that the end of the stream cuts off"
                } else {
                    "and its `\\n`"
                }
            );
            for pace in [Pace::Whole, Pace::OneByOne, Pace::Pieces(vec![500, 3])] {
                let drip = Drip::new(input.clone()).read_pace(pace);
                refused(drip, good.as_bytes(), &about, why);
            }
        }
    }
}

/// How much of an endless line is given before the check gives up: far more than needed.
const FAR_TOO_MUCH: usize = 64 << 10;

/// A client that repeats a piece, for ever or a number of times.
struct Repeating {
    piece: &'static [u8],
    left: usize,
    endless: bool,
    place: usize,
    got: usize,
    reads: usize,
    in_vain: u32,
    /// What the process holds, in bytes, looked at now and then.
    held_at_first: u64,
    most_held: u64,
}

impl Repeating {
    fn new(piece: &'static [u8]) -> Self {
        Self {
            piece,
            left: 0,
            endless: false,
            place: 0,
            got: 0,
            reads: 0,
            in_vain: 0,
            held_at_first: 0,
            most_held: 0,
        }
    }

    fn look_at_memory(&mut self) {
        let held = memory::held().unwrap_or(0);
        if self.reads == 0 {
            self.held_at_first = held;
        }
        self.most_held = self.most_held.max(held);
    }
}

impl Read for Repeating {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && self.endless {
            fail("the server goes on reading a line that has no end")
                .given(format!(
                    "a client that sends `x` for ever; MAX_LINE is {MAX_LINE}"
                ))
                .expected("Err of the kind InvalidData, soon after MAX_LINE bytes")
                .got(format!("it has read {FAR_TOO_MUCH} bytes and reads on"))
                .because("whoever waits for the end of such a line waits for ever, and keeps all of it meanwhile")
                .raise();
        }
        if self.reads.is_multiple_of(100) || self.left == 0 {
            self.look_at_memory();
        }
        self.reads += 1;
        if self.left == 0 {
            return at_the_end(&mut self.in_vain);
        }
        let count = buffer.len().min(self.left).min(4096);
        for place in &mut buffer[..count] {
            *place = self.piece[self.place];
            self.place = (self.place + 1) % self.piece.len();
        }
        self.left -= count;
        Ok(count)
    }
}

impl Write for Repeating {
    fn write(&mut self, given: &[u8]) -> io::Result<usize> {
        self.got += given.len();
        Ok(given.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn does_not_wait_for_the_end_of_an_endless_line() {
    let mut client = Repeating {
        left: FAR_TOO_MUCH,
        endless: true,
        ..Repeating::new(b"x")
    };
    let given = "a client that sends `x` for ever";
    let expected = "Err of the kind InvalidData, and nothing sent back";
    let result = no_panic(given, expected, "this client means harm", || {
        echo(&mut client)
    });
    let kind = result.as_ref().map_err(io::Error::kind);
    if kind != Err(ErrorKind::InvalidData) || client.got > 0 {
        fail("an endless line was not refused as it should be")
            .given(given)
            .expected(expected)
            .got(format!(
                "{}, and {} bytes sent back",
                outcome(&result),
                client.got
            ))
            .because("a line that is too long is refused without a wait for its end")
            .raise();
    }
}

fn keeps_nothing_of_what_was_answered() {
    let piece = b"9780140435443 and what else a scanner may say in the course of a day\n";
    // More than a u16 can count.
    let count = 70_000;
    let limit = 1 << 20;
    let mut client = Repeating {
        left: piece.len() * count,
        ..Repeating::new(piece)
    };
    let given = format!(
        "a client that sends {count} lines, {} bytes in all",
        client.left
    );
    let expected = "all of them answered, and never more than 1 MiB kept";
    let why = "a connection that lasts all day must not need more memory every hour";
    // Two ways to see it: the allocator counts where it can, and the system tells on Linux.
    let (result, did) = measure(|| no_panic(&given, expected, why, || echo(&mut client)));
    let kept = client.most_held.saturating_sub(client.held_at_first);
    let kept = kept.max(did.peak);
    let numbers: usize = (1..=count).map(|number| number.to_string().len() + 1).sum();
    let right = numbers + piece.len() * count;
    if result.is_err() || kept > limit || client.got != right {
        fail("a long conversation did not go as it should")
            .given(given)
            .expected(expected)
            .got(format!(
                "{}; {} bytes of {right} sent back; about {} KiB kept",
                outcome(&result),
                client.got,
                kept >> 10
            ))
            .because(why)
            .raise();
    }
}
