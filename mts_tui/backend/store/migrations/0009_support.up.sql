-- Support: tickets, chats, calls back. Notifications: what they speak of.

ALTER TABLE notifications ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE notifications ADD COLUMN subject TEXT NOT NULL DEFAULT '';
CREATE INDEX notifications_in_time ON notifications (account_id, at);

CREATE TABLE tickets (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    message_seq BIGINT NOT NULL DEFAULT 0,
    read_seq BIGINT NOT NULL DEFAULT 0,
    stars BIGINT NOT NULL DEFAULT 0,
    opinion TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, id)
);
CREATE INDEX tickets_in_time ON tickets (account_id, changed_at);

CREATE TABLE chat_messages (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    ticket_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    file_name TEXT NOT NULL DEFAULT '',
    file_text TEXT NOT NULL DEFAULT '',
    file_size BIGINT NOT NULL DEFAULT 0,
    page TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, ticket_id, seq)
);

CREATE TABLE call_backs (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    ordered_at BIGINT NOT NULL,
    phone TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
);
