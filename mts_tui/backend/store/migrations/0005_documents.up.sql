-- Statements, and imports of real ones.

-- `made_until` is the first operation that does not belong to the statement: what comes later than
-- the order is not in it. `lease_until`: a process has the work in hand until then; `takes` tells
-- it from those that had it before.
CREATE TABLE statements (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    made_until BIGINT NOT NULL,
    kinds TEXT NOT NULL,
    format TEXT NOT NULL,
    delivery TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    row_count BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    size BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    takes BIGINT NOT NULL DEFAULT 0,
    ready_at BIGINT,
    expires_at BIGINT,
    mail_id TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
);
CREATE INDEX statements_waiting ON statements (state, lease_until);
CREATE INDEX statements_expiring ON statements (expires_at);

-- The document in parts. `content` in base64.
CREATE TABLE statement_parts (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    statement_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (account_id, statement_id, number)
);

-- An imported number has no operator behind it: no fees, no floor, nothing falls due. The operator
-- knows each number once; any cabinet may import one. `imported_cost` is what the rows in the
-- history cost, in 1/10,000 of a rouble.
ALTER TABLE accounts ADD COLUMN imported SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN imported_cost BIGINT NOT NULL DEFAULT 0;
DROP INDEX IF EXISTS accounts_by_phone;
CREATE UNIQUE INDEX accounts_by_phone ON accounts (phone) WHERE imported = 0;

-- A file: `reading` while its rows come, `writing` while they go into the history, `complete`.
CREATE TABLE imports (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    file TEXT NOT NULL,
    format TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'reading',
    added BIGINT NOT NULL DEFAULT 0,
    known BIGINT NOT NULL DEFAULT 0,
    unread BIGINT NOT NULL DEFAULT 0,
    since BIGINT,
    until BIGINT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, digest)
);

-- Rows as the files have them: the history is made of these. `print` begins with the moment, so
-- that its order is that of time, and tells rows apart: the same row of two files has the same one.
-- `title` and `area` (home, country, roaming:EG) are what the operation has of it.
CREATE TABLE imported_records (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    print TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    title TEXT NOT NULL,
    peer TEXT NOT NULL,
    area TEXT NOT NULL,
    zone TEXT NOT NULL,
    peer_zone TEXT NOT NULL,
    service TEXT NOT NULL,
    units BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    PRIMARY KEY (account_id, print)
);

-- Which file has which row. A row stays as long as one of its files does.
CREATE TABLE imported_rows (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    print TEXT NOT NULL,
    import_id TEXT NOT NULL,
    PRIMARY KEY (account_id, print, import_id)
);

CREATE TABLE unread_rows (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (account_id, import_id, line)
);
