-- The same with row values, names for the tables, and INSERT ... SELECT, whose WHERE true
-- tells the parser that ON belongs to the upsert and not to a join.

-- query: deliver
INSERT INTO stock AS shelf (copies, place, book_id)
SELECT :copies, :place, :book_id WHERE true
ON CONFLICT DO UPDATE
    SET copies = shelf.copies + :copies
RETURNING copies, 'delivered' AS what;

-- query: sign_up
INSERT INTO customers (email, name, joined_on, city)
VALUES (:email, :name, :today, :city)
ON CONFLICT (email) DO UPDATE
    SET (name, city) = (customers.name, customers.city)
RETURNING customers.id;

-- query: review
WITH message (book_id, customer_id, stars, text, written_on) AS (
    VALUES (:book_id, :customer_id, :stars, :text, :written_on)
)
INSERT INTO reviews (book_id, customer_id, stars, text, written_on)
SELECT * FROM message WHERE true
ON CONFLICT (book_id, customer_id) DO UPDATE
    SET (stars, text, written_on) = (excluded.stars, excluded.text, excluded.written_on)
    WHERE NOT excluded.written_on < reviews.written_on
RETURNING stars, id;
