//! A table's rows by group, for checks of queries that group: what a right answer holds,
//! and which rows a wrong one got wrong.

use crate::table::{Row, Table, Value};

/// The rows of each value that `key` gives, in the order of the values; NULL is one of them.
pub fn groups(table: &Table, key: impl Fn(Row<'_>) -> Value) -> Vec<(Value, Table)> {
    let mut keys: Vec<Value> = table.rows().map(&key).collect();
    keys.sort_by(Value::order);
    keys.dedup();
    keys.into_iter()
        .map(|value| {
            let rows = table.keep(|row| key(row) == value);
            (value, rows)
        })
        .collect()
}

/// How many rows there are, as a query counts them.
///
/// # Panics
///
/// When they are more than SQLite can count.
pub fn count(rows: &Table) -> Value {
    Value::Integer(i64::try_from(rows.len()).expect("a small table"))
}

/// The whole numbers of a column. NULL is none, nor is anything else.
///
/// # Panics
///
/// When there is no such column.
#[track_caller]
pub fn numbers(rows: &Table, column: &str) -> Vec<i64> {
    let number = |row: Row<'_>| row[column].integer();
    rows.rows().filter_map(number).collect()
}

/// One value of the row that has `key` in its first column: the first such row, if there
/// is one, and if it has that many columns. Columns are counted from 0.
pub fn find<'a>(table: &'a Table, key: &Value, column: usize) -> Option<&'a Value> {
    let row = (0..table.len()).find(|row| table.cell(*row, 0).same(key))?;
    (column < table.columns().len()).then(|| table.cell(row, column))
}

/// Of the rows that a query read, those behind the rows that it got wrong: where `column`
/// holds the first value of a row that only one of the two results has.
///
/// # Panics
///
/// When there is no such column.
#[must_use]
#[track_caller]
pub fn concerned(read: &Table, column: &str, expected: &Table, got: &Table) -> Table {
    let has = |table: &Table, other: &Table, row: usize| {
        (0..table.len()).any(|at| {
            (0..table.columns().len())
                .all(|column| table.cell(at, column).same(other.cell(row, column)))
        })
    };
    if expected.columns().len() != got.columns().len() {
        return read.clone();
    }
    let only = |one: &Table, two: &Table| -> Vec<Value> {
        (0..one.len())
            .filter(|row| !has(two, one, *row))
            .map(|row| one.cell(row, 0).clone())
            .collect()
    };
    let keys = [only(expected, got), only(got, expected)].concat();
    read.keep(|row| keys.iter().any(|key| key.same(&row[column])))
}

/// What is wrong first with a result in which one column tells the rows apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symptom {
    /// It has more columns than it should, or fewer.
    Columns,
    /// There are several rows of which one was expected.
    Several,
    /// There is a row that was not expected.
    Extra,
    /// There is no row of which one was expected.
    Missing,
    /// The rows are the right ones, but this column, counted from 0, has a wrong value.
    Value(usize),
}

/// In what way a result is wrong, in any order of its rows: for checks that have a reason
/// for each. `key` is the column, counted from 0, that tells the expected rows apart.
///
/// # Panics
///
/// When the expected rows have no such column.
#[must_use]
pub fn symptom(expected: &Table, got: &Table, key: usize) -> Option<Symptom> {
    let columns = expected.columns().len();
    if columns != got.columns().len() {
        return Some(Symptom::Columns);
    }
    // The rows of one table that have the key of a row of another.
    let rows = |table: &Table, value: &Value| -> Vec<usize> {
        let has = |row: &usize| table.cell(*row, key).same(value);
        (0..table.len()).filter(has).collect()
    };
    let got_for = |row: usize| rows(got, expected.cell(row, key));
    if (0..expected.len()).any(|row| got_for(row).len() > 1) {
        return Some(Symptom::Several);
    }
    if (0..got.len()).any(|row| rows(expected, got.cell(row, key)).is_empty()) {
        return Some(Symptom::Extra);
    }
    if (0..expected.len()).any(|row| got_for(row).is_empty()) {
        return Some(Symptom::Missing);
    }
    let wrong = |column: &usize| {
        (0..expected.len()).any(|row| {
            let got = got.cell(got_for(row)[0], *column);
            !got.same(expected.cell(row, *column))
        })
    };
    (0..columns).find(wrong).map(Symptom::Value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: [&str; 2], rows: &[(Option<i64>, i64)]) -> Table {
        let mut table = Table::new(columns);
        for (one, two) in rows {
            table.push(vec![(*one).into(), (*two).into()]);
        }
        table
    }

    #[test]
    fn null_is_a_group() {
        let rows = table(
            ["a", "b"],
            &[(Some(2), 1), (None, 2), (None, 3), (Some(1), 4)],
        );
        let groups = groups(&rows, |row| row["a"].clone());
        let shown: Vec<_> = groups
            .iter()
            .map(|(key, rows)| (key.clone(), numbers(rows, "b")))
            .collect();
        assert_eq!(
            shown,
            [
                (Value::Null, vec![2, 3]),
                (1.into(), vec![4]),
                (2.into(), vec![1])
            ]
        );
        assert_eq!(count(&rows), 4.into());
    }

    #[test]
    fn finds_a_value_by_the_first_column() {
        let rows = table(["a", "b"], &[(Some(2), 1), (None, 2)]);
        assert_eq!(find(&rows, &Value::Null, 1), Some(&2.into()));
        assert_eq!(find(&rows, &3.into(), 1), None);
        assert_eq!(find(&rows, &2.into(), 2), None);
    }

    #[test]
    fn tells_in_what_way_rows_are_wrong() {
        let expected = table(["a", "b"], &[(Some(1), 1), (None, 2)]);
        for (got, symptom) in [
            (&[(None, 2), (Some(1), 1)][..], None),
            (
                &[(Some(1), 1), (None, 2), (None, 2), (Some(3), 3)],
                Some(Symptom::Several),
            ),
            (&[(Some(1), 1), (Some(3), 3)], Some(Symptom::Extra)),
            (&[(Some(1), 5)], Some(Symptom::Missing)),
            (&[(Some(1), 1), (None, 3)], Some(Symptom::Value(1))),
        ] {
            let got = table(["c", "d"], got);
            assert_eq!(super::symptom(&expected, &got, 0), symptom, "{got}");
        }
        let narrow = Table::new(["a"]);
        let columns = Some(Symptom::Columns);
        assert_eq!(super::symptom(&expected, &narrow, 0), columns);
    }

    #[test]
    fn shows_what_is_behind_wrong_rows() {
        let read = table(
            ["a", "b"],
            &[(Some(1), 1), (Some(1), 2), (Some(2), 3), (None, 4)],
        );
        let expected = table(["a", "n"], &[(Some(1), 2), (Some(2), 1), (None, 1)]);
        let got = table(["a", "n"], &[(Some(2), 1), (Some(1), 1)]);
        let behind = concerned(&read, "a", &expected, &got);
        assert_eq!(numbers(&behind, "b"), [1, 2, 4]);
        assert!(concerned(&read, "a", &expected, &expected).is_empty());
    }
}
