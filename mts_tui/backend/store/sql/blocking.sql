-- name: set_blocked(id, at)!
UPDATE accounts SET blocked_at = :at WHERE id = :id;

-- name: spent_on_block(account_id, since)$
SELECT CAST(COALESCE(-SUM(amount), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND at >= :since AND rule = 'block.day';

-- name: set_lost(id, at, held_rules)!
UPDATE accounts SET lost_at = :at, held_rules = :held_rules WHERE id = :id;

-- name: other_mobiles(subscriber_id, id)$
-- Numbers of the same person that could report this one.
SELECT COUNT(*) FROM accounts
WHERE subscriber_id = :subscriber_id AND id <> :id AND kind = 'mobile' AND imported = 0
    AND lost_at IS NULL;

-- name: unfinished_payments(account_id, now)
SELECT * FROM payments
WHERE account_id = :account_id AND state IN ('created', 'waiting', 'code_sent')
    AND (state = 'waiting' OR expires_at > :now)
ORDER BY id;

-- name: forwardings(account_id)
SELECT kind, target, seconds, since FROM forwardings WHERE account_id = :account_id;

-- name: forwarding(account_id, kind)^
SELECT kind, target, seconds, since FROM forwardings
WHERE account_id = :account_id AND kind = :kind;

-- name: put_forwarding(account_id, kind, target, seconds, since)!
INSERT INTO forwardings (account_id, kind, target, seconds, since)
VALUES (:account_id, :kind, :target, :seconds, :since)
ON CONFLICT (account_id, kind) DO UPDATE SET target = excluded.target,
    seconds = excluded.seconds, since = excluded.since;

-- name: drop_forwarding(account_id, kind)!
DELETE FROM forwardings WHERE account_id = :account_id AND kind = :kind;

-- name: targets_of(phones)
-- Where the operator's own numbers forward to; `phones` is a JSON object whose keys are numbers.
SELECT DISTINCT f.target FROM forwardings AS f JOIN accounts AS a ON a.id = f.account_id
WHERE a.phone IN (SELECT key FROM json_each(:phones));

-- name: hold_cabinet(subscriber_id)!
-- The cabinet's lock until the transaction ends (SQLite: the whole file already is).
UPDATE subscribers SET name = name WHERE id = :subscriber_id;

-- name: links(subscriber_id)
SELECT account_id, name, role, position FROM linked_numbers
WHERE subscriber_id = :subscriber_id ORDER BY position, account_id;

-- name: linked_one(subscriber_id, id)^
SELECT a.*, l.name, l.role, s.name AS owner, t.title AS tariff
FROM linked_numbers AS l
JOIN accounts AS a ON a.id = l.account_id
JOIN subscribers AS s ON s.id = a.subscriber_id
JOIN tariffs AS t ON t.id = a.tariff_id
WHERE l.subscriber_id = :subscriber_id AND l.account_id = :id;

-- name: rename(subscriber_id, account_id, name)!
UPDATE linked_numbers SET name = :name
WHERE subscriber_id = :subscriber_id AND account_id = :account_id;

-- name: unlink(subscriber_id, account_id)!
DELETE FROM linked_numbers WHERE subscriber_id = :subscriber_id AND account_id = :account_id;

-- name: link_again(subscriber_id, account_id, name, role, position)^
INSERT INTO linked_numbers (subscriber_id, account_id, name, role, position)
VALUES (:subscriber_id, :account_id, :name, :role, :position)
ON CONFLICT (subscriber_id, account_id) DO NOTHING
RETURNING position;

-- name: place(subscriber_id, account_id, position)*!
UPDATE linked_numbers SET position = :position
WHERE subscriber_id = :subscriber_id AND account_id = :account_id;
