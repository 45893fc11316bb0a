-- query: customer_report
-- One list of three kinds of events, added up once.
SELECT
    c.name AS Name, c.id AS ID,
    sum(e.is_order) AS Orders, sum(e.cents) AS Spent_Cents, sum(e.is_review) AS Reviews,
    max(c.city) AS city
FROM customers AS c
JOIN (
    SELECT id AS customer_id, 0 AS is_order, 0 AS cents, 0 AS is_review FROM customers
    UNION ALL
    SELECT customer_id, 1, 0, 0 FROM orders
    UNION ALL
    SELECT customer_id, 0, quantity * unit_cents, 0
    FROM order_lines JOIN orders ON orders.id = order_lines.order_id
    UNION ALL
    SELECT customer_id, 0, 0, 1 FROM reviews
) AS e ON e.customer_id = c.id
GROUP BY c.id
ORDER BY 4 DESC, 2;
