-- Counted in two steps: each customer of a day, then each day.

-- query: indexes
CREATE INDEX a ON orders (customer_id, placed_on, id);
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
SELECT placed_on, sum(n), count(*)
FROM (
    SELECT placed_on, customer_id, count(*) AS n
    FROM orders
    WHERE status = 'shipped' AND placed_on BETWEEN '2025-03-01' AND '2025-03-31'
    GROUP BY placed_on, customer_id
)
GROUP BY placed_on
ORDER BY placed_on;
