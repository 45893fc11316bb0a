-- # sql1: five lists, and what is not known
--
-- The owner of Marginalia wants five lists before noon. Last week's lists were too
-- short: the rows that hold a NULL were missing, and one list was empty although it
-- should not have been. Those queries are gone; you write new ones.
--
-- NULL means "not known" or "there is none". It is not a value: comparing anything
-- with it gives neither true nor false, but NULL. And WHERE keeps a row only where
-- its condition is true:
--
--   NULL = NULL, NULL <> 'Leipzig'     are NULL   (https://sqlite.org/nulls.html)
--   2 NOT IN (1, NULL)                 is NULL    (https://sqlite.org/lang_expr.html#in_op)
--   x IS NULL, x IS NOT y              are always true or false
--   ORDER BY treats NULL as smaller than any value (https://sqlite.org/lang_select.html#orderby)
--
-- The tables that you need (the chapter's README shows all of them):
--
--   authors    id, name, country
--   books      id, title, author_id, genre, published, price_cents
--              author_id is NULL where nobody knows who wrote the book,
--              published (a year) is NULL where nobody knows when
--   customers  id, name, email, city, joined_on
--              email and city are NULL where the customer did not tell us, never ''
--
-- What to do: write one SELECT below each line `-- query: NAME`. Leave these lines as
-- they are: the check finds your queries by them. Return the columns in the order
-- given; you may name them as you like. Each query runs on Marginalia's data and on
-- other data that you do not see.


-- query: cheap_books
-- title and price_cents of every book that costs less than 900 cents, a row for
-- each, cheapest first; books with the same price by title.



-- query: without_email
-- id and name of every customer without an email address, in any order.



-- query: outside_leipzig
-- The bicycle courier delivers to customers whose city is exactly 'Leipzig'. Everybody
-- else gets a parcel by post: customers in any other city (a different spelling, such as
-- 'LEIPZIG', counts as another city), and customers whose city we do not know.
-- id, name and city of the customers served by post, in any order.



-- query: oldest_first
-- published and title of every book, a row for each, oldest first; books of the same
-- year by title. Books whose year nobody knows come last, also by title. Two books may
-- have the same title and the same year.



-- query: authors_without_books
-- id and name of every author who has no book at Marginalia, in any order.
-- Two authors may have the same name.
