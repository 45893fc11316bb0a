-- # sql1: five lists, and what is not known

-- query: cheap_books
-- A sort by price alone leaves books of one price in any order, today this one
-- and tomorrow that one. The second term decides.
SELECT title, price_cents
FROM books
WHERE price_cents < 900
ORDER BY price_cents, title;

-- query: without_email
-- `email = NULL` would be NULL for every row, and no row would be kept.
-- IS NULL asks about the state of the value and answers with true or false.
SELECT id, name
FROM customers
WHERE email IS NULL;

-- query: outside_leipzig
-- IS NOT is `<>` for values that may be NULL: NULL IS NOT 'Leipzig' is true.
-- SQLite takes any expression on its right; elsewhere the same is written
-- IS DISTINCT FROM, which SQLite knows as well.
SELECT id, name, city
FROM customers
WHERE city IS NOT 'Leipzig';

-- query: oldest_first
-- In ascending order NULL comes first; NULLS LAST says otherwise.
SELECT published, title
FROM books
ORDER BY published ASC NULLS LAST, title;

-- query: authors_without_books
-- With `id NOT IN (SELECT author_id FROM books)` one book without an author
-- empties the whole list: "is 11 none of 1, 2, NULL?" has the answer NULL, since
-- the one that is not known might be 11. NOT EXISTS asks for rows, not for
-- equality with each value, and cannot fall into this.
SELECT id, name
FROM authors
WHERE NOT EXISTS (SELECT 1 FROM books WHERE books.author_id = authors.id);
