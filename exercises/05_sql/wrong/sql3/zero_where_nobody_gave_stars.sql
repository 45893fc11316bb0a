-- fails: counts_and_averages_only_the_stars_that_were_given
-- query: shelves
SELECT genre, count(*) AS books, count(DISTINCT author_id) AS authors
FROM books
GROUP BY genre;

-- query: ratings
SELECT book_id, count(*) AS reviews, count(stars) AS rated, coalesce(avg(stars), 0) AS average
FROM reviews
GROUP BY book_id;

-- query: orders_by_month
SELECT
    substr(placed_on, 1, 7) AS month,
    count(*) AS orders,
    count(*) FILTER (WHERE status = 'shipped') AS shipped,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled
FROM orders
GROUP BY month
ORDER BY month DESC;

-- query: cities
SELECT city, count(*) AS customers, count(*) - count(email) AS without_email
FROM customers
WHERE city IS NOT NULL
GROUP BY city
HAVING count(*) >= 3
ORDER BY customers DESC, city;

-- query: loved_books
SELECT books.id, books.title, count(reviews.stars) AS rated
FROM reviews
JOIN books ON books.id = reviews.book_id
GROUP BY books.id
HAVING count(reviews.stars) >= 2 AND avg(reviews.stars) >= 4;
