-- One dialect for SQLite and PostgreSQL: TEXT, BIGINT, SMALLINT flags (0 or 1), moments in
-- milliseconds since 1970 UTC, money in minor units. Every key begins with the account.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE tariffs (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    country TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE options (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    country TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE subscribers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
    phone TEXT NOT NULL,
    kind TEXT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    region TEXT NOT NULL,
    zone TEXT NOT NULL,
    profile TEXT NOT NULL,
    tariff_id TEXT NOT NULL REFERENCES tariffs (id),
    state TEXT NOT NULL,
    balance BIGINT NOT NULL DEFAULT 0,
    floor BIGINT NOT NULL DEFAULT 0,
    points BIGINT NOT NULL DEFAULT 0,
    operation_seq BIGINT NOT NULL DEFAULT 0,
    event_seq BIGINT NOT NULL DEFAULT 0,
    message_seq BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL,
    lived_until BIGINT NOT NULL,
    fee_at BIGINT,
    fee_day BIGINT NOT NULL,
    points_at BIGINT NOT NULL,
    suspended SMALLINT NOT NULL DEFAULT 0,
    vouched SMALLINT NOT NULL DEFAULT 0,
    CHECK (balance >= floor)
);

CREATE INDEX accounts_of_subscriber ON accounts (subscriber_id);
CREATE UNIQUE INDEX accounts_by_phone ON accounts (phone);

CREATE TABLE linked_numbers (
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (subscriber_id, account_id)
);

-- The ledger and the account's history at once: each row moves `amount` to the account from
-- `contra` (or back, when negative), so every row is a balanced double entry. Rows with amount 0
-- record usage that a package covered.
CREATE TABLE operations (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    title TEXT NOT NULL,
    peer TEXT NOT NULL,
    zone TEXT NOT NULL,
    units BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    contra TEXT NOT NULL,
    rule TEXT NOT NULL,
    rate BIGINT NOT NULL,
    rated_units BIGINT NOT NULL,
    bucket TEXT,
    bucket_units BIGINT NOT NULL DEFAULT 0,
    bucket_before BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, seq)
);

CREATE INDEX operations_in_time ON operations (account_id, at);

CREATE TABLE buckets (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    granted BIGINT NOT NULL,
    used BIGINT NOT NULL,
    unlimited SMALLINT NOT NULL,
    PRIMARY KEY (account_id, id, starts_at),
    CHECK (used >= 0),
    CHECK (unlimited = 1 OR used <= granted)
);

CREATE TABLE events (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
);

CREATE INDEX events_age ON events (at);

-- Kept apart from accounts, by phone: what is asked of a stranger's number must look the same.
CREATE TABLE codes (
    phone TEXT NOT NULL,
    id TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    spent_at BIGINT,
    spent_by TEXT,
    PRIMARY KEY (phone, id)
);

CREATE TABLE tries (
    phone TEXT NOT NULL,
    lane TEXT NOT NULL,
    wrong BIGINT NOT NULL,
    closed_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (phone, lane)
);

-- How often something was tried from an address, and overall, in a window of time.
CREATE TABLE rates (
    name TEXT NOT NULL,
    window_start BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (name, window_start)
);

CREATE TABLE passwords (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    changed_at BIGINT NOT NULL,
    hash TEXT NOT NULL,
    strong SMALLINT NOT NULL,
    PRIMARY KEY (account_id, changed_at)
);

CREATE TABLE devices (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    trusted_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, token_hash)
);

CREATE TABLE sessions (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    way TEXT NOT NULL,
    device_hash TEXT NOT NULL,
    device_name TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    proved_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE messages (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outgoing SMALLINT NOT NULL,
    peer TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
);

CREATE TABLE notifications (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX notifications_age ON notifications (expires_at);

CREATE TABLE idempotency (
    caller TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (caller, operation, key)
);

CREATE INDEX idempotency_age ON idempotency (at);
