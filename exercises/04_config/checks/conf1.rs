//! What conf1 is checked for. Read it as the specification; edits here are undone.

#[path = "../conf1.rs"]
mod conf1;

use std::ops::RangeInclusive;

use conf1::{Catalogue, Problem, Server, Settings, What};
use testkit::{Rng, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        reads_a_good_file_into_types,
        a_port_may_be_left_out,
        a_value_of_another_type_is_wrong,
        a_number_that_does_not_fit_is_wrong_and_not_cut_down,
        a_wrong_port_is_not_replaced_by_the_default,
        an_unknown_key_is_reported_with_its_path_and_line,
        an_unknown_table_is_one_problem,
        a_missing_key_is_reported_without_a_line,
        what_should_be_a_table_must_be_one,
        text_that_is_not_toml_is_one_problem_with_its_line,
        all_problems_are_reported_at_once,
        any_mix_of_mistakes_is_reported_completely,
    ]);
}

const GOOD: &str = r#"name = "Marginalia"

[server]
host = "0.0.0.0"
port = 9090

[catalogue]
page_size = 20
languages = ["de", "en"]
"#;

fn good() -> Settings {
    Settings {
        name: "Marginalia".into(),
        server: Server {
            host: "0.0.0.0".into(),
            port: 9090,
        },
        catalogue: Catalogue {
            page_size: 20,
            languages: vec!["de".into(), "en".into()],
        },
    }
}

/// A problem as it should be: path, what, and the lines that will do; none for a missing key.
#[derive(Debug, Clone)]
struct Right {
    key: String,
    kind: &'static str,
    lines: Option<RangeInclusive<usize>>,
}

fn right(key: &str, kind: &'static str, line: usize) -> Right {
    over(key, kind, line..=line)
}

fn over(key: &str, kind: &'static str, lines: RangeInclusive<usize>) -> Right {
    let (key, lines) = (key.to_owned(), Some(lines));
    Right { key, kind, lines }
}

fn missing(key: &str) -> Right {
    let (key, kind) = (key.to_owned(), "Missing");
    let lines = None;
    Right { key, kind, lines }
}

impl Right {
    fn is(&self, got: &Problem) -> bool {
        let line = match (&self.lines, got.line) {
            (None, None) => true,
            (Some(lines), Some(line)) => lines.contains(&line),
            _ => false,
        };
        self.key == got.key && self.kind == kind(&got.what) && line
    }

    fn shown(&self) -> String {
        let line = match &self.lines {
            None => "no line".to_owned(),
            Some(lines) if lines.start() == lines.end() => format!("line {}", lines.start()),
            Some(lines) => format!("line {} to {}", lines.start(), lines.end()),
        };
        format!("{:9} {:?}, {line}", self.kind, self.key)
    }
}

fn kind(what: &What) -> &'static str {
    match what {
        What::NotToml(_) => "NotToml",
        What::Unknown => "Unknown",
        What::Missing => "Missing",
        What::Wrong(_) => "Wrong",
    }
}

fn shown(problems: &[Problem]) -> String {
    let mut lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            let line = match problem.line {
                None => "no line".to_owned(),
                Some(line) => format!("line {line}"),
            };
            let says = match &problem.what {
                What::NotToml(text) | What::Wrong(text) => format!(" ({})", short(text)),
                What::Unknown | What::Missing => String::new(),
            };
            let (kind, key) = (kind(&problem.what), &problem.key);
            format!("{kind:9} {key:?}, {line}{says}")
        })
        .collect();
    lines.sort();
    if lines.is_empty() {
        lines.push("an error with no problem in it".into());
    }
    lines.join("\n")
}

fn short(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    if first.chars().count() > 60 {
        first.chars().take(60).chain("...".chars()).collect()
    } else {
        first.to_owned()
    }
}

/// The file with the numbers of its lines.
fn numbered(text: &str) -> String {
    let line = |(index, line): (usize, &str)| format!("{:3}  {}", index + 1, short(line));
    let lines: Vec<String> = text.lines().enumerate().map(line).collect();
    if lines.is_empty() {
        return "an empty file".into();
    }
    lines.join("\n")
}

#[track_caller]
fn load(text: &str, expected: &str) -> Result<Settings, Vec<Problem>> {
    let why = "a server that panics over a typing error helps nobody to find it";
    no_panic(numbered(text), expected, why, || conf1::load(text))
}

/// Expects settings.
#[track_caller]
fn reads(what: &str, text: &str, settings: &Settings, why: &str) {
    let expected = format!("Ok({settings:?})");
    let got = match load(text, &expected) {
        Ok(got) if got == *settings => return,
        Ok(got) => format!("Ok({got:?})"),
        Err(problems) => format!("problems:\n{}", shown(&problems)),
    };
    fail(what)
        .given(numbered(text))
        .expected(expected)
        .got(got)
        .because(why)
        .raise();
}

/// Expects exactly these problems. Those of keys below `open` may be there or not.
#[track_caller]
fn reports_but(what: &str, text: &str, rights: &[Right], open: &[&str], why: &str) {
    let mut expected: Vec<String> = rights.iter().map(Right::shown).collect();
    expected.sort();
    let expected = expected.join("\n");
    let problems = match load(text, &expected) {
        Ok(settings) => fail(what)
            .given(numbered(text))
            .expected(expected)
            .got(format!("no problem at all: Ok({settings:?})"))
            .because(why)
            .raise(),
        Err(problems) => problems,
    };
    let is_open = |problem: &Problem| open.iter().any(|open| problem.key.starts_with(open));
    let judged: Vec<Problem> = problems
        .iter()
        .filter(|problem| !is_open(problem))
        .cloned()
        .collect();
    let all = rights
        .iter()
        .all(|right| judged.iter().filter(|got| right.is(got)).count() == 1);
    if !all || judged.len() != rights.len() {
        let (what, why) = mistake(what, rights, &judged, why);
        fail(what)
            .given(numbered(text))
            .expected(expected)
            .got(shown(&judged))
            .because(why)
            .raise();
    }
}

/// What is wrong with the problems that were reported, and why that matters.
fn mistake(what: &str, rights: &[Right], got: &[Problem], why: &str) -> (String, String) {
    let say = |what: String, why: &str| (what, why.to_owned());
    // `NotToml` has an empty key.
    let name = |key: &str| match key {
        "" => "NotToml".to_owned(),
        key => format!("`{key}`"),
    };
    let count = |key: &str| got.iter().filter(|got| got.key == key).count();
    if let Some(twice) = got.iter().find(|got| count(&got.key) > 1) {
        let why = "each key is reported at most once: one that is there cannot be missing, too";
        return say(
            format!("{} was reported more than once", name(&twice.key)),
            why,
        );
    }
    for right in rights {
        let Some(got) = got.iter().find(|got| got.key == right.key) else {
            continue;
        };
        let (name, kind, is) = (name(&right.key), right.kind, kind(&got.what));
        if is != kind {
            let why = match (is, kind) {
                ("Missing", _) => "the key is there: whoever is told to add it will not look at it",
                (_, "Missing") => {
                    "the key is not there: whoever looks for it in the file finds nothing"
                }
                _ => why,
            };
            return say(format!("{name} is {kind}, and was reported as {is}"), why);
        }
        if !right.is(got) {
            return match kind {
                "NotToml" => say(
                    "NotToml was reported with the wrong line".into(),
                    "the library says where it stopped (`toml::de::Error::span`); pass that on as a line",
                ),
                "Missing" => say(
                    format!("{name} is missing, and was reported with a line"),
                    "what is not there stands on no line",
                ),
                _ => say(
                    format!("{name} was reported with the wrong line"),
                    "`line` is where this key stands, beginning with 1; the word may stand elsewhere, too",
                ),
            };
        }
    }
    let known = |got: &&Problem| rights.iter().any(|right| right.key == got.key);
    let extra = got.iter().find(|got| !known(got));
    let lost = rights.iter().find(|right| count(&right.key) == 0);
    match (lost, extra) {
        (Some(lost), Some(extra)) if lost.key.ends_with(&format!(".{}", extra.key)) => say(
            format!("`{}` was reported as `{}`", lost.key, extra.key),
            "a path begins with the table: the same word may be a key of several",
        ),
        (Some(lost), Some(extra)) if matches!(extra.what, What::NotToml(_)) => say(
            format!("`{}` is {}, and NotToml was reported", lost.key, lost.kind),
            "this file is TOML: what is wrong is in it, and the rest of it can be looked at",
        ),
        (Some(lost), _) if lost.kind == "NotToml" => say(what.to_owned(), why),
        (Some(lost), _) => say(
            format!("`{}` is {}, and was not reported", lost.key, lost.kind),
            why,
        ),
        (None, Some(extra)) => say(
            format!("{} was reported, and is no problem", name(&extra.key)),
            "of an unknown table only the table is reported, of a missing one only the keys in it",
        ),
        (None, None) => say(what.to_owned(), why),
    }
}

#[track_caller]
fn reports(what: &str, text: &str, rights: &[Right], why: &str) {
    reports_but(what, text, rights, &[], why);
}

/// The good file, with one line in place of another.
fn with(line: &str, other: &str) -> String {
    assert!(GOOD.lines().any(|known| known == line), "no line {line:?}");
    GOOD.replace(line, other)
}

fn reads_a_good_file_into_types() {
    let what = "a good file was not read";
    let why = "the program works with a u16, not with a text that may be a port";
    reads(what, GOOD, &good(), why);
    let spelled = "\"server\".port = 0x2382 # 9_090\nserver . \"host\" = '0.0.0.0'\nname = \"\\u004darginalia\"\ncatalogue = { languages = [ 'de',\n  \"en\", ], page_size = +2_0 }\n";
    reads(
        what,
        spelled,
        &good(),
        "TOML has several ways to write the same (toml.io: dotted keys, inline tables, integers)",
    );
    let crlf = GOOD.replace('\n', "\r\n");
    reads(what, &crlf, &good(), "a line may end in \\r\\n too");
    let mut settings = good();
    settings.server.port = 0;
    settings.catalogue.page_size = u16::MAX;
    settings.catalogue.languages.clear();
    settings.name = "Grüße, 本".into();
    reads(
        what,
        "name = \"Grüße, 本\"\nserver = { port = 0, host = '0.0.0.0' }\n[catalogue]\nlanguages = []\npage_size = 65535\n",
        &settings,
        "0 and 65535 fit into a u16, and an array may be empty",
    );
}

fn a_port_may_be_left_out() {
    let mut settings = good();
    settings.server.port = 8080;
    reads(
        "a file without a port was not read",
        &with("port = 9090", ""),
        &settings,
        "8080 is for files that say nothing about the port",
    );
}

fn a_value_of_another_type_is_wrong() {
    let what = "a value of the wrong type was not reported";
    let why =
        "whoever writes \"20\" may mean something else than you think: do not convert, say so";
    for (line, key, number, others) in [
        (
            "page_size = 20",
            "catalogue.page_size",
            8,
            [
                "page_size = \"20\"",
                "page_size = 20.0",
                "page_size = [20]",
                "page_size = true",
            ],
        ),
        (
            "name = \"Marginalia\"",
            "name",
            1,
            [
                "name = 5",
                "name = true",
                "name = 1.5",
                "name = [\"Marginalia\"]",
            ],
        ),
        (
            "languages = [\"de\", \"en\"]",
            "catalogue.languages",
            9,
            [
                "languages = \"de\"",
                "languages = [\"de\", 5]",
                "languages = [[\"de\"], [\"en\"]]",
                "languages = { de = 1, en = 2 }",
            ],
        ),
    ] {
        for other in others {
            reports(
                what,
                &with(line, other),
                &[right(key, "Wrong", number)],
                why,
            );
        }
    }
    let long = with(
        "languages = [\"de\", \"en\"]",
        "languages = [\n  \"de\",\n  5,\n]",
    );
    reports(
        what,
        &long,
        &[over("catalogue.languages", "Wrong", 9..=12)],
        why,
    );
}

fn a_number_that_does_not_fit_is_wrong_and_not_cut_down() {
    for number in ["65616", "65536", "-1", "9223372036854775807"] {
        reports(
            "a number that does not fit was accepted",
            &with("page_size = 20", &format!("page_size = {number}")),
            &[right("catalogue.page_size", "Wrong", 8)],
            "an integer of TOML has 64 bits; `as u16` makes 80 of 65616 and says nothing",
        );
    }
}

fn a_wrong_port_is_not_replaced_by_the_default() {
    for port in ["\"9090\"", "65616", "-1", "9090.0"] {
        reports(
            "a wrong port was not reported",
            &with("port = 9090", &format!("port = {port}")),
            &[right("server.port", "Wrong", 5)],
            "somebody has chosen a port; 8080 is for files that say nothing about it",
        );
    }
}

fn an_unknown_key_is_reported_with_its_path_and_line() {
    let what = "an unknown key was not reported";
    let why =
        "`prot = 9090` is a typing error, and a server that ignores it takes the default port";
    let prot = with("port = 9090", "# port = 9090 is not this:\nprot = 9090");
    reports(what, &prot, &[right("server.prot", "Unknown", 6)], why);
    let top = format!("# currency\n\ncurrency = \"EUR\"\n{GOOD}");
    reports(what, &top, &[right("currency", "Unknown", 3)], why);
    let place = "a key is known only in its own table: the file may use the same word elsewhere";
    let elsewhere = with("page_size = 20", "page_size = 20\nport = 8080\nname = 'x'");
    reports(
        what,
        &elsewhere,
        &[
            right("catalogue.port", "Unknown", 9),
            right("catalogue.name", "Unknown", 10),
        ],
        place,
    );
    let upper = with("port = 9090", "Port = 9090");
    let case = "TOML knows upper from lower case: `Port` is another key than `port`";
    reports(what, &upper, &[right("server.Port", "Unknown", 5)], case);
    // Its path may be written in more than one way.
    let dotted = format!("\"server.port\" = 1\n{GOOD}");
    let expected = "one problem, Unknown, line 1";
    let got = load(&dotted, expected);
    let one = |problems: &[Problem]| match problems {
        [one] => one.what == What::Unknown,
        _ => false,
    };
    if !got.as_ref().is_err_and(|problems| one(problems)) {
        fail("a key in quotes was not reported correctly")
            .given(numbered(&dotted))
            .expected(expected)
            .got(match got {
                Ok(settings) => format!("Ok({settings:?})"),
                Err(problems) => shown(&problems),
            })
            .because("in quotes, \"server.port\" is one key with a dot in it, not a key in a table")
            .raise();
    }
}

fn an_unknown_table_is_one_problem() {
    let what = "an unknown table was not reported";
    let why = "the table's name is the mistake; the keys in it may all be right";
    let table = format!("{GOOD}\n[metrics]\nport = 9100\npath = \"/metrics\"\n");
    reports(what, &table, &[right("metrics", "Unknown", 11)], why);
    let empty = format!("{GOOD}\n[server.tls]\n[catalogue.x]\n[metrics]\n");
    reports(
        what,
        &empty,
        &[
            right("server.tls", "Unknown", 11),
            right("catalogue.x", "Unknown", 12),
            right("metrics", "Unknown", 13),
        ],
        "an empty table is a key too",
    );
    let typo = with("[server]", "[servr]");
    reports(
        what,
        &typo,
        &[right("servr", "Unknown", 3), missing("server.host")],
        "a misspelt table is unknown, and what should be in the right one is missing",
    );
    let case = "TOML knows upper from lower case: `Server` is another table than `server`";
    let both = format!("{GOOD}\n[Server]\nhost = \"0.0.0.0\"\n");
    reports(what, &both, &[right("Server", "Unknown", 11)], case);
    let upper = with("[server]", "[Server]");
    reports(
        what,
        &upper,
        &[right("Server", "Unknown", 3), missing("server.host")],
        case,
    );
}

fn a_missing_key_is_reported_without_a_line() {
    let what = "missing keys were not reported";
    let why = "whoever fixes the file needs to know what to add; there is no line to look at";
    for (line, key) in [
        ("name = \"Marginalia\"", "name"),
        ("host = \"0.0.0.0\"", "server.host"),
        ("page_size = 20", "catalogue.page_size"),
        ("languages = [\"de\", \"en\"]", "catalogue.languages"),
    ] {
        let comment = format!("# {line}");
        reports(what, &with(line, &comment), &[missing(key)], why);
    }
    let all = [
        missing("name"),
        missing("server.host"),
        missing("catalogue.page_size"),
        missing("catalogue.languages"),
    ];
    let table = "a missing table is like an empty one: what is missing are the keys in it";
    reports(what, "", &all, table);
    reports(what, "[catalogue]\n[server]\n", &all, table);
}

fn what_should_be_a_table_must_be_one() {
    let what = "a value where a table should be was not reported";
    let why =
        "`server = \"0.0.0.0:8080\"` is how another program may want it; say that it is wrong";
    for server in [
        "server = \"0.0.0.0:8080\"",
        "server = 8080",
        "server = []",
        "[[server]]\nhost = \"0.0.0.0\"",
    ] {
        let text = format!(
            "name = \"Marginalia\"\ncatalogue.page_size = 20\ncatalogue.languages = []\n{server}\n"
        );
        let last = text.lines().count();
        let rights = [over("server", "Wrong", 4..=last)];
        reports_but(what, &text, &rights, &["server."], why);
    }
}

fn text_that_is_not_toml_is_one_problem_with_its_line() {
    let what = "text that is not TOML was not reported as such";
    let why = "the library says where it stopped (`toml::de::Error::span`); pass that on as a line";
    for (line, other, number) in [
        ("port = 9090", "port: 9090", 5),
        ("port = 9090", "port = 08080", 5),
        ("port = 9090", "port = 9090\nport = 9091", 6),
        ("host = \"0.0.0.0\"", "host = 0.0.0.0", 4),
        ("page_size = 20", "page_size = ", 8),
        ("[catalogue]", "# Grüße, 本\n[server]", 8),
        ("[catalogue]", "[catalogue", 7),
    ] {
        let text = with(line, other);
        reports(what, &text, &[right("", "NotToml", number)], why);
    }
    let deep = format!("{GOOD}\n\ndeep = {}\n", "[".repeat(100_000));
    reports(
        what,
        &deep,
        &[right("", "NotToml", 12)],
        "a file that means harm must be no more than an error",
    );
}

fn all_problems_are_reported_at_once() {
    let text = r#"nmae = "Marginalia"

[server]
# host = "0.0.0.0"
port = "9090"
prot = 9090

[catalogue]
page_size = -20
languages = ["de", 5]
colour = "blue"

[metrics]
port = 9100
"#;
    reports(
        "not all problems were reported",
        text,
        &[
            right("nmae", "Unknown", 1),
            missing("name"),
            missing("server.host"),
            right("server.port", "Wrong", 5),
            right("server.prot", "Unknown", 6),
            right("catalogue.page_size", "Wrong", 9),
            right("catalogue.languages", "Wrong", 10),
            right("catalogue.colour", "Unknown", 11),
            right("metrics", "Unknown", 13),
        ],
        "with one problem at each start, nine problems take nine restarts",
    );
}

/// A key of the file, with good and wrong values for it.
struct Key {
    table: &'static str,
    key: &'static str,
    good: [&'static str; 2],
    wrong: [&'static str; 2],
    required: bool,
}

const fn key(
    table: &'static str,
    key: &'static str,
    good: [&'static str; 2],
    wrong: [&'static str; 2],
) -> Key {
    Key {
        table,
        key,
        good,
        wrong,
        required: true,
    }
}

const KEYS: [Key; 5] = [
    key("", "name", ["\"M\"", "''"], ["5", "[]"]),
    key("server", "host", ["'::'", "\"a\""], ["true", "{}"]),
    Key {
        required: false,
        ..key("server", "port", ["80", "0xff"], ["'80'", "99999"])
    },
    key("catalogue", "page_size", ["20", "0"], ["-1", "1.0"]),
    key("catalogue", "languages", ["[]", "['de']"], ["[1]", "'de'"]),
];

fn any_mix_of_mistakes_is_reported_completely() {
    for_all("any mix of mistakes is reported completely", 300, |rng| {
        let mut lines: Vec<String> = Vec::new();
        let mut rights = Vec::new();
        let mut tables = vec!["server", "catalogue"];
        rng.shuffle(&mut tables);
        tables.insert(0, "");
        for table in tables {
            if !table.is_empty() {
                lines.push(format!("[{table}]"));
            }
            let mut keys: Vec<_> = KEYS.iter().filter(|key| key.table == table).collect();
            rng.shuffle(&mut keys);
            for Key {
                key,
                good,
                wrong,
                required,
                ..
            } in keys
            {
                let path = path(table, key);
                noise(rng, &mut lines);
                match rng.range(0..4) {
                    0 => {
                        lines.push(format!("{key} = {}", rng.choose(wrong)));
                        rights.push(right(&path, "Wrong", lines.len()));
                    }
                    1 => {
                        // A key that looks nearly like it.
                        let other = *rng.choose(&["_x", "s", "-2"]);
                        lines.push(format!("{key}{other} = {}", rng.choose(good)));
                        rights.push(right(&format!("{path}{other}"), "Unknown", lines.len()));
                        if *required {
                            rights.push(missing(&path));
                        }
                    }
                    _ => lines.push(format!("{key} = {}", rng.choose(good))),
                }
            }
        }
        let text = lines.join("\n");
        let what = "this file's problems were not reported completely";
        let why = "each problem counts, whatever else is wrong with the file";
        if !rights.is_empty() {
            reports(what, &text, &rights, why);
        } else if let Err(problems) = load(&text, "settings") {
            fail("a good file was refused")
                .given(numbered(&text))
                .expected("settings")
                .got(shown(&problems))
                .because("nothing is wrong with this file")
                .raise();
        }
    });
}

fn path(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}

/// Lines that mean nothing, and mention keys.
fn noise(rng: &mut Rng, lines: &mut Vec<String>) {
    let noise = ["", "# port = 1", "  # name_x: Grüße", "#[metrics]"];
    lines.extend(rng.many(0..=2, |rng| (*rng.choose(&noise)).to_owned()));
}
