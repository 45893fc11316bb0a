//! What db9 is checked for. Read it as the specification; edits here are undone.

#[path = "../db9.rs"]
mod db9;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use db9::{Hit, install, search};
use rusqlite::types::Type;
use rusqlite::{Connection, Error, params};
use testkit::marginalia::{self, Shop, VISIBLE};
use testkit::sql::{Effort, Plan, Verb, during, failing_select, growth, select, watch};
use testkit::table::{Order, Table, diff};
use testkit::{checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        finds_reviews_that_were_there_before,
        finds_all_words_in_any_order,
        counts_each_of_a_hundred_words,
        ignores_case_and_accents,
        knows_the_letters_of_all_scripts,
        finds_whole_words_only,
        finds_a_word_of_several_tokens_as_it_stands,
        finds_what_stands_in_the_text_only,
        finds_a_new_review,
        finds_a_changed_review_by_its_new_words_only,
        finds_no_deleted_review,
        undoes_with_the_transaction,
        keeps_in_step_with_other_programs,
        keeps_in_step_whatever_is_written,
        is_right_again_after_a_second_install,
        puts_the_best_first,
        puts_equally_good_ones_in_the_order_of_their_ids,
        finds_nothing_where_no_word_is_left,
        takes_operators_for_words,
        takes_quotes_and_signs_for_plain_text,
        takes_a_nul_for_white_space,
        returns_all_that_are_found,
        does_no_more_work_for_other_reviews,
        hands_on_the_error_when_sqlite_fails,
    ]);
}

const STEP: &str = "the index holds words of its own and does not look at the table when it searches: each INSERT, UPDATE and DELETE must be told to it, with the old text where words go and the new one where they come (https://sqlite.org/fts5.html#external_content_tables)";
const SYNTAX: &str = "MATCH reads a language of its own, and a bound value does not change that: put each word into double quotes, and double the ones that are in it (https://sqlite.org/fts5.html#fts5_strings)";

/// Marginalia in memory, but with these reviews and no others.
fn shop(reviews: &[(i64, &str)]) -> Connection {
    let conn = Connection::open_in_memory().expect("a database in memory");
    let shop = Shop::new(&conn);
    shop.run("BEGIN");
    shop.run(marginalia::SCHEMA);
    shop.run(marginalia::ROWS);
    shop.run("DELETE FROM reviews");
    for (id, text) in reviews {
        add(&conn, *id, Some(text));
    }
    shop.run("COMMIT");
    conn
}

/// A shop with these reviews, and the index.
#[track_caller]
fn indexed(reviews: &[(i64, &str)]) -> Connection {
    let conn = shop(reviews);
    installed(&conn);
    conn
}

#[track_caller]
fn installed(conn: &Connection) {
    if let Err(error) = install(conn) {
        fail("`install` fails")
            .given("install(shop)")
            .expected("Ok(())")
            .got(format!("Err: {error}"))
            .because("the database is in order, so the statement is not; and what is there already must not stop it: IF NOT EXISTS, or DROP first")
            .raise();
    }
}

/// The book and the customer of the review with this id.
fn of(id: i64) -> (i64, i64) {
    (id % 22 + 1, id / 22 % 15 + 1)
}

fn add(conn: &Connection, id: i64, text: Option<&str>) {
    let (book, customer) = of(id);
    run(
        conn,
        "INSERT INTO reviews (id, book_id, customer_id, text, written_on)
         VALUES (?1, ?2, ?3, ?4, '2025-04-01')",
        params![id, book, customer, text],
    );
}

/// Runs the shop's own statement; the learner's triggers may fail it.
#[track_caller]
fn run(conn: &Connection, sql: &str, values: impl rusqlite::Params) {
    if let Err(error) = conn.execute(sql, values) {
        let sql: Vec<&str> = sql.split_whitespace().collect();
        fail("the shop can no longer write its reviews")
            .given(sql.join(" "))
            .expected("the statement runs, and the triggers with it")
            .got(format!("Err: {error}"))
            .because("a trigger is a part of the statement that sets it off: if it fails, so does the statement (https://sqlite.org/lang_createtrigger.html)")
            .raise();
    }
}

/// The tokens of a text, as far as the checks need `unicode61`.
fn tokens(text: &str) -> Vec<String> {
    let plain = |c: char| match c {
        'é' | 'É' | 'è' => 'e',
        'ö' | 'Ö' => 'o',
        'Å' | 'å' => 'a',
        'ñ' => 'n',
        c => c,
    };
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .map(|token| token.chars().map(plain).collect::<String>().to_lowercase())
        .collect()
}

/// The reviews that must be found, by id.
fn right(conn: &Connection, text: &str) -> Table {
    let words = text.split(|c: char| c.is_whitespace() || c == '\0');
    let words: Vec<Vec<String>> = words.map(tokens).filter(|word| !word.is_empty()).collect();
    let reviews = select(conn, "SELECT id, book_id, text FROM reviews ORDER BY id");
    reviews.keep(|review| {
        let has = tokens(review["text"].text().unwrap_or(""));
        let stands = |word: &Vec<String>| has.windows(word.len()).any(|run| run == word.as_slice());
        !words.is_empty() && words.iter().all(stands)
    })
}

fn table(hits: &[Hit]) -> Table {
    let mut table = Table::new(["id", "book_id", "text"]);
    for hit in hits {
        table.push(vec![
            hit.id.into(),
            hit.book_id.into(),
            hit.text.as_str().into(),
        ]);
    }
    table
}

/// Judges a search; `happened` tells what came before it.
#[track_caller]
fn finds(conn: &Connection, text: &str, happened: &str, why: &str) {
    let expected = right(conn, text);
    judged(conn, text, happened, why, &expected, Order::Any);
}

#[track_caller]
fn judged(
    conn: &Connection,
    text: &str,
    happened: &str,
    why: &str,
    expected: &Table,
    order: Order,
) {
    let given = format!("{happened}search(shop, {text:?})");
    let result = no_panic(&given, "the reviews that have these words", why, || {
        search(conn, text)
    });
    let mut why = why;
    let failure = match result {
        Err(error) => {
            let gone = select(conn, "SELECT id FROM reviews WHERE text IS NULL");
            if !gone.is_empty() && matches!(error, Error::InvalidColumnType(_, _, Type::Null)) {
                why = "the index still has the words of a review whose text is NULL now, so the search finds it: an UPDATE to NULL must make it forget the old text, like any other";
            }
            let said = error.to_string();
            let is_fts5 = [
                "fts5:",
                "unterminated string",
                "no such column",
                "unknown special",
            ];
            if text.contains('\0') || text.trim().is_empty() {
                // The check's own reason is the nearest.
            } else if is_fts5.iter().any(|part| said.contains(part)) {
                why = SYNTAX;
            } else if said.contains("syntax error") {
                why = "the text has become a part of the SQL: bind it as a value, and put its words into double quotes for FTS5";
            }
            fail("the search fails")
                .given(given)
                .expected(expected)
                .got(format!("Err: {error}"))
        }
        Ok(hits) => {
            let mut got = table(&hits);
            if matches!(order, Order::Any) {
                got = got.sorted(|one, two| one["id"].order(&two["id"]));
            }
            let Some(difference) = diff(expected, &got, order) else {
                return;
            };
            fail(format!("the search is wrong: {}", difference.what))
                .given(given)
                .expected(difference.expected)
                .got(difference.got)
        }
    };
    let all = select(conn, "SELECT id, text FROM reviews ORDER BY id");
    if all.len() <= 14 {
        failure.part("the table reviews", all)
    } else {
        failure
    }
    .because(why)
    .raise()
}

const NOVELS: [(i64, &str); 9] = [
    (3, "Cold, and then very warm."),
    (5, "A city a day. What a city!"),
    (8, "Is it about a bicycle? It is not only about a bicycle."),
    (12, "My daughter asks for it every evening."),
    (14, "A nice evening with ice tea and my daughter"),
    (20, "Sci-fi at its best"),
    (21, "I like sci and fi and all that"),
    (22, "fi, sci, fo"),
    (30, "In the evening my cat asks"),
];

fn finds_reviews_that_were_there_before() {
    let why = "a new index is empty: bring in what is there already ('rebuild' does it for external content, INSERT ... SELECT for a table of its own)";
    let conn = indexed(&NOVELS);
    for word in ["bicycle", "daughter", "tea", "nothing"] {
        finds(&conn, word, "", why);
    }
    let own = marginalia::create_at("marginalia.db", &VISIBLE);
    installed(&own);
    for word in ["library", "ocean", "bicycle", "bent"] {
        finds(&own, word, "Marginalia's own reviews; ", why);
    }
}

fn finds_all_words_in_any_order() {
    let why = "every word must be in the review, wherever it stands: in FTS5 two quoted words side by side mean AND, all words in one pair of quotes mean that they follow one another";
    let conn = indexed(&NOVELS);
    for text in [
        "evening daughter",
        "daughter evening",
        "asks my evening",
        "  evening\t\n asks ",
        "evening bicycle",
        "evening\u{a0}tea",
        "city city",
    ] {
        finds(&conn, text, "", why);
    }
}

fn counts_each_of_a_hundred_words() {
    let why =
        "a text has up to 100 words, and each of them must be in the review, the last one too";
    let words = |many: usize| {
        let words: Vec<String> = (1..=many).map(|n| format!("w{n}")).collect();
        words.join(" ")
    };
    let (some, all) = (words(99), words(100));
    let conn = indexed(&[(1, "w1 w2"), (2, &some), (4, &all)]);
    finds(&conn, &some, "", why);
    finds(&conn, &all, "", why);
}

fn ignores_case_and_accents() {
    let why = "the tokenizer unicode61 treats the words of the reviews and those of the search alike; without any setting it ignores case and accents (https://sqlite.org/fts5.html#unicode61_tokenizer)";
    let conn = indexed(&[
        (1, "An ÉLAN like no other"),
        (2, "elan vital"),
        (4, "smörgås"),
        (5, "Tea AND cake"),
        (6, "Señor"),
    ]);
    for text in ["élan", "ELAN", "Vital", "SMORGAS", "tea", "TEA", "senor"] {
        finds(&conn, text, "", why);
    }
}

fn knows_the_letters_of_all_scripts() {
    let why = "a word of Cyrillic or Chinese letters is a word: which characters are letters is up to the tokenizer, so leave that to it";
    let conn = indexed(&[
        (1, "tea"),
        (2, "Белая ночь"),
        (4, "tea in the ночь"),
        (5, "日本 tea"),
        (7, "日本"),
    ]);
    for text in [
        "ночь",
        "日本",
        "tea ночь",
        "日本 tea",
        "НОЧЬ",
        "ночь 日本",
        "день",
        "tea день",
    ] {
        finds(&conn, text, "", why);
    }
}

fn finds_whole_words_only() {
    let why = "whole words only: `ice` is not in \"nice\", `cit` does not begin a search, and the default tokenizer knows no plural";
    let conn = indexed(&NOVELS);
    for text in [
        "ice", "cit", "cities", "bicycles", "dau", "evenings", "ask", "c", "warmer",
    ] {
        finds(&conn, text, "", why);
    }
}

fn finds_a_word_of_several_tokens_as_it_stands() {
    let why = "a word between spaces is one thing to find: in double quotes its tokens must follow one another";
    let conn = indexed(&NOVELS);
    for text in [
        "sci-fi",
        "SCI/FI",
        "fi-sci",
        "sci,fi",
        "-sci-fi-",
        "sci-fi best",
        "sci_fi",
    ] {
        finds(&conn, text, "", why);
    }
    let names = indexed(&[
        (1, "Grace O'Neill wrote"),
        (2, "o, said Neill"),
        (3, "O.Neill"),
        (4, "oneill"),
    ]);
    finds(&names, "O'Neill", "", why);
}

fn finds_what_stands_in_the_text_only() {
    let why = "a review is found by the words of its text, and by nothing else that the index may hold: a column that is only kept there is UNINDEXED (https://sqlite.org/fts5.html#the_unindexed_column_option)";
    let conn = indexed(&[
        (6, "Read it seven times"),
        (8, "Read it 7 times"),
        (11, "Big Brother, 1984"),
    ]);
    // As a word of a text; as the id of a book, of a review and of a customer; as a date.
    for text in ["7", "9", "12", "6", "11", "1", "2025", "1984", "read 7"] {
        finds(&conn, text, "", why);
    }
}

fn finds_a_new_review() {
    let conn = indexed(&NOVELS);
    add(&conn, 40, Some("A whale of a book"));
    add(&conn, 41, None);
    let after = "after an INSERT: ";
    for word in ["whale", "book", "bicycle"] {
        finds(&conn, word, after, STEP);
    }
    let (book, customer) = of(40);
    run(
        &conn,
        "INSERT INTO reviews (book_id, customer_id, text, written_on)
         VALUES (?1, ?2, 'More of a dolphin', '2025-04-02')
         ON CONFLICT (book_id, customer_id) DO UPDATE SET text = excluded.text",
        [book, customer],
    );
    for word in ["whale", "dolphin", "book"] {
        finds(&conn, word, "after an upsert that changed a review: ", STEP);
    }
    run(
        &conn,
        "INSERT INTO reviews (book_id, customer_id, text, written_on)
         VALUES (1, 14, 'A sardine', '2025-04-02')",
        [],
    );
    finds(
        &conn,
        "sardine",
        "after an INSERT that leaves the id to SQLite: ",
        STEP,
    );
    run(
        &conn,
        "INSERT INTO reviews (id, book_id, customer_id, text, written_on)
         SELECT 200 + id, id, 9, 'Bought by the metre', '2025-04-03' FROM books WHERE id < 4",
        [],
    );
    finds(&conn, "metre", "after an INSERT of three rows: ", STEP);
}

fn finds_a_changed_review_by_its_new_words_only() {
    let conn = shop(&NOVELS);
    add(&conn, 60, None);
    installed(&conn);
    add(&conn, 61, None);
    let after = "after this: ";
    let change = |sql: &str, words: &[&str]| {
        run(&conn, sql, []);
        let after = format!("{after}{sql}\n");
        for word in words {
            finds(&conn, word, &after, STEP);
        }
    };
    change(
        "UPDATE reviews SET text = 'Now it is about a tricycle' WHERE id = 8",
        &["bicycle", "tricycle", "about", "only"],
    );
    change(
        "UPDATE reviews SET text = NULL WHERE id = 3",
        &["cold", "warm"],
    );
    change(
        "UPDATE reviews SET text = 'Cold again' WHERE id = 3",
        &["cold", "warm", "again"],
    );
    change(
        "UPDATE reviews SET text = 'An afterthought' WHERE id = 61",
        &["afterthought"],
    );
    change(
        "UPDATE reviews SET text = 'One more afterthought' WHERE id = 60",
        &["afterthought", "more"],
    );
    change("DELETE FROM reviews WHERE id >= 60", &["afterthought"]);
    change("UPDATE reviews SET stars = 2", &["evening", "cold"]);
    let moved = "UPDATE reviews SET book_id = 20 WHERE id = 12";
    run(&conn, moved, []);
    finds(
        &conn,
        "daughter",
        &format!("{after}{moved}\n"),
        "an UPDATE can change any column: what the index keeps besides the words must be kept in step, too (a trigger AFTER UPDATE OF text does not run for book_id), or be read from the table",
    );
    change(
        "UPDATE reviews SET text = 'All the same'",
        &["same", "evening", "city", "tricycle"],
    );
    change(
        "UPDATE reviews SET id = id + 500 WHERE id = 20",
        &["same", "all"],
    );
    change(
        "UPDATE reviews SET text = 'moved' WHERE id = 520",
        &["same", "moved", "sci"],
    );
}

fn finds_no_deleted_review() {
    let conn = indexed(&NOVELS);
    run(&conn, "DELETE FROM reviews WHERE id = 12", []);
    for word in ["daughter", "evening", "every"] {
        finds(&conn, word, "after DELETE ... WHERE id = 12: ", STEP);
    }
    add(&conn, 12, Some("A new one with the old number"));
    for word in ["daughter", "number", "every"] {
        finds(
            &conn,
            word,
            "after a DELETE, and an INSERT with the same id: ",
            STEP,
        );
    }
    run(&conn, "DELETE FROM reviews", []);
    for word in ["evening", "city", "number"] {
        finds(&conn, word, "after DELETE FROM reviews: ", STEP);
    }
}

fn undoes_with_the_transaction() {
    let conn = indexed(&NOVELS);
    run(&conn, "BEGIN", []);
    add(&conn, 50, Some("never happened"));
    run(&conn, "DELETE FROM reviews WHERE id = 5", []);
    run(&conn, "UPDATE reviews SET text = 'lost' WHERE id = 8", []);
    for word in ["happened", "city", "lost"] {
        finds(&conn, word, "inside of a transaction that wrote: ", STEP);
    }
    run(&conn, "ROLLBACK", []);
    for word in ["happened", "city", "lost", "bicycle"] {
        finds(&conn, word, "after a ROLLBACK: ", STEP);
    }
}

fn keeps_in_step_with_other_programs() {
    let why = "another program opens the file and writes: what is TEMP, or done in Rust, is known to one connection only; triggers in the file run for all";
    let conn = marginalia::create_at("shared.db", &VISIBLE);
    installed(&conn);
    let other = Connection::open("shared.db").expect("the file opens");
    run(&other, "DELETE FROM reviews WHERE id = 10", []);
    run(
        &other,
        "UPDATE reviews SET text = 'Too much jungle' WHERE id = 8",
        [],
    );
    add(&other, 300, Some("A bookworm's bicycle"));
    for word in ["bicycle", "ocean", "jungle", "bookworm"] {
        finds(&conn, word, "another connection has written: ", why);
        finds(&other, word, "asked by the other connection: ", why);
    }
}

fn keeps_in_step_whatever_is_written() {
    const WORDS: [&str; 7] = ["tea", "ice", "Tea", "ice-tea", "and", "Élan", "not"];
    for_all("the index says what is in the table", 15, |rng| {
        let conn = shop(&[(1, "tea and ice")]);
        installed(&conn);
        let mut story = String::new();
        for _ in 0..rng.range(1..=10) {
            let id: i64 = rng.range(1..=5);
            let text = rng.many(1..=4, |rng| *rng.choose(&WORDS)).join(" ");
            let sql = match rng.range(0..5) {
                0 | 1 => {
                    let (book, customer) = of(id);
                    format!(
                        "INSERT INTO reviews (id, book_id, customer_id, text, written_on)
                         VALUES ({id}, {book}, {customer}, '{text}', '2025-04-01')
                         ON CONFLICT (book_id, customer_id) DO UPDATE SET text = excluded.text"
                    )
                }
                2 => format!("UPDATE reviews SET text = '{text}' WHERE id <= {id}"),
                3 => format!("UPDATE reviews SET text = NULL WHERE id = {id}"),
                _ => format!("DELETE FROM reviews WHERE id = {id}"),
            };
            run(&conn, &sql, []);
            let sql: Vec<&str> = sql.split_whitespace().collect();
            story += &format!("{};\n", sql.join(" "));
            for word in WORDS {
                finds(&conn, word, &story, STEP);
            }
        }
    });
}

fn is_right_again_after_a_second_install() {
    let why = "`install` runs at each start of the shop: it must neither double what is there nor trust it; build the index anew from the table";
    let conn = indexed(&NOVELS);
    installed(&conn);
    for word in ["bicycle", "evening", "city"] {
        finds(&conn, word, "after a second install: ", why);
    }
    add(&conn, 60, Some("after two installs"));
    run(&conn, "DELETE FROM reviews WHERE id = 14", []);
    for word in ["installs", "two", "tea", "evening"] {
        finds(
            &conn,
            word,
            "after a second install and more writing: ",
            why,
        );
    }
    let triggers = select(
        &conn,
        "SELECT name FROM sqlite_schema WHERE type = 'trigger'",
    );
    for row in triggers.rows() {
        let name = row["name"].text().expect("a name").replace('"', "\"\"");
        run(&conn, &format!("DROP TRIGGER \"{name}\""), []);
    }
    add(&conn, 70, Some("written while nobody looked"));
    run(&conn, "DELETE FROM reviews WHERE id = 8", []);
    run(
        &conn,
        "UPDATE reviews SET text = 'rewritten' WHERE id = 5",
        [],
    );
    installed(&conn);
    let happened = "the triggers were gone, reviews were written, install ran again: ";
    for word in ["nobody", "bicycle", "city", "rewritten", "evening"] {
        finds(&conn, word, happened, why);
    }
    run(&conn, "DELETE FROM reviews WHERE id = 70", []);
    add(&conn, 71, Some("all is well"));
    for word in ["nobody", "well"] {
        finds(&conn, word, happened, why);
    }
}

/// Reviews whose order can be told without arithmetic: as many words and more hits, or as
/// many hits and fewer words.
const RANKED: [(i64, &str); 12] = [
    (1, "ocean one two three four five"),
    (2, "ocean ocean one two ocean three"),
    (3, "ocean one two ocean three four"),
    (
        4,
        "tea with a great many other words behind it, all of them of no use to anybody",
    ),
    (5, "tea alone"),
    (6, "tea with a few words"),
    (7, "nothing of that kind here"),
    (8, "nothing at all"),
    (9, "rain again, my dear"),
    (10, "nor here either, I am afraid"),
    (11, "rain again, my dear"),
    (13, "rain again, my dear"),
];

/// Fails unless exactly these are found, in this order.
#[track_caller]
fn in_order(conn: &Connection, text: &str, ids: &[i64], why: &str) {
    let all = select(conn, "SELECT id, book_id, text FROM reviews");
    let mut expected = Table::new(["id", "book_id", "text"]);
    for id in ids {
        for row in all.rows().filter(|row| row["id"].integer() == Some(*id)) {
            expected.push(vec![
                row["id"].clone(),
                row["book_id"].clone(),
                row["text"].clone(),
            ]);
        }
    }
    judged(conn, text, "", why, &expected, Order::Exact);
}

fn puts_the_best_first() {
    let why = "a review is better the more often it has the word and the shorter it is; bm25 is smaller for better ones, so ORDER BY rank goes up (https://sqlite.org/fts5.html#the_bm25_function)";
    let conn = indexed(&RANKED);
    in_order(&conn, "ocean", &[2, 3, 1], why);
    in_order(&conn, "tea", &[5, 6, 4], why);
}

fn puts_equally_good_ones_in_the_order_of_their_ids() {
    let why =
        "where two are equally good, only the id makes the page look the same at every reload";
    let conn = indexed(&RANKED);
    in_order(&conn, "rain", &[9, 11, 13], why);
    in_order(&conn, "dear rain", &[9, 11, 13], why);
    run(&conn, "DELETE FROM reviews WHERE id = 9", []);
    add(&conn, 2_000, Some("rain again, my dear"));
    add(&conn, 9, Some("rain again, my dear"));
    in_order(&conn, "rain", &[9, 11, 13, 2_000], why);
}

const SIGNS: [(i64, &str); 9] = [
    (1, "tea and cake"),
    (2, "tea or coffee"),
    (3, "tea, not near the sea"),
    (4, "cake near the sea"),
    (5, "text: \"quoted\" words"),
    (6, "say \"hi\" to C++ and 50% off"),
    (7, "teapot"),
    (8, "two * three - one = (five)"),
    (9, "coffee not text"),
];

fn takes_operators_for_words() {
    let conn = indexed(&SIGNS);
    for text in [
        "tea AND",
        "AND",
        "tea OR coffee",
        "OR",
        "tea NOT cake",
        "NOT",
        "NOT near",
        "NEAR",
        "NEAR(tea sea)",
        "NEAR(tea sea, 5)",
        "tea NEAR sea",
        "and and and",
        "tea AND AND cake",
    ] {
        finds(&conn, text, "", SYNTAX);
    }
}

fn takes_quotes_and_signs_for_plain_text() {
    let conn = indexed(&SIGNS);
    for text in [
        "\"",
        "\"quoted\"",
        "\"tea cake\"",
        "say\"hi",
        "say\"\"hi",
        "\"\"tea",
        "tea \" cake",
        "\" OR \"tea",
        "tea\" OR \"coffee",
        "te*",
        "tea*",
        "* tea",
        "^cake",
        "^tea",
        "-tea",
        "- tea",
        "text:quoted",
        "text : quoted",
        "text:tea",
        "{text}:tea",
        "-text:tea",
        "(tea",
        "tea)",
        "(tea OR coffee) cake",
        "C++",
        "50%",
        "tea + cake",
        "tea+cake",
        "'",
        "tea' OR 1=1 --",
        "'; DROP TABLE reviews; --",
        "tea;",
        "\\\"tea",
        "tea, cake.",
        "?1",
        "(five)",
        "rank:1",
        "review_words:tea",
    ] {
        finds(&conn, text, "", SYNTAX);
    }
    for_all("no text breaks the search", 60, |rng| {
        let text = rng.text_of("at e\"*^-:+()'{},.AND", 0..=9);
        // Whether a word is left is another check's matter.
        if !tokens(&text).is_empty() {
            finds(&conn, &text, "", SYNTAX);
        }
    });
}

fn finds_nothing_where_no_word_is_left() {
    let why = "there is nothing to look for, so nothing is found: an empty query is an error to FTS5, so do not ask it; and a word without letters and digits must not take the others with it (what FTS5 makes of an empty phrase depends on whether AND is written out)";
    let conn = indexed(&SIGNS);
    for text in [
        "", " ", "\t\n ", "?", "***", "- -", "\"\"", "...", "\u{2003}", "!? ()",
    ] {
        finds(&conn, text, "", why);
    }
    for text in [
        "tea ?",
        "*** tea",
        "tea - cake",
        "tea & cake",
        "\"\" coffee ()",
    ] {
        finds(&conn, text, "", why);
    }
}

fn takes_a_nul_for_white_space() {
    let why = "FTS5 reads its query as a C string, which ends at the first NUL, and then a closing quote is missing: let it separate words before the query is made";
    let conn = indexed(&SIGNS);
    for text in [
        "\0",
        "tea\0",
        "\0tea",
        "tea\0cake",
        "te\0a",
        "tea \0 sea",
        "\0\0",
        "coffee\0nothere",
    ] {
        finds(&conn, text, "", why);
    }
}

/// A shop with this many reviews without the word, and few with it.
fn with_others(reviews: usize) -> Connection {
    let conn = shop(&[]);
    let text = "what many people write about many books";
    conn.execute_batch(&format!(
        "BEGIN;
         WITH RECURSIVE numbers (n) AS (
             SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {reviews}
         )
         INSERT INTO customers (id, name, joined_on)
         SELECT 100 + n, 'C', '2025-01-01' FROM numbers;
         INSERT INTO reviews (book_id, customer_id, text, written_on)
         SELECT 1, id, '{text}', '2025-04-01' FROM customers WHERE id > 100;
         INSERT INTO reviews (book_id, customer_id, text, written_on)
         SELECT 2, id, 'a bicycle', '2025-04-01' FROM customers WHERE id <= 5;
         COMMIT"
    ))
    .expect("the check's own statement");
    conn
}

fn returns_all_that_are_found() {
    let conn = with_others(500);
    installed(&conn);
    let found = match search(&conn, "many people") {
        Ok(hits) => format!("{} reviews", hits.len()),
        Err(error) => format!("Err: {error}"),
    };
    testkit::eq(
        "not all reviews that have the words are returned",
        "500 reviews with the same words; search(shop, \"many people\")",
        found.as_str(),
        "500 reviews",
        "a limit that the rules do not have hides reviews, and the page cannot tell that it does",
    );
}

/// The learner's statements, each SELECT with its plan.
fn plans(conn: &Connection, texts: &[&str]) -> String {
    let mut told = String::new();
    // FTS5 reads its own tables by statements that name the database.
    for sql in texts.iter().filter(|sql| !sql.contains("'main'.")) {
        told += &format!("{}\n", sql.trim());
        if Verb::of(sql) == Verb::Select {
            told += &format!(
                "  {}\n",
                Plan::of(conn, sql).to_string().replace('\n', "\n  ")
            );
        }
    }
    told.trim_end().to_owned()
}

fn does_no_more_work_for_other_reviews() {
    let mut all = Vec::new();
    let mut told = String::new();
    let growth = growth(300, |reviews| {
        let conn = with_others(reviews);
        installed(&conn);
        // All steps on the connection: FTS5 runs statements of its own.
        let steps = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&steps);
        let count = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            false
        };
        watch(&conn);
        conn.progress_handler(1, Some(count));
        let (hits, ran) = during(|| search(&conn, "bicycle"));
        conn.progress_handler(0, None::<fn() -> bool>);
        let found = hits.map_or_else(
            |error| format!("Err: {error}"),
            |hits| hits.len().to_string(),
        );
        testkit::eq(
            "the search finds something else",
            "search(shop, \"bicycle\")",
            found.as_str(),
            "5",
            "five reviews have the word",
        );
        told = plans(&conn, &ran.texts());
        let steps = steps.load(Ordering::Relaxed);
        all.push(steps);
        Effort {
            steps,
            ..Effort::default()
        }
    });
    if all[1] > 2 * all[0] {
        fail("the work grows with the reviews that do not have the word")
            .given("search(shop, \"bicycle\"): five reviews have it, and 300 or 1200 do not")
            .expected("about as many steps")
            .got(growth)
            .part("what ran, and the plans", told)
            .because("MATCH goes from the word to its reviews; LIKE, or a read of all reviews, looks at each of them")
            .raise();
    }
}

fn hands_on_the_error_when_sqlite_fails() {
    let not_installed = shop(&NOVELS);
    let no_tables = Connection::open_in_memory().expect("a database in memory");
    for (conn, given) in [
        (
            &not_installed,
            "a shop in which `install` has never run; search(shop, \"city\")",
        ),
        (
            &no_tables,
            "a database without tables; search(shop, \"city\")",
        ),
    ] {
        if let Ok(hits) = search(conn, "city") {
            fail("SQLite failed, and that was not handed on")
                .given(given)
                .expected("Err(...)")
                .got(format!("Ok, with {} hits", hits.len()))
                .because("a search that says \"nothing found\" because it is broken wakes nobody")
                .raise();
        }
    }
    let conn = indexed(&NOVELS);
    for (row, when) in [(0, "at once"), (2, "after its first row")] {
        for nth in 1..=2 {
            let (result, failed) = failing_select(&conn, nth, row, || search(&conn, "evening"));
            if let (Some(sql), Ok(hits)) = (failed, result) {
                fail("SQLite failed, and that was not handed on")
                    .given(format!(
                        "search(shop, \"evening\"), which three reviews have; this statement fails {when}:\n{}",
                        sql.trim()
                    ))
                    .expected("Err(...)")
                    .got(format!("Ok, with {} hits", hits.len()))
                    .because("each row can fail, too: a list that looks complete and is not tells nobody that something is broken")
                    .raise();
            }
        }
    }
    if install(&no_tables).is_ok() {
        fail("SQLite failed, and that was not handed on")
            .given("a database without tables; install(shop)")
            .expected("Err(...)")
            .got("Ok(())")
            .because("there is no table `reviews` to index; who starts the shop must learn of it")
            .raise();
    }
}
