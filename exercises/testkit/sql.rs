//! A learner's `.sql` file: cut into named queries, each run read-only on a real
//! SQLite file, its result compared with what was expected.
//!
//! A query begins at a line `-- query: NAME` and ends at the next such line or
//! with the file. It is one statement that returns rows; comments are
//! allowed, and the last semicolon is optional. Above the first header only
//! comments may stand.
//!
//! ```ignore
//! let file = QueryFile::subject();
//! let db = Database::create(&VISIBLE);
//! let expected = db.table("customers").keep(|row| row["email"].is_null()).pick(&["id"]);
//! file.query("without_email").run(&db).because("NULL = NULL is not true").is(&expected, Order::Any);
//! ```

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use harness::{Failure, fail};
use rusqlite::config::DbConfig;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Statement};

use crate::marginalia::{self, Dataset};
use crate::table::{self, Kind, Order, Table, Value};

/// How many steps of SQLite's machine a query may take, in thousands. The data
/// sets are small: an honest query takes less than a hundred thousand steps.
const MAX_KILO_STEPS: u32 = 3_000;

/// How many rows a query may return.
const MAX_ROWS: usize = 10_000;

/// A file of named queries.
#[derive(Debug, Clone)]
pub struct QueryFile {
    queries: Vec<Query>,
    /// The first line above all headers that is not a comment.
    stray: Option<usize>,
}

/// One named query of a file.
#[derive(Debug, Clone)]
pub struct Query {
    name: String,
    text: String,
    /// The line of the file on which `text` begins, from 1.
    line: usize,
}

/// The name, if the line is the header of a query.
fn header(line: &str) -> Option<&str> {
    let text = line.trim().strip_prefix("--")?.trim_start();
    let (key, name) = text.split_once(':')?;
    key.trim_end()
        .eq_ignore_ascii_case("query")
        .then_some(name.trim())
}

impl QueryFile {
    /// The learner's file. Fails the check where it cannot be read.
    #[track_caller]
    pub fn subject() -> Self {
        let path = harness::subject();
        let shown = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        match fs::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => Self::parse(&text),
            Ok(Err(_)) => fail(format!("`{shown}` is not UTF-8 text"))
                .expected("a text file")
                .raise(),
            Err(error) => fail(format!("`{shown}` cannot be read")).got(error).raise(),
        }
    }

    /// Cuts a text at its headers.
    pub fn parse(text: &str) -> Self {
        let mut file = Self {
            queries: Vec::new(),
            stray: None,
        };
        for (index, line) in text
            .trim_start_matches('\u{feff}')
            .split_inclusive('\n')
            .enumerate()
        {
            if let Some(name) = header(line) {
                let (name, text) = (name.to_owned(), String::new());
                file.queries.push(Query {
                    name,
                    text,
                    line: index + 2,
                });
            } else if let Some(query) = file.queries.last_mut() {
                query.text.push_str(line);
            } else if file.stray.is_none()
                && !line.trim().is_empty()
                && !line.trim().starts_with("--")
            {
                file.stray = Some(index + 1);
            }
        }
        file
    }

    /// The query of that name. Fails the check where there is none, or more than one.
    #[track_caller]
    pub fn query(&self, name: &str) -> &Query {
        let mut found = self.queries.iter().filter(|query| query.name == name);
        let wanted = format!("-- query: {name}");
        let Some(query) = found.next() else {
            let headers: Vec<String> = self
                .queries
                .iter()
                .map(|query| format!("line {}: -- query: {}", query.line - 1, query.name))
                .collect();
            let got = if headers.is_empty() {
                "no header at all".into()
            } else {
                headers.join("\n")
            };
            fail(format!("the header of the query `{name}` is missing"))
                .expected(format!("a line `{wanted}`, and the query below it"))
                .got(got)
                .because("the check finds each query by the header above it")
                .raise()
        };
        if let Some(second) = found.next() {
            fail(format!("there are two queries `{name}`"))
                .expected(format!("one line `{wanted}`"))
                .got(format!(
                    "one in line {} and one in line {}",
                    query.line - 1,
                    second.line - 1
                ))
                .because("the check cannot tell which of the two you mean")
                .raise()
        }
        if statements(&query.text).is_empty() {
            let stray = self
                .stray
                .map(|line| format!("; line {line}, above the first header, is not a comment"));
            fail(format!("the query `{name}` is not written yet"))
                .expected(format!("one SELECT below the line `{wanted}`"))
                .got(format!(
                    "nothing, or only comments, below line {}{}",
                    query.line - 1,
                    stray.unwrap_or_default()
                ))
                .because("the comment below the header says what is asked for")
                .raise()
        }
        query
    }
}

impl Query {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text, as the learner wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Runs the query. Fails the check where it is not one statement that only
    /// reads, where SQLite refuses it, and where it does not come to an end.
    #[track_caller]
    pub fn run<'a>(&'a self, db: &'a Database) -> Answer<'a> {
        let table = match self.result(&db.conn) {
            Ok(table) => table,
            Err(failure) => failure.raise(),
        };
        Answer {
            query: self,
            db,
            table,
            parts: Vec::new(),
            picked: false,
            why: "",
        }
    }

    #[track_caller]
    fn result(&self, conn: &Connection) -> Result<Table, Failure> {
        let name = &self.name;
        let statements = statements(&self.text);
        let place = match statements.as_slice() {
            [place] => place.clone(),
            [] => return Err(fail(format!("the query `{name}` holds no statement"))),
            [_, second, ..] => {
                let (line, ..) = self.line_of(second.start);
                return Err(fail(format!(
                    "the query `{name}` holds {} statements",
                    statements.len()
                ))
                .expected("one statement below each header")
                .part("your query", self.listing(Some(second.start)))
                .because(format!(
                    "the second statement begins in line {line}: is a header `-- query: NAME` \
                         missing above it, or is there one `;` too many before it?"
                )));
            }
        };
        let mut statement = match conn.prepare(&self.text[place.clone()]) {
            Ok(statement) => statement,
            Err(error) => return Err(self.broken(&error, place.start)),
        };
        if let Some((what, why)) = unfit(&statement) {
            return Err(fail(format!("the query `{name}` {what}"))
                .expected("a statement that answers the question: SELECT, or WITH ... SELECT")
                .part("your query", self.listing(None))
                .because(why));
        }
        let mut steps = 0;
        let watch = move || {
            steps += 1;
            steps > MAX_KILO_STEPS
        };
        conn.progress_handler(1_000, Some(watch));
        let table = collect(&mut statement);
        conn.progress_handler(0, None::<fn() -> bool>);
        let table = match table {
            Ok(table) => table,
            Err(error) => return Err(self.broken(&error, place.start)),
        };
        if table.len() > MAX_ROWS {
            return Err(fail(format!("the query `{name}` returns more than {MAX_ROWS} rows"))
                .expected("far fewer: the data set is small")
                .part("your query", self.listing(None))
                .because("a join without its condition pairs every row with every row, and a recursion without an end never stops"));
        }
        Ok(table)
    }

    /// What SQLite says against the statement that begins at `start`.
    #[track_caller]
    fn broken(&self, error: &Error, start: usize) -> Failure {
        let offset = match error {
            Error::SqlInputError { offset, .. } => usize::try_from(*offset).ok(),
            _ => None,
        };
        let failure = fail(format!("SQLite cannot run the query `{}`", self.name))
            .part("SQLite says", said(error))
            .part(
                "your query",
                self.listing(offset.map(|offset| start + offset)),
            );
        if said(error).contains("should this be a string literal") {
            failure.because("'single quotes' are for text; \"double quotes\" are for the names of tables and columns (https://sqlite.org/quirks.html#dblquote)")
        } else if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
            failure.because("it was stopped, because it did far more work than these few rows need: does a join lack its ON, or a recursion its end?")
        } else {
            failure
        }
    }

    /// The line of the file, and where in `text` that line begins.
    fn line_of(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..floor(&self.text, offset)];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (self.line + before.matches('\n').count(), start)
    }

    /// The query with line numbers, and a caret under one place.
    fn listing(&self, mark: Option<usize>) -> String {
        let mark = mark.map(|offset| (floor(&self.text, offset), self.line_of(offset)));
        let end = self.line + self.text.trim_end().matches('\n').count();
        let digits = end.to_string().len();
        let mut listing = String::new();
        for (line, text) in (self.line..).zip(self.text.trim_end().lines()) {
            if listing.is_empty() && text.trim().is_empty() {
                continue;
            }
            _ = writeln!(listing, "{line:digits$} | {}", text.trim_end());
            if let Some((offset, (marked, start))) = mark
                && marked == line
            {
                let blank = |c: char| if c == '\t' { '\t' } else { ' ' };
                let before: String = self.text[start..offset].chars().map(blank).collect();
                _ = writeln!(listing, "{:digits$} | {before}^ here", "");
            }
        }
        listing.truncate(listing.trim_end().len());
        listing
    }
}

/// The last place in `text` at or before `offset` where a character begins.
fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// SQLite's own words.
fn said(error: &Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

/// What keeps a statement from being a query, and why that matters.
fn unfit(statement: &Statement<'_>) -> Option<(&'static str, &'static str)> {
    if statement.is_explain() != 0 {
        Some((
            "explains instead of answering",
            "EXPLAIN shows how SQLite would run a query, but does not run it",
        ))
    } else if !statement.readonly() {
        Some((
            "writes to the database",
            "a query that changes the data gives another answer the next time; the check opens the database read-only",
        ))
    } else if statement.column_count() == 0 {
        Some((
            "does not return rows",
            "the check compares the rows that come back",
        ))
    } else if statement.parameter_count() > 0 {
        Some((
            "has a parameter",
            "`?` and `:name` wait for a value, and the check gives none",
        ))
    } else {
        None
    }
}

fn collect(statement: &mut Statement<'_>) -> Result<Table, Error> {
    let columns = statement.column_count();
    let mut table = Table::new(statement.column_names());
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()?
        && table.len() <= MAX_ROWS
    {
        let value = |column| Ok(value(row.get_ref(column)?));
        table.push((0..columns).map(value).collect::<Result<_, Error>>()?);
    }
    Ok(table)
}

/// SQLite's value as the tables' value.
pub fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

/// Runs a check's own query on any connection.
///
/// # Panics
///
/// When SQLite refuses it.
#[track_caller]
pub fn select(conn: &Connection, sql: &str) -> Table {
    let mut statement = conn.prepare(sql).unwrap_or_else(|error| panic!("{error}"));
    collect(&mut statement).unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// Where the statements of a text are: each from its first character that is
/// neither space nor comment up to its semicolon. It knows strings, quoted
/// names and comments; it does not know the bodies of triggers.
pub fn statements(sql: &str) -> Vec<Range<usize>> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let until = |end: &[u8], from: usize| {
            let found = rest[from..]
                .windows(end.len())
                .position(|window| window == end);
            at + found.map_or(rest.len(), |found| from + found + end.len())
        };
        match rest {
            [b'-', b'-', ..] => at = until(b"\n", 2),
            [b'/', b'*', ..] => at = until(b"*/", 2),
            [b';', ..] => {
                found.extend(start.take().map(|start| start..at));
                at += 1;
            }
            [quote, ..] => {
                if !quote.is_ascii_whitespace() {
                    start.get_or_insert(at);
                }
                at = match quote {
                    // A doubled quote inside reads as two strings: that cuts alike.
                    b'\'' | b'"' | b'`' => until(&[*quote], 1),
                    b'[' => until(b"]", 1),
                    _ => at + 1,
                };
            }
            [] => break,
        }
    }
    found.extend(start.map(|start| start..sql.len()));
    found
}

/// Makes `"Leipzig"` the name of a column and nothing else. SQLite takes it for
/// text where there is no such column, and hides the mistake.
///
/// # Panics
///
/// When SQLite refuses.
pub fn text_in_single_quotes_only(conn: &Connection) {
    for config in [
        DbConfig::SQLITE_DBCONFIG_DQS_DML,
        DbConfig::SQLITE_DBCONFIG_DQS_DDL,
    ] {
        conn.set_db_config(config, false)
            .expect("a setting of the connection");
    }
}

/// A data set in a real SQLite file in the scratch directory, opened read-only.
#[derive(Debug)]
pub struct Database {
    conn: Connection,
    about: &'static str,
}

impl Database {
    /// Writes the file `NAME.db` anew and opens it.
    ///
    /// # Panics
    ///
    /// When the file cannot be written.
    pub fn create(data: &Dataset) -> Self {
        let path = PathBuf::from(format!("{}.db", data.name));
        drop(marginalia::create_at(&path, data));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&path, flags).expect("the new database opens");
        conn.pragma_update(None, "query_only", true)
            .expect("a pragma");
        text_in_single_quotes_only(&conn);
        Self {
            conn,
            about: data.about,
        }
    }

    /// A whole table, its rows in the order of its first column.
    ///
    /// # Panics
    ///
    /// When there is no such table.
    #[track_caller]
    pub fn table(&self, name: &str) -> Table {
        select(&self.conn, &format!("SELECT * FROM \"{name}\" ORDER BY 1"))
    }

    /// The connection.
    pub fn connection(&self) -> &Connection {
        &self.conn
    }

    /// What is special about the data set.
    pub fn about(&self) -> &'static str {
        self.about
    }
}

/// What a query returned, to be compared with what was expected.
#[derive(Debug)]
#[must_use = "an answer is judged by `is`"]
pub struct Answer<'a> {
    /// The result set.
    pub table: Table,
    query: &'a Query,
    db: &'a Database,
    parts: Vec<(String, String)>,
    picked: bool,
    why: &'a str,
}

impl<'a> Answer<'a> {
    /// Finds these columns by their names, whatever their order, and leaves all
    /// others out. Fails the check where one is missing.
    #[track_caller]
    pub fn pick(mut self, columns: &[&str]) -> Self {
        if let Some(missing) = columns.iter().find(|column| !self.table.has(column)) {
            let name = &self.query.name;
            fail(format!("the query `{name}` returns no column `{missing}`"))
                .given(self.db.about)
                .expected(format!("columns of these names: {}", columns.join(", ")))
                .got(format!(
                    "these columns: {}",
                    self.table.columns().join(", ")
                ))
                .because(
                    "whoever reads the result finds its columns by name; AS gives a column its name",
                )
                .raise();
        }
        self.table = self.table.pick(columns);
        self.picked = true;
        self
    }

    /// The database it comes from.
    pub fn database(&self) -> &'a Database {
        self.db
    }

    /// Adds some columns of a table of the data set to what a failure shows.
    pub fn showing(self, table: &str, columns: &[&str]) -> Self {
        let rows = self.db.table(table).pick(columns);
        self.part(format!("the table {table}"), rows)
    }

    /// Adds anything else to what a failure shows.
    pub fn part(mut self, label: impl Into<String>, text: impl ToString) -> Self {
        self.parts.push((label.into(), text.to_string()));
        self
    }

    /// Why it matters, in one line.
    pub fn because(mut self, why: &'a str) -> Self {
        self.why = why;
        self
    }

    /// In what way the result differs from the expected one, for a check that
    /// has a reason for each.
    pub fn differs(&self, expected: &Table, order: Order) -> Option<Kind> {
        table::diff(expected, &self.table, order).map(|difference| difference.kind)
    }

    /// Fails the check where the result is not the expected one. Column names
    /// are not compared, see [`Answer::pick`].
    #[track_caller]
    pub fn is(self, expected: &Table, order: Order) {
        let Some(difference) = table::diff(expected, &self.table, order) else {
            return;
        };
        let name = &self.query.name;
        if !self.picked && table::columns_moved(expected, &self.table) {
            let names = expected.columns().join(", ");
            fail(format!("`{name}`: the columns are in the wrong order"))
                .given(self.db.about)
                .expected(format!("{names}, in this order\n{expected}"))
                .got(self.table)
                .because("the columns are compared by their place, whatever they are called")
                .raise();
        }
        let mut failure = fail(format!("`{name}`: {}", difference.what))
            .given(self.db.about)
            .expected(difference.expected)
            .got(difference.got);
        for (label, text) in self.parts {
            failure = failure.part(label, text);
        }
        if difference.kind == Kind::Columns {
            failure = failure
                .because("the columns are compared by their place, whatever they are called");
        } else if !self.why.is_empty() {
            failure = failure.because(self.why);
        }
        failure.raise();
    }
}

thread_local! {
    static SENT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static ROWS: Cell<usize> = const { Cell::new(0) };
}

/// Runs `work` and hands back, beside its result, the text of every statement
/// that ran on the connection meanwhile, once for each run, parameters unfilled.
pub fn traced<T>(conn: &Connection, work: impl FnOnce() -> T) -> (T, Vec<String>) {
    fn note(event: TraceEvent<'_>) {
        if let TraceEvent::Stmt(statement, _) = event {
            SENT.with_borrow_mut(|sent| sent.push(statement.sql().into_owned()));
        }
    }
    SENT.take();
    conn.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note));
    let result = work();
    conn.trace_v2(TraceEventCodes::empty(), None);
    (result, SENT.take())
}

/// Runs `work` and hands back, beside its result, how many rows the statements
/// on the connection returned meanwhile, all together.
pub fn rows_returned<T>(conn: &Connection, work: impl FnOnce() -> T) -> (T, usize) {
    fn note(event: TraceEvent<'_>) {
        if let TraceEvent::Row(_) = event {
            ROWS.set(ROWS.get() + 1);
        }
    }
    ROWS.set(0);
    conn.trace_v2(TraceEventCodes::SQLITE_TRACE_ROW, Some(note));
    let result = work();
    conn.trace_v2(TraceEventCodes::empty(), None);
    (result, ROWS.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(sql: &str) -> Vec<&str> {
        statements(sql)
            .into_iter()
            .map(|place| &sql[place])
            .collect()
    }

    #[test]
    fn cuts_at_semicolons_that_end_statements() {
        assert_eq!(cut(" SELECT 1 ; SELECT 2"), ["SELECT 1 ", "SELECT 2"]);
        assert_eq!(cut(";; -- a; b\n/* ; */ ;\n"), [""; 0]);
        assert_eq!(
            cut("SELECT ';', \";\", `;`, [;] -- ;\n, 'it''s;' /* ; */;").len(),
            1
        );
        assert_eq!(cut("SELECT 'open ; end"), ["SELECT 'open ; end"]);
        assert_eq!(cut("SELECT 1 /* open ; end"), ["SELECT 1 /* open ; end"]);
        assert_eq!(cut("SELECT 1 -- ende ü;"), ["SELECT 1 -- ende ü;"]);
        assert_eq!(cut("é;ü"), ["é", "ü"]);
    }

    #[test]
    fn finds_headers_and_lines() {
        let file = QueryFile::parse(
            "\u{feff}-- text\r\n-- query: a\r\nSELECT 1;\r\n--QUERY : b \n\nSELECT\n2",
        );
        let names: Vec<_> = file
            .queries
            .iter()
            .map(|query| (query.name(), query.line))
            .collect();
        assert_eq!(names, [("a", 3), ("b", 5)]);
        assert_eq!(file.stray, None);
        assert_eq!(
            file.queries[1].listing(Some(8)),
            "6 | SELECT\n7 | 2\n  | ^ here"
        );
        assert_eq!(file.query("a").text(), "SELECT 1;\r\n");
        assert_eq!(QueryFile::parse("-- a\nSELECT 1").stray, Some(2));
        assert_eq!(header("-- a query: b"), None);
    }

    #[test]
    fn knows_names_from_text() {
        let conn = Connection::open_in_memory().unwrap();
        text_in_single_quotes_only(&conn);
        let error = conn.prepare("SELECT \"Leipzig\"").unwrap_err();
        assert!(said(&error).contains("should this be a string literal"));
    }

    #[test]
    fn runs_and_traces() {
        let conn = Connection::open_in_memory().unwrap();
        marginalia::create(&conn);
        let (rows, sent) = traced(&conn, || select(&conn, "SELECT count(*) FROM books").len());
        assert_eq!(
            (rows, sent),
            (1, vec!["SELECT count(*) FROM books".to_owned()])
        );
        assert_eq!(traced(&conn, || ()).1.len(), 0);
        let all = || select(&conn, "SELECT id FROM books").len();
        assert_eq!(rows_returned(&conn, all), (22, 22));
        assert_eq!(rows_returned(&conn, || ()).1, 0);
    }
}
