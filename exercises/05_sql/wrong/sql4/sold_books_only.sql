-- fails: keeps_every_book_whatever_was_sold
-- query: open_orders
SELECT customers.id, customers.name, count(orders.id) AS open_orders
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id AND orders.status = 'open'
GROUP BY customers.id;

-- query: copies_sold
WITH sold AS (
    SELECT order_lines.book_id, sum(order_lines.quantity) AS copies
    FROM order_lines
    JOIN orders ON orders.id = order_lines.order_id
    WHERE orders.status <> 'cancelled'
    GROUP BY order_lines.book_id
)
SELECT books.id, books.title, coalesce(sold.copies, 0) AS copies
FROM books
JOIN sold ON sold.book_id = books.id;

-- query: without_review
SELECT id, title
FROM books
WHERE NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.book_id = books.id);

-- query: quiet_cities
SELECT DISTINCT home.city
FROM customers AS home
WHERE home.city IS NOT NULL
AND NOT EXISTS (
    SELECT 1
    FROM customers AS neighbour
    JOIN orders ON orders.customer_id = neighbour.id
    WHERE neighbour.city = home.city
);
