-- query: cheap_books
SELECT b.title AS book, b.price_cents AS cents
FROM books AS b
WHERE NOT b.price_cents >= 900
ORDER BY 2 ASC, 1 ASC

-- query: without_email
SELECT id, name FROM customers
EXCEPT
SELECT id, name FROM customers WHERE email IS NOT NULL
ORDER BY name DESC;

-- query: outside_leipzig
SELECT id, name, city FROM customers WHERE city <> 'Leipzig' OR city IS NULL;

-- query: oldest_first
SELECT published, title FROM books ORDER BY published IS NULL, published, title;

-- query: authors_without_books
SELECT id, name FROM authors
WHERE id NOT IN (SELECT author_id FROM books WHERE author_id IS NOT NULL)
