//! What greet1 is checked for. Read it as the specification; edits here are undone.

// For the author: the check of a `program` exercise does not include the learner's file. It starts
// what is compiled from it (`harness::subject()` is its path), here with the help of the course's
// testkit, which kills and waits for it in the end. Each check starts the program anew, so that no
// check depends on another: `backlings dev check` runs them in other orders, too.

use harness::{checks, fail, run};
use testkit::eq;
use testkit::program::{Heard, Program};

fn main() {
    run(checks![
        answers_each_line_before_the_next_comes,
        white_space_is_no_part_of_a_name,
        a_line_that_is_not_text_stops_nothing,
        ends_well_when_its_input_ends,
    ]);
}

fn answers_each_line_before_the_next_comes() {
    let mut program = Program::start();
    for name in ["Ana", "Jean Luc", "Ana"] {
        let line = format!("{name}\n");
        program.send(&line);
        let heard = program.hear();
        let why = match heard {
            Heard::Line(_) => "the display shows what is on standard output, and all of it",
            _ => "who waits for the end of the input, or for a full buffer, answers too late",
        };
        eq(
            "a line was not answered before the next one",
            format!("{line:?} on standard input, which stays open"),
            &heard,
            &Heard::line(&format!("Good morning, {name}!")),
            why,
        );
    }
}

fn white_space_is_no_part_of_a_name() {
    let why = "Windows ends lines with \\r\\n, and people leave spaces behind: neither is a name";
    expect_answers(&[
        (b"  Ana \r\n", "Good morning, Ana!", why),
        (b"\tJean Luc\n", "Good morning, Jean Luc!", why),
        (
            b"\n",
            "Good morning!",
            "a line without a name is a line, and its greeting has no comma",
        ),
        (b"  \r\n", "Good morning!", "a name of spaces is no name"),
        (
            b"Bo\n",
            "Good morning, Bo!",
            "an empty line is not the end of the input",
        ),
    ]);
}

fn a_line_that_is_not_text_stops_nothing() {
    let why = "one card that cannot be read must not switch off the display for all the others";
    expect_answers(&[
        (b"Ana\n", "Good morning, Ana!", why),
        // "Jürgen" in ISO 8859-1, and bytes that are no text anywhere.
        (b"J\xfcrgen\n", "Good morning!", why),
        (b"\xff\xfe\x00\n", "Good morning!", why),
        ("Zoë\n".as_bytes(), "Good morning, Zoë!", why),
    ]);
}

fn ends_well_when_its_input_ends() {
    let why = "the last line is a line, also when nobody has ended it";
    let (mut program, given) = expect_answers(&[
        (b"Ana\n", "Good morning, Ana!", why),
        (b"Bo", "Good morning, Bo!", why),
    ]);
    eq(
        "the output does not end after the last answer",
        &given,
        &program.hear(),
        &Heard::End,
        "whoever reads the answers waits for more, until somebody stops the program",
    );
    let status = program.end();
    if !status.is_some_and(|status| status.success()) {
        let got = status.map_or_else(
            || "no end: it has closed its output and still runs".to_owned(),
            |status| status.to_string(),
        );
        fail("the program did not end well")
            .given(given)
            .expected("exit code 0")
            .got(got)
            .because(
                "whoever started it takes any other code for a failure, and may start it again",
            )
            .raise();
    }
}

/// Sends all lines, ends the input, and expects the answers: for each line its own, and why. Returns
/// the program and what it was given.
// All at once: a program that only answers too late has failed the first check, and passes this one.
#[track_caller]
fn expect_answers(lines: &[(&[u8], &str, &str)]) -> (Program, String) {
    let mut program = Program::start();
    for (line, ..) in lines {
        program.send(line);
    }
    program.close_input();
    let numbered = |(number, (line, ..)): (usize, &(&[u8], &str, &str))| {
        format!("{number} | \"{}\"", line.escape_ascii())
    };
    let given: Vec<String> = (1..).zip(lines).map(numbered).collect();
    let given = given.join("\n");
    for (number, (_, answer, why)) in (1..).zip(lines) {
        eq(
            &format!("line {number} was not answered as it should be"),
            &given,
            &program.hear(),
            &Heard::line(answer),
            why,
        );
    }
    (program, given)
}
