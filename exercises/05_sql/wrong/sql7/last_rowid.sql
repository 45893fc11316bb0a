-- fails: finds_the_customer_of_a_known_address_and_changes_nothing
-- The id of the last INSERT, which may have been another one.

-- query: deliver
INSERT INTO stock (book_id, place, copies)
VALUES (:book_id, :place, :copies)
ON CONFLICT (book_id, place) DO UPDATE
    SET copies = copies + excluded.copies
RETURNING copies;

-- query: sign_up
INSERT OR IGNORE INTO customers (name, email, city, joined_on)
VALUES (:name, :email, :city, :today);
SELECT last_insert_rowid() AS id;

-- query: review
INSERT INTO reviews (book_id, customer_id, stars, text, written_on)
VALUES (:book_id, :customer_id, :stars, :text, :written_on)
ON CONFLICT (book_id, customer_id) DO UPDATE
    SET stars = excluded.stars,
        text = excluded.text,
        written_on = excluded.written_on
    -- A message that was overtaken by a later one finds it and leaves it alone.
    WHERE excluded.written_on >= reviews.written_on
RETURNING id, stars;
