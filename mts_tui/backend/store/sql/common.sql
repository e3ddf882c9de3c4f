-- name: get_meta(name)$
SELECT value FROM meta WHERE name = :name;

-- name: set_meta(name, value)!
INSERT INTO meta (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: hold_number(name)$
-- A number of `meta`, its row locked until the transaction ends.
INSERT INTO meta (name, value) VALUES (:name, '0')
ON CONFLICT (name) DO UPDATE SET value = meta.value
RETURNING value;

-- name: put_tariff(id, title, country, body, position)*!
INSERT INTO tariffs (id, title, country, body, position)
VALUES (:id, :title, :country, :body, :position)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, country = excluded.country,
    body = excluded.body, position = excluded.position;

-- name: put_option(id, title, country, body, position)*!
INSERT INTO options (id, title, country, body, position)
VALUES (:id, :title, :country, :body, :position)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, country = excluded.country,
    body = excluded.body, position = excluded.position;

-- name: tariff(id)^
SELECT id, title, country, body FROM tariffs WHERE id = :id;

-- name: tariff_of(account_id)^
SELECT t.body FROM accounts AS a JOIN tariffs AS t ON t.id = a.tariff_id WHERE a.id = :account_id;

-- name: tariffs(country)
SELECT body FROM tariffs WHERE country = :country ORDER BY position, id;

-- name: option(id)^
SELECT id, body FROM options WHERE id = :id;

-- name: options(country)
SELECT body FROM options WHERE country = :country ORDER BY position, id;

-- name: next_events(account_id, count)$
-- Takes the account's row lock: numbers are given in commit order.
UPDATE accounts SET event_seq = event_seq + :count WHERE id = :account_id RETURNING event_seq;

-- name: add_event(account_id, before_last, at, kind)!
INSERT INTO events (account_id, seq, at, kind)
SELECT id, event_seq - :before_last, :at, :kind FROM accounts WHERE id = :account_id;

-- name: events_after(account_id, seq, count)
SELECT seq, at, kind FROM events WHERE account_id = :account_id AND seq > :seq
ORDER BY seq LIMIT :count;

-- name: count_events(account_id, after, until)$
SELECT COUNT(*) FROM events
WHERE account_id = :account_id AND seq > :after AND seq <= :until;

-- name: forget_events(before, count)
DELETE FROM events WHERE (account_id, seq) IN (
    SELECT account_id, seq FROM events WHERE at < :before ORDER BY at LIMIT :count
) RETURNING seq;

-- name: kept_answer(caller, operation, key)^
SELECT body_hash, answer FROM idempotency
WHERE caller = :caller AND operation = :operation AND key = :key;

-- name: claim_key(caller, operation, key, body_hash, at)$
-- One of many that come at once gets the key; PostgreSQL lets the others wait until it is done.
INSERT INTO idempotency (caller, operation, key, body_hash, answer, at)
VALUES (:caller, :operation, :key, :body_hash, '', :at)
ON CONFLICT (caller, operation, key) DO NOTHING
RETURNING key;

-- name: keep_answer(caller, operation, key, answer)!
UPDATE idempotency SET answer = :answer
WHERE caller = :caller AND operation = :operation AND key = :key;

-- name: forget_answers(before, count)
DELETE FROM idempotency WHERE (caller, operation, key) IN (
    SELECT caller, operation, key FROM idempotency WHERE at < :before ORDER BY at LIMIT :count
) RETURNING key;

-- name: count_message(account_id)!
UPDATE accounts SET message_seq = message_seq + 1 WHERE id = :account_id;

-- name: add_message(account_id, at, outgoing, peer, text)!
-- The one that was counted.
INSERT INTO messages (account_id, seq, at, outgoing, peer, text)
SELECT id, message_seq, :at, :outgoing, :peer, :text FROM accounts WHERE id = :account_id;

-- name: messages(account_id, count)
SELECT seq, at, outgoing, peer, text FROM messages
WHERE account_id = :account_id ORDER BY seq DESC LIMIT :count;
