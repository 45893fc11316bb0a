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
//!
//! Code that talks to a database is judged by what it asks of it, never by its time:
//!
//! - [`watch`] and [`during`]: which statements ran, how often, and what each took;
//!   [`growth`] compares that at n rows and at 4n;
//! - [`Plan`]: whether a query scans, searches by an index, sorts;
//! - [`at_each_fault`]: whether a transaction leaves half when a write or the COMMIT fails;
//! - [`failing_select`]: whether code hands on the failure of one of its reads;
//! - [`on_each`]: the same check on the visible data and on hidden data.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::ops::{Range, RangeInclusive};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;

use harness::{Failure, fail};
use rusqlite::config::DbConfig;
use rusqlite::trace::{StmtRef, TraceEvent, TraceEventCodes};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Statement, StatementStatus};

use crate::bytes;
use crate::marginalia::{self, Dataset, VISIBLE};
use crate::panics;
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
        } else if said(error).contains("misuse of") && said(error).contains("window function") {
            failure.because("window functions are worked out after WHERE, GROUP BY and HAVING, so these cannot use one, nor a name that was given to one: put the query in another, and the condition there (https://sqlite.org/windowfunctions.html)")
        } else if said(error).contains("misuse of") && said(error).contains("aggregate") {
            failure.because("count(), sum() and the like are worked out after WHERE, so WHERE cannot use one: a condition on groups stands in HAVING (https://sqlite.org/lang_select.html#resultset)")
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

/// SQLite's own words of an error.
pub fn said(error: &Error) -> String {
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
        if let TraceEvent::Stmt(statement, text) = event
            && is_own(&statement, text)
        {
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
        if let TraceEvent::Row(statement) = event
            && has_text(&statement)
        {
            ROWS.set(ROWS.get() + 1);
        }
    }
    ROWS.set(0);
    conn.trace_v2(TraceEventCodes::SQLITE_TRACE_ROW, Some(note));
    let result = work();
    conn.trace_v2(TraceEventCodes::empty(), None);
    (result, ROWS.get())
}

thread_local! {
    static FAILING: RefCell<Failing> = RefCell::default();
}

/// Which SELECT is to fail, and how far it is.
#[derive(Default)]
struct Failing {
    nth: usize,
    row: usize,
    /// How many have begun.
    begun: usize,
    /// The text of the one meant, and how many rows it has returned, while it runs.
    running: Option<(String, usize)>,
    /// The text of the one that has failed.
    failed: Option<String>,
}

impl Failing {
    fn note(&mut self, event: &TraceEvent<'_>) {
        match event {
            TraceEvent::Stmt(statement, text)
                if is_own(statement, text) && Verb::of(text) == Verb::Select =>
            {
                self.begun += 1;
                if self.begun == self.nth {
                    self.running = Some(((*text).to_owned(), 0));
                }
            }
            TraceEvent::Row(statement) if has_text(statement) => match &mut self.running {
                Some((text, rows)) if *text == statement.sql() => *rows += 1,
                _ => {}
            },
            TraceEvent::Profile(statement, _) if has_text(statement) => {
                self.running.take_if(|(text, _)| *text == statement.sql());
            }
            _ => {}
        }
    }

    /// Whether what runs is to fail now.
    fn fails(&mut self) -> bool {
        match &self.running {
            Some((text, rows)) if *rows >= self.row => {
                self.failed = Some(text.clone());
                true
            }
            _ => false,
        }
    }
}

/// Runs `work` and lets its `nth` SELECT, from 1, fail in place of its row number `row`, or at
/// once if that is 0: SQLite says that it was interrupted. Hands back, beside the result, the
/// text of that statement; nothing if it did not come so far, so that nothing has failed.
///
/// This is for code that reads: whatever it asks, and of which tables, one of its statements
/// fails. A connection has one tracer: this ends what [`watch`] began.
pub fn failing_select<T>(
    conn: &Connection,
    nth: usize,
    row: usize,
    work: impl FnOnce() -> T,
) -> (T, Option<String>) {
    FAILING.set(Failing {
        nth,
        row,
        ..Failing::default()
    });
    let events = TraceEventCodes::SQLITE_TRACE_STMT
        | TraceEventCodes::SQLITE_TRACE_ROW
        | TraceEventCodes::SQLITE_TRACE_PROFILE;
    conn.trace_v2(
        events,
        Some(|event| FAILING.with_borrow_mut(|failing| failing.note(&event))),
    );
    conn.progress_handler(1, Some(|| FAILING.with_borrow_mut(Failing::fails)));
    let result = work();
    conn.progress_handler(0, None::<fn() -> bool>);
    conn.trace_v2(TraceEventCodes::empty(), None);
    (result, FAILING.take().failed)
}

/// Whether the event is a statement's own beginning. SQLite also tells of each trigger
/// that a statement sets off, with a comment in place of the text
/// (<https://sqlite.org/c3ref/c_trace.html>).
fn is_own(statement: &StmtRef<'_>, text: &str) -> bool {
    statement.sql() == text
}

/// Whether a row is one of a statement that somebody wrote. SQLite reads the schema anew
/// behind a `CREATE`, and FTS5 reads blobs, by statements without a text
/// (<https://sqlite.org/c3ref/expanded_sql.html>); [`StmtRef::sql`] takes that for granted.
fn has_text(statement: &StmtRef<'_>) -> bool {
    statement.expanded_sql().is_some()
}

/// What a statement does, as its first word says; `WITH` goes by what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `SELECT` and `VALUES`.
    Select,
    /// `INSERT` and `REPLACE`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `BEGIN` of any kind.
    Begin,
    /// `COMMIT` and `END`.
    Commit,
    /// `ROLLBACK` of the whole transaction.
    Rollback,
    /// `SAVEPOINT`, `RELEASE` and `ROLLBACK TO`.
    Savepoint,
    /// Anything else, such as `PRAGMA` and `CREATE`.
    Other,
}

impl Verb {
    /// The verb of one statement.
    ///
    /// ```ignore
    /// assert_eq!(Verb::of("WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a"), Verb::Insert);
    /// ```
    pub fn of(sql: &str) -> Self {
        let tokens = tokens(sql);
        let mut words = tokens
            .iter()
            .filter(|token| token.is_word && token.depth == 0);
        let main = |word: &str| {
            let verb = Self::of_word(word);
            matches!(
                verb,
                Self::Select | Self::Insert | Self::Update | Self::Delete
            )
            .then_some(verb)
        };
        let Some(first) = words.next() else {
            return Self::Other;
        };
        if first.is("with") {
            return words
                .find_map(|word| main(word.text))
                .unwrap_or(Self::Other);
        }
        match Self::of_word(first.text) {
            Self::Rollback if words.any(|word| word.is("to")) => Self::Savepoint,
            verb => verb,
        }
    }

    fn of_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "select" | "values" => Self::Select,
            "insert" | "replace" => Self::Insert,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "begin" => Self::Begin,
            "commit" | "end" => Self::Commit,
            "rollback" => Self::Rollback,
            "savepoint" | "release" => Self::Savepoint,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Other => "other".into(),
            verb => format!("{verb:?}").to_ascii_uppercase(),
        })
    }
}

/// A word, a quoted name or one other character of SQL.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    /// Without its quotes.
    text: &'a str,
    /// Whether it may be a keyword.
    is_word: bool,
    /// Whether it may be the name of a table: a word, or a quoted name.
    is_name: bool,
    /// In how many parentheses it stands.
    depth: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.is_word && self.text.eq_ignore_ascii_case(word)
    }
}

/// Cuts SQL into tokens; comments and white space are left out.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut depth = 0;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let until = |end: &str, from: usize| {
            let found = rest[from..].find(end);
            found.map_or(rest.len(), |found| from + found + end.len())
        };
        let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
        let closing = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        let length = match (closing, first) {
            (Some(']'), _) => until("]", 1),
            (Some(_), _) => until(&rest[..1], 1),
            _ if rest.starts_with("--") => until("\n", 2),
            _ if rest.starts_with("/*") => until("*/", 2),
            (_, c) if in_word(c) => rest.find(|c| !in_word(c)).unwrap_or(rest.len()),
            (_, c) => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if first.is_whitespace() || token.starts_with("--") || token.starts_with("/*") {
            continue;
        }
        if first == ')' {
            depth = usize::saturating_sub(depth, 1);
        }
        let is_word = in_word(first);
        let text = closing.map_or(token, |closing| {
            let inner = &token[1..];
            inner.strip_suffix(closing).unwrap_or(inner)
        });
        found.push(Token {
            text,
            is_word,
            is_name: is_word || closing.is_some() && first != '\'',
            depth,
        });
        if first == '(' {
            depth += 1;
        }
    }
    found
}

/// What SQLite did, as it counts it itself (<https://sqlite.org/c3ref/c_stmtstatus_counter.html>).
/// The same statements on the same data count the same on every run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Statements that ran, each run for one.
    pub statements: u64,
    /// Rows returned.
    pub rows: u64,
    /// Steps of SQLite's machine: the best measure of work.
    pub steps: u64,
    /// Steps forward in scans of whole tables: for each scan, one fewer than its rows.
    pub scanned: u64,
    /// Sorts: what no index brought in order.
    pub sorts: u64,
    /// Steps forward while SQLite made an index for one run, for want of a real one.
    pub auto_indexed: u64,
}

impl Effort {
    /// The names of the counters, as failures show them.
    const NAMES: [&'static str; 6] = [
        "statements",
        "rows returned",
        "steps",
        "steps of full scans",
        "sorts",
        "steps to make indexes",
    ];

    fn counters(self) -> [u64; 6] {
        [
            self.statements,
            self.rows,
            self.steps,
            self.scanned,
            self.sorts,
            self.auto_indexed,
        ]
    }

    /// What a prepared statement has counted so far, over all its runs.
    fn of(statement: &StmtRef<'_>) -> Self {
        let count = |status| u64::try_from(statement.get_status(status)).unwrap_or(0);
        Self {
            statements: 0,
            rows: 0,
            steps: count(StatementStatus::VmStep),
            scanned: count(StatementStatus::FullscanStep),
            sorts: count(StatementStatus::Sort),
            auto_indexed: count(StatementStatus::AutoIndex),
        }
    }

    fn zip(self, other: Self, one: impl Fn(u64, u64) -> u64) -> Self {
        Self {
            statements: one(self.statements, other.statements),
            rows: one(self.rows, other.rows),
            steps: one(self.steps, other.steps),
            scanned: one(self.scanned, other.scanned),
            sorts: one(self.sorts, other.sorts),
            auto_indexed: one(self.auto_indexed, other.auto_indexed),
        }
    }
}

/// One run of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its text, parameters unfilled.
    pub sql: String,
    /// What it took.
    pub effort: Effort,
    /// What the prepared statement had counted before, until it has ended.
    before: Option<Effort>,
}

/// The statements that ran during [`during`], in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Each run.
    pub runs: Vec<Run>,
}

thread_local! {
    /// What runs now, while somebody wants to know.
    static RUNS: RefCell<Option<Vec<Run>>> = const { RefCell::new(None) };
}

/// Watches a connection from now on, for [`during`]. It may move wherever the learner's
/// code puts it. A connection has one tracer: [`traced`] and [`rows_returned`] end it.
pub fn watch(conn: &Connection) {
    let events = TraceEventCodes::SQLITE_TRACE_STMT
        | TraceEventCodes::SQLITE_TRACE_ROW
        | TraceEventCodes::SQLITE_TRACE_PROFILE;
    conn.trace_v2(events, Some(note_run));
}

fn note_run(event: TraceEvent<'_>) {
    RUNS.with_borrow_mut(|runs| {
        let Some(runs) = runs else { return };
        let mut open = |statement: &StmtRef<'_>, act: &dyn Fn(&mut Run)| {
            // Statements may run in one another: the last one begun is meant.
            let is_it = |run: &&mut Run| run.before.is_some() && run.sql == statement.sql();
            runs.iter_mut().rev().find(is_it).map(act)
        };
        match event {
            TraceEvent::Stmt(statement, text) if is_own(&statement, text) => runs.push(Run {
                sql: text.to_owned(),
                effort: Effort {
                    statements: 1,
                    ..Effort::default()
                },
                before: Some(Effort::of(&statement)),
            }),
            TraceEvent::Row(statement) if has_text(&statement) => {
                _ = open(&statement, &|run| run.effort.rows += 1);
            }
            TraceEvent::Profile(statement, _) => {
                let after = Effort::of(&statement);
                _ = open(&statement, &|run| {
                    let before = run.before.take().unwrap_or_default();
                    let counted = after.zip(before, u64::saturating_sub);
                    run.effort = run.effort.zip(counted, u64::saturating_add);
                });
            }
            _ => {}
        }
    });
}

/// Runs `work` and hands back, beside its result, what ran meanwhile on the watched
/// connections ([`watch`]), as far as it ran on this thread. Not to be nested.
///
/// ```ignore
/// sql::watch(&conn);
/// let (orders, ran) = sql::during(|| orders_of(&mut conn, "Ana Lima"));
/// ran.expect(Verb::Select, 1..=2, "a query for each order makes a page slower with each order");
/// ```
pub fn during<T>(work: impl FnOnce() -> T) -> (T, Ran) {
    RUNS.set(Some(Vec::new()));
    let result = work();
    let runs = RUNS.take().unwrap_or_default();
    (result, Ran { runs })
}

impl Ran {
    /// How many statements with this verb ran.
    pub fn count(&self, verb: Verb) -> usize {
        self.verbs().filter(|of| *of == verb).count()
    }

    fn verbs(&self) -> impl Iterator<Item = Verb> {
        self.runs.iter().map(|run| Verb::of(&run.sql))
    }

    /// The different texts that ran, each once, in the order of their first runs.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for run in &self.runs {
            if !texts.contains(&run.sql.as_str()) {
                texts.push(run.sql.as_str());
            }
        }
        texts
    }

    /// What all runs took together.
    pub fn effort(&self) -> Effort {
        let efforts = self.runs.iter().map(|run| run.effort);
        efforts.fold(Effort::default(), |sum, one| {
            sum.zip(one, u64::saturating_add)
        })
    }

    /// Fails the check where another number of statements with this verb ran, and lists
    /// all that ran, with how often each did.
    #[track_caller]
    pub fn expect(&self, verb: Verb, expected: RangeInclusive<usize>, why: &str) {
        let count = self.count(verb);
        if expected.contains(&count) {
            return;
        }
        let wanted = match (*expected.start(), *expected.end()) {
            (least, most) if least == most => least.to_string(),
            (0, most) => format!("at most {most}"),
            (least, usize::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let many = if count > *expected.end() {
            "many"
        } else {
            "few"
        };
        fail(format!("too {many} statements: {verb}"))
            .expected(format!("{verb}: {wanted}"))
            .got(format!("{verb}: {count}"))
            .part("what ran", self)
            .because(why)
            .raise()
    }
}

/// How often each text ran, one a line.
impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = self.texts();
        if texts.is_empty() {
            return write!(f, "no statement");
        }
        let times = |text: &str| self.runs.iter().filter(|run| run.sql == text).count();
        let most = texts.iter().map(|text| times(text)).max().unwrap_or(0);
        let width = most.to_string().len();
        for (index, text) in texts.iter().enumerate() {
            let line: Vec<&str> = text.split_whitespace().collect();
            let line = bytes::shorten(&line.join(" "));
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{:>width$} x {line}", times(text))?;
        }
        Ok(())
    }
}

/// What the same code took at n rows and at 4n.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    rows: usize,
    few: Effort,
    many: Effort,
}

/// Asks for the effort at `rows` rows and at four times as many. `effort` makes a data set
/// of that size, runs the learner's code [`during`] and hands back [`Ran::effort`].
pub fn growth(rows: usize, mut effort: impl FnMut(usize) -> Effort) -> Growth {
    Growth {
        rows,
        few: effort(rows),
        many: effort(4 * rows),
    }
}

impl Growth {
    /// Fails the check where the steps at 4n rows are more than `times` those at n. What
    /// uses an index for a few rows takes about as many, a scan 4 times, a scan for each
    /// row 16 times: 2, 6 and the like tell them apart.
    #[track_caller]
    pub fn expect_at_most(&self, times: u64, why: &str) {
        if self.many.steps > times.saturating_mul(self.few.steps) {
            self.fail("the work grows too fast with the data")
                .expected(format!(
                    "at most {times} times the steps for 4 times the rows"
                ))
                .got(self)
                .because(why)
                .raise()
        }
    }

    /// Fails the check where more statements run at 4n rows than at n.
    #[track_caller]
    pub fn expect_same_statements(&self, why: &str) {
        if self.many.statements > self.few.statements {
            self.fail("the number of statements grows with the data")
                .expected("the same number of statements, however many rows there are")
                .got(self)
                .because(why)
                .raise()
        }
    }

    #[track_caller]
    fn fail(&self, what: &str) -> Failure {
        let (few, many) = (self.rows, 4 * self.rows);
        fail(what).given(format!(
            "the same call, with {few} rows and with {many} rows"
        ))
    }
}

/// A table: one line for each counter that counted.
impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = [self.rows, 4 * self.rows].map(|rows| format!("{rows} rows"));
        write!(f, "{:24} {:>12} {:>12}", "", heads[0], heads[1])?;
        let counters = self.few.counters().into_iter().zip(self.many.counters());
        for (name, (few, many)) in Effort::NAMES.into_iter().zip(counters) {
            if few + many > 0 {
                write!(f, "\n{name:24} {few:>12} {many:>12}")?;
            }
        }
        Ok(())
    }
}

/// How SQLite would run a statement, by `EXPLAIN QUERY PLAN`. Its wording is not for
/// programs and changes between versions (<https://sqlite.org/eqp.html>): compare what it
/// says, never its text.
#[derive(Debug, Clone)]
pub struct Plan {
    sql: String,
    steps: Vec<Step>,
    accesses: Vec<Access>,
}

#[derive(Debug, Clone)]
struct Step {
    depth: usize,
    text: String,
}

/// How a table, view or subquery is read at one place of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// What is read: where an alias stands for tables, their names, else the name as the
    /// plan has it.
    pub tables: Vec<String>,
    /// Whether all of it is read (SCAN), and not only what an index finds (SEARCH).
    pub scans: bool,
    /// The index by which it is read, if it has a name. The rowid has none.
    pub index: Option<String>,
    /// Whether the index holds all that is needed, so that the table itself is not read.
    pub covering: bool,
    /// Whether SQLite makes the index for this one run, for want of a real one.
    pub automatic: bool,
    /// The columns by which the index is searched; `rowid` for the primary key that is one.
    pub by: Vec<String>,
}

impl Access {
    /// Reads the line of a plan that tells of an access.
    fn parse(text: &str) -> Option<Self> {
        let (scans, rest) = match text.split_once(' ')? {
            ("SCAN", rest) => (true, rest),
            ("SEARCH", rest) => (false, rest),
            _ => return None,
        };
        let (name, using) = rest.split_once(" USING ").unwrap_or((rest, ""));
        let name = [" VIRTUAL TABLE", " LEFT-JOIN", " EXISTS"]
            .iter()
            .fold(name, |name, end| name.split(end).next().unwrap_or(name));
        let (how, by) = using.split_once('(').unwrap_or((using, ""));
        let has = |word| how.split_whitespace().any(|one| one == word);
        let by = by.rsplit_once(')').map_or("", |(by, _)| by);
        let index = how.split_once("INDEX").map(|(_, index)| index.trim());
        Some(Self {
            tables: vec![name.to_owned()],
            scans,
            index: index.filter(|index| !index.is_empty()).map(str::to_owned),
            covering: has("COVERING"),
            automatic: has("AUTOMATIC"),
            by: searched(by),
        })
    }

    fn is_of(&self, table: &str) -> bool {
        self.tables.iter().any(|of| of.eq_ignore_ascii_case(table))
    }
}

/// The columns in `a=? AND b>?`, in `(a,b)>(?,?)` and the like.
fn searched(terms: &str) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for term in terms
        .split(" AND ")
        .filter(|term| !term.starts_with("ANY("))
    {
        let names = term.split(['=', '<', '>']).next().unwrap_or(term);
        for name in names.trim_matches(['(', ')', ' ']).split(',') {
            if !name.is_empty() && !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
        }
    }
    columns
}

/// The tables for which a name stands in the statement: `b` in `FROM books AS b`.
fn tables_behind(name: &str, tables: &[String], sql: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let mut behind = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let is_it = |table: &&String| token.is_name && table.eq_ignore_ascii_case(token.text);
        let Some(table) = tables.iter().find(is_it) else {
            continue;
        };
        let after = index + 1;
        let skipped = usize::from(tokens.get(after).is_some_and(|token| token.is("as")));
        let alias = tokens.get(after + skipped);
        let is_alias =
            alias.is_some_and(|alias| alias.is_name && alias.text.eq_ignore_ascii_case(name));
        if (is_alias || table.eq_ignore_ascii_case(name)) && !behind.contains(table) {
            behind.push(table.clone());
        }
    }
    behind
}

impl Plan {
    /// The plan of a statement; its parameters need no values.
    ///
    /// # Panics
    ///
    /// When SQLite refuses the statement.
    #[track_caller]
    pub fn of(conn: &Connection, sql: &str) -> Self {
        let tables = tables(conn);
        let mut depths: HashMap<i64, usize> = HashMap::new();
        let mut steps = Vec::new();
        for row in select(conn, &format!("EXPLAIN QUERY PLAN {sql}")).rows() {
            let (Value::Integer(id), Value::Integer(parent), Value::Text(text)) =
                (&row["id"], &row["parent"], &row["detail"])
            else {
                panic!("a plan of another shape than SQLite documents")
            };
            let depth = depths.get(parent).map_or(0, |depth| depth + 1);
            depths.insert(*id, depth);
            steps.push(Step {
                depth,
                text: text.clone(),
            });
        }
        let mut accesses: Vec<Access> = steps
            .iter()
            .filter_map(|step| Access::parse(&step.text))
            .collect();
        for access in &mut accesses {
            let behind = tables_behind(&access.tables[0], &tables, sql);
            if !behind.is_empty() {
                access.tables = behind;
            }
        }
        Self {
            sql: sql.trim().to_owned(),
            steps,
            accesses,
        }
    }

    /// How the table is read, wherever it is.
    pub fn accesses(&self, table: &str) -> Vec<&Access> {
        let accesses = self.accesses.iter();
        accesses.filter(|access| access.is_of(table)).collect()
    }

    /// Whether rows are sorted for an `ORDER BY`, or for a part of it, as no index brings
    /// them in that order.
    pub fn sorts(&self) -> bool {
        let mut texts = self.steps.iter().map(|step| &step.text);
        texts.any(|text| text.contains("TEMP B-TREE") && text.contains("ORDER BY"))
    }

    /// Whether that is so for the last terms of an `ORDER BY` only: an index brings the
    /// others in order.
    pub fn sorts_last_terms(&self) -> bool {
        let mut texts = self.steps.iter().map(|step| &step.text);
        self.sorts() && !texts.any(|text| text.contains("TEMP B-TREE FOR ORDER BY"))
    }

    /// Fails the check where the table is read as a whole.
    #[track_caller]
    pub fn expect_no_scan(&self, table: &str, why: &str) {
        if self.accesses(table).iter().any(|access| access.scans) {
            self.fail(format!("the query reads all of `{table}`"))
                .expected(format!("SEARCH {table}, by an index"))
                .got(format!("SCAN {table}: every row is looked at"))
                .because(why)
                .raise()
        }
    }

    /// Fails the check where the table is not always searched by an index, or the rowid,
    /// with all these columns (`rowid` for an `INTEGER PRIMARY KEY`). The name of the
    /// index is free; one that SQLite makes for each run does not count.
    #[track_caller]
    pub fn expect_search(&self, table: &str, columns: &[&str], why: &str) {
        let accesses = self.accesses(table);
        let is_by = |access: &Access, column: &str| {
            access.by.iter().any(|by| by.eq_ignore_ascii_case(column))
        };
        let fits = |access: &&Access| {
            !access.scans && !access.automatic && columns.iter().all(|column| is_by(access, column))
        };
        if !accesses.is_empty() && accesses.iter().all(fits) {
            return;
        }
        let got = match accesses.iter().find(|access| !fits(access)) {
            None => format!("no access of {table}"),
            Some(access) if access.scans => format!("SCAN {table}: every row is looked at"),
            Some(access) if access.automatic => {
                "an AUTOMATIC index: made for this run of the query, and thrown away".into()
            }
            Some(access) => format!("a search by {}", access.by.join(", ")),
        };
        self.fail(format!("the query does not search `{table}` as it could"))
            .expected(format!("SEARCH {table}, by {}", columns.join(", ")))
            .got(got)
            .because(why)
            .raise()
    }

    /// Fails the check where rows are sorted for the `ORDER BY`.
    #[track_caller]
    pub fn expect_no_sort(&self, why: &str) {
        if self.sorts() {
            self.fail("the query sorts its rows".into())
                .expected("an index that brings the rows in the order that is asked for")
                .got(if self.sorts_last_terms() {
                    "a TEMP B-TREE FOR the last terms of ORDER BY: the index has the first ones in order, and rows that are equal in these are sorted"
                } else {
                    "a TEMP B-TREE FOR ORDER BY: all rows are fetched and sorted before the first one comes"
                })
                .because(why)
                .raise()
        }
    }

    /// Fails the check where the table itself is read, and not only an index that holds
    /// all the columns that are needed.
    #[track_caller]
    pub fn expect_covering(&self, table: &str, why: &str) {
        let accesses = self.accesses(table);
        let is_real = |access: &&Access| access.covering && !access.automatic;
        if accesses.is_empty() || !accesses.iter().all(is_real) {
            self.fail(format!(
                "the index does not hold all that the query needs of `{table}`"
            ))
            .expected(format!("a COVERING INDEX for {table}"))
            .got("the table is read as well, or in place of it")
            .because(why)
            .raise()
        }
    }

    #[track_caller]
    fn fail(&self, what: String) -> Failure {
        fail(what).given(&self.sql).part("the plan", self)
    }
}

/// The plan as SQLite words it, indented.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}{}", "  ".repeat(step.depth), step.text)?;
        }
        Ok(())
    }
}

/// Tries `check` on each data set in turn, the visible one first; a failure gets a part
/// that says which of them it was, and that a hidden one is not the data that is known.
#[track_caller]
pub fn on_each(data: &[&Dataset], check: impl Fn(&Dataset)) {
    for (index, data) in data.iter().enumerate() {
        let known = if data.name == VISIBLE.name {
            format!("the one that you know: {}", data.about)
        } else {
            let before = if index > 0 {
                "; the ones before it passed"
            } else {
                ""
            };
            format!("one that you do not know: {}{before}", data.about)
        };
        telling("data set", &known, || check(data));
    }
}

/// Calls `call`; to its failure, or to the failure that is made of its panic, adds a part.
#[track_caller]
fn telling(label: &str, text: &str, call: impl FnOnce()) {
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| panics::catch(call)));
    let failure = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(panic)) => fail("the code panicked")
            .got(format!("a panic: {}", panic.text))
            .part("panicked at", panic.place),
        Err(payload) => match payload.downcast::<Failure>() {
            Ok(failure) => *failure,
            Err(payload) => panic::resume_unwind(payload),
        },
    };
    failure.part(label, text).raise()
}

/// Where a connection lets the learner's code down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nowhere.
    None,
    /// At the write of this row, from 1, and at each one after it.
    Write {
        /// Which row.
        row: u32,
        /// How many rows are written where nothing fails.
        of: u32,
    },
    /// At the end of the transaction, and of each statement that has none.
    Commit,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "nothing fails"),
            Self::Write { row, of } => {
                write!(
                    f,
                    "row {row} of the {of} that are written cannot be written"
                )
            }
            Self::Commit => write!(f, "the COMMIT fails"),
        }
    }
}

/// Lets the write of the `row`th row fail, from 1, and each one after it: whatever is
/// inserted, updated or deleted, in any table that is there now.
///
/// It is done with TEMP triggers that raise an error, as a constraint would: the statement
/// is undone, the transaction stays open and waits for what the code does with it. (An
/// interrupt would roll it back by itself and hide that nobody does.) The error's code is
/// `SQLITE_CONSTRAINT_TRIGGER`. What a rollback undoes is not counted.
///
/// # Panics
///
/// When SQLite refuses the triggers, as it does in a connection that has them.
pub fn fail_at_write(conn: &Connection, row: u32) {
    count_writes(conn, i64::from(row));
}

/// Lets each COMMIT fail and become a rollback, by a commit hook
/// (<https://sqlite.org/c3ref/commit_hook.html>); so do statements outside of
/// transactions. The error's code is `SQLITE_CONSTRAINT_COMMITHOOK`.
pub fn fail_at_commit(conn: &Connection) {
    conn.commit_hook(Some(|| true));
}

/// Ends what [`fail_at_write`] and [`fail_at_commit`] began; call it outside of
/// transactions.
///
/// # Panics
///
/// When SQLite refuses, as it does in a transaction that reads.
pub fn heal(conn: &Connection) {
    conn.commit_hook(None::<fn() -> bool>);
    let names =
        "SELECT name FROM temp.sqlite_schema WHERE name LIKE 'backlings\\_write\\_%' ESCAPE '\\'";
    for row in select(conn, names).rows() {
        let name = row["name"].text().expect("a name");
        run(conn, &format!("DROP TRIGGER temp.\"{name}\""));
    }
    run(conn, "DROP TABLE IF EXISTS temp.backlings_writes");
}

/// The number of rows that no code writes.
const ENDLESS: i64 = i64::MAX;

fn count_writes(conn: &Connection, fails_at: i64) {
    run(
        conn,
        "CREATE TEMP TABLE backlings_writes (remaining INTEGER NOT NULL)",
    );
    run(
        conn,
        &format!("INSERT INTO temp.backlings_writes VALUES ({fails_at})"),
    );
    for table in tables(conn) {
        let (name, text) = (table.replace('"', "\"\""), table.replace('\'', "''"));
        for verb in ["INSERT", "UPDATE", "DELETE"] {
            run(
                conn,
                &format!(
                    "CREATE TEMP TRIGGER \"backlings_write_{verb}_{name}\"
                     BEFORE {verb} ON main.\"{name}\" BEGIN
                         UPDATE backlings_writes SET remaining = remaining - 1;
                         SELECT RAISE(ABORT, 'the check lets this write to {text} fail')
                         FROM backlings_writes WHERE remaining <= 0;
                     END"
                ),
            );
        }
    }
}

/// The tables of a database, without SQLite's own.
fn tables(conn: &Connection) -> Vec<String> {
    let names = select(
        conn,
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    );
    let names = names
        .rows()
        .filter_map(|row| row["name"].text().map(str::to_owned));
    names.collect()
}

#[track_caller]
fn run(conn: &Connection, sql: &str) {
    conn.execute_batch(sql)
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// Tries the learner's code with every fault there is: none first, which counts the rows
/// that are written, then a fault at each of them, then one at the COMMIT. Each has a
/// `fresh` connection. `attempt` calls the code and judges what it returned and what is in
/// the database afterwards: all of it without a fault, nothing of it with one. To its
/// failure a part is added that says where the fault was.
///
/// ```ignore
/// sql::at_each_fault(|| marginalia::create_at("shop.db", &VISIBLE), |conn, fault| {
///     let outcome = place_order(conn, 1, &[(3, 1), (4, 1)]);
///     sql::expect_no_transaction(conn, "the next caller would go on in it");
///     // outcome.is_ok() == (fault == Fault::None), and the tables as they must be
/// });
/// ```
#[track_caller]
pub fn at_each_fault(
    mut fresh: impl FnMut() -> Connection,
    mut attempt: impl FnMut(&mut Connection, Fault),
) {
    let mut tried = |conn: &mut Connection, fault: Fault| {
        telling("fault", &fault.to_string(), || attempt(conn, fault));
    };
    let mut conn = fresh();
    count_writes(&conn, ENDLESS);
    tried(&mut conn, Fault::None);
    let left = select(&conn, "SELECT remaining FROM temp.backlings_writes");
    let left = left.rows().next().map(|row| row["remaining"].clone());
    let Some(Value::Integer(left)) = left else {
        unreachable!("the table has one row, a number")
    };
    let of = u32::try_from(ENDLESS - left).expect("a data set is small");
    drop(conn);
    if of == 0 {
        fail("the code writes nothing that stays")
            .expected("rows written")
            .because("what is to be written all or not at all must be written at all")
            .raise()
    }
    for row in 1..=of {
        let mut conn = fresh();
        fail_at_write(&conn, row);
        tried(&mut conn, Fault::Write { row, of });
    }
    let mut conn = fresh();
    fail_at_commit(&conn);
    tried(&mut conn, Fault::Commit);
}

/// Fails the check where the code has left a transaction open.
#[track_caller]
pub fn expect_no_transaction(conn: &Connection, why: &str) {
    if !conn.is_autocommit() {
        fail("the code leaves a transaction open")
            .expected("COMMIT or ROLLBACK on every way out, also on those of errors")
            .got("a BEGIN without an end")
            .because(why)
            .raise()
    }
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
    fn watches_statements_that_run_others_without_a_text() {
        let conn = Connection::open_in_memory().unwrap();
        watch(&conn);
        let ((), ran) = during(|| {
            conn.execute_batch(
                "CREATE TABLE one (id INTEGER PRIMARY KEY, text TEXT);
                 CREATE INDEX one_text ON one (text);
                 CREATE TEMP TABLE two AS SELECT 1 AS id;
                 CREATE VIRTUAL TABLE words USING fts5 (text);
                 INSERT INTO words (text) VALUES ('one'), ('two'), ('one two');",
            )
            .unwrap();
            let found = "SELECT rowid FROM words WHERE words MATCH 'one' ORDER BY rank";
            let mut statement = conn.prepare(found).unwrap();
            let found = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
            assert_eq!(found.count(), 2);
        });
        let creates = ran.runs.iter().filter(|run| run.sql.contains("CREATE"));
        assert!(creates.count() >= 4, "{ran:?}");
        let found = ran.runs.last().unwrap();
        assert!(found.sql.starts_with("SELECT rowid"), "{ran:?}");
        assert_eq!(found.effort.rows, 2);
        let read = "SELECT id FROM one UNION ALL SELECT id FROM two";
        let ((), rows) = rows_returned(&conn, || {
            conn.execute_batch("CREATE TABLE three (id)").unwrap();
            _ = select(&conn, read);
        });
        assert_eq!(rows, 1);
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

    /// A shop with so many books of one author, and an order of one line for each.
    fn shop_of(books: usize) -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch(marginalia::SCHEMA).unwrap();
        let shop = marginalia::Shop::new(&conn);
        let (author, customer) = (shop.author("A"), shop.customer("C", None, None));
        for _ in 0..books {
            let book = shop.book("B", Some(author), None, 100);
            shop.order(customer, "2025-01-01", &[(book, 1)]);
        }
        watch(&conn);
        conn
    }

    fn text_of_failure(call: impl FnOnce()) -> String {
        let payload = panic::catch_unwind(AssertUnwindSafe(call)).expect_err("a failure");
        format!("{:?}", payload.downcast::<Failure>().expect("a failure"))
    }

    #[test]
    fn knows_the_verb_of_a_statement() {
        for (sql, verb) in [
            ("select 1", Verb::Select),
            ("-- INSERT\n/* x */ VALUES (1)", Verb::Select),
            (
                "WITH a AS (DELETE), b(insert_) AS (SELECT 1) UPDATE t SET x = 1",
                Verb::Update,
            ),
            (
                "WITH \"select\" AS (SELECT 1) INSERT INTO t SELECT 1",
                Verb::Insert,
            ),
            ("REPLACE INTO t VALUES ('DELETE')", Verb::Insert),
            ("DELETE FROM t", Verb::Delete),
            ("BEGIN IMMEDIATE", Verb::Begin),
            ("END", Verb::Commit),
            ("ROLLBACK", Verb::Rollback),
            ("ROLLBACK TRANSACTION TO a", Verb::Savepoint),
            ("RELEASE a", Verb::Savepoint),
            ("PRAGMA foreign_keys", Verb::Other),
            ("EXPLAIN SELECT 1", Verb::Other),
            ("", Verb::Other),
        ] {
            assert_eq!(Verb::of(sql), verb, "{sql}");
        }
    }

    #[test]
    fn records_each_run_and_what_it_took() {
        let mut conn = shop_of(5);
        let ((), ran) = during(|| {
            let transaction = conn.transaction().unwrap();
            let mut all = transaction.prepare("SELECT id FROM orders").unwrap();
            let mut one = transaction
                .prepare("SELECT book_id\n  FROM order_lines WHERE order_id = ?1")
                .unwrap();
            let ids = all.query_map([], |row| row.get::<_, i64>(0)).unwrap();
            for id in ids.map(Result::unwrap) {
                one.query_row([id], |row| row.get::<_, i64>(0)).unwrap();
            }
            drop((all, one));
            transaction.commit().unwrap();
        });
        let counts =
            [Verb::Select, Verb::Begin, Verb::Commit, Verb::Insert].map(|verb| ran.count(verb));
        assert_eq!(counts, [6, 1, 1, 0]);
        assert_eq!(
            ran.to_string(),
            "1 x BEGIN DEFERRED\n1 x SELECT id FROM orders\n\
             5 x SELECT book_id FROM order_lines WHERE order_id = ?1\n1 x COMMIT"
        );
        let effort = ran.effort();
        assert_eq!((effort.statements, effort.rows), (8, 10));
        // A prepared statement goes on counting; each run has its own share.
        let lines: Vec<Effort> = ran.runs[2..7].iter().map(|run| run.effort).collect();
        assert!(
            lines.iter().all(|one| one.steps > 0 && one.scanned <= 4),
            "{lines:?}"
        );
        assert_eq!(during(|| ()).1, Ran::default());
        ran.expect(Verb::Select, 6..=6, "");
        let text = text_of_failure(|| ran.expect(Verb::Select, 1..=2, "one for each order"));
        for part in [
            "SELECT: 1 to 2",
            "SELECT: 6",
            "5 x SELECT book_id",
            "one for each order",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let text = text_of_failure(|| Ran::default().expect(Verb::Begin, 1..=usize::MAX, ""));
        assert!(
            text.contains("BEGIN: at least 1") && text.contains("no statement"),
            "{text}"
        );
    }

    #[test]
    fn one_select_fails_at_one_row() {
        let conn = shop_of(4);
        let read = |sql: &str| {
            let mut statement = conn.prepare(sql).unwrap();
            let ids = statement.query_map([], |row| row.get::<_, i64>(0)).unwrap();
            ids.map(|id| id.map_err(|error| said(&error))).collect()
        };
        let (one, two) = ("SELECT id FROM books", "SELECT id FROM books WHERE id > 2");
        let tried = |nth, row| {
            let both = || [read(one), read(two)];
            let (found, failed) = failing_select(&conn, nth, row, both);
            (found.map(|ids: Vec<Result<i64, String>>| ids), failed)
        };
        let broken = || Err("interrupted".to_owned());
        let (all, last) = (vec![Ok(1), Ok(2), Ok(3), Ok(4)], vec![Ok(3), Ok(4)]);
        assert_eq!(
            tried(1, 0),
            ([vec![broken()], last.clone()], Some(one.to_owned()))
        );
        assert_eq!(
            tried(1, 3),
            (
                [vec![Ok(1), Ok(2), broken()], last.clone()],
                Some(one.to_owned())
            )
        );
        assert_eq!(
            tried(2, 2),
            ([all.clone(), vec![Ok(3), broken()]], Some(two.to_owned()))
        );
        assert_eq!(tried(2, 3), ([all.clone(), last.clone()], None));
        assert_eq!(tried(3, 0), ([all, last], None));
        let write = || conn.execute("UPDATE books SET title = 'x'", []).is_ok();
        assert_eq!(failing_select(&conn, 1, 0, write), (true, None));
        // Afterwards all is as before.
        assert_eq!(read(two).len(), 2);
    }

    #[test]
    fn a_trigger_is_no_run_of_its_own() {
        let conn = shop_of(0);
        conn.execute_batch(
            "CREATE TRIGGER t AFTER INSERT ON authors BEGIN DELETE FROM reviews; END",
        )
        .unwrap();
        let insert = "-- a comment\nINSERT INTO authors (name) VALUES ('A')";
        let act = || conn.execute(insert, []).unwrap();
        assert_eq!(during(act).1.texts(), [insert]);
        assert_eq!(during(act).1.count(Verb::Insert), 1);
        assert_eq!(traced(&conn, act).1, [insert]);
    }

    #[test]
    fn work_that_grows_is_told_from_work_that_does_not() {
        let effort = |sql: &'static str| {
            move |rows| {
                let conn = shop_of(rows);
                during(|| select(&conn, sql).len()).1.effort()
            }
        };
        let scan = effort("SELECT count(*) FROM books WHERE title = 'x'");
        assert_eq!((scan(10).scanned, scan(40).scanned), (9, 39));
        let flat = growth(10, effort("SELECT title FROM books WHERE id = 3"));
        flat.expect_at_most(1, "");
        flat.expect_same_statements("");
        growth(50, scan).expect_at_most(4, "");
        let text = text_of_failure(|| growth(50, scan).expect_at_most(2, "no index"));
        for part in [
            "with 50 rows and with 200 rows",
            "at most 2 times",
            "no index",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let each = |rows| {
            let conn = shop_of(rows);
            let read = |id| select(&conn, &format!("SELECT title FROM books WHERE id = {id}"));
            during(|| (0..rows).for_each(|id| drop(read(id))))
                .1
                .effort()
        };
        let text = text_of_failure(|| growth(5, each).expect_same_statements(""));
        assert!(
            text.contains(r"statements                          5           20"),
            "{text}"
        );
        let sorted = effort("SELECT title FROM books ORDER BY title, id")(3);
        assert_eq!((sorted.sorts, sorted.rows), (1, 3));
        let joined = "SELECT count(*) FROM books a JOIN books b ON a.title = b.title";
        assert!(effort(joined)(9).auto_indexed > 0);
    }

    fn indexed() -> Connection {
        let conn = shop_of(3);
        conn.execute_batch(
            "CREATE INDEX by_author ON books (author_id, published);
             CREATE INDEX by_title ON books (title);",
        )
        .unwrap();
        conn
    }

    #[test]
    fn reads_a_plan() {
        let conn = indexed();
        let plan = |sql| Plan::of(&conn, sql);
        let by_author = plan("SELECT * FROM books WHERE author_id = ?1 AND published > ?2");
        by_author.expect_search("books", &["published", "AUTHOR_ID"], "");
        by_author.expect_no_scan("books", "");
        assert_eq!(
            by_author.accesses("books")[0].index.as_deref(),
            Some("by_author")
        );
        plan("SELECT * FROM books WHERE id = 1").expect_search("books", &["rowid"], "");
        let covered =
            plan("SELECT author_id, id FROM books b WHERE b.author_id = 1 ORDER BY b.published");
        covered.expect_covering("books", "");
        covered.expect_no_sort("");
        let by_price = plan("SELECT * FROM books ORDER BY price_cents");
        assert!(by_price.sorts() && !by_price.sorts_last_terms());
        let by_both = plan("SELECT * FROM books ORDER BY title, price_cents");
        assert!(by_both.sorts() && by_both.sorts_last_terms());
        assert!(!plan("SELECT * FROM books ORDER BY title").sorts_last_terms());
        assert!(!plan("SELECT DISTINCT genre FROM books").sorts());
        let nested = plan(
            "SELECT * FROM authors WHERE id IN (SELECT author_id FROM books AS authored WHERE genre = 'x')",
        );
        assert!(nested.accesses("books")[0].scans);
        assert!(nested.to_string().contains("\n  SCAN authored"), "{nested}");
        assert!(nested.accesses("authored").is_empty());
        assert!(plan("SELECT 1").accesses("books").is_empty());
    }

    #[test]
    fn one_name_in_a_plan_may_stand_for_tables() {
        let tables = ["books", "authors"].map(str::to_owned);
        let behind = |name, sql| tables_behind(name, &tables, sql);
        let sql = "SELECT b.id, 'books x' FROM \"books\" AS b, authors a -- books c\n WHERE b.x = books.y";
        assert_eq!(behind("b", sql), ["books"]);
        assert_eq!(behind("a", sql), ["authors"]);
        assert_eq!(behind("books", sql), ["books"]);
        assert_eq!((behind("x", sql).len(), behind("c", sql).len()), (0, 0));
        assert_eq!(
            behind("t", "SELECT (SELECT 1 FROM authors t) FROM Books t"),
            ["authors", "books"]
        );
    }

    #[test]
    fn reads_the_accesses_that_sqlite_words() {
        let access = |text| Access::parse(text).unwrap();
        let automatic = access(
            "SEARCH b USING AUTOMATIC PARTIAL COVERING INDEX (author_id=? AND title=?) LEFT-JOIN",
        );
        assert_eq!(
            (automatic.tables[0].as_str(), automatic.index.clone()),
            ("b", None)
        );
        assert!(automatic.automatic && automatic.covering && !automatic.scans);
        assert_eq!(automatic.by, ["author_id", "title"]);
        assert_eq!(
            access("SEARCH s USING PRIMARY KEY (book_id=?)").by,
            ["book_id"]
        );
        assert_eq!(
            access("SEARCH s USING INDEX i (ANY(a) AND b>? AND b<?)").by,
            ["b"]
        );
        assert_eq!(
            access("SEARCH s USING COVERING INDEX i ((a,b)>(?,?))").by,
            ["a", "b"]
        );
        assert_eq!(access("SCAN b LEFT-JOIN").tables, ["b"]);
        assert_eq!(access("SCAN s VIRTUAL TABLE INDEX 0:").tables, ["s"]);
        assert_eq!(
            access("SCAN s USING INDEX by_title").index.as_deref(),
            Some("by_title")
        );
        assert_eq!(Access::parse("USE TEMP B-TREE FOR ORDER BY"), None);
    }

    #[test]
    fn a_plan_that_is_not_wanted_is_shown() {
        let conn = indexed();
        let told =
            |sql: &str, expect: &dyn Fn(&Plan)| text_of_failure(|| expect(&Plan::of(&conn, sql)));
        let scan = "SELECT * FROM books b WHERE genre = 'x' ORDER BY genre, price_cents";
        let text = told(scan, &|plan| plan.expect_no_scan("books", "slow"));
        for part in [
            "reads all of `books`",
            "(\"the plan\", \"SCAN b\\nUSE TEMP",
            "slow",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let text = told(scan, &|plan| plan.expect_search("books", &["genre"], ""));
        assert!(text.contains("SCAN books: every row"), "{text}");
        let text = told(scan, &|plan| plan.expect_search("orders", &["id"], ""));
        assert!(text.contains("no access of orders"), "{text}");
        let text = told("SELECT * FROM books WHERE title = 'x'", &|plan| {
            plan.expect_search("books", &["author_id"], "")
        });
        assert!(text.contains("a search by title"), "{text}");
        let joined = "SELECT * FROM authors a CROSS JOIN books b ON b.genre = a.country";
        let text = told(joined, &|plan| {
            plan.expect_search("books", &["genre"], "");
        });
        assert!(text.contains("an AUTOMATIC index"), "{text}");
        let twice = "SELECT * FROM books a JOIN books b ON b.id = a.author_id";
        let text = told(twice, &|plan| plan.expect_search("books", &["rowid"], ""));
        assert!(text.contains("SCAN books: every row"), "{text}");
        let text = told(scan, &|plan| plan.expect_no_sort(""));
        assert!(text.contains("TEMP B-TREE"), "{text}");
        let text = told("SELECT * FROM books WHERE title = 'x'", &|plan| {
            plan.expect_covering("books", "")
        });
        assert!(text.contains("a COVERING INDEX for books"), "{text}");
    }

    #[test]
    fn says_in_which_data_set_a_check_failed() {
        let odd = Dataset {
            name: "odd",
            about: "hidden data: odd",
            fill: |_| {},
        };
        let tried = Cell::new(0);
        on_each(&[&VISIBLE, &odd], |_| tried.set(tried.get() + 1));
        assert_eq!(tried.get(), 2);
        let told = |name: &'static str| {
            text_of_failure(|| {
                on_each(&[&VISIBLE, &odd], |data| {
                    if data.name == name {
                        fail("wrong").raise()
                    }
                });
            })
        };
        let text = told(VISIBLE.name);
        assert!(
            text.contains("the one that you know: Marginalia's own data"),
            "{text}"
        );
        let text = told("odd");
        assert!(
            text.contains("one that you do not know: hidden data: odd; the ones before it passed"),
            "{text}"
        );
        let text = text_of_failure(|| on_each(&[&odd], |data| assert_eq!(data.name, "")));
        assert!(
            text.contains("the code panicked") && text.contains("hidden data: odd\""),
            "{text}"
        );
    }

    /// An order of two lines that takes copies from the shop: four rows in all.
    fn place_order(conn: &Connection) -> Result<(), Error> {
        conn.execute("INSERT INTO orders (id, customer_id, placed_on, status) VALUES (100, 1, '2025-04-01', 'open')", [])?;
        for book in [1, 2] {
            conn.execute("INSERT INTO order_lines (order_id, book_id, quantity, unit_cents) VALUES (100, ?1, 1, 1)", [book])?;
        }
        conn.execute(
            "UPDATE stock SET copies = copies - 1 WHERE book_id = 1 AND place = 'shop'",
            [],
        )?;
        Ok(())
    }

    fn visible() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        marginalia::create(&conn);
        conn
    }

    /// What the order changes: the orders, their lines, the copies.
    fn state(conn: &Connection) -> Table {
        select(
            conn,
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines), (SELECT sum(copies) FROM stock)",
        )
    }

    /// Under which faults `place` reports success and under which it leaves a part.
    fn faults(place: impl Fn(&mut Connection) -> Result<(), Error>) -> Vec<(Fault, bool, bool)> {
        let before = state(&visible());
        let mut seen = Vec::new();
        at_each_fault(visible, |conn, fault| {
            let is_ok = place(conn).is_ok();
            let changed = table::diff(&before, &state(conn), Order::Any).is_some();
            seen.push((fault, is_ok, changed));
        });
        seen
    }

    fn writes() -> impl Iterator<Item = Fault> {
        (1..=4).map(|row| Fault::Write { row, of: 4 })
    }

    #[test]
    fn a_transaction_leaves_nothing_at_any_fault() {
        let seen = faults(|conn| {
            let transaction = conn.transaction()?;
            place_order(&transaction)?;
            transaction.commit()
        });
        let mut expected = vec![(Fault::None, true, true)];
        expected.extend(writes().map(|fault| (fault, false, false)));
        expected.push((Fault::Commit, false, false));
        assert_eq!(seen, expected);
    }

    #[test]
    fn without_a_transaction_a_fault_leaves_half() {
        let seen = faults(|conn| place_order(conn));
        let halves: Vec<bool> = seen.iter().map(|(_, _, changed)| *changed).collect();
        assert_eq!(halves, [true, false, true, true, true, false]);
        assert!(
            seen.iter()
                .all(|(fault, is_ok, _)| *is_ok == (*fault == Fault::None))
        );
    }

    #[test]
    fn an_error_that_is_not_rolled_back_stays_open() {
        let seen = faults(|conn| {
            conn.execute_batch("BEGIN")?;
            let placed = place_order(conn);
            let text = text_of_failure(|| {
                expect_no_transaction(conn, "the next one goes on in it");
            });
            assert!(text.contains("leaves a transaction open"), "{text}");
            // Goes on after an error, as if nothing had been.
            conn.execute_batch("COMMIT")?;
            expect_no_transaction(conn, "");
            placed
        });
        let halves: Vec<bool> = seen.iter().map(|(_, _, changed)| *changed).collect();
        assert_eq!(halves, [true, false, true, true, true, false]);
    }

    #[test]
    fn a_failure_says_where_the_fault_was() {
        let text = text_of_failure(|| {
            at_each_fault(visible, |conn, fault| {
                let outcome = place_order(conn);
                if matches!(fault, Fault::Write { row: 3, .. }) {
                    let error = outcome.unwrap_err();
                    assert_eq!(
                        said(&error),
                        "the check lets this write to order_lines fail"
                    );
                    fail("half an order").raise()
                }
            });
        });
        assert!(
            text.contains("row 3 of the 4 that are written cannot be written"),
            "{text}"
        );
        let text = text_of_failure(|| at_each_fault(visible, |_, _| ()));
        assert!(text.contains("writes nothing that stays"), "{text}");
    }

    #[test]
    fn a_healed_connection_writes_again() {
        let conn = visible();
        fail_at_write(&conn, 1);
        assert!(place_order(&conn).is_err());
        heal(&conn);
        fail_at_commit(&conn);
        assert!(place_order(&conn).is_err());
        heal(&conn);
        place_order(&conn).unwrap();
        assert_eq!(
            select(&conn, "SELECT name FROM temp.sqlite_schema").len(),
            0
        );
    }
}
