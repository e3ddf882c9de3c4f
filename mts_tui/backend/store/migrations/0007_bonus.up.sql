-- Points: a ledger of their own; rewards, invitations; promotions taken part in.

ALTER TABLE accounts ADD COLUMN points_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN bonus_since BIGINT;

-- Each row is a balanced double entry, as in `operations`: `points` come to the account from
-- `contra`, or go to it when negative. `unspent` is what of earned points is left; the oldest are
-- spent first and burn at `expires_at`.
CREATE TABLE points_entries (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    points BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    contra TEXT NOT NULL,
    unspent BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT,
    PRIMARY KEY (account_id, seq),
    CHECK (balance >= 0),
    CHECK (unspent >= 0)
);
CREATE INDEX points_unspent ON points_entries (account_id, expires_at);

CREATE TABLE reward_orders (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    reward TEXT NOT NULL,
    title TEXT NOT NULL,
    points BIGINT NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL DEFAULT '',
    until BIGINT,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE invitations (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    phone TEXT NOT NULL,
    at BIGINT NOT NULL,
    joined_at BIGINT,
    points BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX invitations_of_phone ON invitations (phone);

CREATE TABLE account_promos (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    state TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    ends_at BIGINT,
    done BIGINT NOT NULL DEFAULT 0,
    earned BIGINT NOT NULL DEFAULT 0,
    earned_points BIGINT NOT NULL DEFAULT 0,
    body TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (account_id, id)
);

-- Points of before there was a ledger: whoever could see them takes part, and has them for a year
-- from now; others' were never shown to anybody.
UPDATE accounts SET points = 0 WHERE country <> 'RU' OR kind <> 'mobile' OR imported = 1;
UPDATE accounts SET bonus_since = opened_at
WHERE country = 'RU' AND kind = 'mobile' AND imported = 0;
INSERT INTO points_entries (account_id, seq, at, kind, title, points, balance, contra, unspent,
    expires_at)
SELECT id, 1, lived_until, 'earned', 'Накоплено раньше', points, points, 'bonus:before', points,
    lived_until + 31536000000
FROM accounts WHERE points > 0;
UPDATE accounts SET points_seq = 1 WHERE points > 0;
INSERT INTO due (account_id, id, at, call, body)
SELECT id, 'points-burn', lived_until + 31536000000, 'points.burn', '{}' FROM accounts WHERE points > 0;
