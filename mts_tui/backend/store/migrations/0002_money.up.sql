-- Money: payments, autopay, promises, subscriptions, budgets; what falls due; the history's labels.

-- `floor` is what the balance may not fall below now. `base_floor` is what trust alone grants; a
-- promised payment lowers `floor` further, and so does a debt until it is paid.
ALTER TABLE accounts ADD COLUMN base_floor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN autopay_below BIGINT;
ALTER TABLE accounts ADD COLUMN budget BIGINT;
ALTER TABLE accounts ADD COLUMN budget_hard SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN budget_told BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN label_seq BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET base_floor = floor;

-- Titles and other sides are few where operations are many: a search looks among the labels and
-- finds the operations by them. A label also knows what its operations come to, and `most`, the
-- greatest of their amounts, whichever way the money went.
CREATE TABLE labels (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    peer TEXT NOT NULL,
    count BIGINT NOT NULL,
    units BIGINT NOT NULL,
    spent BIGINT NOT NULL,
    received BIGINT NOT NULL,
    most BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, kind, title, peer)
);
ALTER TABLE operations ADD COLUMN label BIGINT NOT NULL DEFAULT 0;
INSERT INTO labels (account_id, id, kind, title, peer, count, units, spent, received, most)
SELECT account_id, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY MIN(seq)), kind, title, peer,
    COUNT(*), SUM(units), SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END),
    SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), MAX(ABS(amount))
FROM operations GROUP BY account_id, kind, title, peer;
UPDATE operations SET label = (
    SELECT id FROM labels AS l WHERE l.account_id = operations.account_id
        AND l.kind = operations.kind AND l.title = operations.title AND l.peer = operations.peer
);
UPDATE accounts SET label_seq = (SELECT COUNT(*) FROM labels AS l WHERE l.account_id = accounts.id);
CREATE INDEX operations_of_label ON operations (account_id, label, seq);

-- What falls due for an account besides the tariff's fee (`accounts.due_at` is the earliest of all): `call` names the service function that
-- does it, `body` is what the function needs, as JSON.
CREATE TABLE due (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    call TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX accounts_due ON accounts (due_at);

CREATE TABLE cards (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    month BIGINT NOT NULL,
    year BIGINT NOT NULL,
    bank TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- A top-up, a transfer or a purchase, from its order to its end. `bank` is how the bank answers for
-- the card, `keep` what of the card is kept once it has paid; the card itself is nowhere. `outside`:
-- the receiver is not of the payer's cabinet. `missed`: it turned out to be nobody.
CREATE TABLE payments (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT,
    receiver TEXT NOT NULL,
    title TEXT NOT NULL,
    provider TEXT NOT NULL DEFAULT '',
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    commission BIGINT NOT NULL,
    means TEXT NOT NULL,
    means_title TEXT NOT NULL DEFAULT '',
    bank TEXT NOT NULL DEFAULT '',
    keep TEXT NOT NULL DEFAULT '',
    code_hash TEXT NOT NULL DEFAULT '',
    tries BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    outside SMALLINT NOT NULL DEFAULT 0,
    missed SMALLINT NOT NULL DEFAULT 0,
    operation BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX payments_in_time ON payments (account_id, at);

CREATE TABLE saved_payments (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    number TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE autopay_rules (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    amount BIGINT NOT NULL,
    card_id TEXT NOT NULL,
    threshold BIGINT,
    weekday BIGINT,
    day BIGINT,
    day_limit BIGINT,
    month_limit BIGINT,
    created_at BIGINT NOT NULL,
    next_at BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE autopay_runs (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    rule_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    means TEXT NOT NULL,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    next_try_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX autopay_runs_in_time ON autopay_runs (account_id, at);

CREATE TABLE promises (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    returned_at BIGINT,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE subscriptions (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    provider TEXT NOT NULL,
    price BIGINT NOT NULL,
    period TEXT NOT NULL,
    since BIGINT NOT NULL,
    trial_until BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT,
    off_at BIGINT,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE undos (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
    at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    title TEXT NOT NULL,
    call TEXT NOT NULL,
    body TEXT NOT NULL,
    undone_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX undos_of_subscriber ON undos (subscriber_id, until);
CREATE INDEX undos_age ON undos (until);

CREATE TABLE mails (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    document TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    tries BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX mails_queued ON mails (next_at);
