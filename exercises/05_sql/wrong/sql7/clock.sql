-- fails: makes_a_new_address_a_customer
-- The day comes from the clock of the database.

-- query: deliver
INSERT INTO stock (book_id, place, copies)
VALUES (:book_id, :place, :copies)
ON CONFLICT (book_id, place) DO UPDATE
    SET copies = copies + excluded.copies
RETURNING copies;

-- query: sign_up
INSERT INTO customers (name, email, city, joined_on)
VALUES (:name, :email, :city, date('now'))
-- DO NOTHING would return no row for an address that we know. This changes nothing
-- either, but it is an update, and RETURNING sees the row.
ON CONFLICT (email) DO UPDATE
    SET email = excluded.email
RETURNING id;

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
