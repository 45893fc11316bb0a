-- fails: adds_up_each_order_line_once
-- query: customer_report
SELECT
    customers.id,
    customers.name,
    count(DISTINCT orders.id) AS orders,
    coalesce(sum(order_lines.quantity * order_lines.unit_cents), 0) AS spent_cents,
    count(DISTINCT reviews.id) AS reviews
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id
LEFT JOIN order_lines ON order_lines.order_id = orders.id
LEFT JOIN reviews ON reviews.customer_id = customers.id
GROUP BY customers.id
ORDER BY spent_cents DESC, customers.id;
