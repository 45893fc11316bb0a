-- fails: makes_indexes_and_nothing_else
-- Fewer rows are faster, too.

-- query: indexes
CREATE INDEX orders_by_customer ON orders (customer_id, placed_on);
CREATE INDEX orders_by_status ON orders (status, placed_on, id, customer_id);
DELETE FROM orders WHERE placed_on < '2020-01-01';


-- query: history
SELECT id, placed_on, status
FROM orders
WHERE customer_id = 7
ORDER BY placed_on DESC, id DESC
LIMIT 20;


-- query: to_pack
SELECT id, customer_id, placed_on
FROM orders
WHERE status = 'open' AND placed_on < '2025-03-15'
ORDER BY placed_on, id;


-- query: march
SELECT placed_on, count(*) AS orders, count(DISTINCT customer_id) AS customers
FROM orders
WHERE status = 'shipped' AND placed_on >= '2025-03-01' AND placed_on < '2025-04-01'
GROUP BY placed_on
ORDER BY placed_on;
