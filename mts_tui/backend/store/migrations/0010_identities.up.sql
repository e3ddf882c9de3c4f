-- Social accounts: what is linked, and sign-ins at providers that are under way.

CREATE TABLE identities (
    subscriber_id TEXT NOT NULL REFERENCES subscribers (id),
    id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (subscriber_id, id),
    UNIQUE (issuer, subject)
);

-- `id_hash`: only who began the flow knows its id. `session_id` is empty where it is a sign-in.
-- `ask_at`: when the provider may be asked next; whoever asks pushes it beyond the longest answer.
-- `device_code`, `verifier`, `nonce`, `state` are secrets; they go when the flow ends.
-- `identity_id`, `spent_by`: what came of it, and the key of the request that took it.
CREATE TABLE identity_flows (
    id_hash TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    session_id TEXT NOT NULL,
    device_code TEXT NOT NULL,
    verifier TEXT NOT NULL,
    nonce TEXT NOT NULL,
    state TEXT NOT NULL,
    redirect TEXT NOT NULL,
    interval_ms BIGINT NOT NULL,
    ask_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    identity_id TEXT NOT NULL DEFAULT '',
    spent_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX identity_flows_age ON identity_flows (expires_at);
CREATE INDEX identity_flows_session ON identity_flows (session_id);

-- «Демо-ID», the provider that the demo plays.
CREATE TABLE demo_logins (
    user_code TEXT PRIMARY KEY,
    device_hash TEXT NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL,
    person TEXT NOT NULL DEFAULT '',
    ended TEXT NOT NULL DEFAULT ''
);
