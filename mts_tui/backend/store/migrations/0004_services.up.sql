-- Services: blocks, lost phones, forwarding; options that are on, changes of the tariff.

-- `held_rules`: ids of the autopay rules that a lost phone has put to rest, as a JSON list.
ALTER TABLE accounts ADD COLUMN blocked_at BIGINT;
ALTER TABLE accounts ADD COLUMN lost_at BIGINT;
ALTER TABLE accounts ADD COLUMN held_rules TEXT NOT NULL DEFAULT '[]';

CREATE TABLE forwardings (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    seconds BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind)
);

-- The order of the catalogue.
ALTER TABLE tariffs ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE options ADD COLUMN position BIGINT NOT NULL DEFAULT 0;

-- One row for each option that an account ever had. `paid_until` is until when it is paid for, or
-- lasts; 0 where it has no end. `day` of the month is when a monthly one is charged. An option
-- that is off may still be paid for: what is left of its packages is used up to then.
CREATE TABLE account_options (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL REFERENCES options (id),
    since BIGINT NOT NULL,
    off_at BIGINT,
    trial_until BIGINT NOT NULL,
    paid_until BIGINT NOT NULL,
    day BIGINT NOT NULL,
    suspended SMALLINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE tariff_changes (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    old_tariff TEXT NOT NULL REFERENCES tariffs (id),
    new_tariff TEXT NOT NULL REFERENCES tariffs (id),
    state TEXT NOT NULL,
    fee BIGINT NOT NULL,
    first_payment BIGINT NOT NULL,
    burnt TEXT NOT NULL,
    dropped TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX tariff_changes_in_time ON tariff_changes (account_id, at);

-- What the second and further packages gave to one operation; the first stands in its own row.
CREATE TABLE shares (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    bucket TEXT NOT NULL,
    units BIGINT NOT NULL,
    bucket_before BIGINT NOT NULL,
    PRIMARY KEY (account_id, seq, bucket)
);
