//! What conf4 is checked for. Read it as the specification; edits here are undone.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use testkit::{Failure, checks, fail};
use toml::de::DeTable;
use toml::{Table, Value};

fn main() {
    testkit::run(checks![
        the_service_can_read_the_file,
        line_1_it_listens_on_all_interfaces,
        line_2_a_request_may_take_thirty_seconds,
        line_3_uploaded_files_can_be_read_by_the_group,
        line_4_the_service_knows_that_it_is_in_production,
        line_5_three_pools_fit_into_the_database,
        line_6_the_log_is_not_for_debugging,
        line_7_no_password_is_in_the_file,
        line_8_covers_have_a_place_that_does_not_move,
        line_9_payment_providers_are_an_array_of_tables,
        line_10_retries_have_a_limit,
        line_11_old_versions_of_tls_are_refused,
        what_was_right_is_as_it_was,
    ]);
}

/// The old password, which is in git for good.
const OLD_PASSWORD: &str = "Kirschkern-77";

/// The learner's file.
struct Service {
    text: String,
    table: Table,
}

impl Service {
    #[track_caller]
    fn read() -> Self {
        let path = testkit::subject();
        let bytes = fs::read(&path).expect("the subject is there");
        let text = String::from_utf8(bytes).unwrap_or_else(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            fail("the file is not UTF-8")
                .given(format!("line {line} of the file"))
                .expected("TOML, which is UTF-8")
                .because("save the file as UTF-8 (https://toml.io/en/v1.0.0#spec)")
                .raise()
        });
        match text.parse() {
            Ok(table) => Self { text, table },
            Err(error) => {
                let start = error.span().map_or(0, |span| span.start);
                fail("the file is not TOML any more, so the service cannot read any of it")
                    .given(line_of(&text, start))
                    .expected("a file that is TOML")
                    .got(error.message())
                    .because(advice(error.message()))
                    .raise()
            }
        }
    }

    /// The value at `path`, such as `server.bind`.
    fn get(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut value = self.table.get(parts.next()?)?;
        for part in parts {
            value = value.as_table()?.get(part)?;
        }
        Some(value)
    }

    /// The line of the file on which `path` stands, or that it is not there.
    fn place(&self, path: &str) -> String {
        match self.offset(path) {
            Some(offset) => line_of(&self.text, offset),
            None => format!("there is no `{path}` in the file"),
        }
    }

    fn offset(&self, path: &str) -> Option<usize> {
        let file = DeTable::parse(&self.text).ok()?;
        let mut parts = path.split('.');
        let (mut key, mut value) = file.get_ref().get_key_value(parts.next()?)?;
        for part in parts {
            (key, value) = value.get_ref().as_table()?.get_key_value(part)?;
        }
        // Of a table, the header; of other keys, the line of the key.
        let _ = value;
        Some(key.span().start)
    }

    /// Begins the failure of a line of the report, about the key `path`.
    #[track_caller]
    fn fails(&self, line: u8, what: &str, path: &str, expected: &str) -> Failure {
        let (given, got) = match self.get(path) {
            Some(value) => (self.place(path), format!("{path} is {}", shown(value))),
            // In an element of an array, which has no path of its own.
            None if path.contains('[') => (format!("the key {path}"), format!("{path} is set")),
            None => (self.place(path), format!("{path} is not set")),
        };
        fail(format!("line {line} of the report: {what}"))
            .given(given)
            .expected(expected)
            .got(got)
    }
}

/// What to look for, where the library's message alone may not help a newcomer.
fn advice(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "a table or a key may be defined only once: look for another one of the same name, written in any way"
    } else if message.contains("leading zero") {
        "TOML has no numbers that begin with 0; octal ones begin with 0o"
    } else {
        "see https://toml.io/en/v1.0.0; of a file that is not TOML nothing is used"
    }
}

fn line_of(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let index = before.matches('\n').count();
    let line = text.lines().nth(index).unwrap_or_default();
    format!("line {} of the file: {}", index + 1, line.trim())
}

/// A value as in a file, with its type where it may be mistaken for another.
fn shown(value: &Value) -> String {
    match value {
        Value::String(_) => format!("the string {value}"),
        Value::Integer(number) => format!("the integer {number}"),
        Value::Float(_) => format!("the float {value}"),
        Value::Table(table) => {
            let keys: Vec<_> = table.keys().map(String::as_str).collect();
            format!("a table with the keys {}", keys.join(", "))
        }
        other => format!("the {} {other}", other.type_str()),
    }
}

fn the_service_can_read_the_file() {
    Service::read();
}

fn line_1_it_listens_on_all_interfaces() {
    let service = Service::read();
    let path = "server.bind";
    let bind = service.get(path).and_then(Value::as_str);
    let address = bind.and_then(|bind| bind.parse::<SocketAddr>().ok());
    let right = |address: SocketAddr| address.ip().is_unspecified() && address.port() == 8080;
    if !address.is_some_and(right) {
        let (what, why) = match address {
            None => (
                "server.bind is not an address with a port",
                "the manual asks for an IP address, a colon and a port; what other programs take instead does not count here",
            ),
            Some(address) if address.ip().is_unspecified() => (
                "the load balancer asks at another port",
                "the port was right, and it is written in the load balancer's settings, too",
            ),
            Some(address) if address.ip().is_loopback() => (
                "the load balancer cannot reach the service",
                "127.0.0.1 and ::1 can be reached from the same machine only, and a container is a machine of its own; 0.0.0.0 stands for all interfaces",
            ),
            Some(_) => (
                "the service listens on one address only",
                "the next container gets another address, and then cannot listen on this one; 0.0.0.0 stands for all interfaces",
            ),
        };
        service
            .fails(
                1,
                what,
                path,
                "server.bind is \"0.0.0.0:8080\" or \"[::]:8080\"",
            )
            .because(why)
            .raise();
    }
}

fn line_2_a_request_may_take_thirty_seconds() {
    let service = Service::read();
    let path = "server.request_timeout_ms";
    if service.get(path) != Some(&Value::Integer(30_000)) {
        service
            .fails(
                2,
                "a request may not take 30 seconds",
                path,
                "server.request_timeout_ms is 30 seconds in milliseconds, an integer",
            )
            .because(match service.get(path) {
                Some(Value::Integer(_)) => {
                    "a number without its unit is read in the unit of the program: `_ms` says which"
                }
                None => "a key that is left out or has another name does nothing: the service knows this one",
                Some(_) => "the manual asks for an integer; what is no integer is not read as one",
            })
            .raise();
    }
}

fn line_3_uploaded_files_can_be_read_by_the_group() {
    let service = Service::read();
    let path = "uploads.file_mode";
    if service.get(path) == Some(&Value::Integer(0o640)) {
        return;
    }
    let failure = service.fails(
        3,
        "uploaded files do not get the mode rw-r-----",
        path,
        "uploads.file_mode is 640 in octal, an integer",
    );
    let failure = match service.get(path).and_then(Value::as_integer) {
        Some(mode) if mode >= 0 => failure.part("in octal", format!("{mode:o}")),
        _ => failure,
    };
    if let Some(Value::String(_)) = service.get(path) {
        failure
            .because("the manual says that modes are integers: a string is not understood")
            .raise();
    }
    failure
        .because("a file mode is three groups of three bits, which is why it is written in octal; TOML writes that as 0o... (https://toml.io/en/v1.0.0#integer)")
        .raise();
}

fn line_4_the_service_knows_that_it_is_in_production() {
    let service = Service::read();
    let misplaced = misplaced(&service.table, "");
    let environment = service.get("environment");
    let production = environment.and_then(Value::as_str) == Some("production");
    let path = misplaced.as_deref().unwrap_or("environment");
    if misplaced.is_some() || !production {
        service
            .fails(4, "the service does not know that it is in production", path, "environment is \"production\", as a key of the whole file and of no table")
            .because(match environment {
                Some(Value::String(_)) if misplaced.is_none() => {
                    "the service knows \"test\" and \"production\", in these letters"
                }
                Some(Value::Table(_)) => {
                    "`environment` is a key with a string, not a table: [environment] begins a table"
                }
                None if misplaced.is_none() => "if it is not set, the service takes \"test\"",
                _ => "a key belongs to the last header above it: keys of the whole file stand above the first one (https://toml.io/en/v1.0.0#table)",
            })
            .raise();
    }
}

/// Where a table has a key `environment`, except the file itself.
fn misplaced(table: &Table, prefix: &str) -> Option<String> {
    let in_table = |path: String, value: &Value| {
        let below = value.as_table()?;
        if below.contains_key("environment") {
            return Some(format!("{path}.environment"));
        }
        misplaced(below, &format!("{path}."))
    };
    table.iter().find_map(|(key, value)| {
        let path = format!("{prefix}{key}");
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .find_map(|(index, item)| in_table(format!("{path}[{index}]"), item)),
            value => in_table(path, value),
        }
    })
}

fn line_5_three_pools_fit_into_the_database() {
    let service = Service::read();
    let path = "database.pool.max";
    let max = service.get(path).and_then(Value::as_integer);
    if !max.is_some_and(|max| (1..=30).contains(&max)) {
        let (what, why) = match max {
            Some(31..) => (
                "three pools of this size do not fit into the database",
                "a pool is made for each instance, and the database counts the connections of all",
            ),
            Some(_) => (
                "a pool needs a connection",
                "from a pool without connections no request gets one",
            ),
            None => (
                "the size of the pools is not set",
                "the manual asks for an integer at database.pool.max: what it is without one is not known",
            ),
        };
        let failure = service.fails(
            5,
            what,
            path,
            "database.pool.max is an integer, at least 1, and three times it is not above 100 - 10",
        );
        let failure = match max {
            Some(max) if max > 0 => failure.part(
                "three of them",
                format!("{} connections", i128::from(max) * 3),
            ),
            _ => failure,
        };
        failure.because(why).raise();
    }
}

fn line_6_the_log_is_not_for_debugging() {
    let service = Service::read();
    let path = "log.level";
    if service.get(path).and_then(Value::as_str) != Some("info") {
        service
            .fails(6, "the level of the log is not the one for production", path, "log.level is \"info\"")
            .because(match service.get(path).and_then(Value::as_str) {
                Some("debug" | "trace") => {
                    "`debug` and `trace` write what customers send into files that many can read"
                }
                Some("warn" | "error") => {
                    "with less than `info`, nobody sees what the service does"
                }
                _ => "the service knows \"error\", \"warn\", \"info\", \"debug\" and \"trace\", in these letters",
            })
            .raise();
    }
}

fn line_7_no_password_is_in_the_file() {
    let service = Service::read();
    if let Some(offset) = service.text.find(OLD_PASSWORD) {
        fail("line 7 of the report: the old password is still in the file")
            .given(line_of(&service.text, offset))
            .expected("a file without it, comments included")
            .because("whoever can read the file can read its comments; and a password that once was in git must be changed")
            .raise();
    }
    let path = "database.password";
    if service.get(path).is_some() {
        service
            .fails(
                7,
                "a password is in the file",
                path,
                "database.password_file, and no database.password",
            )
            .because(match service.get(path).and_then(Value::as_str) {
                Some("") => "an empty password is one, too: the key itself has to go",
                Some(text) if text.starts_with('/') => {
                    "what stands here is the password itself, not the file that it is in"
                }
                _ => "the file is in git, and in the backups of everybody who has it",
            })
            .raise();
    }
    let path = "database.password_file";
    let file = service.get(path).and_then(Value::as_str).map(Path::new);
    if file != Some(Path::new("/run/secrets/database_password")) {
        service
            .fails(
                7,
                "the service does not find the new password",
                path,
                "database.password_file is \"/run/secrets/database_password\"",
            )
            .because("without a password the database lets nobody in")
            .raise();
    }
}

fn line_8_covers_have_a_place_that_does_not_move() {
    let service = Service::read();
    let path = "uploads.directory";
    let directory = service.get(path).and_then(Value::as_str).map(Path::new);
    if directory != Some(Path::new("/var/lib/marginalia/uploads")) {
        service
            .fails(8, "the covers are not where they are kept", path, "uploads.directory is \"/var/lib/marginalia/uploads\"")
            .because(match directory {
                Some(directory) if directory.is_absolute() => {
                    "this is another directory: what is not in the one that is kept is gone after a restart"
                }
                Some(directory) if directory.starts_with("~") => {
                    "a shell expands a ~, a settings file does not: it is a directory of that name"
                }
                _ => "a path that does not begin with / begins where the service was started",
            })
            .raise();
    }
}

/// The providers, in the order in which they are asked.
const PROVIDERS: [(&str, &str); 2] = [
    ("kartenhaus", "https://api.kartenhaus.example/v2"),
    ("zahlmeister", "https://zahlmeister.example/pay"),
];

fn line_9_payment_providers_are_an_array_of_tables() {
    let service = Service::read();
    let path = "payment.provider";
    let expected: Value = PROVIDERS
        .iter()
        .map(|(name, url)| {
            Table::from_iter(
                [("name".to_owned(), *name), ("url".to_owned(), *url)]
                    .map(|(key, value)| (key, Value::from(value))),
            )
        })
        .map(Value::Table)
        .collect::<Vec<_>>()
        .into();
    let got = service.get(path);
    if got == Some(&expected) {
        return;
    }
    let shown = match got {
        Some(Value::Array(items)) => {
            let mut text = format!(
                "an array; its elements, of which there are {}:",
                items.len()
            );
            for item in items {
                // Writing to a String cannot fail.
                let _ = write!(text, "\n  {item}");
            }
            text
        }
        Some(value) => shown(value),
        None => "nothing".into(),
    };
    let (what, why) = match (got, &expected) {
        (Some(Value::Array(got)), Value::Array(expected)) => {
            let has = |all: &[Value], one: &Value| all.contains(one);
            let same = got.len() == expected.len() && expected.iter().all(|one| has(got, one));
            if same {
                (
                    "the payment providers are asked in another order",
                    "the order of an array counts: the first element is asked first",
                )
            } else if got.iter().all(|one| has(expected, one)) {
                (
                    "not both payment providers are there, each once",
                    "each [[payment.provider]] begins one more element of the array",
                )
            } else {
                (
                    "a payment provider is not a table with `name` and `url`",
                    "the service reads the keys `name` and `url` of each element, and it knows no other ones",
                )
            }
        }
        (Some(_), _) => (
            "the service does not find its payment providers",
            "keys of a table have no order and each has its own name; a list is an array, and [[two brackets]] begin another element of one (https://toml.io/en/v1.0.0#array-of-tables)",
        ),
        (None, _) => (
            "the service does not find its payment providers",
            "the service looks for them at this path and nowhere else: [[payment.provider]]",
        ),
    };
    fail(format!("line 9 of the report: {what}"))
        .given(service.place(path))
        .expected(format!(
            "payment.provider is an array of two tables with `name` and `url`:\n  {}\n  {}",
            expected[0], expected[1]
        ))
        .got(shown)
        .because(why)
        .raise();
}

fn line_10_retries_have_a_limit() {
    let service = Service::read();
    let path = "payment.max_retries";
    let retries = service.get(path).and_then(Value::as_integer);
    if !retries.is_some_and(|retries| (1..=5).contains(&retries)) {
        let (what, why) = match retries {
            Some(0) => (
                "payments are retried without limit",
                "0 does not mean \"never\" here: see the manual; the provider is kept busy by those who retry for ever",
            ),
            Some(6..) => (
                "payments are retried more than 5 times",
                "what fails 5 times fails the next time, too",
            ),
            Some(_) => (
                "the number of retries is below 0",
                "the manual says that it is not negative: the service does not start with it",
            ),
            None => (
                "retries have no limit that the service can read",
                "the manual asks for an integer at payment.max_retries: what it is without one is not known",
            ),
        };
        service
            .fails(
                10,
                what,
                path,
                "payment.max_retries is an integer from 1 to 5",
            )
            .because(why)
            .raise();
    }
}

fn line_11_old_versions_of_tls_are_refused() {
    let service = Service::read();
    let path = "server.tls.min_version";
    let version = service.get(path).and_then(Value::as_str);
    if !matches!(version, Some("1.2" | "1.3")) {
        let (what, why) = match (version, service.get(path)) {
            (Some("1.0" | "1.1"), _) => (
                "an old version of TLS is still allowed",
                "TLS 1.0 and 1.1 have known weaknesses and must not be negotiated (RFC 8996)",
            ),
            (_, None) => (
                "the oldest version of TLS that is allowed is not set",
                "without this key nothing in the file refuses TLS 1.0 and 1.1 (RFC 8996)",
            ),
            _ => (
                "the service does not understand this version of TLS",
                "it knows \"1.0\", \"1.1\", \"1.2\" and \"1.3\", as strings",
            ),
        };
        service
            .fails(
                11,
                what,
                path,
                "server.tls.min_version is \"1.2\" or \"1.3\", a string",
            )
            .because(why)
            .raise();
    }
}

/// What is right in the untouched file.
const KEPT: &str = r#"
server.max_body_bytes = 1_048_576
server.tls.certificate_file = "/etc/marginalia/tls/fullchain.pem"
server.tls.key_file = "/run/secrets/tls_key"
database.host = "db.lan"
database.name = "orders"
database.user = "shop"
database.pool.wait_ms = 2_000
log.format = "json"
uploads.max_file_bytes = 5_242_880
payment.currency = "EUR"
"#;

/// The keys that a line of the report is about, as they are and as they were.
const MENDED: [&str; 13] = [
    "environment",
    "server.bind",
    "server.request_timeout_ms",
    "server.tls.min_version",
    "database.password",
    "database.password_file",
    "database.pool.max",
    "log.level",
    "log.environment",
    "uploads.directory",
    "uploads.file_mode",
    "payment.max_retries",
    "payment.provider",
];

fn what_was_right_is_as_it_was() {
    let service = Service::read();
    let kept: Table = KEPT.parse().expect("the check's own TOML is good");
    let kept = flat(&kept, "");
    for (path, value) in &kept {
        if service.get(path) != Some(value) {
            let got = service.get(path).map_or("nothing".into(), shown);
            fail(format!("`{path}` was right, and is not any more"))
                .given(service.place(path))
                .expected(format!("{path} = {value}"))
                .got(got)
                .because(
                    "the report says nothing about it: mend what is broken, and keep what works",
                )
                .raise();
        }
    }
    for (path, _) in flat(&service.table, "") {
        let known = MENDED.iter().any(|known| {
            path.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        if !known && !kept.iter().any(|(kept, _)| *kept == path) {
            fail(format!("the service does not know the key `{path}`"))
                .given(service.place(&path))
                .expected("only keys that the manual or the untouched file have")
                .because("a key that nobody reads does nothing; this service refuses to start, others ignore it")
                .raise();
        }
    }
}

/// All keys that have a value, by their paths; an empty table is one too.
fn flat(table: &Table, prefix: &str) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        match value {
            Value::Table(table) if !table.is_empty() => {
                all.extend(flat(table, &format!("{path}.")))
            }
            value => all.push((path, value.clone())),
        }
    }
    all
}
