//! # db3: the page that moved while it was read
//!
//! The warehouse packs the open orders page by page, oldest first. While somebody reads page 1,
//! colleagues ship orders from it. The rest moves up, and "skip 20" jumps over orders that nobody
//! has seen: some of them waited for three weeks. An order that comes in by post with an earlier
//! date moves the rest down, and then one is packed twice.
//!
//! The rules for `page`:
//!
//! - The list has the orders with this `status` and no others, by `placed_on`, the oldest first;
//!   those of one day by `id`, the smallest first. `placed_on` is a date such as `2025-03-09` and
//!   never NULL (a NULL in a sort key would need a condition of its own). Dates do not grow with
//!   ids: a letter takes days. `status` comes out of the link: it can be any text, and one that
//!   no order has makes an empty list, not an error. Two are the same if they are equal byte for
//!   byte. The shop has three today, but do not rely on that: the next one may be `on hold (a/b)`.
//! - A page has the first `size` orders of the list that come after the last order of the page
//!   before, as the list is *now*; without a cursor, the first of all. So an order that is there
//!   from the first page to the last is shown exactly once, whatever comes and goes in between.
//!   It does not matter if that last order has left the list or was deleted.
//!   `size` is from 1 to 100, and chosen by our own code. There are no pages backwards.
//! - `next` is the cursor of the page's last order if at least one order comes after it now,
//!   and `None` if not: no link leads to an empty page.
//! - The cursor is opaque: text for a link that only this function reads. It has only the
//!   characters that need no escaping there, `A-Z a-z 0-9 - . _ ~` (RFC 3986 §2.3), and the date
//!   does not stand in it as plain text (`seal` is enough): what clients can read, they build
//!   themselves one day.
//! - Everything that a cursor needs is in it: nothing about it is kept in the database or in
//!   memory, and it is good after a restart, too. `page` writes nothing, no index either.
//! - A cursor that cannot be right is `Err(PageError::BadRequest(...))` (the message is yours; the
//!   page answers 400), and never a default such as the first page. These are: a cursor with one
//!   character changed, added or left out; the cursor of a list with another status; text that
//!   never was a cursor; the old cursors, still in people's bookmarks: a sealed number to skip.
//! - `seal` is no secret: a stranger can seal any text. With such a cursor, too, `page` gives
//!   `BadRequest` or orders of this list in their order: never a panic, never SQLite's error, and
//!   nothing in it becomes SQL. (A cursor that nobody else can make would need a signature.)
//! - The work for a page does not grow with the list, before it or after it. The index
//!   `orders_by_status (status, placed_on)` is there. SQLite ends each index with the rowid, which
//!   is `id` here, so it has the order you need. A day has a few orders. `EXPLAIN QUERY PLAN` shows
//!   if your condition is used to find the place: `SEARCH ... (status=? AND placed_on>?)`
//!   (<https://sqlite.org/eqp.html>, <https://sqlite.org/rowvalue.html#scrolling_window_queries>).
//! - When SQLite fails, that is `Err(PageError::Database(...))` with its own error.
//!
//! What to do: mend `page`. Use `seal` and `open` for your cursors; they stay as they are, and so
//! do the types and the signature of `page`.

use std::fmt::Write as _;

use rusqlite::Connection;

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
    let skip: usize = after
        .and_then(open)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let mut statement = shop.prepare(&format!(
        "SELECT id, customer_id, placed_on
         FROM orders
         WHERE status = '{status}'
         ORDER BY placed_on
         LIMIT {size} OFFSET {skip}"
    ))?;
    let orders = statement.query_map([], |row| {
        Ok(Order {
            id: row.get(0)?,
            customer_id: row.get(1)?,
            placed_on: row.get(2)?,
        })
    })?;
    let orders = orders.collect::<Result<Vec<_>, _>>()?;
    let next = (orders.len() == size).then(|| seal(&(skip + size).to_string()));
    Ok(Page { orders, next })
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
