-- # sql7: two scanners, one shelf
--
-- Forty copies of a new book came in on Tuesday. Two people scanned twenty each, at the
-- same moment, and the shop said that it had twenty. On Wednesday a reader who signed up
-- for the newsletter a second time was shown somebody else's data. And a review that its
-- writer had corrected went back to the old text, because the first message came late.
--
-- Each query below is run by a program that fills in its parameters (`:copies` and so on)
-- and reads the rows that come back. Many programs do so at once. Each statement is a
-- transaction of its own, and between two statements of one program any other program's
-- may run. So "look first, then write" has a gap. The rules:
--
--   - Each query is one statement that decides, writes and answers. No BEGIN: a program
--     that holds the database keeps all others waiting.
--   - deliver (:book_id, :place, :copies): so many copies have come to a place. They are
--     added to those that are there; a place that had no row for the book gets one.
--     Returns one row with the column copies: how many are there now.
--   - sign_up (:name, :email, :city, :today): a new e-mail address becomes a new customer
--     who joined today. An address that we know (the same text) changes nothing, not even
--     the name. Returns one row with the column id: the customer of that address, new or
--     known. :email is never NULL, :city may be.
--   - review (:book_id, :customer_id, :stars, :text, :written_on): there is one review for
--     each book and customer. If there is none, this is it. If there is one of the same day
--     or an earlier one, its stars, text and written_on become these, NULL too; its id
--     stays. If there is a later one, nothing changes. Returns the columns id and stars of
--     the review that was written; no row if nothing was.
--   - What the tables refuse (a CHECK, a foreign key) is an error and never silence.
--   - Tables get new columns now and then. So name the columns that you write, and leave
--     all others of a row that is there as they are.
--
-- How such a statement looks, for a table of shelves with one row for each room:
--
--   INSERT INTO shelves (room, books) VALUES (:room, :books)
--   ON CONFLICT (room) DO UPDATE SET books = excluded.books   (or: DO NOTHING)
--   RETURNING room, books;
--
-- `shelves.books` is what stands there, `excluded.books` what would have been inserted.
-- (https://sqlite.org/lang_upsert.html, https://sqlite.org/lang_returning.html;
-- why REPLACE and OR IGNORE are something else: https://sqlite.org/lang_conflict.html)
--
-- The tables, with what matters here:
--
--   stock      book_id, place, copies                      PRIMARY KEY (book_id, place)
--   customers  id, name, email, city, joined_on            UNIQUE (email)
--   reviews    id, book_id, customer_id, stars, text,      UNIQUE (book_id, customer_id)
--              written_on
--
-- What to do: make each query one statement, INSERT ... ON CONFLICT ... RETURNING. Keep
-- the lines `-- query: ...`.

-- query: deliver
UPDATE stock SET copies = copies + :copies
WHERE book_id = :book_id AND place = :place;

INSERT INTO stock (book_id, place, copies)
SELECT :book_id, :place, :copies
WHERE NOT EXISTS (SELECT 1 FROM stock WHERE book_id = :book_id AND place = :place);

SELECT copies FROM stock
WHERE book_id = :book_id AND place = :place;

-- query: sign_up
INSERT OR IGNORE INTO customers (name, email, city, joined_on)
VALUES (:name, :email, :city, :today);

SELECT last_insert_rowid() AS id;

-- query: review
DELETE FROM reviews
WHERE book_id = :book_id AND customer_id = :customer_id;

INSERT INTO reviews (book_id, customer_id, stars, text, written_on)
VALUES (:book_id, :customer_id, :stars, :text, :written_on)
RETURNING id, stars;
