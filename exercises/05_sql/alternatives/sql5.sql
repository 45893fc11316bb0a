-- query: bestsellers
-- No window: a place is one more than the number of books that sold better.
WITH sold AS (
    SELECT b.genre, b.id, b.title, sum(l.quantity) AS copies
    FROM books AS b, order_lines AS l, orders AS o
    WHERE l.book_id = b.id AND o.id = l.order_id AND o.status IN ('open', 'shipped')
    GROUP BY b.id
),
placed AS (
    SELECT *, 1 + (
        SELECT count(*) FROM sold AS better
        WHERE better.genre IS sold.genre AND better.copies > sold.copies
    ) AS place
    FROM sold
)
SELECT genre, place, id, title, copies FROM placed WHERE place < 4;

-- query: spent_so_far
WITH worth AS (
    SELECT o.id, o.customer_id, o.placed_on, sum(l.quantity * l.unit_cents) AS cents
    FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
    WHERE o.status <> 'cancelled'
    GROUP BY o.id
)
SELECT id, customer_id, placed_on, cents, (
    SELECT sum(earlier.cents) FROM worth AS earlier
    WHERE earlier.customer_id = worth.customer_id
    AND (earlier.placed_on, earlier.id) <= (worth.placed_on, worth.id)
)
FROM worth
ORDER BY id DESC;

-- query: week
WITH days AS (
    SELECT o.placed_on AS day, sum(l.quantity * l.unit_cents) AS cents
    FROM orders AS o JOIN order_lines AS l ON l.order_id = o.id
    WHERE o.status <> 'cancelled'
    GROUP BY 1
)
SELECT today.day, today.cents, CAST(sum(other.cents) / 7.0 AS INTEGER)
FROM days AS today
JOIN days AS other ON other.day BETWEEN date(today.day, '-6 days') AND today.day
GROUP BY today.day
ORDER BY today.day DESC;
