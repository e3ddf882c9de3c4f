-- «GOOD'OK»: the service, the collection of melodies, rules, gifts.

CREATE TABLE ringback (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    is_on SMALLINT NOT NULL
);

-- Melodies that an account has bought or was given. `paid_until`: it can be heard until then.
-- `next_at`: when it is charged, or tried again; NULL where it is not. `told`: the owner knows that
-- there was no money for it.
CREATE TABLE ringback_melodies (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    since BIGINT NOT NULL,
    is_gift SMALLINT NOT NULL,
    paid_until BIGINT NOT NULL,
    next_at BIGINT,
    told SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id)
);

-- Melodies of people's own. `pcm`: 16-bit samples, little-endian, as a telephone line carries them,
-- in base64.
-- `dropped_at`: a deleted one is kept while its deletion can be taken back.
CREATE TABLE ringback_uploads (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    title TEXT NOT NULL,
    seconds BIGINT NOT NULL,
    pcm TEXT NOT NULL,
    dropped_at BIGINT,
    PRIMARY KEY (account_id, id)
);

-- `body` is what of the rule its owner decides, as JSON.
CREATE TABLE ringback_rules (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    melody TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE ringback_gifts (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    receiver TEXT NOT NULL,
    melody TEXT NOT NULL,
    price BIGINT NOT NULL,
    code TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX ringback_gifts_of_receiver ON ringback_gifts (receiver, state);
