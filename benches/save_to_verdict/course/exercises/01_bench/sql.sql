-- # sql: what customers spent
--
-- For every customer: the number of orders and what was spent in all, in cents.
-- Customers without an order count as well.

WITH totals AS (
    SELECT orders.id, orders.customer_id, coalesce(sum(lines.copies * lines.cents), 0) AS cents
    FROM orders
    LEFT JOIN lines ON lines.order_id = orders.id
    GROUP BY orders.id
)
SELECT customers.name, count(totals.id) AS orders, coalesce(sum(totals.cents), 0) AS spent
FROM customers
JOIN totals ON totals.customer_id = customers.id
GROUP BY customers.id
ORDER BY spent DESC, customers.id;
