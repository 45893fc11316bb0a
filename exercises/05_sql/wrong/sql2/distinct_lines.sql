-- fails: adds_up_each_order_line_once
-- DISTINCT before the sum: two equal lines of one order become one.
-- query: customer_report
WITH
    orders_of AS (
        SELECT customer_id, count(*) AS orders
        FROM orders
        GROUP BY customer_id
    ),
    spent_by AS (
        SELECT customer_id, sum(quantity * unit_cents) AS cents
        FROM (
            SELECT DISTINCT customer_id, order_id, book_id, quantity, unit_cents
            FROM orders
            JOIN order_lines ON order_lines.order_id = orders.id
        )
        GROUP BY customer_id
    ),
    reviews_by AS (
        SELECT customer_id, count(*) AS reviews
        FROM reviews
        GROUP BY customer_id
    )
SELECT
    customers.id,
    customers.name,
    coalesce(orders_of.orders, 0) AS orders,
    coalesce(spent_by.cents, 0) AS spent_cents,
    coalesce(reviews_by.reviews, 0) AS reviews
FROM customers
LEFT JOIN orders_of ON orders_of.customer_id = customers.id
LEFT JOIN spent_by ON spent_by.customer_id = customers.id
LEFT JOIN reviews_by ON reviews_by.customer_id = customers.id
ORDER BY spent_cents DESC, customers.id;
