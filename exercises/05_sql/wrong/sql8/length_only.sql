-- fails: refuses_a_code_that_is_none
-- The alphabet is forgotten.

CREATE TABLE vouchers (
    code         TEXT PRIMARY KEY
                 CHECK (length(code) = 8),
    kind         TEXT NOT NULL CHECK (kind IN ('gift', 'welcome')),
    customer_id  INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    amount_cents INTEGER NOT NULL CHECK (amount_cents BETWEEN 500 AND 50000),
    bought_on    TEXT NOT NULL CHECK (bought_on IS date(bought_on)),
    valid_until  TEXT CHECK (valid_until IS date(valid_until)),
    CHECK (valid_until >= bought_on)
) STRICT;

CREATE UNIQUE INDEX one_welcome_for_each_customer
    ON vouchers (customer_id) WHERE kind = 'welcome';

CREATE TABLE redemptions (
    code     TEXT NOT NULL REFERENCES vouchers (code),
    order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    cents    INTEGER NOT NULL CHECK (cents > 0),
    PRIMARY KEY (code, order_id)
) STRICT;
