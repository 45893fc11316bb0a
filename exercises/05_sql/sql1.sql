-- # sql1: five lists, and what is not known
--
-- The owner of Marginalia wants five lists before noon. A colleague wrote three
-- of them last week, and each was short: the rows that hold a NULL were gone,
-- and one list came out empty although it should not have been.
--
-- NULL means "not known" or "there is none". It is not a value, so a comparison
-- with it is neither true nor false but NULL again, and WHERE keeps a row only
-- where its condition is true:
--
--   NULL = NULL, NULL <> 'Leipzig'    are NULL   (https://sqlite.org/nulls.html)
--   2 NOT IN (1, NULL)                is NULL    (https://sqlite.org/lang_expr.html#in_op)
--   x IS NULL, x IS NOT y             are always true or false
--   ORDER BY takes NULL as smaller than all else (https://sqlite.org/lang_select.html#orderby)
--
-- The tables that you need (the chapter's README shows all of them):
--
--   authors    id, name, country
--   books      id, title, author_id, genre, published, price_cents
--              author_id is NULL where nobody knows who wrote the book,
--              published (a year) is NULL where nobody knows when
--   customers  id, name, email, city, joined_on
--              email and city are NULL where we were not told; they are never ''
--
-- What to do: write one SELECT below each line `-- query: NAME`, and leave these
-- lines as they are: the check finds your queries by them. The columns must
-- come in the order given; how they are called is yours. Each query runs on
-- Marginalia's data and on other data that you do not see.


-- query: cheap_books
-- title and price_cents of every book that costs less than 900 cents,
-- the cheapest first, books of one price by title.



-- query: without_email
-- id and name of every customer without an email address, in any order.



-- query: outside_leipzig
-- The bicycle delivers to those who live in the city 'Leipzig'. The post gets all
-- others, and those of whom we do not know where they live.
-- id, name and city of the customers for the post, in any order.



-- query: oldest_first
-- published and title of every book, the oldest first, books of one year by title;
-- at the end, by title too, the books of which nobody knows the year.



-- query: authors_without_books
-- id and name of every author of whom Marginalia has no book, in any order.
