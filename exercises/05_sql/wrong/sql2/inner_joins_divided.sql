-- fails: has_one_row_for_every_customer_with_orders_or_without
-- query: customer_report
SELECT
    customers.id,
    customers.name,
    count(DISTINCT orders.id) AS orders,
    sum(order_lines.quantity * order_lines.unit_cents) / count(DISTINCT reviews.id) AS spent_cents,
    count(DISTINCT reviews.id) AS reviews
FROM customers
JOIN orders ON orders.customer_id = customers.id
JOIN order_lines ON order_lines.order_id = orders.id
JOIN reviews ON reviews.customer_id = customers.id
GROUP BY customers.id
ORDER BY spent_cents DESC, customers.id;
