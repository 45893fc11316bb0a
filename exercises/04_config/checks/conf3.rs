//! What conf3 is checked for. Read it as the specification; edits here are undone.

#[path = "../conf3.rs"]
mod conf3;

use std::env;
use std::error::Error;
use std::fmt::Display;
use std::fs;
use std::process::Command;

use conf3::{ConfigError, Environment, Kind, Settings};
use testkit::{Rng, checks, fail, for_all, no_panic};

fn main() {
    // Started by a check, to see what is printed.
    if env::var_os(ONLY_LOAD).is_some() {
        for case in cases(&KIRSCHE) {
            drop(conf3::load(&case.environment));
        }
        return;
    }
    testkit::run(checks![
        loads_what_the_variables_say,
        printed_settings_show_no_secret,
        an_error_about_a_bad_secret_does_not_quote_it,
        an_error_about_something_else_shows_no_secret,
        nothing_that_is_printed_shows_a_secret,
        a_bad_port_is_shown,
        a_secret_is_read_from_its_file,
        exactly_one_line_end_is_removed_from_a_file,
        a_variable_is_not_changed,
        both_variables_set_is_an_error,
        a_file_that_cannot_be_read_is_named,
        a_file_that_is_not_text_is_named_and_not_shown,
        an_empty_secret_is_an_error,
        a_secret_must_be_as_it_should_be,
        what_is_not_set_is_missing,
        nothing_depends_on_what_the_secrets_are,
    ]);
}

/// Set for the process that only loads.
const ONLY_LOAD: &str = "CONF3_ONLY_LOAD";

/// Secrets: two good ones, and two that are not as they must be.
#[derive(Debug, Clone)]
struct Secrets {
    url: String,
    key: String,
    bad_url: String,
    bad_key: String,
}

/// As [`Secrets`], written down. No piece of them stands in a text about the rules, such as
/// "begins with postgres://" or "0123456789abcdef".
struct Written {
    url: &'static str,
    key: &'static str,
    bad_url: &'static str,
    bad_key: &'static str,
}

const KIRSCHE: Written = Written {
    url: "postgres://shop:Kirschkern-77@db.lan/shop",
    key: "pay_71c09e4ab2d85f3061ac9b7e",
    bad_url: "shop:Zwetschge+31@db.lan/shop",
    bad_key: "pay_9c3e07d1b8a4f250",
};

/// Of other lengths.
const QUITTE: Written = Written {
    url: "postgres://admin:Quittenbrot!!!@10.4.7.9:5432/orders?sslmode=require",
    key: "pay_5555aaaa6666bbbb7777cccc",
    bad_url: "mysql://root:Mirabelle@localhost",
    bad_key: "PAY_abcdefabcdefabcdefabcdefabcdefabcdef",
};

impl From<&Written> for Secrets {
    fn from(written: &Written) -> Self {
        Self {
            url: written.url.into(),
            key: written.key.into(),
            bad_url: written.bad_url.into(),
            bad_key: written.bad_key.into(),
        }
    }
}

impl Secrets {
    fn all(&self) -> [&str; 4] {
        [&self.url, &self.key, &self.bad_url, &self.bad_key]
    }
}

/// Variables, and what they are about.
struct Case {
    about: &'static str,
    environment: Environment,
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

fn write(path: &str, bytes: impl AsRef<[u8]>) {
    fs::write(path, bytes).expect("the scratch directory is writable");
}

/// Cases with these secrets, all that `load` may meet. Writes the files that they name.
fn cases(secrets: impl Into<Secrets>) -> Vec<Case> {
    let Secrets {
        url,
        key,
        bad_url,
        bad_key,
    } = &secrets.into();
    write("good-url", format!("{url}\n"));
    write("good-key", format!("{key}\n"));
    write("bad-url", format!("{bad_url}\n"));
    write("bad-key", format!("{bad_key}\n"));
    // The byte that is not UTF-8 is always at the same place.
    write("not-text", [b"pay_\xff", key.as_bytes()].concat());
    let case = |about, pairs: &[(&str, &str)]| Case {
        about,
        environment: environment(pairs),
    };
    let port = ("PORT", "8443");
    let (url, key) = (
        ("DATABASE_URL", url.as_str()),
        ("PAYMENT_KEY", key.as_str()),
    );
    let key_file = |path| ("PAYMENT_KEY_FILE", path);
    let url_file = |path| ("DATABASE_URL_FILE", path);
    vec![
        case("two good secrets", &[port, url, key]),
        case(
            "two good secrets in files",
            &[port, url_file("good-url"), key_file("good-key")],
        ),
        case(
            "a bad DATABASE_URL",
            &[port, ("DATABASE_URL", bad_url), key],
        ),
        case("a bad PAYMENT_KEY", &[port, url, ("PAYMENT_KEY", bad_key)]),
        case(
            "a bad DATABASE_URL in a file",
            &[port, url_file("bad-url"), key],
        ),
        case(
            "a bad PAYMENT_KEY in a file",
            &[port, url, key_file("bad-key")],
        ),
        case(
            "a file that is not UTF-8",
            &[port, url, key_file("not-text")],
        ),
        case(
            "PAYMENT_KEY and PAYMENT_KEY_FILE set",
            &[port, url, key, key_file("good-key")],
        ),
        case("a file that is missing", &[port, url, key_file("nowhere")]),
        case("no PAYMENT_KEY", &[port, url]),
        case("no DATABASE_URL", &[port, key]),
        case("a bad PORT", &[("PORT", "84a3"), url, key]),
        case("no PORT", &[url, key]),
    ]
}

#[track_caller]
fn load(environment: &Environment, expected: &str) -> Result<Settings, ConfigError> {
    let why = "a panic at startup prints what it likes, and a secret may be in it";
    no_panic(shown(environment), expected, why, || {
        conf3::load(environment)
    })
}

/// The variables, one a line, and what is in the files that they name.
fn shown(environment: &Environment) -> String {
    let mut lines = Vec::new();
    for (name, value) in environment {
        lines.push(format!("{name} = {value:?}"));
        if name.ends_with("_FILE") {
            lines.push(match fs::read(value) {
                Ok(bytes) => format!("    this file contains \"{}\"", bytes.escape_ascii()),
                Err(error) => format!("    reading it gives {:?}", error.kind()),
            });
        }
    }
    if lines.is_empty() {
        lines.push("no variable at all".into());
    }
    lines.join("\n")
}

/// Everything that a program may print of an outcome, each with how.
fn printed(outcome: &Result<Settings, ConfigError>) -> Vec<(String, String)> {
    let mut printed = Vec::new();
    let mut say = |how: &str, text: String| printed.push((how.to_owned(), text));
    match outcome {
        Ok(settings) => {
            say("the settings with {:?}", format!("{settings:?}"));
            say("the settings with {:#?}", format!("{settings:#?}"));
            for secret in [&settings.database_url, &settings.payment_key] {
                say("a Secret with {:?}", format!("{secret:?}"));
                say("a Secret with {:#?}", format!("{secret:#?}"));
                if let Some(text) = Probe(secret).display() {
                    say("a Secret with {}", text);
                }
            }
        }
        Err(error) => {
            say("the error with {}", error.to_string());
            say("the error with {:?}", format!("{error:?}"));
            say("the error with {:#?}", format!("{error:#?}"));
            let mut source = error.source();
            while let Some(error) = source {
                say("the error's source with {}", error.to_string());
                say("the error's source with {:?}", format!("{error:?}"));
                source = error.source();
            }
        }
    }
    printed
}

/// Tells whether something can be displayed at all: a method of the type itself comes before one of
/// a trait, if its bounds hold. One of the two is used in each program.
#[allow(dead_code)]
struct Probe<'a, T>(&'a T);

#[allow(dead_code)]
impl<T: Display> Probe<'_, T> {
    fn display(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// What is found where there is no `Display`.
#[allow(dead_code)]
trait NoDisplay {
    fn display(&self) -> Option<String>;
}

impl<T> NoDisplay for Probe<'_, T> {
    fn display(&self) -> Option<String> {
        None
    }
}

/// The first piece of a secret that stands in a text, if there is one.
fn leak<'a>(secrets: &[&'a str], text: &str) -> Option<&'a str> {
    const PIECE: usize = 6;
    for secret in secrets {
        // What a rule says anyway is none of the secret.
        let from = ["postgres://", "pay_"]
            .iter()
            .find(|start| secret.starts_with(**start))
            .map_or(0, |start| start.len());
        let secret = &secret[from..];
        let mut starts = (0..secret.len()).filter(|at| secret.is_char_boundary(*at));
        let found = starts.find_map(|at| {
            let piece = secret.get(at..at + PIECE)?;
            text.contains(piece).then(|| {
                let mut end = at + PIECE;
                while let Some(longer) = (end + 1..=secret.len()).find_map(|e| secret.get(at..e)) {
                    if !text.contains(longer) {
                        break;
                    }
                    end = at + longer.len();
                }
                &secret[at..end]
            })
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Expects that nothing printed of this case depends on the secrets.
#[track_caller]
fn keeps_quiet(
    what: &str,
    one: &Written,
    other: &Written,
    about: impl Fn(&str) -> bool,
    why: &str,
) {
    let expected = "no part of a secret, and the same text whatever the secrets are";
    // The files of the first are written over by those of the second.
    let outcomes = |secrets: &Written| -> Vec<_> {
        cases(secrets)
            .into_iter()
            .filter(|case| about(case.about))
            .map(|case| {
                let got = load(&case.environment, "settings or an error");
                (case.about, shown(&case.environment), printed(&got))
            })
            .collect()
    };
    let others = outcomes(other);
    let secrets = Secrets::from(one);
    for ((about, given, ours), (_, _, others)) in outcomes(one).into_iter().zip(others) {
        for (index, (how, text)) in ours.iter().enumerate() {
            if let Some(piece) = leak(&secrets.all(), text) {
                fail(what)
                    .given(format!("{about}:\n{given}"))
                    .part("printed", how)
                    .expected(expected)
                    .got(format!("{text}\nwith this part of a secret: {piece}"))
                    .because(why)
                    .raise();
            }
            let other = others.get(index).map(|(_, text)| text.as_str());
            if other != Some(text) {
                fail("what is printed depends on a secret")
                    .given(format!("{about}, twice, with different secrets:\n{given}"))
                    .part("printed", how)
                    .expected(expected)
                    .got(format!("{text}\nand with the other secrets\n{}", other.unwrap_or("nothing")))
                    .because("what changes with a secret tells something about it: its length, its letters as numbers, a hash to try guesses on")
                    .raise();
            }
        }
    }
}

/// Expects settings with these secrets.
#[track_caller]
fn loads(what: &str, environment: &Environment, url: &str, key: &str, why: &str) {
    let expected = format!("settings; DATABASE_URL is {url:?}, PAYMENT_KEY is {key:?}",);
    let failure = fail(what)
        .given(shown(environment))
        .expected(&expected)
        .because(why);
    match load(environment, &expected) {
        Ok(settings) => {
            let got = (
                settings.database_url.expose(),
                settings.payment_key.expose(),
            );
            if got != (url, key) {
                failure
                    .got(format!(
                        "settings; DATABASE_URL is {:?}, PAYMENT_KEY is {:?}",
                        got.0, got.1
                    ))
                    .raise();
            }
        }
        Err(error) => failure.got(told(&error)).raise(),
    }
}

fn told(error: &ConfigError) -> String {
    format!("an error, {:?}: {error}", error.kind)
}

/// Expects an error of this kind about `about`, with these texts in its own.
#[track_caller]
fn refuses(about: &str, environment: &Environment, kind: Kind, texts: &[&str], why: &str) {
    let quoted: Vec<_> = texts.iter().map(|text| format!("{text:?}")).collect();
    let expected = format!(
        "an error of the kind {kind:?}, with a text that contains {}",
        quoted.join(" and ")
    );
    let (what, got, why) = match load(environment, &expected) {
        Ok(settings) => (
            format!("{about} was accepted"),
            format!(
                "settings; PORT is {}, DATABASE_URL is {:?}, PAYMENT_KEY is {:?}",
                settings.port,
                settings.database_url.expose(),
                settings.payment_key.expose()
            ),
            why,
        ),
        Err(error) if error.kind != kind => (
            format!("{about} is {kind:?}, and was reported as {:?}", error.kind),
            told(&error),
            why,
        ),
        Err(error) => {
            let text = error.to_string();
            let Some(lost) = texts.iter().find(|part| !text.contains(**part)) else {
                return;
            };
            let why = match *lost {
                "PORT" | "DATABASE_URL" | "PAYMENT_KEY" => {
                    "whoever reads the error must know which variable to mend"
                }
                _ if environment.get("PORT").is_some_and(|port| port == lost) => {
                    "a port is no secret: the value is what helps to find the mistake"
                }
                _ => {
                    "the value should come from this file: without its path nobody knows where to mend it"
                }
            };
            (
                format!("the error about {about} does not contain {lost:?}"),
                told(&error),
                why,
            )
        }
    };
    fail(what)
        .given(shown(environment))
        .expected(expected)
        .got(got)
        .because(why)
        .raise();
}

/// A good environment with other values for some variables; `None` takes one away.
fn with(changes: &[(&str, Option<&str>)]) -> Environment {
    let mut environment = environment(&[
        ("PORT", "8443"),
        ("DATABASE_URL", KIRSCHE.url),
        ("PAYMENT_KEY", KIRSCHE.key),
    ]);
    for (name, value) in changes {
        match value {
            Some(value) => environment.insert((*name).to_owned(), (*value).to_owned()),
            None => environment.remove(*name),
        };
    }
    environment
}

/// The good environment with the database's URL in the file `url`.
fn with_file(bytes: impl AsRef<[u8]>) -> Environment {
    write("url", bytes);
    with(&[("DATABASE_URL", None), ("DATABASE_URL_FILE", Some("url"))])
}

fn loads_what_the_variables_say() {
    let environment = with(&[]);
    let what = "good settings were not loaded";
    let why = "with both secrets in variables there is nothing to report";
    loads(what, &environment, KIRSCHE.url, KIRSCHE.key, why);
    for port in [0, 8443, 65535] {
        let environment = with(&[("PORT", Some(&port.to_string()))]);
        let got = load(&environment, "settings");
        if !got.as_ref().is_ok_and(|settings| settings.port == port) {
            fail(what)
                .given(shown(&environment))
                .expected(format!("settings with the port {port}"))
                .got(match got {
                    Ok(settings) => format!("settings with the port {}", settings.port),
                    Err(error) => told(&error),
                })
                .because("a port is any number that fits into a u16")
                .raise();
        }
    }
}

fn printed_settings_show_no_secret() {
    keeps_quiet(
        "a secret is shown when the settings are printed",
        &KIRSCHE,
        &QUITTE,
        |about| about.starts_with("two good"),
        "whoever adds a field or a log line will print the settings one day: the type must be safe",
    );
    let environment = with(&[]);
    let expected = "settings";
    let Ok(settings) = load(&environment, expected) else {
        fail("good settings were not loaded")
            .given(shown(&environment))
            .expected(expected)
            .because("without settings there is nothing to print")
            .raise()
    };
    for (how, text, part) in [
        (
            "a Secret with {:?}",
            format!("{:?}", settings.payment_key),
            "[redacted]",
        ),
        (
            "a Secret with {:#?}",
            format!("{:#?}", settings.database_url),
            "[redacted]",
        ),
        ("the settings with {:?}", format!("{settings:?}"), "8443"),
    ] {
        if !text.contains(part) {
            fail("what is printed does not say what it should")
                .given(shown(&environment))
                .part("printed", how)
                .expected(format!("{part:?} somewhere in it"))
                .got(text)
                .because(
                    "who reads a log should see that there is a secret, and all that is not one",
                )
                .raise();
        }
    }
}

fn an_error_about_a_bad_secret_does_not_quote_it() {
    keeps_quiet(
        "an error shows a secret that is not as it must be",
        &KIRSCHE,
        &QUITTE,
        |about| about.starts_with("a bad") && !about.contains("PORT"),
        "a mistyped password is nearly the right one; name the variable and the rule, not the value",
    );
}

fn an_error_about_something_else_shows_no_secret() {
    keeps_quiet(
        "an error shows a secret that it is not even about",
        &KIRSCHE,
        &QUITTE,
        |about| {
            [
                "no ",
                "a file that is missing",
                "PAYMENT_KEY and",
                "a bad PORT",
            ]
            .iter()
            .any(|start| about.starts_with(start))
        },
        "all that is set is too much to print: the secrets are in it",
    );
}

fn nothing_that_is_printed_shows_a_secret() {
    let this = env::current_exe().expect("a check knows its own program");
    let output = Command::new(this)
        .env(ONLY_LOAD, "1")
        .env_remove("BACKLINGS_REPORT")
        .output()
        .expect("a check can start its own program");
    for (stream, bytes) in [
        ("standard output", output.stdout),
        ("standard error", output.stderr),
    ] {
        let text = String::from_utf8_lossy(&bytes);
        let secrets = Secrets::from(&KIRSCHE);
        let leaking = text
            .lines()
            .find_map(|line| Some((line, leak(&secrets.all(), line)?)));
        if let Some((line, piece)) = leaking {
            fail("`load` prints a secret")
                .given(format!(
                    "a program that calls `load`; what it writes to {stream}"
                ))
                .expected("no part of a secret")
                .got(format!("{line}\nwith this part of a secret: {piece}"))
                .because("what a server prints is collected, kept for months and read by many")
                .raise();
        }
    }
}

fn a_bad_port_is_shown() {
    let number = "a port is a number that fits into a u16, and nothing else";
    let space = "a number with a space is no number: do not mend it in silence";
    for (port, why) in [
        ("84a3", number),
        ("65536", number),
        ("-1", number),
        ("eighty", number),
        ("80.5", number),
        ("", "set to nothing is still set, and nothing is no number"),
        (" 8443", space),
        ("8443 ", space),
    ] {
        refuses(
            "a bad port",
            &with(&[("PORT", Some(port))]),
            Kind::Invalid,
            &["PORT", port],
            why,
        );
    }
}

fn a_secret_is_read_from_its_file() {
    write("url", KIRSCHE.url);
    write("key", QUITTE.key);
    let what = "a secret was not read from its file";
    let one = with(&[("DATABASE_URL", None), ("DATABASE_URL_FILE", Some("url"))]);
    let why = "DATABASE_URL_FILE holds a path, and the file holds the secret";
    loads(what, &one, KIRSCHE.url, KIRSCHE.key, why);
    let both = environment(&[
        ("PORT", "1"),
        ("DATABASE_URL_FILE", "url"),
        ("PAYMENT_KEY_FILE", "key"),
    ]);
    let each = "each secret has a file of its own";
    loads(what, &both, KIRSCHE.url, QUITTE.key, each);
}

fn exactly_one_line_end_is_removed_from_a_file() {
    for (ending, stays, why) in [
        ("", "", "there is no line end to remove"),
        (
            "\n",
            "",
            "editors and `echo` end the last line; that is no part of the secret",
        ),
        (
            "\r\n",
            "",
            "editors on Windows end a line with two bytes; that is no part of the secret",
        ),
        (" ", " ", "a password may end with a space"),
        (
            "\t \n",
            "\t ",
            "a password may end with white space; only the line end goes",
        ),
        (
            "\n\n",
            "\n",
            "one line end was added by the editor; who wrote another one meant it",
        ),
        (
            "\r",
            "\r",
            "a line ends in \\n or \\r\\n; a \\r alone is no line end",
        ),
        (
            "\r\r\n",
            "\r",
            "one line end, \\r\\n, and what is before it stays",
        ),
        (
            "\n\r\n",
            "\n",
            "one line end, \\r\\n, and what is before it stays",
        ),
        (
            "\u{a0}\n",
            "\u{a0}",
            "white space that is not ASCII is part of the secret too",
        ),
    ] {
        let url = format!("postgres://shop:geheim@db/shop{stays}");
        let environment = with_file(format!("postgres://shop:geheim@db/shop{ending}"));
        loads(
            "the end of a file was not handled as the rule says",
            &environment,
            &url,
            KIRSCHE.key,
            why,
        );
    }
    for_all("exactly one line end is removed from a file", 30, |rng| {
        let url = format!("postgres://{}x", rng.unicode(0..=12));
        let ending = *rng.choose(&["", "\n", "\r\n"]);
        let environment = with_file(format!("{url}{ending}"));
        let why = "one line end goes, and all else stays as it is";
        loads(
            "a file was not read unchanged",
            &environment,
            &url,
            KIRSCHE.key,
            why,
        );
    });
}

fn a_variable_is_not_changed() {
    for url in [
        "postgres://shop:geheim@db/shop\n",
        "postgres://shop:geheim@db/shop ",
        "postgres://Grüße:本@db/\r\n",
        "postgres://",
    ] {
        loads(
            "the value of a variable was changed",
            &with(&[("DATABASE_URL", Some(url))]),
            url,
            KIRSCHE.key,
            "no editor adds a line end to a variable: what is there was meant",
        );
    }
}

fn both_variables_set_is_an_error() {
    write("url", KIRSCHE.url);
    for (value, file) in [
        (KIRSCHE.url, "url"),
        (QUITTE.url, "url"),
        (KIRSCHE.url, "nowhere"),
        ("", "url"),
        (KIRSCHE.url, ""),
        ("", ""),
    ] {
        refuses(
            "a secret in two variables",
            &with(&[
                ("DATABASE_URL", Some(value)),
                ("DATABASE_URL_FILE", Some(file)),
            ]),
            Kind::BothSet,
            &["DATABASE_URL"],
            "one of them was forgotten, and nobody knows which: stop, do not choose; and set to nothing is still set",
        );
    }
}

fn a_file_that_cannot_be_read_is_named() {
    fs::create_dir_all("mounted/url").expect("the scratch directory is writable");
    let no_file = "an unreadable file is a broken deploy; an empty or a made-up secret hides it";
    for (path, why) in [
        ("run/secrets/url", no_file),
        (
            "mounted/url",
            "Docker makes a directory where a file to mount is missing, so this does happen",
        ),
        ("", no_file),
    ] {
        refuses(
            "a file that cannot be read",
            &with(&[("DATABASE_URL", None), ("DATABASE_URL_FILE", Some(path))]),
            Kind::Unreadable,
            &["DATABASE_URL", path],
            why,
        );
    }
    fs::remove_dir_all("mounted").expect("the check made this directory");
}

fn a_file_that_is_not_text_is_named_and_not_shown() {
    let url = [b"postgres://shop:geheim\xff".as_slice(), b"@db/shop\n"].concat();
    refuses(
        "a file that is not UTF-8",
        &with_file(url),
        Kind::Unreadable,
        &["DATABASE_URL", "url"],
        "a damaged file is no typing error, and replacing the bad byte makes another password",
    );
    keeps_quiet(
        "an error shows what is in a file",
        &KIRSCHE,
        &QUITTE,
        |about| about == "a file that is not UTF-8",
        "of a file that is not as it should be, say the path: there may be a secret in it all the same",
    );
}

fn an_empty_secret_is_an_error() {
    let what = "an empty secret";
    let why = "an empty password is a deploy that lost it: say so, that is another mistake than a typing error";
    for name in ["DATABASE_URL", "PAYMENT_KEY"] {
        refuses(what, &with(&[(name, Some(""))]), Kind::Empty, &[name], why);
        for bytes in ["", "\n", "\r\n"] {
            write("empty-file", bytes);
            let in_file = format!("{name}_FILE");
            refuses(
                what,
                &with(&[(name, None), (&in_file, Some("empty-file"))]),
                Kind::Empty,
                &[name, "empty-file"],
                why,
            );
        }
    }
}

fn a_secret_must_be_as_it_should_be() {
    let what = "a secret that is not as it must be";
    let why = "found at startup it is one line to mend; found by the first customer who pays it is an outage";
    for (name, value) in [
        ("DATABASE_URL", KIRSCHE.bad_url),
        ("DATABASE_URL", " postgres://db"),
        ("DATABASE_URL", "postgres:/db"),
        ("DATABASE_URL", "POSTGRES://shop:geheim@db/shop"),
        ("DATABASE_URL", "\u{feff}postgres://shop:geheim@db/shop"),
        ("DATABASE_URL", "\n"),
        ("PAYMENT_KEY", KIRSCHE.bad_key),
        ("PAYMENT_KEY", "pay_0123456789abcdef9876543"),
        ("PAYMENT_KEY", "pay_0123456789abcdef987654321"),
        ("PAYMENT_KEY", "pay_0123456789abcdefg8765432"),
        ("PAYMENT_KEY", "pay_0123456789ABCDEF98765432"),
        ("PAYMENT_KEY", "0123456789abcdef98765432"),
        ("PAYMENT_KEY", "pay_0123456789abcdef98765432 "),
    ] {
        let why = match value {
            "\n" => "white space is something: only a secret of no characters is empty",
            _ if value.starts_with('\u{feff}') => {
                "a byte order mark (U+FEFF) is not removed, so this does not begin with postgres://"
            }
            _ if value.starts_with("POSTGRES") => {
                "the rule wants these letters; not every driver takes others"
            }
            _ => why,
        };
        refuses(
            what,
            &with(&[(name, Some(value))]),
            Kind::Invalid,
            &[name],
            why,
        );
        write("a-file", format!("{value}\n"));
        let in_file = format!("{name}_FILE");
        let environment = with(&[(name, None), (&in_file, Some("a-file"))]);
        refuses(what, &environment, Kind::Invalid, &[name, "a-file"], why);
    }
}

fn what_is_not_set_is_missing() {
    for name in ["PORT", "DATABASE_URL", "PAYMENT_KEY"] {
        refuses(
            "a variable that is not set",
            &with(&[(name, None)]),
            Kind::Missing,
            &[name],
            "not set and set to nothing are two mistakes: say which variable to set",
        );
    }
}

fn nothing_depends_on_what_the_secrets_are() {
    let digits = |rng: &mut Rng, length| rng.text_of("0123456789abcdef", length..=length);
    let secrets = |rng: &mut Rng| {
        let other = rng.range(25..40);
        Secrets {
            url: format!("postgres://{}", rng.unicode(1..=30)),
            key: format!("pay_{}", digits(rng, 24)),
            bad_url: format!("postgres:{}x", rng.ascii(0..=30).replace('/', "-")),
            bad_key: format!("pay_{}", digits(rng, other)),
        }
    };
    let printed = |secrets: Secrets| -> Vec<(String, Vec<(String, String)>)> {
        let one = |case: Case| {
            let got = load(&case.environment, "settings or an error");
            (
                format!("{}:\n{}", case.about, shown(&case.environment)),
                printed(&got),
            )
        };
        cases(secrets).into_iter().map(one).collect()
    };
    let usual = printed(Secrets::from(&KIRSCHE));
    for_all("nothing depends on what the secrets are", 15, |rng| {
        let secrets = secrets(rng);
        for ((given, ours), (_, usual)) in printed(secrets).into_iter().zip(&usual) {
            let differs = ours.iter().zip(usual).find(|(one, other)| one != other);
            if let Some(((how, text), (_, other))) = differs {
                fail("what is printed depends on a secret")
                    .given(given)
                    .part("printed", how)
                    .expected(other)
                    .got(text)
                    .because("what changes with a secret tells something about it")
                    .raise();
            }
        }
    });
}
