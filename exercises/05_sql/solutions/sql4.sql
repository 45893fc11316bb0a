-- # sql4: customers who vanish, and books that never sold

-- query: open_orders
-- What makes an order a partner stands in ON. A customer without an open order has no
-- partner, and stays, with NULLs; count(orders.id) does not count them.
SELECT customers.id, customers.name, count(orders.id) AS open_orders
FROM customers
LEFT JOIN orders ON orders.customer_id = customers.id AND orders.status = 'open'
GROUP BY customers.id;

-- query: copies_sold
-- What was sold is worked out first, where lines and orders may be joined: each line has
-- its order. Only the last join has to keep rows without a partner.
WITH sold AS (
    SELECT order_lines.book_id, sum(order_lines.quantity) AS copies
    FROM order_lines
    JOIN orders ON orders.id = order_lines.order_id
    WHERE orders.status <> 'cancelled'
    GROUP BY order_lines.book_id
)
SELECT books.id, books.title, coalesce(sold.copies, 0) AS copies
FROM books
LEFT JOIN sold ON sold.book_id = books.id;

-- query: without_review
-- NOT EXISTS says what is meant: there is no review. It joins nothing, so no NULL can
-- come from two places.
SELECT id, title
FROM books
WHERE NOT EXISTS (SELECT 1 FROM reviews WHERE reviews.book_id = books.id);

-- query: quiet_cities
-- A customer with city NULL has no neighbour in the subquery, so NOT EXISTS would be true
-- for NULL: the outer query leaves it out.
SELECT DISTINCT home.city
FROM customers AS home
WHERE home.city IS NOT NULL
AND NOT EXISTS (
    SELECT 1
    FROM customers AS neighbour
    JOIN orders ON orders.customer_id = neighbour.id
    WHERE neighbour.city = home.city
);
