-- query: customer_report
-- A subquery for each number: it sees one customer and one table at a time.
SELECT
    c.id,
    c.name,
    (SELECT count(*) FROM reviews AS r WHERE r.customer_id = c.id) AS reviews,
    (SELECT count(*) FROM orders AS o WHERE o.customer_id = c.id) AS orders,
    (
        SELECT ifnull(sum(l.quantity * l.unit_cents), 0)
        FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
        WHERE o.customer_id = c.id
    ) AS spent_cents
FROM customers AS c
ORDER BY spent_cents DESC, c.id
