//! Marginalia's data: the one schema of all chapters that use SQL, the rows that
//! learners know, and a builder for data sets that they have not seen.

use std::fs;
use std::path::Path;

use rusqlite::{Connection, ToSql, params};

/// The shop's tables, as the chapter `05_sql` explains them.
pub const SCHEMA: &str = "
CREATE TABLE authors (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    country     TEXT
) STRICT;

CREATE TABLE books (
    id          INTEGER PRIMARY KEY,
    title       TEXT NOT NULL,
    author_id   INTEGER REFERENCES authors (id),
    genre       TEXT,
    published   INTEGER,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0)
) STRICT;

CREATE TABLE stock (
    book_id     INTEGER NOT NULL REFERENCES books (id),
    place       TEXT NOT NULL CHECK (place IN ('shop', 'warehouse')),
    copies      INTEGER NOT NULL CHECK (copies >= 0),
    PRIMARY KEY (book_id, place)
) STRICT;

CREATE TABLE customers (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    email       TEXT UNIQUE CHECK (email <> ''),
    city        TEXT CHECK (city <> ''),
    joined_on   TEXT NOT NULL
) STRICT;

CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    placed_on   TEXT NOT NULL,
    shipped_on  TEXT,
    status      TEXT NOT NULL CHECK (status IN ('open', 'shipped', 'cancelled'))
) STRICT;

CREATE TABLE order_lines (
    id          INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders (id),
    book_id     INTEGER NOT NULL REFERENCES books (id),
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    unit_cents  INTEGER NOT NULL CHECK (unit_cents >= 0)
) STRICT;

CREATE TABLE reviews (
    id          INTEGER PRIMARY KEY,
    book_id     INTEGER NOT NULL REFERENCES books (id),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    stars       INTEGER CHECK (stars BETWEEN 1 AND 5),
    text        TEXT,
    written_on  TEXT NOT NULL,
    UNIQUE (book_id, customer_id)
) STRICT;

CREATE TABLE referrals (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id),
    referrer_id INTEGER NOT NULL REFERENCES customers (id)
) STRICT;
";

/// The visible rows. They hold on purpose: NULL in every column that allows it,
/// ties in prices, years and dates, two customers of one name, customers
/// without orders, an order without lines, days without orders, names with
/// apostrophes and beyond ASCII, and two accounts that referred each other.
pub const ROWS: &str = "
INSERT INTO authors (id, name, country) VALUES
    (1, 'Ursula K. Le Guin', 'United States'),
    (2, 'Stanisław Lem', 'Poland'),
    (3, 'Clarice Lispector', 'Brazil'),
    (4, 'Jorge Luis Borges', 'Argentina'),
    (5, 'Chinua Achebe', 'Nigeria'),
    (6, 'Tove Jansson', 'Finland'),
    (7, 'Murasaki Shikibu', 'Japan'),
    (8, 'Italo Calvino', 'Italy'),
    (9, 'Flann O''Brien', 'Ireland'),
    (10, 'B. Traven', NULL),
    (11, 'Octavia E. Butler', 'United States'),
    (12, 'Gabriela Mistral', 'Chile');

INSERT INTO books (id, title, author_id, genre, published, price_cents) VALUES
    (1, 'The Left Hand of Darkness', 1, 'science fiction', 1969, 1290),
    (2, 'The Dispossessed', 1, 'science fiction', 1974, 1290),
    (3, 'Solaris', 2, 'science fiction', 1961, 990),
    (4, 'The Cyberiad', 2, 'science fiction', 1965, 1150),
    (5, 'The Hour of the Star', 3, 'novel', 1977, 990),
    (6, 'Near to the Wild Heart', 3, 'novel', 1943, 1090),
    (7, 'Ficciones', 4, 'stories', 1944, 990),
    (8, 'The Aleph', 4, 'stories', 1949, 1190),
    (9, 'Things Fall Apart', 5, 'novel', 1958, 850),
    (10, 'Arrow of God', 5, 'novel', 1964, 890),
    (11, 'The Summer Book', 6, 'novel', 1972, 900),
    (12, 'Finn Family Moomintroll', 6, 'children', 1948, 790),
    (13, 'Comet in Moominland', 6, 'children', 1946, 790),
    (14, 'The Tale of Genji', 7, 'novel', NULL, 2490),
    (15, 'Invisible Cities', 8, 'novel', 1972, 1090),
    (16, 'If on a Winter''s Night a Traveler', 8, 'novel', 1979, 1090),
    (17, 'At Swim-Two-Birds', 9, 'novel', 1939, 990),
    (18, 'The Third Policeman', 9, 'novel', 1967, 990),
    (19, 'The Treasure of the Sierra Madre', 10, 'novel', 1927, 850),
    (20, 'Beowulf', NULL, 'poetry', NULL, 690),
    (21, 'One Thousand and One Nights', NULL, 'stories', NULL, 1990),
    (22, 'The Mabinogion', NULL, NULL, NULL, 1190);

INSERT INTO stock (book_id, place, copies) VALUES
    (1, 'shop', 3), (1, 'warehouse', 12),
    (2, 'shop', 2), (2, 'warehouse', 5),
    (3, 'shop', 4), (3, 'warehouse', 20),
    (4, 'shop', 0),
    (5, 'shop', 2), (5, 'warehouse', 2),
    (6, 'warehouse', 1),
    (7, 'shop', 6), (7, 'warehouse', 0),
    (8, 'shop', 1),
    (9, 'shop', 5), (9, 'warehouse', 15),
    (10, 'shop', 1),
    (11, 'shop', 3),
    (12, 'shop', 8), (12, 'warehouse', 30),
    (13, 'shop', 7), (13, 'warehouse', 30),
    (14, 'shop', 1),
    (15, 'shop', 2), (15, 'warehouse', 4),
    (16, 'shop', 2),
    (18, 'shop', 1), (18, 'warehouse', 3),
    (19, 'shop', 0), (19, 'warehouse', 0),
    (20, 'shop', 2),
    (21, 'warehouse', 2);

INSERT INTO customers (id, name, email, city, joined_on) VALUES
    (1, 'Ana Lima', 'ana.lima@example.com', 'Leipzig', '2024-03-04'),
    (2, 'Björn Åberg', 'bjorn@example.com', 'Göteborg', '2024-03-04'),
    (3, 'Chidi Okafor', 'chidi.okafor@example.net', 'Leipzig', '2024-04-11'),
    (4, 'Dorota Nowak', NULL, 'Kraków', '2024-05-02'),
    (5, 'Emre Yıldız', 'emre@example.org', NULL, '2024-05-20'),
    (6, 'Fatima Zahra', NULL, NULL, '2024-06-01'),
    (7, 'Grace O''Neill', 'grace.oneill@example.com', 'Dublin', '2024-06-17'),
    (8, 'Hana Suzuki', 'hana@example.com', 'Leipzig', '2024-07-30'),
    (9, 'Ivan Petrov', 'ivan.petrov@example.net', 'Berlin', '2024-09-09'),
    (10, 'Maria Silva', 'maria.silva@example.com', 'Lisboa', '2024-09-21'),
    (11, 'Maria Silva', 'm.silva@example.org', 'Leipzig', '2024-10-03'),
    (12, 'Nguyễn Văn An', 'an@example.com', 'Berlin', '2024-11-15'),
    (13, 'Oskar Lindt', NULL, 'Leipzig', '2024-12-24'),
    (14, 'Priya Raman', 'priya@example.net', NULL, '2025-01-08'),
    (15, 'Quentin Moreau', 'quentin@example.com', 'Lyon', '2025-02-27');

INSERT INTO orders (id, customer_id, placed_on, shipped_on, status) VALUES
    (1, 1, '2025-03-01', '2025-03-03', 'shipped'),
    (2, 2, '2025-03-01', '2025-03-03', 'shipped'),
    (3, 3, '2025-03-02', '2025-03-03', 'shipped'),
    (4, 1, '2025-03-04', '2025-03-05', 'shipped'),
    (5, 4, '2025-03-04', '2025-03-07', 'shipped'),
    (6, 5, '2025-03-04', NULL, 'cancelled'),
    (7, 7, '2025-03-05', '2025-03-07', 'shipped'),
    (8, 8, '2025-03-08', '2025-03-10', 'shipped'),
    (9, 1, '2025-03-08', '2025-03-10', 'shipped'),
    (10, 9, '2025-03-09', '2025-03-10', 'shipped'),
    (11, 10, '2025-03-10', '2025-03-12', 'shipped'),
    (12, 11, '2025-03-10', '2025-03-12', 'shipped'),
    (13, 12, '2025-03-11', '2025-03-12', 'shipped'),
    (14, 14, '2025-03-14', '2025-03-17', 'shipped'),
    (15, 2, '2025-03-14', '2025-03-17', 'shipped'),
    (16, 3, '2025-03-15', '2025-03-17', 'shipped'),
    (17, 7, '2025-03-15', NULL, 'cancelled'),
    (18, 8, '2025-03-18', NULL, 'open'),
    (19, 1, '2025-03-19', NULL, 'open'),
    (20, 10, '2025-03-19', NULL, 'open');

INSERT INTO order_lines (id, order_id, book_id, quantity, unit_cents) VALUES
    (1, 1, 1, 1, 1290), (2, 1, 3, 1, 990),
    (3, 2, 12, 2, 790), (4, 2, 13, 2, 790),
    (5, 3, 9, 1, 850),
    (6, 4, 7, 1, 990), (7, 4, 8, 1, 1190), (8, 4, 20, 1, 650),
    (9, 5, 4, 1, 1150), (10, 5, 3, 1, 950),
    (11, 6, 14, 1, 2490),
    (12, 7, 17, 1, 990), (13, 7, 18, 1, 990),
    (14, 8, 15, 1, 1090),
    (15, 9, 2, 1, 1290),
    (16, 10, 19, 1, 850), (17, 10, 10, 1, 890),
    (18, 11, 5, 3, 990),
    (19, 12, 5, 1, 990), (20, 12, 6, 1, 1090),
    (21, 13, 16, 1, 1090), (22, 13, 15, 1, 1090), (23, 13, 21, 1, 1990),
    (24, 14, 14, 1, 2490),
    (25, 15, 11, 1, 900),
    (26, 16, 9, 2, 850), (27, 16, 10, 1, 890),
    (28, 18, 12, 1, 790),
    (29, 19, 3, 1, 990), (30, 19, 18, 1, 990),
    (31, 20, 21, 1, 1990);

INSERT INTO reviews (id, book_id, customer_id, stars, text, written_on) VALUES
    (1, 1, 1, 5, 'Cold, and then very warm.', '2025-03-10'),
    (2, 3, 1, 4, NULL, '2025-03-11'),
    (3, 7, 1, 5, 'I am still in the library.', '2025-03-20'),
    (4, 12, 2, 5, 'My daughter asks for it every evening.', '2025-03-09'),
    (5, 13, 2, 4, NULL, '2025-03-09'),
    (6, 9, 3, 5, NULL, '2025-03-12'),
    (7, 4, 4, NULL, 'The cover was bent.', '2025-03-13'),
    (8, 3, 4, 3, 'Too much ocean.', '2025-03-14'),
    (9, 17, 7, 4, NULL, '2025-03-16'),
    (10, 18, 7, 5, 'Is it about a bicycle?', '2025-03-16'),
    (11, 15, 8, 2, NULL, '2025-03-17'),
    (12, 19, 9, 4, NULL, '2025-03-18'),
    (13, 5, 10, 5, 'Short and endless.', '2025-03-19'),
    (14, 5, 11, 5, NULL, '2025-03-19'),
    (15, 6, 11, 3, NULL, '2025-03-20'),
    (16, 15, 12, 4, 'A city a day.', '2025-03-20'),
    (17, 16, 12, NULL, 'I never found out how it', '2025-03-21'),
    (18, 3, 13, 5, 'Read it in the shop.', '2025-02-11'),
    (19, 20, 13, 4, NULL, '2025-02-12'),
    (20, 14, 14, 4, NULL, '2025-03-30');

INSERT INTO referrals (customer_id, referrer_id) VALUES
    (2, 1), (3, 1), (5, 2), (7, 2), (8, 3), (12, 8), (14, 12),
    (10, 11), (11, 10);
";

/// One state of the shop for queries to be tried on.
#[derive(Debug, Clone, Copy)]
pub struct Dataset {
    /// A short name.
    pub name: &'static str,
    /// What is special about it, as a learner should read it.
    pub about: &'static str,
    /// Puts the rows into the empty tables.
    pub fill: fn(&Shop<'_>),
}

/// The rows that the learner knows.
pub const VISIBLE: Dataset = Dataset {
    name: "marginalia",
    about: "Marginalia's own data",
    fill: |shop| shop.run(ROWS),
};

/// Every table, and no row.
pub const EMPTY: Dataset = Dataset {
    name: "empty",
    about: "hidden data: the shop before its first day, every table empty",
    fill: |_| {},
};

/// Creates the tables and the visible rows.
///
/// # Panics
///
/// When SQLite refuses, as it does where such tables exist.
pub fn create(conn: &Connection) {
    fill(conn, &VISIBLE);
}

/// Makes the file anew with the tables and the rows of a data set. The
/// connection can write, and checks foreign keys.
///
/// # Panics
///
/// When the file cannot be written.
pub fn create_at(path: impl AsRef<Path>, data: &Dataset) -> Connection {
    let path = path.as_ref();
    if path.exists() {
        fs::remove_file(path).expect("an old database can be removed");
    }
    let conn = Connection::open(path).expect("the scratch directory can be written");
    fill(&conn, data);
    conn
}

fn fill(conn: &Connection, data: &Dataset) {
    // No check needs its data to survive a loss of power.
    conn.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; BEGIN;")
        .expect("a database that can be written");
    let shop = Shop::new(conn);
    shop.run(SCHEMA);
    (data.fill)(&shop);
    shop.run("COMMIT");
}

/// Puts rows into Marginalia's tables, with plausible values for all that a
/// data set does not care about. Each method returns the new row's id.
#[derive(Debug)]
pub struct Shop<'c> {
    conn: &'c Connection,
}

impl<'c> Shop<'c> {
    /// A builder for a database that has the tables.
    pub fn new(conn: &'c Connection) -> Self {
        Self { conn }
    }

    /// Any SQL, for what has no method here.
    #[track_caller]
    pub fn run(&self, sql: &str) {
        if let Err(error) = self.conn.execute_batch(sql) {
            panic!("the data set is broken: {error}");
        }
    }

    /// An author.
    #[track_caller]
    pub fn author(&self, name: &str) -> i64 {
        self.insert("INSERT INTO authors (name) VALUES (?1)", &[&name])
    }

    /// A book, a novel.
    #[track_caller]
    pub fn book(
        &self,
        title: &str,
        author: Option<i64>,
        published: Option<i64>,
        price_cents: i64,
    ) -> i64 {
        self.insert(
            "INSERT INTO books (title, author_id, genre, published, price_cents)
             VALUES (?1, ?2, 'novel', ?3, ?4)",
            &[&title, &author, &published, &price_cents],
        )
    }

    /// Copies of a book in the `shop` or the `warehouse`.
    #[track_caller]
    pub fn stock(&self, book: i64, place: &str, copies: i64) {
        self.insert(
            "INSERT INTO stock (book_id, place, copies) VALUES (?1, ?2, ?3)",
            &[&book, &place, &copies],
        );
    }

    /// A customer.
    #[track_caller]
    pub fn customer(&self, name: &str, email: Option<&str>, city: Option<&str>) -> i64 {
        self.insert(
            "INSERT INTO customers (name, email, city, joined_on)
             VALUES (?1, ?2, ?3, '2025-01-01')",
            &[&name, &email, &city],
        )
    }

    /// An order that was shipped at once; each line is a book at its present
    /// price, and how often.
    #[track_caller]
    pub fn order(&self, customer: i64, placed_on: &str, lines: &[(i64, i64)]) -> i64 {
        let order = self.insert(
            "INSERT INTO orders (customer_id, placed_on, shipped_on, status)
             VALUES (?1, ?2, ?2, 'shipped')",
            &[&customer, &placed_on],
        );
        for (book, quantity) in lines {
            self.insert(
                "INSERT INTO order_lines (order_id, book_id, quantity, unit_cents)
                 SELECT ?1, id, ?3, price_cents FROM books WHERE id = ?2",
                &[&order, book, quantity],
            );
        }
        order
    }

    /// A review without words.
    #[track_caller]
    pub fn review(&self, book: i64, customer: i64, stars: Option<i64>) -> i64 {
        self.insert(
            "INSERT INTO reviews (book_id, customer_id, stars, written_on)
             VALUES (?1, ?2, ?3, '2025-06-01')",
            &[&book, &customer, &stars],
        )
    }

    /// `customer` came because of `referrer`.
    #[track_caller]
    pub fn refer(&self, referrer: i64, customer: i64) {
        self.conn
            .execute(
                "INSERT INTO referrals (customer_id, referrer_id) VALUES (?1, ?2)",
                params![customer, referrer],
            )
            .unwrap_or_else(|error| panic!("the data set is broken: {error}"));
    }

    #[track_caller]
    fn insert(&self, sql: &str, values: &[&dyn ToSql]) -> i64 {
        match self.conn.execute(sql, values) {
            Ok(1) => self.conn.last_insert_rowid(),
            Ok(rows) => panic!("the data set is broken: {rows} rows for one: {sql}"),
            Err(error) => panic!("the data set is broken: {error}: {sql}"),
        }
    }
}
