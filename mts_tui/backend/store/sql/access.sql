-- name: hold(phone)!
-- The number's lock until the transaction ends (SQLite: the whole file already is).
INSERT INTO tries (phone, lane, wrong) VALUES (:phone, '', 0)
ON CONFLICT (phone, lane) DO UPDATE SET wrong = tries.wrong;

-- name: lane(phone, lane)^
SELECT wrong, closed_until FROM tries WHERE phone = :phone AND lane = :lane;

-- name: closed_until(phone)$
-- The latest end among the lanes that close the number to strangers.
SELECT MAX(closed_until) FROM tries WHERE phone = :phone AND lane IN ('code', 'password');

-- name: count_try(phone, lane)^
INSERT INTO tries (phone, lane, wrong) VALUES (:phone, :lane, 1)
ON CONFLICT (phone, lane) DO UPDATE SET wrong = tries.wrong + 1
RETURNING wrong;

-- name: close_lane(phone, lane, until)!
UPDATE tries SET wrong = 0, closed_until = :until WHERE phone = :phone AND lane = :lane;

-- name: shorten_lanes(phone, until)!
UPDATE tries SET closed_until = :until WHERE phone = :phone AND closed_until > :until;

-- name: clear_lanes(phone)!
DELETE FROM tries WHERE phone = :phone;

-- name: forget_tries(now, count)
DELETE FROM tries WHERE (phone, lane) IN (
    SELECT phone, lane FROM tries WHERE wrong = 0 AND closed_until <= :now LIMIT :count
) AND wrong = 0 AND closed_until <= :now RETURNING lane;

-- name: clear_lane(phone, lane)!
UPDATE tries SET wrong = 0 WHERE phone = :phone AND lane = :lane;

-- name: codes_since(phone, since)
SELECT sent_at FROM codes WHERE phone = :phone AND sent_at > :since ORDER BY sent_at;

-- name: add_code(phone, id, code_hash, sent_at, expires_at)!
INSERT INTO codes (phone, id, code_hash, sent_at, expires_at)
VALUES (:phone, :id, :code_hash, :sent_at, :expires_at);

-- name: last_code(phone)^
SELECT id, code_hash, sent_at, expires_at, spent_at, spent_by FROM codes
WHERE phone = :phone ORDER BY sent_at DESC, id DESC LIMIT 1;

-- name: spend_code(phone, id, at, by)!
UPDATE codes SET spent_at = :at, spent_by = :by WHERE phone = :phone AND id = :id;

-- name: forget_future_codes(phone, now)!
DELETE FROM codes WHERE phone = :phone AND sent_at > :now;

-- name: forget_codes(before, count)
DELETE FROM codes WHERE (phone, id) IN (
    SELECT phone, id FROM codes WHERE expires_at < :before LIMIT :count
) RETURNING id;

-- name: password(account_id)^
SELECT hash, changed_at, strong FROM passwords
WHERE account_id = :account_id ORDER BY changed_at DESC LIMIT 1;

-- name: last_passwords(account_id, count)
SELECT hash, changed_at FROM passwords
WHERE account_id = :account_id ORDER BY changed_at DESC LIMIT :count;

-- name: add_password(account_id, changed_at, hash, strong)!
INSERT INTO passwords (account_id, changed_at, hash, strong)
VALUES (:account_id, :changed_at, :hash, :strong)
ON CONFLICT (account_id, changed_at) DO UPDATE SET hash = excluded.hash, strong = excluded.strong;

-- name: trusted(account_id, token_hash)$
SELECT COUNT(*) FROM devices WHERE account_id = :account_id AND token_hash = :token_hash;

-- name: trust_device(account_id, token_hash, name, at)!
INSERT INTO devices (account_id, token_hash, name, trusted_at)
VALUES (:account_id, :token_hash, :name, :at)
ON CONFLICT (account_id, token_hash) DO UPDATE SET name = excluded.name;

-- name: devices_of(subscriber_id, count)
SELECT d.token_hash, d.name, d.trusted_at, a.phone
FROM accounts AS a JOIN devices AS d ON d.account_id = a.id
WHERE a.subscriber_id = :subscriber_id
ORDER BY d.trusted_at DESC, d.token_hash LIMIT :count;

-- name: distrust(subscriber_id, token_hash)
DELETE FROM devices WHERE token_hash = :token_hash
    AND account_id IN (SELECT id FROM accounts WHERE subscriber_id = :subscriber_id)
RETURNING account_id;

-- name: end_sessions_on(account_id, device_hash, at)!
UPDATE sessions SET ended_at = :at
WHERE account_id = :account_id AND device_hash = :device_hash AND ended_at IS NULL;

-- name: distrust_devices(account_id, but)!
DELETE FROM devices WHERE account_id = :account_id AND token_hash <> :but;

-- name: open_session(account_id, id, token_hash, way, device_hash, device_name, at, proved_at)!
INSERT INTO sessions
    (account_id, id, token_hash, way, device_hash, device_name, opened_at, seen_at, proved_at)
VALUES (:account_id, :id, :token_hash, :way, :device_hash, :device_name, :at, :at, :proved_at);

-- name: session(token_hash)^
SELECT s.account_id, s.id, s.way, s.device_hash, s.device_name, s.opened_at, s.seen_at, s.proved_at,
    s.ended_at,
    a.subscriber_id, a.phone, a.lost_at
FROM sessions AS s JOIN accounts AS a ON a.id = s.account_id
WHERE s.token_hash = :token_hash;

-- name: sessions_of(subscriber_id, seen_after, opened_after)
SELECT s.account_id, s.id, s.way, s.device_name, s.opened_at, s.seen_at, a.phone
FROM accounts AS a JOIN sessions AS s ON s.account_id = a.id
WHERE a.subscriber_id = :subscriber_id AND s.ended_at IS NULL
    AND s.seen_at > :seen_after AND s.opened_at > :opened_after
ORDER BY s.opened_at DESC, s.id DESC;

-- name: see_session(account_id, id, at)!
UPDATE sessions SET seen_at = :at WHERE account_id = :account_id AND id = :id;

-- name: prove_session(account_id, id, at)!
UPDATE sessions SET proved_at = :at, seen_at = :at WHERE account_id = :account_id AND id = :id;

-- name: end_session(subscriber_id, id, at)^
UPDATE sessions SET ended_at = :at
WHERE id = :id AND ended_at IS NULL
    AND account_id IN (SELECT id FROM accounts WHERE subscriber_id = :subscriber_id)
RETURNING account_id;

-- name: end_other_sessions(account_id, but, at)!
UPDATE sessions SET ended_at = :at
WHERE account_id = :account_id AND ended_at IS NULL AND id <> :but;

-- name: forget_sessions(before, count)
DELETE FROM sessions WHERE (account_id, id) IN (
    SELECT account_id, id FROM sessions WHERE opened_at < :before LIMIT :count
) RETURNING id;

-- name: count_rate(name, window_start)$
INSERT INTO rates (name, window_start, count) VALUES (:name, :window_start, 1)
ON CONFLICT (name, window_start) DO UPDATE SET count = rates.count + 1
RETURNING count;

-- name: forget_rates(before, count)
DELETE FROM rates WHERE (name, window_start) IN (
    SELECT name, window_start FROM rates WHERE window_start < :before LIMIT :count
) RETURNING name;

-- name: carry_sessions(by)!
-- The demo's clock was moved: people did not sit idle for it.
UPDATE sessions SET seen_at = seen_at + :by, opened_at = opened_at + :by,
    proved_at = proved_at + :by
WHERE ended_at IS NULL;
