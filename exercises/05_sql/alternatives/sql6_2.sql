-- query: trees
WITH RECURSIVE tree AS (
    SELECT customers.id AS root, customers.id AS id, 0 AS depth
    FROM customers LEFT JOIN referrals ON customer_id = id
    WHERE customer_id IS NULL
    UNION
    SELECT root, customer_id, depth + 1 FROM tree, referrals WHERE referrer_id = tree.id
)
SELECT * FROM tree ORDER BY root, depth, id;

-- query: recruits
-- A limit on the depth ends the circles, if it is as large as the longest way can be; the
-- rows that come twice are folded afterwards.
WITH RECURSIVE
    many AS (SELECT count(*) AS n FROM customers),
    down (start, id, depth) AS (
        SELECT referrer_id, customer_id, 1 FROM referrals
        UNION
        SELECT start, customer_id, depth + 1
        FROM down JOIN referrals ON referrer_id = id
        WHERE depth < (SELECT n FROM many)
    ),
    first AS (
        SELECT start, id, min(depth) AS depth FROM down WHERE id <> start GROUP BY start, id
    )
SELECT customers.id, count(first.id), coalesce(max(first.depth), 0)
FROM customers LEFT JOIN first ON first.start = customers.id
GROUP BY customers.id
ORDER BY count(first.id) DESC, customers.id;

-- query: circles
-- Pairs from above to below; two who are above each other are in one circle.
WITH RECURSIVE pairs (above, below) AS (
    SELECT referrer_id, customer_id FROM referrals
    UNION
    SELECT above, customer_id FROM pairs JOIN referrals ON referrer_id = below
)
SELECT one.above, count(*)
FROM pairs AS one
JOIN pairs AS two ON two.above = one.below AND two.below = one.above
WHERE EXISTS (SELECT 1 FROM pairs WHERE above = below AND above = one.above)
GROUP BY one.above
ORDER BY 2 DESC, 1;
