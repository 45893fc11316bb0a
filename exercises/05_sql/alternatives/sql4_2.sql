-- query: open_orders
SELECT id, name,
    (SELECT count(*) FROM orders WHERE customer_id = customers.id AND status = 'open') AS n
FROM customers
ORDER BY n DESC;

-- query: copies_sold
-- Two LEFT JOINs in a row, and the condition in the sum.
SELECT
    b.id, b.title,
    sum(CASE WHEN o.status IN ('open', 'shipped') THEN l.quantity ELSE 0 END) AS copies
FROM books AS b
LEFT JOIN order_lines AS l ON l.book_id = b.id
LEFT JOIN orders AS o ON o.id = l.order_id
GROUP BY b.id, b.title;

-- query: without_review
SELECT id, title FROM books WHERE id NOT IN (SELECT book_id FROM reviews);

-- query: quiet_cities
-- The orders of each city, counted.
SELECT city
FROM customers LEFT JOIN orders ON orders.customer_id = customers.id
GROUP BY city
HAVING count(city) > 0 AND count(orders.id) = 0;
