//! What intro3 is checked for. Read it as the specification; edits here are undone.

#[path = "../intro3.rs"]
mod intro3;

use intro3::StockError;
use testkit::{checks, fail, no_panic};

fn main() {
    testkit::run(checks![
        adds_up_a_good_file,
        a_bad_count_is_an_error_not_a_panic,
        the_error_names_the_line_counted_from_one,
        the_error_names_the_value,
        a_line_without_a_comma_is_an_error,
        skipped_lines_are_counted_as_lines,
        all_that_follows_the_first_comma_is_the_count,
        the_sum_may_be_larger_than_any_count,
        no_value_is_too_strange_to_be_reported,
        the_text_of_the_error_contains_line_and_value,
    ]);
}

#[track_caller]
fn total(file: &str, expected: &str) -> Result<u64, StockError> {
    no_panic(
        shown(file),
        expected,
        "a panic ends the import and says nothing about the file; an error can name the line",
        || intro3::total(file),
    )
}

/// The file with its lines numbered, each in quotes, so that spaces at its end are seen.
fn shown(file: &str) -> String {
    if file.is_empty() {
        return "an empty file".to_owned();
    }
    let lines = file.strip_suffix('\n').unwrap_or(file).split('\n');
    let numbered = lines
        .zip(1..)
        .map(|(line, number)| format!("{number} | {line:?}"));
    numbered.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn expect_total(what: &str, file: &str, sum: u64, why: &str) {
    let expected = format!("Ok({sum})");
    let got = total(file, &expected);
    if got != Ok(sum) {
        fail(what)
            .given(shown(file))
            .expected(expected)
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

#[track_caller]
fn expect_error(what: &str, file: &str, line: usize, value: &str, why: &str) {
    let value = value.to_owned();
    let right = Err(StockError { line, value });
    let expected = format!("{right:?}");
    let got = total(file, &expected);
    if got != right {
        fail(what)
            .given(shown(file))
            .expected(expected)
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

fn adds_up_a_good_file() {
    let file = "9780140435443,12\n9780141439600, 0\r\n9780199536009 ,\t30 \n";
    expect_total(
        "a good file was not added up",
        file,
        42,
        "people and Windows leave spaces and line ends behind; they are not part of a number",
    );
    expect_total(
        "a book that is listed twice was not added up",
        "9780140435443,12\n9780141439600,5\n9780140435443,30\n",
        47,
        "a book may lie on two shelves: every line counts",
    );
    expect_total(
        "an empty file was not added up",
        "",
        0,
        "a file without lines has no wrong line",
    );
}

fn a_bad_count_is_an_error_not_a_panic() {
    let file = "9780140435443,12\n9780141439600,twelve\n9780199536009,30\n";
    let expected = "an error for line 2";
    let got = total(file, expected);
    if got.is_ok() {
        fail("a count that is not a number went unnoticed")
            .given(shown(file))
            .expected(expected)
            .got(format!("{got:?}"))
            .because("a sum that leaves out a line is wrong, and looks right")
            .raise();
    }
}

fn the_error_names_the_line_counted_from_one() {
    for (file, line) in [
        ("9780140435443,twelve\n", 1),
        (
            "9780140435443,12\n9780141439600,12\n9780199536009,one\n9780199536016,two\n",
            3,
        ),
    ] {
        let expected = format!("Err(StockError {{ line: {line}, .. }})");
        let got = total(file, &expected);
        if !matches!(&got, Err(error) if error.line == line) {
            fail("the error does not name the line")
                .given(shown(file))
                .expected(expected)
                .got(format!("{got:?}"))
                .because(
                    "editors count lines from 1, and the first wrong line is the one to look at",
                )
                .raise();
        }
    }
}

fn the_error_names_the_value() {
    let file = "9780140435443,12\n9780141439600, twelve \n";
    let value = "twelve";
    let expected = format!("Err(StockError {{ value: {value:?}, .. }})");
    let got = total(file, &expected);
    let (what, why) = match &got {
        Err(error) if error.value == value => return,
        Err(error) if error.value.trim() == value => (
            "the value has white space around it",
            "white space is not part of the value, and in a message nobody sees it",
        ),
        _ => (
            "the error does not name the value",
            "whoever fixes the file searches it for this text",
        ),
    };
    fail(what)
        .given(shown(file))
        .expected(expected)
        .got(format!("{got:?}"))
        .because(why)
        .raise();
}

fn a_line_without_a_comma_is_an_error() {
    expect_error(
        "a line without a comma was not reported correctly",
        "9780140435443,12\n 9780141439600;30 \n",
        2,
        "9780141439600;30",
        "a line in another format is a mistake to report, not a reason to stop the shop",
    );
}

fn skipped_lines_are_counted_as_lines() {
    expect_error(
        "the number is not the one that an editor shows for this line",
        "\n  \n9780140435443,12\n\t\r\n9780141439600,x\n",
        5,
        "x",
        "a line number that leaves out empty lines sends people to the wrong line",
    );
}

fn all_that_follows_the_first_comma_is_the_count() {
    for (line, value) in [("9780140435443,3,4", "3,4"), ("9780140435443,3,", "3,")] {
        expect_error(
            "a line with a second comma was not reported correctly",
            line,
            1,
            value,
            "a count cut out of a line that you do not understand is a guess",
        );
    }
}

fn the_sum_may_be_larger_than_any_count() {
    expect_total(
        "two large counts were not added up",
        "9780140435443,4294967295\n9780141439600,4294967295\n",
        8_589_934_590,
        "each count fits into a u32, but their sum does not: it needs a larger type",
    );
}

fn no_value_is_too_strange_to_be_reported() {
    const TOO_LARGE: &str =
        "the largest u32 is 4294967295: a count above it is an error, however large the sum may be";
    const NOT_WHOLE: &str = "a count of copies is a whole number, 0 or more, in digits";
    const NOT_DIGITS: &str = "input can contain anything: what is not a count is reported as it is";
    let long = "9".repeat(400);
    let values = [
        ("", "a count that is missing is not 0"),
        ("-1", NOT_WHOLE),
        ("4294967296", TOO_LARGE),
        ("18446744073709551616", TOO_LARGE),
        (&long, TOO_LARGE),
        ("1.0", NOT_WHOLE),
        ("1e3", NOT_WHOLE),
        ("0x10", NOT_WHOLE),
        ("1_000", NOT_WHOLE),
        ("1 2", NOT_WHOLE),
        ("NaN", NOT_WHOLE),
        ("zwölf", NOT_DIGITS),
        ("١٢", NOT_DIGITS),
        ("🦀", NOT_DIGITS),
        ("\"12\"", NOT_DIGITS),
        ("12\0", NOT_DIGITS),
    ];
    for (value, why) in values {
        expect_error(
            "a value that is not a whole number in a u32 was not reported correctly",
            &format!("9780140435443,{value}\n"),
            1,
            value,
            why,
        );
    }
}

fn the_text_of_the_error_contains_line_and_value() {
    let file = format!("{}9780141439600,twelve\n", "9780140435443,1\n".repeat(16));
    let given = "16 good lines, then\n17 | \"9780141439600,twelve\"";
    let expected = "a text that contains the number 17 and the word twelve";
    let why = "the import prints this text and nothing else: whoever fixes the file needs both";
    let got = no_panic(given, expected, why, || intro3::total(&file));
    let names_both = got.as_ref().is_err_and(|error| {
        let text = error.to_string();
        let mut numbers = text.split(|character: char| !character.is_ascii_digit());
        numbers.any(|number| number == "17") && text.contains("twelve")
    });
    if !names_both {
        fail("the text of the error does not contain line and value")
            .given(given)
            .expected(expected)
            .got(got.map_or_else(
                |error| format!("{:?}", error.to_string()),
                |sum| format!("Ok({sum})"),
            ))
            .because(why)
            .raise();
    }
}
