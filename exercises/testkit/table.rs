//! Result sets as tables: shown aligned, compared row by row, and worked out in
//! plain Rust where a check must know what a right query returns.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Index;

/// How many rows of a table are shown.
const MAX_ROWS: usize = 24;

/// How many characters of a value are shown.
const MAX_CELL: usize = 44;

/// One value of a result set, of one of SQLite's five storage classes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value: unknown or absent.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl Value {
    /// Whether this is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The whole number, if it is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether a check takes the two for the same: NULL is NULL, numbers are
    /// compared as numbers (`3` is `3.0`, and the last digits of a float are
    /// free), all else must be equal.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Integer(one), Self::Integer(two)) => one == two,
            _ => match (self.number(), other.number()) {
                (Some(one), Some(two)) => {
                    one == two || (one - two).abs() <= 1e-9 * one.abs().max(two.abs()).max(1.0)
                }
                _ => self == other,
            },
        }
    }

    /// The order that SQLite sorts by: NULL, numbers, text by its bytes, blobs.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(one), Self::Integer(two)) => one.cmp(two),
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (Self::Blob(one), Self::Blob(two)) => one.cmp(two),
            _ => match (self.number(), other.number()) {
                (Some(one), Some(two)) => one.total_cmp(&two),
                _ => self.class().cmp(&other.class()),
            },
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "SQLite compares them as floats too"
    )]
    fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    fn class(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Integer(_) | Self::Real(_) => 1,
            Self::Text(_) => 2,
            Self::Blob(_) => 3,
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// As SQL would write it, but text without quotes where nothing else is meant.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("NULL"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number:?}"),
            Self::Text(text) if plain(text) => f.write_str(text),
            Self::Text(text) => {
                f.write_str("'")?;
                for character in text.chars() {
                    match character {
                        '\'' => f.write_str("''")?,
                        control if control.is_control() => {
                            write!(f, "{}", control.escape_default())?;
                        }
                        other => write!(f, "{other}")?,
                    }
                }
                f.write_str("'")
            }
            Self::Blob(bytes) => {
                f.write_str("x'")?;
                for byte in bytes {
                    write!(f, "{byte:02x}")?;
                }
                f.write_str("'")
            }
        }
    }
}

/// Whether a text shown as it stands can be taken for nothing else.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.eq_ignore_ascii_case("null")
        && text.parse::<f64>().is_err()
        && !text.starts_with('\'')
        && !text.starts_with("x'")
        && !text.chars().any(char::is_control)
}

/// A result set: named columns and rows of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// One row of a [`Table`]; its values are found by column name: `row["city"]`.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    values: &'a [Value],
}

impl Index<&str> for Row<'_> {
    type Output = Value;

    #[track_caller]
    fn index(&self, column: &str) -> &Value {
        let place = place(self.columns, column);
        &self.values[place.unwrap_or_else(|| panic!("there is no column `{column}`"))]
    }
}

/// Where a column is; names are those of SQL: the case of ASCII letters is free.
fn place(columns: &[String], name: &str) -> Option<usize> {
    columns
        .iter()
        .position(|column| column.eq_ignore_ascii_case(name))
}

impl Table {
    /// A table without rows.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    ///
    /// # Panics
    ///
    /// When it has more or fewer values than the table has columns.
    #[track_caller]
    pub fn push(&mut self, row: Vec<Value>) {
        assert_eq!(
            row.len(),
            self.columns.len(),
            "a row for {:?}",
            self.columns
        );
        self.rows.push(row);
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether there is a column of that name.
    pub fn has(&self, column: &str) -> bool {
        place(&self.columns, column).is_some()
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row {
            columns: &self.columns,
            values,
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Only the rows that satisfy the condition.
    #[must_use]
    pub fn keep(&self, mut condition: impl FnMut(Row<'_>) -> bool) -> Self {
        let rows = self
            .rows()
            .filter(|row| condition(*row))
            .map(|row| row.values.to_vec());
        Self {
            columns: self.columns.clone(),
            rows: rows.collect(),
        }
    }

    /// Only these columns, in this order.
    ///
    /// # Panics
    ///
    /// When there is no such column.
    #[must_use]
    #[track_caller]
    pub fn pick(&self, columns: &[&str]) -> Self {
        let places: Vec<usize> = columns
            .iter()
            .map(|name| {
                place(&self.columns, name).unwrap_or_else(|| panic!("there is no column `{name}`"))
            })
            .collect();
        let pick = |row: &Vec<Value>| places.iter().map(|place| row[*place].clone()).collect();
        Self {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: self.rows.iter().map(pick).collect(),
        }
    }

    /// The rows in another order; equal rows keep theirs.
    #[must_use]
    pub fn sorted(&self, mut compare: impl FnMut(Row<'_>, Row<'_>) -> Ordering) -> Self {
        let columns = &self.columns;
        let mut rows = self.rows.clone();
        rows.sort_by(|one, two| {
            compare(
                Row {
                    columns,
                    values: one,
                },
                Row {
                    columns,
                    values: two,
                },
            )
        });
        Self {
            columns: self.columns.clone(),
            rows,
        }
    }

    /// Every value of a column replaced.
    ///
    /// # Panics
    ///
    /// When there is no such column.
    #[must_use]
    #[track_caller]
    pub fn map(&self, column: &str, mut change: impl FnMut(&Value) -> Value) -> Self {
        let place = place(&self.columns, column);
        let place = place.unwrap_or_else(|| panic!("there is no column `{column}`"));
        let mut changed = self.clone();
        for row in &mut changed.rows {
            row[place] = change(&row[place]);
        }
        changed
    }

    fn render(&self, marks: &[&str]) -> String {
        let cells: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(cell).collect())
            .collect();
        let shown = chosen(marks, cells.len());
        let header: Vec<String> = self.columns.iter().map(|name| cut(name)).collect();
        let width = |column: usize| {
            let cells = shown.iter().map(|row| count(&cells[*row][column]));
            cells.chain([count(&header[column])]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        let right: Vec<bool> = (0..header.len())
            .map(|column| self.rows.iter().all(|row| row[column].class() <= 1))
            .collect();
        let margin = marks.iter().map(|mark| count(mark)).max().unwrap_or(0);
        let margin = if margin == 0 { 0 } else { margin + 2 };

        let line = |mark: &str, cells: &[String]| {
            let mut line = pad(mark, margin, false);
            for (column, cell) in cells.iter().enumerate() {
                if column > 0 {
                    line.push_str(" | ");
                }
                line.push_str(&pad(cell, widths[column], right[column]));
            }
            line.truncate(line.trim_end().len());
            line
        };
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let mut lines = vec![
            line("", &header),
            format!("{}{}", " ".repeat(margin), rule.join("-+-")),
        ];
        let mut next = 0;
        for row in &shown {
            if *row > next {
                lines.push(format!("{}...", " ".repeat(margin)));
            }
            lines.push(line(marks.get(*row).copied().unwrap_or(""), &cells[*row]));
            next = row + 1;
        }
        if cells.is_empty() {
            lines.push(format!("{}(no rows)", " ".repeat(margin)));
        } else if shown.len() < cells.len() {
            let (shown, all) = (shown.len(), cells.len());
            lines.push(format!(
                "{}... ({shown} of {all} rows shown)",
                " ".repeat(margin)
            ));
        }
        lines.join("\n")
    }
}

/// Which rows to show: all, or else the marked ones first, in their order.
fn chosen(marks: &[&str], rows: usize) -> Vec<usize> {
    let marked = |row: &usize| marks.get(*row).is_some_and(|mark| !mark.is_empty());
    let mut chosen: Vec<usize> = (0..rows).filter(marked).take(MAX_ROWS).collect();
    let free = MAX_ROWS - chosen.len();
    chosen.extend((0..rows).filter(|row| !marked(row)).take(free));
    chosen.sort_unstable();
    chosen
}

fn count(text: &str) -> usize {
    text.chars().count()
}

fn cell(value: &Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    if count(text) <= MAX_CELL {
        return text.to_owned();
    }
    text.chars()
        .take(MAX_CELL - 3)
        .chain("...".chars())
        .collect()
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let fill = " ".repeat(width.saturating_sub(count(text)));
    if right {
        fill + text
    } else {
        text.to_owned() + &fill
    }
}

/// Aligned, with a header; a long table is cut and says so.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(&[]))
    }
}

/// Whether the order of rows counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Any order is right.
    Any,
    /// The rows must come in this order.
    Exact,
}

/// What tells one table from another, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What is wrong, as the end of a sentence: "2 rows are missing".
    pub what: String,
    /// What was expected, with the missing rows marked.
    pub expected: String,
    /// What came, with the rows too many marked.
    pub got: String,
}

/// Compares a result with what was expected. The names of the columns are not
/// compared, only their number.
pub fn diff(expected: &Table, got: &Table, order: Order) -> Option<Difference> {
    let unmarked = |what| Difference {
        what,
        expected: expected.to_string(),
        got: got.to_string(),
    };
    if expected.columns.len() != got.columns.len() {
        let what = format!(
            "it returns {}, not {}: {}",
            plural(got.columns.len(), "column"),
            expected.columns.len(),
            expected.columns.join(", ")
        );
        return Some(unmarked(what));
    }
    let mut missing = vec!["missing"; expected.len()];
    let mut extra = vec!["extra"; got.len()];
    for (row, mark) in got.rows.iter().zip(&mut extra) {
        let twin = (0..expected.len())
            .find(|at| !missing[*at].is_empty() && same_row(&expected.rows[*at], row));
        if let Some(twin) = twin {
            missing[twin] = "";
            *mark = "";
        }
    }
    let number = |marks: &[&str]| marks.iter().filter(|mark| !mark.is_empty()).count();
    let what = match (number(&missing), number(&extra)) {
        (0, 0) => {
            let misplaced =
                (0..got.len()).find(|at| !same_row(&expected.rows[*at], &got.rows[*at]));
            let at = misplaced.filter(|_| order == Order::Exact)?;
            missing[at] = "here";
            extra[at] = "here";
            format!(
                "the rows are right, but their order is wrong from row {} on",
                at + 1
            )
        }
        (missing, 0) => is_or_are(missing, "missing"),
        (0, extra) => is_or_are(extra, "too many"),
        (lost, new) => match only_wrong_column(expected, &missing, got, &extra) {
            Some(column) if lost == 1 => format!("1 row has a wrong `{column}`"),
            Some(column) => format!("{lost} rows have a wrong `{column}`"),
            None => format!(
                "{} and {}",
                is_or_are(lost, "missing"),
                is_or_are(new, "too many")
            ),
        },
    };
    Some(Difference {
        what,
        expected: expected.render(&missing),
        got: got.render(&extra),
    })
}

/// The one column, if there is one, in which alone the marked rows differ.
fn only_wrong_column<'a>(
    expected: &'a Table,
    missing: &[&str],
    got: &Table,
    extra: &[&str],
) -> Option<&'a str> {
    let marked = |table: &Table, marks: &[&str], without: usize| -> Vec<Vec<Value>> {
        let rows = table
            .rows
            .iter()
            .zip(marks)
            .filter(|(_, mark)| !mark.is_empty());
        rows.map(|(row, _)| {
            let mut row = row.clone();
            row.remove(without);
            row
        })
        .collect()
    };
    let found = (0..expected.columns.len()).find(|column| {
        let mut left = marked(got, extra, *column);
        expected.columns.len() > 1
            && marked(expected, missing, *column).iter().all(|row| {
                let twin = left.iter().position(|other| same_row(row, other));
                twin.map(|twin| left.swap_remove(twin)).is_some()
            })
            && left.is_empty()
    });
    found.map(|column| expected.columns[column].as_str())
}

fn same_row(one: &[Value], two: &[Value]) -> bool {
    one.iter().zip(two).all(|(one, two)| one.same(two))
}

fn is_or_are(number: usize, what: &str) -> String {
    format!(
        "{} {} {what}",
        plural(number, "row"),
        if number == 1 { "is" } else { "are" }
    )
}

fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
