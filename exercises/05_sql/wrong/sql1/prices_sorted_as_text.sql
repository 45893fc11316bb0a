-- fails: lists_books_under_900_cents_by_price_and_title
-- As text, 95 comes after 899.
-- query: cheap_books
SELECT title, price_cents
FROM books
WHERE price_cents < 900
ORDER BY CAST(price_cents AS TEXT), title;

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
ORDER BY published ASC NULLS LAST, title;

-- query: authors_without_books
SELECT id, name
FROM authors
WHERE NOT EXISTS (SELECT 1 FROM books WHERE books.author_id = authors.id);
