-- # sql5: places, totals so far, and a week with days missing

-- query: bestsellers
-- Three steps: a sum for each book, a place for each sum, the best places. The last one
-- needs a query around the window function, since WHERE comes before it.
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
-- The window sees the groups, so the inner sum is over the lines of an order and the outer
-- one over orders. With the id in ORDER BY no two rows are equal: each sum ends with its
-- own row.
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
-- RANGE measures in days, because ORDER BY is a number of days. A day without a row adds
-- nothing to the sum, which is right; avg() would divide by the days that have a row.
-- Integers divide to an integer, and above 0 that rounds down.
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
