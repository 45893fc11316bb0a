-- # sql2: the report that counts too much and too little
--
-- Every Monday the owner reads one row per customer: how many orders, how much
-- spent, how many reviews. Since the reviews were added, Ana's 83.80 euros are
-- shown as 251.40. And customers who never ordered are missing from the list, so
-- nobody got a "we miss you" letter.
--
-- The rules for the report:
--
--   id, name      every customer, one row each; two may have the same name
--   orders        how many orders the customer placed, whatever their status;
--                 an order without lines counts too
--   spent_cents   the sum of quantity * unit_cents over all lines of all these
--                 orders; 0, not NULL, where there are none; an order may have
--                 two lines that are equal but for their id
--   reviews       how many reviews the customer wrote, with or without an order
--
-- All three are integers, money too: 8380, not 8380.0. The highest spent_cents come
-- first; customers who spent the same are sorted by id. The program that draws the
-- report finds the columns by these names, so their order is up to you.
--
-- Why it goes wrong: JOIN drops a row that has no partner, and makes one row for
-- *each* partner where there are several. Ana has 4 orders with 8 lines in all,
-- and 3 reviews: 8 x 3 = 24 rows, and each line appears in 3 of them.
-- (https://sqlite.org/lang_select.html#fromclause; sum() of no rows is NULL:
-- https://sqlite.org/lang_aggfunc.html#sumunc)
--
-- The tables:
--
--   customers    id, name, email, city, joined_on
--   orders       id, customer_id, placed_on, shipped_on, status
--   order_lines  id, order_id, book_id, quantity, unit_cents
--   reviews      id, book_id, customer_id, stars, text, written_on
--
-- What to do: mend the query so that it is right for any data, not only for
-- Marginalia's. Keep it one statement, and keep the line `-- query: customer_report`.


-- query: customer_report
SELECT
    customers.id,
    customers.name,
    count(orders.id) AS orders,
    sum(order_lines.quantity * order_lines.unit_cents) AS spent_cents,
    count(reviews.id) AS reviews
FROM customers
JOIN orders ON orders.customer_id = customers.id
JOIN order_lines ON order_lines.order_id = orders.id
JOIN reviews ON reviews.customer_id = customers.id
GROUP BY customers.id
ORDER BY spent_cents DESC, customers.id;
