//! What intro2 is checked for. Read it as the specification; edits here are undone.

#[path = "../intro2.rs"]
mod intro2;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use intro2::PortError;
use testkit::{checks, fail, no_panic};

fn main() {
    testkit::run(checks![
        loads_a_port_that_ends_its_line,
        a_missing_file_is_unreadable_not_a_panic,
        a_word_is_not_a_number,
        an_empty_file_is_not_a_number,
        a_number_beyond_65535_is_not_cut_down_to_a_port,
        bytes_that_are_no_text_are_an_error,
    ]);
}

const ON_CALL: &str = "the error's type is what tells whoever is on call where to look";

const UNREADABLE: &str = "Err(Unreadable(...)) whose cause is of the kind NotFound";

/// Calls `load` on a file with these bytes.
fn load(bytes: &[u8], expected: &str) -> Result<u16, PortError> {
    fs::write("port", bytes).expect("the scratch directory is writable");
    let got = no_panic(
        shown(bytes),
        expected,
        "a server that panics at its start says little; an error can be reported",
        || intro2::load(Path::new("port")),
    );
    fs::remove_file("port").expect("the check wrote this file");
    got
}

fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => format!("a file that holds {text:?}"),
        Err(_) => format!("a file that holds the bytes \"{}\"", bytes.escape_ascii()),
    }
}

fn loads_a_port_that_ends_its_line() {
    for (bytes, port) in [("8080\n", 8080), ("65535", 65535), (" 443\r\n", 443)] {
        let expected = format!("Ok({port})");
        let got = load(bytes.as_bytes(), &expected);
        if !matches!(got, Ok(number) if number == port) {
            fail("a good port file was not loaded")
                .given(shown(bytes.as_bytes()))
                .expected(expected)
                .got(format!("{got:?}"))
                .because("every editor ends the last line; that line end is not part of the number")
                .raise();
        }
    }
}

fn a_missing_file_is_unreadable_not_a_panic() {
    let got = no_panic(
        "a path where there is no file",
        UNREADABLE,
        "files do go missing: that is a result to report, not a bug to panic over",
        || intro2::load(Path::new("no-such-file")),
    );
    let right =
        matches!(&got, Err(PortError::Unreadable(cause)) if cause.kind() == ErrorKind::NotFound);
    if !right {
        fail("a missing port file was not reported as unreadable")
            .given("a path where there is no file")
            .expected(UNREADABLE)
            .got(format!("{got:?}"))
            .because(ON_CALL)
            .raise();
    }
}

/// Expects `NotANumber` for a file with this text.
fn refuses(what: &str, text: &str, why: &str) {
    let got = load(text.as_bytes(), "Err(NotANumber(...))");
    if !matches!(&got, Err(PortError::NotANumber(_))) {
        fail(what)
            .given(shown(text.as_bytes()))
            .expected("Err(NotANumber(...))")
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

fn a_word_is_not_a_number() {
    for word in ["eighty", "80 80", "8080\n9090", "8080;", "-80", "８０８０"] {
        refuses("what is no number was not reported as such", word, ON_CALL);
    }
}

fn an_empty_file_is_not_a_number() {
    for empty in ["", "\n"] {
        refuses(
            "an empty port file was not reported as holding no number",
            empty,
            "a port that the server makes up is one that the load balancer does not know",
        );
    }
}

fn a_number_beyond_65535_is_not_cut_down_to_a_port() {
    for number in ["65616", "65536", "99999999999999999999999999"] {
        refuses(
            "a number that is no port was taken for one",
            number,
            "65616 cut down to 16 bits is 80: the server would take another service's port",
        );
    }
}

fn bytes_that_are_no_text_are_an_error() {
    // "80" as UTF-16, the way some editors save it.
    let bytes = b"\xff\xfe8\x000\x00";
    let got = load(bytes, "an error");
    if got.is_ok() {
        fail("bytes that are no text gave a port")
            .given(shown(bytes))
            .expected("an error")
            .got(format!("{got:?}"))
            .because("a file in another encoding is a mistake to report, not a number to guess")
            .raise();
    }
}
