-- fails: counts_each_review_once
-- A review of a book that nobody ordered is a review, too.
-- query: customer_report
WITH
    orders_of AS (
        SELECT customer_id, count(*) AS orders
        FROM orders
        GROUP BY customer_id
    ),
    spent_by AS (
        SELECT orders.customer_id, sum(order_lines.quantity * order_lines.unit_cents) AS cents
        FROM orders
        JOIN order_lines ON order_lines.order_id = orders.id
        GROUP BY orders.customer_id
    ),
    reviews_by AS (
        SELECT customer_id, count(*) AS reviews
        FROM reviews
        WHERE book_id IN (SELECT book_id FROM order_lines)
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
