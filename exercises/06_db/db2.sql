-- # db2: an index on everything, and all pages slow
--
-- Since the shop has a million orders, three pages are slow. Somebody has already made
-- an index for each column of the table. The pages are as slow as before, and now new
-- orders are slow too: each of them must be written into every index.
--
-- The rules:
--
--   Indexes   At most TWO, of your own, for all three pages. Below `-- query: indexes`
--             stand CREATE INDEX statements and nothing else; what stands there is all
--             that the table `orders` will have. No index may refuse an order.
--   history   customer 7's last 20 orders: id, placed_on, status; the newest placed_on
--             first, the highest id first on one day.
--   to_pack   the open orders placed before 15 March 2025: id, customer_id, placed_on;
--             the oldest first, the lowest id first on one day.
--   march     for each day of March 2025 with shipped orders: placed_on, how many
--             shipped orders were placed on it (orders), and by how many different
--             customers (customers); by placed_on.
--
-- All three return the right rows today, and must go on to do so, for any data and with any
-- indexes: they are compared where yours are missing, so INDEXED BY does not help. Rows and
-- columns are compared by their place. Each query stays one statement. (placed_on is never
-- NULL and always written like 2025-03-09; status is 'open', 'shipped' or 'cancelled'.)
--
-- How they must be run, as EXPLAIN QUERY PLAN tells (https://sqlite.org/eqp.html):
--
--   all       SEARCH of orders, no SCAN, and no TEMP B-TREE FOR ORDER BY: the index has
--             the rows in the order that is asked for
--   history   finds the customer in the index                       (customer_id=?)
--   to_pack   finds the status, and in it the dates      (status=? AND placed_on<?)
--   march     finds the status, and in it the dates      (status=? AND placed_on>?...),
--             and does not read the table at all: USING COVERING INDEX
--
-- and none of them may work more if the shop has four times as many *other* orders: of
-- other customers, with other statuses, or on other days.
--
-- What to know: an index is a sorted list of some columns, like a telephone book sorted by
-- name and then by first name. It finds what its first column begins with; the second one
-- is sorted only among equal values of the first. So columns that are compared with `=`
-- come first, then those with `<` or `>` or that you sort by, and last those that are only
-- read. A column inside of a function is not in the list. SQLite ends each index with the
-- rowid, here `id`, from low to high; you may also name it earlier. It can read an index
-- forward or backward. (https://sqlite.org/queryplanner.html)
--
-- What to do: replace the indexes, and rewrite what hides a column from them.
-- Keep the four lines that begin with `-- query:`.


-- query: indexes
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_placed_on ON orders (placed_on);
CREATE INDEX orders_shipped_on ON orders (shipped_on);
CREATE INDEX orders_status ON orders (status);


-- query: history
SELECT id, placed_on, status
FROM orders
WHERE customer_id = 7
ORDER BY placed_on DESC, id DESC
LIMIT 20;


-- query: to_pack
SELECT id, customer_id, placed_on
FROM orders
WHERE lower(status) = 'open' AND date(placed_on) < date('2025-03-15')
ORDER BY placed_on, id;


-- query: march
SELECT placed_on, count(*) AS orders, count(DISTINCT customer_id) AS customers
FROM orders
WHERE status = 'shipped' AND strftime('%Y-%m', placed_on) = '2025-03'
GROUP BY placed_on
ORDER BY placed_on;
