-- # db2: an index on everything, and all pages slow

-- query: indexes
-- `=` first, then what is sorted by. The id of each row ends the index anyway.
CREATE INDEX orders_by_customer ON orders (customer_id, placed_on);
-- One index for two pages: both begin with a status and go on with dates. `id` stands in it by
-- name because `to_pack` sorts by it; behind it, what is only read.
CREATE INDEX orders_by_status ON orders (status, placed_on, id, customer_id);


-- query: history
SELECT id, placed_on, status
FROM orders
WHERE customer_id = 7
ORDER BY placed_on DESC, id DESC
LIMIT 20;


-- query: to_pack
-- Both sides were written alike already: no function is needed to compare them.
SELECT id, customer_id, placed_on
FROM orders
WHERE status = 'open' AND placed_on < '2025-03-15'
ORDER BY placed_on, id;


-- query: march
-- A month is a range of dates. Half open, it needs no last day.
SELECT placed_on, count(*) AS orders, count(DISTINCT customer_id) AS customers
FROM orders
WHERE status = 'shipped' AND placed_on >= '2025-03-01' AND placed_on < '2025-04-01'
GROUP BY placed_on
ORDER BY placed_on;
