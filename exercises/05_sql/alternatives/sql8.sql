-- Without STRICT: each column says itself what it takes.

CREATE TABLE "vouchers" (
    id INTEGER PRIMARY KEY,
    noted_at TEXT DEFAULT CURRENT_TIMESTAMP,
    valid_until TEXT,
    bought_on TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    customer_id INTEGER,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    -- Of a gift there is no such number: NULLs are never equal.
    welcomed INTEGER GENERATED ALWAYS AS (iif(kind = 'welcome', customer_id, NULL)) VIRTUAL UNIQUE,
    CONSTRAINT codes_differ UNIQUE (code),
    CONSTRAINT a_code CHECK (
        typeof(code) = 'text'
        AND code GLOB '[A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9]'
    ),
    CONSTRAINT a_kind CHECK (kind = 'gift' OR kind = 'welcome'),
    CONSTRAINT an_amount CHECK (
        typeof(amount_cents) = 'integer' AND amount_cents >= 500 AND amount_cents <= 50000
    ),
    CONSTRAINT days CHECK (
        coalesce(strftime('%Y-%m-%d', bought_on) = bought_on, 0)
        AND (valid_until IS NULL
             OR coalesce(strftime('%Y-%m-%d', valid_until) = valid_until, 0)
                AND valid_until >= bought_on)
    ),
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON UPDATE CASCADE ON DELETE SET NULL
);

CREATE TABLE redemptions (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    cents INTEGER NOT NULL CHECK (typeof(cents) = 'integer' AND cents >= 1),
    UNIQUE (order_id, code),
    FOREIGN KEY (code) REFERENCES vouchers (code) ON DELETE RESTRICT,
    FOREIGN KEY (order_id) REFERENCES orders ON DELETE CASCADE
);
