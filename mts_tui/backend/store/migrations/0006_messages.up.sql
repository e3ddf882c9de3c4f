-- Messages from the cabinet: sendings, recipients, contacts, templates.

-- `picture` in base64. `outside`: an SMS gateway carries it, and not the demo itself.
CREATE TABLE sendings (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL,
    alphabet TEXT NOT NULL,
    parts BIGINT NOT NULL,
    media_type TEXT NOT NULL DEFAULT '',
    picture TEXT NOT NULL DEFAULT '',
    outside SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX sendings_in_time ON sendings (account_id, at, id);

-- `message_seq` is the row of `messages` that the phone's thread shows. `gateway_id`: what the SMS
-- gateway calls it. `asked_at`: since when the gateway may have it, whatever became of its answer.
-- `next_at`: when the gateway is asked next; NULL where nothing is left to ask.
CREATE TABLE sending_recipients (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    sending_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    at BIGINT NOT NULL,
    cost BIGINT NOT NULL DEFAULT 0,
    covered BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    message_seq BIGINT,
    gateway_id TEXT NOT NULL DEFAULT '',
    asked_at BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT,
    PRIMARY KEY (account_id, sending_id, phone)
);
CREATE INDEX sending_recipients_waiting ON sending_recipients (next_at);
CREATE INDEX sending_recipients_of_message ON sending_recipients (account_id, message_seq);
CREATE INDEX sending_recipients_of_gateway ON sending_recipients (gateway_id);

CREATE INDEX messages_of_peer ON messages (account_id, peer, seq);

CREATE TABLE threads_read (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    peer TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (account_id, peer)
);

-- `in_groups` as a JSON list. `folded` is the name as it is sorted.
CREATE TABLE contacts (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    phone TEXT NOT NULL,
    in_groups TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, phone)
);

CREATE TABLE templates (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, folded)
);
