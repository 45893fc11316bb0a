//! What intro2 is checked for. Read it as the specification; edits here are undone.

#[path = "../intro2.rs"]
mod intro2;

use std::fs;
use std::num::IntErrorKind;
use std::path::Path;

use intro2::PortError;
use testkit::{checks, fail, no_panic};

fn main() {
    testkit::run(checks![
        loads_a_port_with_white_space_around_it,
        a_missing_file_is_unreadable_not_a_panic,
        a_directory_is_unreadable_for_its_own_reason,
        a_word_is_not_a_number,
        an_empty_file_is_not_a_number,
        a_number_beyond_65535_is_not_cut_down_to_a_port,
        bytes_that_are_not_text_are_an_error,
        the_text_of_an_error_contains_that_of_its_cause,
    ]);
}

const ON_CALL: &str = "the type of the error tells whoever is on call where to look";

const CAUSE_LOST: &str = "the cause was replaced; its kind is lost";

/// Calls `load` on a file with these bytes.
#[track_caller]
fn load(bytes: &[u8], expected: &str) -> Result<u16, PortError> {
    fs::write("port", bytes).expect("the scratch directory is writable");
    let got = no_panic(
        shown(bytes),
        expected,
        "a server that panics at startup says little; an error can be reported",
        || intro2::load(Path::new("port")),
    );
    fs::remove_file("port").expect("the check wrote this file");
    got
}

fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => format!("a file that contains {text:?}"),
        Err(_) => format!(
            "a file that contains the bytes \"{}\"",
            bytes.escape_ascii()
        ),
    }
}

fn loads_a_port_with_white_space_around_it() {
    for (text, port, why) in [
        (
            "8080\n",
            8080,
            "every editor ends the last line; that line end is not part of the number",
        ),
        (
            "443\r\n",
            443,
            "editors on Windows end a line with two bytes; neither is part of the number",
        ),
        (
            " \t443",
            443,
            "white space is allowed before the number too, not only after it",
        ),
        ("65535", 65535, "65535 is the highest port, and a valid one"),
        (
            "0",
            0,
            "0 is in the range, too: a server that is given 0 lets the system choose a free port",
        ),
    ] {
        let expected = format!("Ok({port})");
        let got = load(text.as_bytes(), &expected);
        if !matches!(got, Ok(number) if number == port) {
            fail("a good port file was not loaded")
                .given(shown(text.as_bytes()))
                .expected(expected)
                .got(format!("{got:?}"))
                .because(why)
                .raise();
        }
    }
}

/// Expects `Unreadable` for this path, with the cause that the system gives.
#[track_caller]
fn cannot_read(what: &str, path: &str, given: &str, why: &str) {
    let kind = fs::read_to_string(path)
        .expect_err("the check made this path unreadable")
        .kind();
    let expected = format!("Err(Unreadable(...)) with a cause of kind {kind:?}");
    let got = no_panic(
        given,
        &expected,
        "a file that cannot be read is a result to report, not a bug to panic over",
        || intro2::load(Path::new(path)),
    );
    let (what, why) = match &got {
        Err(PortError::Unreadable(cause)) if cause.kind() == kind => return,
        Err(PortError::Unreadable(_)) => (
            CAUSE_LOST,
            "the cause says what is wrong: pass on the error that you got, do not make up another",
        ),
        _ => (what, why),
    };
    let kind = match &got {
        Err(PortError::Unreadable(cause)) => format!(" with a cause of kind {:?}", cause.kind()),
        _ => String::new(),
    };
    fail(what)
        .given(given)
        .expected(expected)
        .got(format!("{got:?}{kind}"))
        .because(why)
        .raise();
}

fn a_missing_file_is_unreadable_not_a_panic() {
    cannot_read(
        "a missing port file was not reported as unreadable",
        "no-such-file",
        "a path where there is no file",
        ON_CALL,
    );
}

fn a_directory_is_unreadable_for_its_own_reason() {
    fs::create_dir_all("directory").expect("the scratch directory is writable");
    cannot_read(
        "a directory was not reported as unreadable",
        "directory",
        "a path where there is a directory",
        "Docker makes a directory where a file to mount is missing, so this does happen",
    );
    fs::remove_dir("directory").expect("the check made this directory");
}

/// Expects `NotANumber` for a file with this text, with the cause that parsing it gives.
#[track_caller]
fn refuses(what: &str, text: &str, kind: &IntErrorKind, why: &str) {
    let expected = format!("Err(NotANumber(...)) with a cause of kind {kind:?}");
    let got = load(text.as_bytes(), &expected);
    let (what, why) = match &got {
        Err(PortError::NotANumber(cause)) if cause.kind() == kind => return,
        Err(PortError::NotANumber(_)) => (
            CAUSE_LOST,
            "the cause says what is wrong: parse the file's own text and pass on that error",
        ),
        _ => (what, why),
    };
    fail(what)
        .given(shown(text.as_bytes()))
        .expected(expected)
        .got(format!("{got:?}"))
        .because(why)
        .raise();
}

fn a_word_is_not_a_number() {
    for word in ["eighty", "80 80", "8080\n9090", "8080;", "-80", "８０８０"] {
        refuses(
            "text that is not a number was not reported as NotANumber",
            word,
            &IntErrorKind::InvalidDigit,
            ON_CALL,
        );
    }
}

fn an_empty_file_is_not_a_number() {
    for empty in ["", "\n"] {
        refuses(
            "an empty port file was not reported as NotANumber",
            empty,
            &IntErrorKind::Empty,
            "the load balancer does not know a port that the server made up",
        );
    }
}

fn a_number_beyond_65535_is_not_cut_down_to_a_port() {
    for number in ["65616", "65536", "99999999999999999999999999"] {
        refuses(
            "a number that is too large was accepted as a port",
            number,
            &IntErrorKind::PosOverflow,
            "65616 cut down to 16 bits is 80: the server would take another service's port",
        );
    }
}

fn bytes_that_are_not_text_are_an_error() {
    // "80" as UTF-16, the way some editors save it.
    let utf_16: &[u8] = b"\xff\xfe8\x000\x00";
    // The last byte was hit when the file was copied.
    let damaged = b"8080\xff";
    for bytes in [utf_16, damaged] {
        let expected = "an error, Unreadable or NotANumber";
        let got = load(bytes, expected);
        if got.is_ok() {
            fail("bytes that are not text gave a port")
                .given(shown(bytes))
                .expected(expected)
                .got(format!("{got:?}"))
                .because("a damaged file is a mistake to report, not a number to guess")
                .raise();
        }
    }
}

fn the_text_of_an_error_contains_that_of_its_cause() {
    fs::write("port", "eighty").expect("the scratch directory is writable");
    for (given, path) in [
        ("a path where there is no file", "no-such-file"),
        ("a file that contains \"eighty\"", "port"),
    ] {
        let expected = "an error whose text contains the text of its cause";
        let why = "what is printed is all that whoever is on call gets to see";
        let got = no_panic(given, expected, why, || intro2::load(Path::new(path)));
        let failure = fail("the text of the error leaves out its cause").given(given);
        let (cause, text) = match &got {
            Err(error @ PortError::Unreadable(cause)) => (cause.to_string(), error.to_string()),
            Err(error @ PortError::NotANumber(cause)) => (cause.to_string(), error.to_string()),
            Ok(_) => failure
                .expected(expected)
                .got(format!("{got:?}"))
                .because(why)
                .raise(),
        };
        if !text.contains(&cause) {
            failure
                .expected(format!("{cause:?} somewhere in the text"))
                .got(format!("{text:?}"))
                .because(why)
                .raise();
        }
    }
    fs::remove_file("port").expect("the check wrote this file");
}
