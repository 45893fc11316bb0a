//! Two searches, one for the rest of the day and one for the days after it.

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
    let last = after.map(|cursor| Position::read(cursor, status));
    let last = last.transpose()?;
    let mut orders = Vec::with_capacity(size);
    let mut wanted = size + 1;
    // What is left of the day, then the days after it: two plain searches in the index.
    let since = match last {
        None => String::new(),
        Some(Position { date, id }) => {
            let sql = "SELECT id, customer_id, placed_on FROM orders
                       WHERE status = ?1 AND placed_on = ?2 AND id > ?3
                       ORDER BY id LIMIT ?4";
            orders.extend(read(shop, sql, params![status, date, id, wanted])?);
            wanted -= orders.len();
            date
        }
    };
    if wanted > 0 {
        let sql = "SELECT id, customer_id, placed_on FROM orders
                   WHERE status = ?1 AND placed_on > ?2
                   ORDER BY placed_on, id LIMIT ?3";
        orders.extend(read(shop, sql, params![status, since, wanted])?);
    }
    let mut next = None;
    if orders.len() > size {
        orders.truncate(size);
        next = orders.last().map(|order| {
            seal(&format!(
                "v2\n{:x}\n{}\n{status}",
                order.id, order.placed_on
            ))
        });
    }
    Ok(Page { orders, next })
}

fn read(
    shop: &Connection,
    sql: &str,
    values: impl rusqlite::Params,
) -> Result<Vec<Order>, rusqlite::Error> {
    let order = |row: &rusqlite::Row<'_>| {
        Ok(Order {
            id: row.get("id")?,
            customer_id: row.get("customer_id")?,
            placed_on: row.get("placed_on")?,
        })
    };
    shop.prepare(sql)?.query_map(values, order)?.collect()
}

/// An order's place in the list.
struct Position {
    date: String,
    id: i64,
}

impl Position {
    fn read(cursor: &str, of: &str) -> Result<Self, PageError> {
        let refused = |why: &str| PageError::BadRequest(why.to_owned());
        let text = open(cursor).ok_or_else(|| refused("a damaged link"))?;
        let fields: Vec<&str> = text.splitn(4, '\n').collect();
        let ["v2", id, date, status] = fields[..] else {
            return Err(refused("a link of an older shop"));
        };
        if status != of {
            return Err(refused("a link to another list"));
        }
        let shape = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if date.len() != 10 || !date.bytes().enumerate().all(shape) {
            return Err(refused("no date"));
        }
        let id = i64::from_str_radix(id, 16).map_err(|_| refused("no id"))?;
        Ok(Self {
            date: date.to_owned(),
            id,
        })
    }
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
