-- fails: has_one_row_for_every_customer_with_orders_or_without
-- query: customer_report
SELECT
    customers.id,
    customers.name,
    count(DISTINCT orders.id) AS orders,
    coalesce(sum(order_lines.quantity * order_lines.unit_cents) / max(1, count(DISTINCT reviews.id)), 0) AS spent_cents,
    count(DISTINCT reviews.id) AS reviews
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id
LEFT JOIN order_lines ON order_lines.order_id = orders.id
LEFT JOIN reviews ON reviews.customer_id = customers.id
GROUP BY customers.name
ORDER BY spent_cents DESC, customers.id;
