-- name: linked(subscriber_id)
SELECT * FROM identities WHERE subscriber_id = :subscriber_id ORDER BY linked_at, id;

-- name: one(subscriber_id, id)^
SELECT * FROM identities WHERE subscriber_id = :subscriber_id AND id = :id;

-- name: by_subject(issuer, subject)^
SELECT * FROM identities WHERE issuer = :issuer AND subject = :subject;

-- name: by_id(id)^
SELECT * FROM identities WHERE id = :id;

-- name: link(subscriber_id, id, account_id, provider, issuer, subject, name, at)^
INSERT INTO identities
    (subscriber_id, id, account_id, provider, issuer, subject, name, linked_at)
VALUES (:subscriber_id, :id, :account_id, :provider, :issuer, :subject, :name, :at)
ON CONFLICT (issuer, subject) DO NOTHING
RETURNING id;

-- name: use(subscriber_id, id, name, at)!
UPDATE identities SET used_at = :at, name = :name
WHERE subscriber_id = :subscriber_id AND id = :id;

-- name: unlink(subscriber_id, id)^
DELETE FROM identities WHERE subscriber_id = :subscriber_id AND id = :id RETURNING account_id, name;

-- name: begin_flow(id_hash, provider, session_id, device_code, verifier, nonce, state, redirect, interval_ms, ask_at, expires_at)!
INSERT INTO identity_flows (id_hash, provider, session_id, device_code, verifier, nonce, state,
    redirect, interval_ms, ask_at, expires_at)
VALUES (:id_hash, :provider, :session_id, :device_code, :verifier, :nonce, :state,
    :redirect, :interval_ms, :ask_at, :expires_at);

-- name: flow(id_hash, session_id)^
SELECT * FROM identity_flows WHERE id_hash = :id_hash AND session_id = :session_id
/* PostgreSQL: FOR UPDATE */;

-- name: claim_flow(id_hash, until)!
UPDATE identity_flows SET ask_at = :until WHERE id_hash = :id_hash;

-- name: wait_flow(id_hash, interval_ms, ask_at)!
UPDATE identity_flows SET interval_ms = :interval_ms, ask_at = :ask_at WHERE id_hash = :id_hash;

-- name: end_flow(id_hash, ended, reason, identity_id, spent_by)!
UPDATE identity_flows SET ended = :ended, reason = :reason, identity_id = :identity_id,
    spent_by = :spent_by, device_code = '', verifier = '', nonce = '', state = ''
WHERE id_hash = :id_hash;

-- name: drop_flows(session_id)!
DELETE FROM identity_flows WHERE session_id = :session_id;

-- name: forget_flows(before, count)
DELETE FROM identity_flows WHERE id_hash IN (
    SELECT id_hash FROM identity_flows WHERE expires_at < :before LIMIT :count
) RETURNING id_hash;

-- name: add_login(user_code, device_hash, expires_at)!
INSERT INTO demo_logins (user_code, device_hash, expires_at)
VALUES (:user_code, :device_hash, :expires_at);

-- name: login(device_hash)^
SELECT * FROM demo_logins WHERE device_hash = :device_hash;

-- name: take_login(device_hash)^
DELETE FROM demo_logins WHERE device_hash = :device_hash AND ended = 'known' RETURNING person;

-- name: end_login(user_code, person, ended, now)^
UPDATE demo_logins SET person = :person, ended = :ended
WHERE user_code = :user_code AND ended = '' AND expires_at > :now
RETURNING user_code;

-- name: forget_logins(before, count)
DELETE FROM demo_logins WHERE user_code IN (
    SELECT user_code FROM demo_logins WHERE expires_at < :before LIMIT :count
) RETURNING user_code;
