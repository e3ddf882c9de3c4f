-- Orders. One that a person has deleted counts among the day's orders until it is forgotten.

-- name: add(account_id, id, ordered_at, since, until, made_until, kinds, format, delivery, recipient)!
INSERT INTO statements (account_id, id, ordered_at, since, until, made_until, kinds, format,
    delivery, recipient, state)
VALUES (:account_id, :id, :ordered_at, :since, :until, :made_until, :kinds, :format,
    :delivery, :recipient, 'queued');

-- name: kept(account_id, now)
SELECT * FROM statements
WHERE account_id = :account_id AND state <> 'deleted'
    AND (expires_at IS NULL OR expires_at > :now)
ORDER BY ordered_at DESC, id DESC;

-- name: one(account_id, id, now)^
SELECT * FROM statements
WHERE account_id = :account_id AND id = :id AND state <> 'deleted'
    AND (expires_at IS NULL OR expires_at > :now);

-- name: orders(account_id, since)^
-- How many there were since a moment, and how many are not made yet.
SELECT CAST(COALESCE(SUM(CASE WHEN ordered_at >= :since THEN 1 ELSE 0 END), 0) AS BIGINT) AS count,
    CAST(COALESCE(SUM(CASE WHEN state IN ('queued', 'running') THEN 1 ELSE 0 END), 0) AS BIGINT)
        AS unfinished
FROM statements WHERE account_id = :account_id;

-- name: end(account_id, id, state, reason, expires_at)!
UPDATE statements SET state = :state, reason = :reason, expires_at = :expires_at
WHERE account_id = :account_id AND id = :id;

-- name: set_mail(account_id, id, mail_id)!
UPDATE statements SET mail_id = :mail_id WHERE account_id = :account_id AND id = :id;

-- name: drop_letters(account_id, id, reason)!
-- Letters that carry a statement and are not sent.
UPDATE mails SET state = 'failed', reason = :reason, next_at = NULL
WHERE account_id = :account_id AND document = 'statement' AND reference = :id AND state = 'queued';

-- name: head(account_id)^
-- Whose a statement is.
SELECT a.*, s.name AS owner, t.title AS tariff
FROM accounts AS a
JOIN subscribers AS s ON s.id = a.subscriber_id
JOIN tariffs AS t ON t.id = a.tariff_id
WHERE a.id = :account_id;

-- Making them.

-- name: first_waiting()$
SELECT MIN(lease_until) FROM statements WHERE state IN ('queued', 'running');

-- name: take(now, until)^
-- The oldest that nobody has in hand: nobody else takes it until the lease ends.
UPDATE statements SET state = 'running', takes = takes + 1, lease_until = :until, done = 0
WHERE (account_id, id) = (
    SELECT account_id, id FROM statements
    WHERE state IN ('queued', 'running') AND lease_until <= :now
    ORDER BY ordered_at, id LIMIT 1 /* PostgreSQL: FOR UPDATE SKIP LOCKED */
)
RETURNING *;

-- name: in_hand(account_id, id, takes)$
-- Whether the work is still whose it was: nothing where it was given up or taken by another.
SELECT id FROM statements
WHERE account_id = :account_id AND id = :id AND takes = :takes AND state = 'running';

-- name: go_on(account_id, id, takes, done, row_count, until)^
UPDATE statements SET done = :done, row_count = :row_count, lease_until = :until
WHERE account_id = :account_id AND id = :id AND takes = :takes AND state = 'running'
RETURNING id;

-- name: lay_down(account_id, id, takes)!
-- Let another begin anew at once.
UPDATE statements SET state = 'queued', lease_until = 0, done = 0, takes = takes - 1
WHERE account_id = :account_id AND id = :id AND takes = :takes AND state = 'running';

-- name: make_ready(account_id, id, takes, done, total, size, ready_at, expires_at)^
UPDATE statements SET state = 'ready', done = :done, row_count = :done, total = :total,
    size = :size, ready_at = :ready_at, expires_at = :expires_at
WHERE account_id = :account_id AND id = :id AND takes = :takes AND state = 'running'
RETURNING *;

-- name: add_part(account_id, statement_id, number, content)*!
INSERT INTO statement_parts (account_id, statement_id, number, content)
VALUES (:account_id, :statement_id, :number, :content);

-- name: part(account_id, id, number)^
SELECT content, number = (
    SELECT MAX(number) FROM statement_parts WHERE account_id = :account_id AND statement_id = :id
) AS is_last
FROM statement_parts WHERE account_id = :account_id AND statement_id = :id AND number = :number;

-- name: parts(account_id, id)
SELECT content FROM statement_parts WHERE account_id = :account_id AND statement_id = :id
ORDER BY number;

-- name: drop_parts(account_id, id)!
DELETE FROM statement_parts WHERE account_id = :account_id AND statement_id = :id;

-- name: first_expiring()$
SELECT MIN(expires_at) FROM statements;

-- name: expired(now, count)
SELECT account_id, id FROM statements WHERE expires_at <= :now ORDER BY expires_at LIMIT :count;

-- name: forget(account_id, id)!
DELETE FROM statements WHERE account_id = :account_id AND id = :id;

-- Rows. What stands in a statement are operations from `low` on, before `high`. `labels` and
-- `marks` are as in archive.sql.

-- name: groups(account_id, low, high)
-- What is counted together: of one label, direction and zone.
SELECT label, kind, direction, title, peer, zone, COUNT(*) AS count,
    CAST(SUM(units) AS BIGINT) AS units, CAST(SUM(amount) AS BIGINT) AS amount
FROM operations
WHERE account_id = :account_id AND seq >= :low AND seq < :high
    AND kind IN ('call', 'sms', 'mms', 'data', 'fee', 'option', 'subscription')
GROUP BY label, kind, direction, title, peer, zone;

-- name: oldest(account_id, low, high, marks, mark, count)
SELECT seq, at, kind, direction, title, peer, zone, units, amount, label FROM operations
WHERE account_id = :account_id AND seq >= :low AND seq < :high
    AND SUBSTR(:marks, CAST(label AS INTEGER), 1) = :mark
ORDER BY seq LIMIT :count;

-- name: newest(account_id, low, high, marks, mark, count)
SELECT seq, at, kind, direction, title, peer, zone, units, amount, label FROM operations
WHERE account_id = :account_id AND seq >= :low AND seq < :high
    AND SUBSTR(:marks, CAST(label AS INTEGER), 1) = :mark
ORDER BY seq DESC LIMIT :count;

-- name: oldest_of(account_id, low, high, labels, count)
-- The operations of labels that have few.
SELECT seq, at, kind, direction, title, peer, zone, units, amount, label FROM operations
WHERE account_id = :account_id AND label IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels))
    AND +seq >= :low AND +seq < :high
ORDER BY +seq LIMIT :count;

-- name: newest_of(account_id, low, high, labels, count)
SELECT seq, at, kind, direction, title, peer, zone, units, amount, label FROM operations
WHERE account_id = :account_id AND label IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels))
    AND +seq >= :low AND +seq < :high
ORDER BY +seq DESC LIMIT :count;
