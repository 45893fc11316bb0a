-- query: open_orders
-- The condition inside the count: every joined row stays, and only some are counted.
SELECT c.id, c.name, count(*) FILTER (WHERE o.status = 'open')
FROM customers AS c
LEFT JOIN orders AS o ON o.customer_id = c.id
GROUP BY c.id;

-- query: copies_sold
-- The two right tables are joined with each other, and the result is joined from the left.
SELECT books.id, books.title, coalesce(sum(order_lines.quantity), 0) AS copies
FROM books
LEFT JOIN (
    order_lines
    JOIN orders ON orders.id = order_lines.order_id AND orders.status <> 'cancelled'
) ON order_lines.book_id = books.id
GROUP BY books.id;

-- query: without_review
SELECT books.id, books.title
FROM books
LEFT JOIN reviews ON reviews.book_id = books.id
WHERE reviews.id IS NULL;

-- query: quiet_cities
-- A difference of two sets; EXCEPT takes NULLs for the same, and keeps each row once.
SELECT city FROM customers WHERE city IS NOT NULL
EXCEPT
SELECT city FROM customers JOIN orders ON orders.customer_id = customers.id
