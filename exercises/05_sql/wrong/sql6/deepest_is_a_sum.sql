-- fails: counts_recruits_at_every_depth
-- query: trees
WITH RECURSIVE tree (root, id, depth) AS (
    SELECT id, id, 0
    FROM customers
    WHERE NOT EXISTS (SELECT 1 FROM referrals WHERE referrals.customer_id = customers.id)
    UNION ALL
    SELECT tree.root, referrals.customer_id, tree.depth + 1
    FROM tree
    JOIN referrals ON referrals.referrer_id = tree.id
)
SELECT root, id, depth
FROM tree
ORDER BY root, depth, id;

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
SELECT start AS id, count(*) - 1 AS recruits, sum(depth) AS deepest
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
