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
    ]);
}

fn total(file: &str, expected: &str) -> Result<u64, StockError> {
    no_panic(
        shown(file),
        expected,
        "a panic ends the import and says nothing about the file; an error can say which line",
        || intro3::total(file),
    )
}

/// The file with its lines numbered.
fn shown(file: &str) -> String {
    if file.is_empty() {
        return "an empty file".to_owned();
    }
    let lines = file.strip_suffix('\n').unwrap_or(file).split('\n');
    let numbered = lines
        .zip(1..)
        .map(|(line, number)| format!("{number} | {}", line.escape_debug()));
    numbered.collect::<Vec<_>>().join("\n")
}

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
        "files are made by people and by Windows: spaces and line ends are no part of a number",
    );
    expect_total(
        "an empty file was not added up",
        "",
        0,
        "no line is wrong in a file without lines",
    );
}

fn a_bad_count_is_an_error_not_a_panic() {
    let file = "9780140435443,12\n9780141439600,twelve\n9780199536009,30\n";
    let expected = "an error for line 2";
    let got = total(file, expected);
    if got.is_ok() {
        fail("a count that is no number went unnoticed")
            .given(shown(file))
            .expected(expected)
            .got(format!("{got:?}"))
            .because("a sum that leaves out a line is wrong, and looks right")
            .raise();
    }
}

/// Expects an error with one part that is `right`.
fn expect_part<T: PartialEq + std::fmt::Debug>(
    part: &str,
    file: &str,
    right: T,
    of: impl Fn(&StockError) -> T,
    why: &str,
) {
    let expected = format!("Err(StockError {{ {part}: {right:?}, .. }})");
    let got = total(file, &expected);
    if got.as_ref().err().map(of).as_ref() != Some(&right) {
        fail(format!("the error does not name the {part}"))
            .given(shown(file))
            .expected(expected)
            .got(format!("{got:?}"))
            .because(why)
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
        expect_part(
            "line",
            file,
            line,
            |error| error.line,
            "editors count lines from 1, and the first wrong line is the one to look at",
        );
    }
}

fn the_error_names_the_value() {
    expect_part(
        "value",
        "9780140435443,12\n9780141439600, twelve \n",
        "twelve".to_owned(),
        |error| error.value.clone(),
        "whoever mends the file searches it for this text",
    );
}

fn a_line_without_a_comma_is_an_error() {
    expect_error(
        "a line without a comma was not reported as it should be",
        "9780140435443,12\n 9780141439600;30\n",
        2,
        "9780141439600;30",
        "a line in another form is a mistake to report, not a reason to stop the shop",
    );
}

fn skipped_lines_are_counted_as_lines() {
    expect_error(
        "the number is not the one that an editor shows for this line",
        "\n  \n9780140435443,12\n\n9780141439600,x\n",
        5,
        "x",
        "a line number that leaves out empty lines sends people to the wrong line",
    );
}

fn all_that_follows_the_first_comma_is_the_count() {
    for (line, value) in [("9780140435443,3,4", "3,4"), ("9780140435443,3,", "3,")] {
        expect_error(
            "a line with a second comma was taken for a good one",
            line,
            1,
            value,
            "a count cut out of a line that is not understood is a guess",
        );
    }
}

fn the_sum_may_be_larger_than_any_count() {
    expect_total(
        "two large counts were not added up",
        "9780140435443,4294967295\n9780141439600,4294967295\n",
        8_589_934_590,
        "each of them fits into a u32, their sum does not: it needs the larger type",
    );
}

fn no_value_is_too_strange_to_be_reported() {
    let long = "9".repeat(400);
    let values = [
        "",
        "-1",
        "4294967296",
        "18446744073709551616",
        &long,
        "1.0",
        "1e3",
        "0x10",
        "1_000",
        "1 2",
        "NaN",
        "zwölf",
        "١٢",
        "🦀",
        "\"12\"",
        "12\0",
    ];
    for value in values {
        expect_error(
            "a count that is no whole number in a u32 was not reported as it should be",
            &format!("9780140435443,{value}\n"),
            1,
            value,
            "what comes from outside is wrong in every way there is",
        );
    }
}
