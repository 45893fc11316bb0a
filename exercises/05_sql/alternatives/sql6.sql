-- query: trees
-- From every customer up, with the way as text: a guard for any graph. Who reaches one
-- whom nobody brought has a root.
WITH RECURSIVE up (id, at, depth, way) AS (
    SELECT id, id, 0, '/' || id || '/' FROM customers
    UNION ALL
    SELECT up.id, referrer_id, depth + 1, way || referrer_id || '/'
    FROM up JOIN referrals ON customer_id = at
    WHERE instr(way, '/' || referrer_id || '/') = 0
)
SELECT at AS root, id, depth
FROM up
WHERE at NOT IN (SELECT customer_id FROM referrals)
ORDER BY 1, 3, 2;

-- query: recruits
WITH RECURSIVE down (start, at, depth, way) AS (
    SELECT id, id, 0, ',' || id || ',' FROM customers
    UNION ALL
    SELECT start, r.customer_id, depth + 1, way || r.customer_id || ','
    FROM down JOIN referrals AS r ON r.referrer_id = at
    WHERE way NOT LIKE '%,' || r.customer_id || ',%'
)
SELECT start, sum(depth > 0), max(depth) FROM down GROUP BY start ORDER BY 2 DESC, 1;

-- query: circles
WITH RECURSIVE up (start, at, steps) AS (
    SELECT customer_id, referrer_id, 1 FROM referrals
    UNION ALL
    SELECT start, referrer_id, steps + 1
    FROM up JOIN referrals ON customer_id = at
    WHERE at <> start AND steps <= (SELECT count(*) FROM referrals)
)
SELECT start, steps FROM up WHERE at = start ORDER BY steps DESC, start;
