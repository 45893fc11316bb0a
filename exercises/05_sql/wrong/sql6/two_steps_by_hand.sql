-- fails: walks_the_trees_down_from_those_who_came_by_themselves
-- query: trees
WITH roots AS (
    SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM referrals)
)
SELECT id AS root, id, 0 AS depth FROM roots
UNION ALL
SELECT roots.id, one.customer_id, 1
FROM roots JOIN referrals AS one ON one.referrer_id = roots.id
UNION ALL
SELECT roots.id, two.customer_id, 2
FROM roots
JOIN referrals AS one ON one.referrer_id = roots.id
JOIN referrals AS two ON two.referrer_id = one.customer_id
ORDER BY 1, 3, 2;

-- query: recruits
WITH RECURSIVE below (start, id, depth) AS (
    SELECT id, id, 0
    FROM customers
    UNION ALL
    SELECT below.start, referrals.customer_id, below.depth + 1
    FROM below
    JOIN referrals ON referrals.referrer_id = below.id
    WHERE referrals.customer_id <> below.start
)
SELECT start AS id, count(*) - 1 AS recruits, max(depth) AS deepest
FROM below
GROUP BY start
ORDER BY recruits DESC, start;

-- query: circles
WITH RECURSIVE above (start, id) AS (
    SELECT customer_id, referrer_id
    FROM referrals
    UNION
    SELECT above.start, referrals.referrer_id
    FROM above
    JOIN referrals ON referrals.customer_id = above.id
)
SELECT start AS id, count(*) AS size
FROM above
GROUP BY start
HAVING max(id = start) = 1
ORDER BY size DESC, start;
