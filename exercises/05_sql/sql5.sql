-- # sql5: places, totals so far, and a week with days missing
--
-- The shop window gets a list of the bestsellers of each genre. Good customers get a card
-- once they have spent enough. And the owner wants to see how sales go, without the ups
-- and downs of single days. Last year's list had no two books in one place, and last
-- year's weeks were seven *rows* long: three weeks, when business was slow.
--
-- An order line is sold when its order is not cancelled. What it brings is quantity *
-- unit_cents. An order without lines has sold nothing.
--
-- A window function looks at other rows and leaves all of them in place
-- (https://sqlite.org/windowfunctions.html):
--
--   rank() OVER (PARTITION BY a ORDER BY b DESC)
--       one more than the number of rows with the same a that come before this one.
--       Rows with the same b share a place, and the next one is skipped: 1, 2, 2, 4.
--       For PARTITION BY, NULLs are the same.
--   sum(x) OVER (PARTITION BY a ORDER BY b)
--       the sum over the rows with the same a, from the first one to this one *and all
--       that have the same b*: without another frame it is RANGE ... CURRENT ROW.
--   ... ORDER BY b ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
--       the frame is this row and the six rows before it, however far apart they are.
--   ... ORDER BY b RANGE BETWEEN 6 PRECEDING AND CURRENT ROW
--       the frame is all rows with a b from this row's b - 6 to this row's b. So b must be
--       a number; julianday('2025-03-01') is one, and the next day's is greater by 1
--       (https://sqlite.org/lang_datefunc.html).
--
-- Window functions come after GROUP BY and HAVING. They may use sum() and count() of a
-- group, but a WHERE about them needs a query around theirs.
--
-- The tables that you need (the chapter's README shows all of them):
--
--   books        id, title, author_id, genre, published, price_cents
--                genre is NULL where the book is on no shelf yet
--   orders       id, customer_id, placed_on, shipped_on, status
--                placed_on is text such as '2025-03-01'; status is 'open', 'shipped' or
--                'cancelled'; ids need not follow the days
--   order_lines  id, order_id, book_id, quantity, unit_cents
--                unit_cents is the price on that day, and may be 0
--
-- What to do: write one SELECT below each line `-- query: NAME`. Leave these lines as
-- they are. Return the columns in the order given; you may name them as you like.


-- query: bestsellers
-- genre, place, id, title, copies: a row for each book that was sold and whose place in
-- its genre is 3 or better. copies: how many copies were sold, which is the sum of
-- quantity. place: the most copies are in place 1; books with as many copies share a
-- place, and the next place is skipped: 1, 2, 2, 4, as rank() does. Books without a genre
-- are placed among themselves. In any order.



-- query: spent_so_far
-- id, customer_id, placed_on, cents, so_far: a row for each order of which a line was
-- sold. cents: what the order brings. so_far: what this order and all earlier orders of
-- the same customer bring together. Of two orders placed on the same day, the one with
-- the smaller id is the earlier one. In any order.



-- query: week
-- day, cents, average: a row for each day on which a line was sold, the latest first.
-- cents: what the lines that were sold on that day bring. average: what was brought in a
-- day, on average over seven days of the calendar, this one and the six before it. Days on
-- which nothing was sold count as 0 cents, also those before the first sale: it is always
-- the sum of seven days, divided by 7. Rounded down to a whole cent, as SQLite does when it
-- divides integers: 299 / 7 is 42. (This SQLite is built without floor().)
