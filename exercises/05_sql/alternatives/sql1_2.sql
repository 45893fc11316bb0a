--query:cheap_books
WITH cheap AS (SELECT title, price_cents FROM books WHERE price_cents BETWEEN 0 AND 899)
SELECT * FROM cheap ORDER BY price_cents, title;
--  Query :  without_email
SELECT id, name FROM customers WHERE coalesce(email, '') = '' ; -- never ''
-- query: outside_leipzig
SELECT id, name, city FROM customers WHERE city IS DISTINCT FROM 'Leipzig';
-- query: oldest_first
SELECT published, title FROM books ORDER BY ifnull(published, 99999), title;
-- query: authors_without_books
/* the classic anti-join; sql4 comes back to it */
SELECT authors.id, authors.name
FROM authors LEFT JOIN books ON books.author_id = authors.id
WHERE books.id IS NULL;
