-- fails: puts_books_of_an_unknown_year_last
-- Cut off at 0, the years before it are all the same.
-- query: cheap_books
SELECT title, price_cents
FROM books
WHERE price_cents < 900
ORDER BY price_cents, title;

-- query: without_email
SELECT id, name
FROM customers
WHERE email IS NULL;

-- query: outside_leipzig
SELECT id, name, city
FROM customers
WHERE city IS NOT 'Leipzig';

-- query: oldest_first
SELECT published, title
FROM books
ORDER BY max(published, 0) ASC NULLS LAST, title;

-- query: authors_without_books
SELECT id, name
FROM authors
WHERE NOT EXISTS (SELECT 1 FROM books WHERE books.author_id = authors.id);
