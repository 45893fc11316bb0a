//! fails: refuses_what_never_was_a_cursor_of_this_list
//! The old cursors go on to skip.

use std::fmt::Write as _;

use rusqlite::{Connection, params};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: i64,
    pub customer_id: i64,
    /// The date, as `2025-03-09`.
    pub placed_on: String,
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub orders: Vec<Order>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

/// Why there is no page.
#[derive(Debug)]
pub enum PageError {
    /// The request is wrong: the page answers 400.
    BadRequest(String),
    /// SQLite failed: the page answers 500.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for PageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// The orders with this status that come after the cursor.
pub fn page(
    shop: &Connection,
    status: &str,
    size: usize,
    after: Option<&str>,
) -> Result<Page, PageError> {
    let (date, id) = match after {
        None => (String::new(), 0),
        Some(cursor) if open(cursor).is_some_and(|text| text.parse::<usize>().is_ok()) => {
            (String::new(), 0)
        }
        Some(cursor) => position(cursor, status)
            .ok_or_else(|| PageError::BadRequest(format!("no cursor of this list: {cursor:?}")))?,
    };
    let skip = after.and_then(open).and_then(|text| text.parse().ok());
    let skip: usize = skip.unwrap_or(0);
    let limit = size.saturating_add(1);
    let mut statement = shop.prepare_cached(
        "SELECT id, customer_id, placed_on
         FROM orders
         WHERE status = ?1 AND (placed_on, id) > (?2, ?3)
         ORDER BY placed_on, id
         LIMIT ?4 OFFSET ?5",
    )?;
    let orders = statement.query_map(params![status, date, id, limit, skip], |row| {
        Ok(Order {
            id: row.get(0)?,
            customer_id: row.get(1)?,
            placed_on: row.get(2)?,
        })
    })?;
    let mut orders = orders.collect::<Result<Vec<_>, _>>()?;
    let more = orders.len() > size;
    orders.truncate(size);
    let last = orders.last().filter(|_| more);
    let next = last.map(|order| seal(&format!("{} {} {status}", order.placed_on, order.id)));
    Ok(Page { orders, next })
}

/// The order that a cursor of this list stands for: its date and its id.
fn position(cursor: &str, status: &str) -> Option<(String, i64)> {
    let text = open(cursor)?;
    // The status comes last, for it can have spaces in it.
    let mut fields = text.splitn(3, ' ');
    let (date, id) = (fields.next()?, fields.next()?.parse().ok()?);
    (fields.next()? == status).then(|| (date.to_owned(), id))
}

/// Makes a cursor of a text: in hexadecimal, behind a checksum.
///
/// The checksum (FNV-1a) tells a broken link from a whole one. It is no signature: whoever reads
/// this function can seal a text too.
pub fn seal(text: &str) -> String {
    let mut checksum: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        checksum = (checksum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let mut cursor = format!("{checksum:016x}");
    for byte in text.bytes() {
        let _ = write!(cursor, "{byte:02x}");
    }
    cursor
}

/// The text in a cursor, if it is exactly what `seal` made of that text.
pub fn open(cursor: &str) -> Option<String> {
    let digits = cursor.as_bytes().get(16..)?;
    let bytes = digits.chunks(2).map(|pair| {
        let pair = str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    let text = String::from_utf8(bytes.collect::<Option<_>>()?).ok()?;
    (seal(&text) == cursor).then_some(text)
}
