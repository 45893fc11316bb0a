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
SELECT id, count(customer_id) AS recruits, count(customer_id) > 0 AS deepest
FROM customers
LEFT JOIN referrals ON referrer_id = id AND customer_id <> id
GROUP BY id
ORDER BY recruits DESC, id;

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
