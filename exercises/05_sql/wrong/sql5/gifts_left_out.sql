-- fails: counts_the_smaller_id_first_on_one_day
-- query: bestsellers
WITH
    sold AS (
        SELECT order_lines.book_id, sum(order_lines.quantity) AS copies
        FROM order_lines
        JOIN orders ON orders.id = order_lines.order_id
        WHERE orders.status <> 'cancelled'
        GROUP BY order_lines.book_id
    ),
    placed AS (
        SELECT
            books.genre,
            rank() OVER (PARTITION BY books.genre ORDER BY sold.copies DESC) AS place,
            books.id,
            books.title,
            sold.copies
        FROM sold
        JOIN books ON books.id = sold.book_id
    )
SELECT genre, place, id, title, copies
FROM placed
WHERE place <= 3;

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
GROUP BY orders.id
HAVING sum(order_lines.unit_cents) > 0;

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
