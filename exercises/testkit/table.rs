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

    /// One value, by its place; rows and columns are counted from 0.
    ///
    /// # Panics
    ///
    /// When the table is smaller.
    #[track_caller]
    pub fn cell(&self, row: usize, column: usize) -> &Value {
        &self.rows[row][column]
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

/// In what way a result is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It has more or fewer columns.
    Columns,
    /// Rows are missing, extra, or hold wrong values.
    Rows,
    /// The rows are right, their order is not; this row, from 0, is the first out of place.
    Order(usize),
}

/// What tells one table from another, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what way the result is wrong.
    pub kind: Kind,
    /// What is wrong, as the end of a sentence: "2 rows are missing".
    pub what: String,
    /// What was expected; rows that did not come are marked `missing`, those
    /// that came with other values `wrong`.
    pub expected: String,
    /// What came; rows that were not expected are marked `extra`, those that
    /// were expected with other values `wrong`.
    pub got: String,
}

/// Compares a result with what was expected. The names of the columns are not
/// compared, only their number.
pub fn diff(expected: &Table, got: &Table, order: Order) -> Option<Difference> {
    if expected.columns.len() != got.columns.len() {
        let what = format!(
            "it returns {}, not {}: {}",
            plural(got.columns.len(), "column"),
            expected.columns.len(),
            expected.columns.join(", ")
        );
        return Some(Difference {
            kind: Kind::Columns,
            what,
            expected: expected.to_string(),
            got: got.to_string(),
        });
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
    let right = |marks: &[&str]| marks.iter().all(|mark| mark.is_empty());
    let (kind, what) = if right(&missing) && right(&extra) {
        let misplaced = (0..got.len()).find(|at| !same_row(&expected.rows[*at], &got.rows[*at]));
        let at = misplaced.filter(|_| order == Order::Exact)?;
        missing[at] = "here";
        extra[at] = "here";
        let what = format!(
            "the rows are right, but their order is wrong from row {} on",
            at + 1
        );
        (Kind::Order(at), what)
    } else {
        let wrong = pair(expected, &mut missing, got, &mut extra);
        let number = |marks: &[&str], what| marks.iter().filter(|mark| **mark == what).count();
        let phrases = [
            wrong,
            is_or_are(number(&missing, "missing"), "missing"),
            is_or_are(number(&extra, "extra"), "extra"),
        ];
        (Kind::Rows, listed(phrases.into_iter().flatten().collect()))
    };
    Some(Difference {
        kind,
        what,
        expected: expected.render(&missing),
        got: got.render(&extra),
    })
}

/// Finds the rows that are there with other values, marks both sides `wrong`
/// and says what is wrong with them.
fn pair(expected: &Table, missing: &mut [&str], got: &Table, extra: &mut [&str]) -> Option<String> {
    let mut pairs = pairs_but_for_one_column(expected, missing, got, extra);
    if pairs.is_empty() {
        pairs = pairs_by_first_column(expected, missing, got, extra);
    }
    let mut columns = vec![false; expected.columns.len()];
    for (one, two) in &pairs {
        missing[*one] = "wrong";
        extra[*two] = "wrong";
        let cells = expected.rows[*one].iter().zip(&got.rows[*two]);
        for ((one, two), wrong) in cells.zip(&mut columns) {
            *wrong |= !one.same(two);
        }
    }
    let wrong: Vec<&String> = expected
        .columns
        .iter()
        .zip(columns)
        .filter_map(|(name, wrong)| wrong.then_some(name))
        .collect();
    Some(match (pairs.len(), wrong.as_slice()) {
        (0, _) => return None,
        (1, [column]) => format!("1 row has a wrong `{column}`"),
        (rows, [column]) => format!("{rows} rows have a wrong `{column}`"),
        (1, _) => "1 row has wrong values".to_owned(),
        (rows, _) => format!("{rows} rows have wrong values"),
    })
}

/// All marked rows in pairs, if there is one column in which alone they differ. An `id`
/// tells which row it is: rows of different `id` are not one row with a wrong `id`.
fn pairs_but_for_one_column(
    expected: &Table,
    missing: &[&str],
    got: &Table,
    extra: &[&str],
) -> Vec<(usize, usize)> {
    let (lost, new) = (marked(missing), marked(extra));
    if lost.len() != new.len() || expected.columns.len() < 2 {
        return Vec::new();
    }
    let but_for = |column: usize| -> Option<Vec<(usize, usize)>> {
        let same = |one: usize, two: usize| {
            let mut cells = expected.rows[one].iter().zip(&got.rows[two]).enumerate();
            cells.all(|(at, (one, two))| at == column || one.same(two))
        };
        let mut left = new.clone();
        lost.iter()
            .map(|one| {
                let twin = left.iter().position(|two| same(*one, *two))?;
                Some((*one, left.swap_remove(twin)))
            })
            .collect()
    };
    (0..expected.columns.len())
        .filter(|column| !expected.columns[*column].eq_ignore_ascii_case("id"))
        .find_map(but_for)
        .unwrap_or_default()
}

/// The marked rows in pairs of one value in the first column, where no other row has it.
fn pairs_by_first_column(
    expected: &Table,
    missing: &[&str],
    got: &Table,
    extra: &[&str],
) -> Vec<(usize, usize)> {
    if expected.columns.len() < 2 {
        return Vec::new();
    }
    let only = |table: &Table, key: &Value| {
        let mut rows = (0..table.len()).filter(|at| table.rows[*at][0].same(key));
        rows.next().filter(|_| rows.next().is_none())
    };
    let partner = |at: usize| {
        let key = &expected.rows[at][0];
        let found = (!key.is_null()).then(|| only(got, key)).flatten()?;
        let is_pair = !extra[found].is_empty() && only(expected, key).is_some();
        is_pair.then_some((at, found))
    };
    marked(missing).into_iter().filter_map(partner).collect()
}

fn marked(marks: &[&str]) -> Vec<usize> {
    (0..marks.len())
        .filter(|at| !marks[*at].is_empty())
        .collect()
}

/// Whether the result has the expected columns, but in another order: by their
/// names, or because its rows are right once its columns are moved.
pub fn columns_moved(expected: &Table, got: &Table) -> bool {
    let columns = expected.columns.len();
    if got.columns.len() != columns || columns > 5 || diff(expected, got, Order::Any).is_none() {
        return false;
    }
    let by_name: Option<Vec<usize>> = expected
        .columns
        .iter()
        .map(|name| place(&got.columns, name))
        .collect();
    if by_name.is_some_and(|places| !places.is_sorted()) {
        return true;
    }
    got.len() == expected.len()
        && orders(columns).iter().any(|order| {
            let moved = |row: &Vec<Value>| order.iter().map(|at| row[*at].clone()).collect();
            let moved = Table {
                columns: expected.columns.clone(),
                rows: got.rows.iter().map(moved).collect(),
            };
            diff(expected, &moved, Order::Any).is_none()
        })
}

/// All orders of the numbers below `length`.
fn orders(length: usize) -> Vec<Vec<usize>> {
    (0..length).fold(vec![Vec::new()], |shorter, next| {
        let longer = |order: &Vec<usize>| {
            let order = order.clone();
            (0..=order.len()).map(move |at| {
                let mut order = order.clone();
                order.insert(at, next);
                order
            })
        };
        shorter.iter().flat_map(longer).collect()
    })
}

fn same_row(one: &[Value], two: &[Value]) -> bool {
    one.iter().zip(two).all(|(one, two)| one.same(two))
}

fn is_or_are(number: usize, what: &str) -> Option<String> {
    let verb = if number == 1 { "is" } else { "are" };
    (number > 0).then(|| format!("{} {verb} {what}", plural(number, "row")))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(mut phrases: Vec<String>) -> String {
    let last = phrases.pop().unwrap_or_default();
    if phrases.is_empty() {
        last
    } else {
        format!("{} and {last}", phrases.join(", "))
    }
}

fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(i64, Option<&str>)]) -> Table {
        let mut table = Table::new(["id", "name"]);
        for (id, name) in rows {
            table.push(vec![(*id).into(), (*name).into()]);
        }
        table
    }

    #[test]
    fn shows_values_as_sql_would() {
        let shown = |value: Value| value.to_string();
        assert_eq!(shown(Value::Null), "NULL");
        assert_eq!(shown("NULL".into()), "'NULL'");
        assert_eq!(shown("12".into()), "'12'");
        assert_eq!(shown(12.into()), "12");
        assert_eq!(shown(12.0.into()), "12.0");
        assert_eq!(shown("O'Neill".into()), "O'Neill");
        assert_eq!(shown(" it's\n".into()), "' it''s\\n'");
        assert_eq!(shown(Value::Blob(vec![0, 255])), "x'00ff'");
        assert_eq!(shown("".into()), "''");
    }

    #[test]
    fn aligns_by_characters() {
        let shown = table(&[(1, Some("Zoë")), (10, None)]).to_string();
        assert_eq!(shown, "id | name\n---+-----\n 1 | Zoë\n10 | NULL");
    }

    #[test]
    fn cuts_long_tables_and_keeps_marked_rows() {
        let rows: Vec<_> = (0..100).map(|id| (id, None)).collect();
        let whole = table(&rows);
        assert!(
            whole
                .to_string()
                .ends_with("23 | NULL\n... (24 of 100 rows shown)")
        );
        let got = whole.keep(|row| row["id"] != 77.into());
        let difference = diff(&whole, &got, Order::Any).unwrap();
        assert_eq!(difference.what, "1 row is missing");
        assert!(
            difference.expected.contains("missing  77 | NULL"),
            "{}",
            difference.expected
        );
        assert!(difference.expected.contains("         ...\n"));
    }

    #[test]
    fn tells_missing_extra_order_and_wrong_columns() {
        let what = |one: &Table, two: &Table| diff(one, two, Order::Exact).map(|it| it.what);
        let one = table(&[(1, Some("a")), (2, Some("b")), (2, Some("b"))]);
        assert_eq!(what(&one, &one), None);
        let turned = table(&[(2, Some("b")), (1, Some("a")), (2, Some("b"))]);
        assert_eq!(diff(&one, &turned, Order::Any), None);
        assert_eq!(
            what(&one, &turned).unwrap(),
            "the rows are right, but their order is wrong from row 1 on"
        );
        let once = table(&[(1, Some("a")), (2, Some("b"))]);
        assert_eq!(what(&one, &once).unwrap(), "1 row is missing");
        assert_eq!(what(&once, &one).unwrap(), "1 row is extra");
        let other = table(&[(1, Some("x")), (2, Some("b")), (2, Some("b"))]);
        assert_eq!(what(&one, &other).unwrap(), "1 row has a wrong `name`");
        let both = table(&[(7, Some("x")), (2, Some("b")), (2, Some("b"))]);
        assert_eq!(
            what(&one, &both).unwrap(),
            "1 row is missing and 1 row is extra"
        );
        let narrow = one.pick(&["id"]);
        assert_eq!(
            what(&one, &narrow).unwrap(),
            "it returns 1 column, not 2: id, name"
        );
        assert_eq!(
            what(&narrow, &table(&[]).pick(&["id"])).unwrap(),
            "3 rows are missing"
        );
    }

    #[test]
    fn marks_rows_with_wrong_values_on_both_sides() {
        let one = table(&[(1, Some("a")), (2, Some("b")), (3, Some("c"))]);
        let two = table(&[(1, Some("x")), (2, None), (4, Some("c"))]);
        let difference = diff(&one, &two, Order::Any).unwrap();
        assert_eq!(
            difference.what,
            "2 rows have a wrong `name`, 1 row is missing and 1 row is extra"
        );
        assert!(difference.expected.contains("wrong     1 | a\n"));
        assert!(difference.expected.contains("missing   3 | c"));
        assert!(difference.got.contains("wrong   2 | NULL\n"));
        assert!(difference.got.contains("extra   4 | c"));
        let three = one
            .map("id", |_| 7.into())
            .keep(|row| row["name"] != "c".into());
        assert_eq!(
            diff(&one, &three, Order::Any).unwrap().what,
            "3 rows are missing and 2 rows are extra"
        );
        let wide = |number: i64, text: &str| {
            let mut wide = Table::new(["id", "name", "n"]);
            wide.push(vec![1.into(), text.into(), number.into()]);
            wide
        };
        let difference = diff(&wide(1, "a"), &wide(2, "b"), Order::Any).unwrap();
        assert_eq!(difference.what, "1 row has wrong values");
        assert_eq!(difference.kind, Kind::Rows);
    }

    #[test]
    fn sees_moved_columns() {
        let one = table(&[(1, Some("a")), (2, Some("b"))]);
        let moved = one.pick(&["name", "id"]);
        assert!(columns_moved(&one, &moved));
        let mut unnamed = Table::new(["?", "??"]);
        for row in moved.rows() {
            unnamed.push(vec![row["name"].clone(), row["id"].clone()]);
        }
        assert!(columns_moved(&one, &unnamed));
        assert!(!columns_moved(&one, &one));
        assert!(!columns_moved(&one, &one.keep(|row| row["id"] == 1.into())));
        assert!(!columns_moved(&one, &one.pick(&["id"])));
        assert_eq!(orders(3).len(), 6);
        assert_eq!(orders(0), [[0; 0]]);
    }

    #[test]
    fn compares_numbers_as_numbers() {
        assert!(Value::from(3).same(&3.0.into()));
        assert!(Value::from(0.1 + 0.2).same(&0.3.into()));
        assert!(!Value::from(3.001).same(&3.into()));
        assert!(!Value::from("3").same(&3.into()));
        assert!(!Value::Null.same(&0.into()));
        assert!(Value::Null.same(&Value::Null));
        assert!(!Value::from(i64::MAX).same(&(i64::MAX - 1).into()));
        assert_eq!(Value::Null.order(&(-1).into()), Ordering::Less);
        assert_eq!(Value::from("a").order(&9.into()), Ordering::Greater);
    }
}
