-- query: shelves
SELECT genre, sum(n) AS books, count(author_id) AS authors
FROM (SELECT genre, author_id, count(*) AS n FROM books GROUP BY genre, author_id)
GROUP BY genre;

-- query: ratings
SELECT b.id, count(r.id), count(r.stars), avg(r.stars)
FROM books b LEFT JOIN reviews r ON r.book_id = b.id
GROUP BY b.id HAVING count(r.id) > 0;

-- query: orders_by_month
WITH marked AS (
    SELECT
        substr(placed_on, 1, 4) || '-' || substr(placed_on, 6, 2) AS month,
        status = 'shipped' AS is_shipped,
        status = 'cancelled' AS is_cancelled
    FROM orders
)
SELECT month, count(*), sum(is_shipped), sum(is_cancelled)
FROM marked
GROUP BY month
ORDER BY max(month) DESC;

-- query: cities
SELECT city, total(1), count(CASE WHEN email IS NULL THEN 'none' END)
FROM customers
GROUP BY city
HAVING city IS NOT NULL AND count(*) >= 3
ORDER BY 2 DESC, 1;

-- query: loved_books
SELECT id, title, (SELECT count(stars) FROM reviews WHERE book_id = books.id)
FROM books
WHERE (SELECT avg(stars) FROM reviews WHERE book_id = books.id) >= 4
AND (SELECT sum(stars IS NOT NULL) FROM reviews WHERE book_id = books.id) >= 2
ORDER BY title, id;
