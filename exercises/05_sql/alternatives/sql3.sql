-- query: shelves
-- Each genre once, and a subquery for each number; IS, because NULL = NULL is not true.
SELECT
    shelf.genre AS shelf,
    (SELECT count(id) FROM books WHERE genre IS shelf.genre) AS books,
    (SELECT count(*) FROM authors WHERE id IN
        (SELECT author_id FROM books WHERE genre IS shelf.genre)) AS authors
FROM (SELECT DISTINCT genre FROM books) AS shelf;

-- query: ratings
-- CASE in place of what count and avg leave out by themselves.
SELECT
    book_id,
    sum(1) AS n,
    sum(CASE WHEN stars IS NULL THEN 0 ELSE 1 END) AS with_stars,
    1.0 * sum(stars) / nullif(sum(stars IS NOT NULL), 0) AS mean
FROM reviews
GROUP BY 1
ORDER BY 4;

-- query: orders_by_month
SELECT
    strftime('%Y-%m', placed_on) AS month,
    count(id),
    sum(CASE status WHEN 'shipped' THEN 1 ELSE 0 END),
    count(CASE WHEN status = 'cancelled' THEN 1 END)
FROM orders
GROUP BY strftime('%Y', placed_on), strftime('%m', placed_on)
ORDER BY 1 DESC;

-- query: cities
SELECT city, customers, without_email
FROM (
    SELECT city, count(city) AS customers, sum(email IS NULL) AS without_email
    FROM customers
    GROUP BY city
)
WHERE customers > 2
ORDER BY customers DESC, city ASC

-- query: loved_books
-- The rows without stars are dropped first; then count(*) is right, too. And the
-- average needs no division.
SELECT b.id, b.title, r.n
FROM books AS b
JOIN (
    SELECT book_id, count(*) AS n
    FROM reviews
    WHERE stars IS NOT NULL
    GROUP BY book_id
    HAVING n > 1 AND sum(stars) >= 4 * n
) AS r ON r.book_id = b.id;
