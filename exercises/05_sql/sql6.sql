-- # sql6: who brought whom
--
-- A customer who recommends Marginalia gets a thank-you, and so does whoever brought that
-- customer. The query that prepared the letters ran all night: two accounts had brought
-- each other, and it went round and round. The owner wants three lists that come to an
-- end, whatever stands in the table.
--
-- WITH RECURSIVE begins with some rows and adds more, as long as there are new ones
-- (https://sqlite.org/lang_with.html#recursive_common_table_expressions):
--
--   WITH RECURSIVE steps (id, depth) AS (
--       SELECT 1, 0                           the rows to begin with
--       UNION ALL
--       SELECT ..., depth + 1 FROM steps JOIN ...  taken for each row, new ones too
--   )
--   SELECT ... FROM steps
--
--   UNION ALL   adds a row however often it was there: in a circle, without an end.
--   UNION       does not add a row that was there already. That ends every circle, unless
--               the rows differ, as they do when a depth is counted in them.
--
-- A row may carry along what is needed at the end. To walk from many places at once, let each
-- row keep where its walk began:
--
--   walks (start, here) AS (
--       SELECT id, id FROM customers          one walk for each customer
--       UNION
--       SELECT start, ... FROM walks JOIN ... ON ... = here
--   )
--
-- A row of `referrals` says that customer_id came because of referrer_id; one step leads
-- from referrer_id down to customer_id.
--
--   customers  id, name, email, city, joined_on
--   referrals  customer_id, referrer_id
--              one row for each customer whom somebody brought; customers who came by
--              themselves have none. Most rows make trees. But there are circles: two
--              accounts that brought each other, three that did so in turn, an account
--              that brought itself. Others may have come because of an account in a circle.
--              Trees may be deep, and ids say nothing about who came first.
--
-- What to do: write one SELECT below each line `-- query: NAME`. Leave these lines as
-- they are. Return the columns in the order given; you may name them as you like. Each
-- query must end, on Marginalia's data and on other data that you do not see.


-- query: trees
-- root, id, depth: a row for each customer who came by himself or herself, where root is
-- the customer's own id and depth is 0; and a row for each customer whom one of these
-- brought, directly or through others: root is the one who came without being brought, and
-- depth is the number of steps from root. Customers in a circle, and those who came because
-- of one, have no root and no row. Sorted by root, then by depth, then by id.



-- query: recruits
-- id, recruits, deepest: a row for every customer. recruits: how many other customers this
-- one brought, directly or through others. Each counts once, and nobody is a recruit of
-- their own, in a circle neither. deepest: how many steps it is to the farthest of them,
-- each reached by the shortest way; 0 where there are none. Those with the most recruits come
-- first; customers with as many are sorted by id.



-- query: circles
-- id, size: a row for each customer who is in a circle: one who leads back to this same
-- customer, step by step, or in a single step. size: how many customers are in that
-- circle. A customer who came because of one in a circle, but who is not in it, has no row.
-- The largest circles come first; customers in circles of one size are sorted by id.
