-- Whereabouts of children: consent, positions of 24 hours, zones, who looked.
-- Everything that a parent sees lies under the parent's account, consent by consent.

CREATE TABLE guardianships (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    child_phone TEXT NOT NULL,
    name TEXT NOT NULL,
    consent TEXT NOT NULL,
    consent_text TEXT NOT NULL,
    consent_at BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    dropped SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, child_phone)
);
CREATE INDEX guardianships_of_child ON guardianships (child_phone);

CREATE TABLE positions (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    guardianship_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    accuracy_m BIGINT NOT NULL,
    place TEXT NOT NULL,
    PRIMARY KEY (account_id, guardianship_id, at)
);
CREATE INDEX positions_by_time ON positions (at);

CREATE TABLE zones (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    guardianship_id TEXT NOT NULL,
    name TEXT NOT NULL,
    latitude DOUBLE PRECISION NOT NULL,
    longitude DOUBLE PRECISION NOT NULL,
    radius_m BIGINT NOT NULL,
    told TEXT NOT NULL,
    inside SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE looks (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_phone TEXT NOT NULL,
    by_name TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX looks_by_time ON looks (at);
