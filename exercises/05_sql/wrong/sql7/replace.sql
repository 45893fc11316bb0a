-- fails: keeps_the_id_of_a_review_that_changes
-- REPLACE makes a new row.

-- query: deliver
INSERT INTO stock (book_id, place, copies)
VALUES (:book_id, :place, :copies)
ON CONFLICT (book_id, place) DO UPDATE
    SET copies = copies + excluded.copies
RETURNING copies;

-- query: sign_up
INSERT INTO customers (name, email, city, joined_on)
VALUES (:name, :email, :city, :today)
-- DO NOTHING would return no row for an address that we know. This changes nothing
-- either, but it is an update, and RETURNING sees the row.
ON CONFLICT (email) DO UPDATE
    SET email = excluded.email
RETURNING id;

-- query: review
INSERT OR REPLACE INTO reviews (book_id, customer_id, stars, text, written_on)
VALUES (:book_id, :customer_id, :stars, :text, :written_on)
RETURNING id, stars;
