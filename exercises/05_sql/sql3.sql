-- # sql3: how many, and how many of what
--
-- The owner plans the spring and asks for five lists with numbers: per shelf, per book,
-- per month, per city. The first draft gave a book 2.5 stars that everybody loves: half
-- of its reviews have no stars, and they were counted as zero. The draft is gone; you
-- write new queries.
--
-- Which rows a number is made of:
--
--   count(*)            counts rows
--   count(x)            counts the rows where x is not NULL
--   count(DISTINCT x)   counts the different values of x; NULL is none of them
--   sum(x), avg(x)      skip the rows where x is NULL; of no value at all both are NULL,
--                       while a count is 0   (https://sqlite.org/lang_aggfunc.html)
--   count(*) FILTER (WHERE condition)        counts only rows where the condition is true;
--   CASE WHEN condition THEN 1 ELSE 0 END    is a number that you can sum. A condition is
--                       a value itself, 0 or 1, and neither of them is NULL
--   GROUP BY x          makes one row of all rows with the same x; for this, NULLs are
--                       the same, and form a group   (https://sqlite.org/nulls.html)
--   WHERE, HAVING       WHERE drops rows before they are grouped, HAVING drops groups
--                       (https://sqlite.org/lang_select.html#resultset)
--
-- The tables that you need (the chapter's README shows all of them):
--
--   books      id, title, author_id, genre, published, price_cents
--              author_id is NULL where nobody knows who wrote the book,
--              genre is NULL where the book is on no shelf yet
--   reviews    id, book_id, customer_id, stars, text, written_on
--              stars is NULL where somebody wrote only words
--   orders     id, customer_id, placed_on, shipped_on, status
--              placed_on is text such as '2025-03-01'; status is 'open', 'shipped' or
--              'cancelled'; when a parcel comes back, its order is cancelled, too
--   customers  id, name, email, city, joined_on
--              email and city are NULL where the customer did not tell us
--
-- What to do: write one SELECT below each line `-- query: NAME`. Leave these lines as
-- they are. Return the columns in the order given; you may name them as you like. Each
-- query runs on Marginalia's data and on other data that you do not see.


-- query: shelves
-- genre, books, authors: a row for each genre, and one row with the genre NULL for the
-- books that have none, if there are any. books: how many books. authors: how many
-- different authors; a book whose author nobody knows adds none. In any order.



-- query: ratings
-- book_id, reviews, rated, average: a row for each book that has a review. reviews: how
-- many it has. rated: how many of these have stars. average: the mean of these stars,
-- not rounded, and NULL where no review has stars. In any order.



-- query: orders_by_month
-- month, orders, shipped, cancelled: a row for each month in which an order was placed,
-- the latest month first. month: year and month, such as '2025-03'. orders: how many
-- orders were placed in that month. shipped, cancelled: how many of these have that
-- status now; 0 where none has.



-- query: cities
-- city, customers, without_email: a row for each city in which three customers or more
-- live, the one with the most customers first; cities with the same number of customers
-- by city. without_email: how many of its customers have no email address. Customers
-- whose city we do not know do not count: they have no row.



-- query: loved_books
-- id, title, rated: a row for each book that got stars from two customers or more, 4
-- stars or more on average. rated: how many gave it stars. A review without stars neither
-- counts nor lowers the average. Two books may have the same title. In any order.
