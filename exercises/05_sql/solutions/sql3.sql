-- # sql3: how many, and how many of what

-- query: shelves
-- The books without a genre are a group like any other. count(*) counts its rows;
-- count(genre) would say 0 there, since it counts values.
SELECT genre, count(*) AS books, count(DISTINCT author_id) AS authors
FROM books
GROUP BY genre;

-- query: ratings
-- avg(stars) is sum(stars) / count(stars): reviews without stars are in neither.
SELECT book_id, count(*) AS reviews, count(stars) AS rated, avg(stars) AS average
FROM reviews
GROUP BY book_id;

-- query: orders_by_month
-- Any expression can make the groups. Each count has its own condition: a WHERE would
-- take the rows from all three of them.
SELECT
    substr(placed_on, 1, 7) AS month,
    count(*) AS orders,
    count(*) FILTER (WHERE status = 'shipped') AS shipped,
    count(*) FILTER (WHERE status = 'cancelled') AS cancelled
FROM orders
GROUP BY month
ORDER BY month DESC;

-- query: cities
-- WHERE asks each customer, before there are groups; HAVING asks each group.
SELECT city, count(*) AS customers, count(*) - count(email) AS without_email
FROM customers
WHERE city IS NOT NULL
GROUP BY city
HAVING count(*) >= 3
ORDER BY customers DESC, city;

-- query: loved_books
-- Both conditions are about the group, so both stand in HAVING. With WHERE stars >= 4
-- every average would be 4 or more: the low ones would be gone before it is taken.
-- Grouped by the id, since the title is not unique; each id has one title.
SELECT books.id, books.title, count(reviews.stars) AS rated
FROM reviews
JOIN books ON books.id = reviews.book_id
GROUP BY books.id
HAVING count(reviews.stars) >= 2 AND avg(reviews.stars) >= 4;
