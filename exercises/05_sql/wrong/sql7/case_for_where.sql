-- fails: leaves_a_review_alone_when_an_older_one_comes_late
-- Writes nothing new, but says that it has written.

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
INSERT INTO reviews (book_id, customer_id, stars, text, written_on)
VALUES (:book_id, :customer_id, :stars, :text, :written_on)
ON CONFLICT (book_id, customer_id) DO UPDATE
    SET stars = iif(excluded.written_on >= written_on, excluded.stars, stars),
        text = iif(excluded.written_on >= written_on, excluded.text, text),
        written_on = max(excluded.written_on, written_on)
RETURNING id, stars;
