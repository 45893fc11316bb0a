-- # sql1: five lists, and what is not known

-- query: cheap_books
-- Sorted by price alone, books with the same price come in any order, today this
-- way and tomorrow that way. The second term decides.
SELECT title, price_cents
FROM books
WHERE price_cents < 900
ORDER BY price_cents, title;

-- query: without_email
-- `email = NULL` would be NULL for every row, and no row would be kept.
-- IS NULL asks whether there is a value at all, and the answer is true or false.
SELECT id, name
FROM customers
WHERE email IS NULL;

-- query: outside_leipzig
-- IS NOT is `<>` for values that may be NULL: NULL IS NOT 'Leipzig' is true.
-- SQLite allows any expression on its right. Other databases write
-- IS DISTINCT FROM for this, and SQLite knows that as well.
SELECT id, name, city
FROM customers
WHERE city IS NOT 'Leipzig';

-- query: oldest_first
-- In ascending order NULL comes first, unless you say NULLS LAST.
SELECT published, title
FROM books
ORDER BY published ASC NULLS LAST, title;

-- query: authors_without_books
-- With `id NOT IN (SELECT author_id FROM books)` one book without an author
-- empties the whole list: "is 11 none of 1, 2, NULL?" has the answer NULL, since
-- the unknown one might be 11. NOT EXISTS asks whether there are rows, and does not
-- compare with each value, so it cannot fall into this trap.
SELECT id, name
FROM authors
WHERE NOT EXISTS (SELECT 1 FROM books WHERE books.author_id = authors.id);
