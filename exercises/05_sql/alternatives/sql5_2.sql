-- query: bestsellers
SELECT genre, place, id, title, copies
FROM (
    SELECT genre, id, title, sum(quantity) AS copies,
        rank() OVER (PARTITION BY genre ORDER BY sum(quantity) DESC) AS place
    FROM books JOIN (
        SELECT book_id, quantity FROM order_lines
        WHERE order_id NOT IN (SELECT id FROM orders WHERE status = 'cancelled')
    ) ON book_id = id
    GROUP BY id
)
WHERE place BETWEEN 1 AND 3
ORDER BY genre NULLS LAST, place, id;

-- query: spent_so_far
-- Each line knows the total so far; of each order, the last line has it all.
SELECT id, customer_id, placed_on, sum(cents), max(so_far)
FROM (
    SELECT o.id, o.customer_id, o.placed_on, l.quantity * l.unit_cents AS cents,
        sum(l.quantity * l.unit_cents) OVER (
            PARTITION BY o.customer_id ORDER BY o.placed_on, o.id, l.id
            ROWS UNBOUNDED PRECEDING
        ) AS so_far
    FROM order_lines AS l JOIN orders AS o ON o.id = l.order_id AND o.status <> 'cancelled'
)
GROUP BY id;

-- query: week
-- Straight over the lines, in seconds; rows of one day have equal frames.
SELECT DISTINCT
    o.placed_on,
    sum(l.quantity * l.unit_cents) OVER (PARTITION BY o.placed_on),
    sum(l.quantity * l.unit_cents) OVER (
        ORDER BY unixepoch(o.placed_on) RANGE BETWEEN 518400 PRECEDING AND CURRENT ROW
    ) / 7
FROM orders AS o JOIN order_lines AS l ON o.id = l.order_id
WHERE o.status <> 'cancelled'
ORDER BY 1 DESC;
