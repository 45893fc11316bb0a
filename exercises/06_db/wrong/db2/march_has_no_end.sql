-- fails: no_page_works_more_for_other_orders

-- query: indexes
CREATE INDEX orders_by_customer ON orders (customer_id, placed_on);
CREATE INDEX orders_by_status ON orders (status, placed_on, id, customer_id);


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
WHERE status = 'shipped' AND placed_on >= '2025-03-01' AND substr(placed_on, 1, 7) = '2025-03'
GROUP BY placed_on
ORDER BY placed_on;
