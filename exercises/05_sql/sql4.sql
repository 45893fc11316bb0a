-- # sql4: customers who vanish, and books that never sold
--
-- Marginalia calls every customer who has nothing on order, and sends books that never
-- sell back to the publisher. Both lists were wrong this week. Customers vanished from
-- the first, and a book that had sold was sent back. The queries use LEFT JOIN; but what
-- it keeps is lost again, or taken for something else, a few lines further down.
--
-- What LEFT JOIN does: it keeps each row of the table on its left. A row that finds no
-- partner gets NULL in all columns of the table on its right.
-- (https://sqlite.org/lang_select.html#fromclause)
--
--   ON      says which rows are partners. A row on the left that has none stays.
--   WHERE   is asked afterwards, about the joined row. NULL = 'open' is not true, and so
--           the rows without a partner go, as if LEFT were not there.
--   JOIN    after a LEFT JOIN does the same: its ON is not true for a NULL.
--   IS NULL tells "no partner" only on a column that a partner can never have NULL,
--           such as its id.
--
-- NOT IN over a list with a NULL in it is never true, since the NULL might be what you
-- look for. NOT EXISTS asks whether there is a row; but its condition is not true for a
-- NULL either.   (https://sqlite.org/lang_expr.html#in_op)
--
-- The tables that you need (the chapter's README shows all of them):
--
--   books        id, title, author_id, genre, published, price_cents
--   customers    id, name, email, city, joined_on
--                city is NULL where the customer did not tell us
--   orders       id, customer_id, placed_on, shipped_on, status
--                status is 'open', 'shipped' or 'cancelled'
--   order_lines  id, order_id, book_id, quantity, unit_cents
--                an order may have no line; two lines of an order may be for one book
--   reviews      id, book_id, customer_id, stars, text, written_on
--                stars is NULL where somebody wrote only words, text where somebody gave
--                only stars; both may be NULL
--
-- What to do: mend the four queries, so that each does what the comment above it says,
-- for any data and not only for Marginalia's. Keep the lines `-- query: NAME` and the
-- order of the columns; their names are up to you. Rows may come in any order.


-- query: open_orders
-- id, name, open_orders: a row for every customer, and how many orders with the status
-- 'open' the customer has; 0 where there are none, whatever other orders there may be.
SELECT customers.id, customers.name, count(orders.id) AS open_orders
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id
WHERE orders.status = 'open'
GROUP BY customers.id;


-- query: copies_sold
-- id, title, copies: a row for every book, and how many copies of it were sold: the sum of
-- quantity over its order lines. Lines of cancelled orders do not count. 0, not NULL,
-- where nothing was sold.
SELECT books.id, books.title, coalesce(sum(order_lines.quantity), 0) AS copies
FROM books
LEFT JOIN order_lines ON order_lines.book_id = books.id
JOIN orders ON orders.id = order_lines.order_id
WHERE orders.status <> 'cancelled'
GROUP BY books.id;


-- query: without_review
-- id, title: a row for each book that nobody has reviewed. A review without stars or
-- without text is a review, too.
SELECT books.id, books.title
FROM books
LEFT JOIN reviews ON reviews.book_id = books.id
WHERE reviews.stars IS NULL;


-- query: quiet_cities
-- city: each city in which customers live, but none who ever ordered anything; once each.
-- A cancelled order is an order, too. Customers live in one city only where its name is
-- spelled alike. NULL is not a city: it does not stand in the list, and the orders of
-- customers whose city we do not know are orders of no city.
SELECT DISTINCT city
FROM customers
WHERE city NOT IN (
    SELECT customers.city
    FROM customers
    JOIN orders ON orders.customer_id = customers.id
);
