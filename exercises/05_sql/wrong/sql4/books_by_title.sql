-- fails: keeps_every_book_whatever_was_sold
-- query: open_orders
SELECT customers.id, customers.name, count(orders.id) AS open_orders
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id AND orders.status = 'open'
GROUP BY customers.id;

-- query: copies_sold
SELECT books.id, books.title, coalesce(sum(order_lines.quantity) FILTER (WHERE orders.id IS NOT NULL), 0) AS copies
FROM books
LEFT JOIN order_lines ON order_lines.book_id = books.id
LEFT JOIN orders ON orders.id = order_lines.order_id AND orders.status <> 'cancelled'
GROUP BY books.title;

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
