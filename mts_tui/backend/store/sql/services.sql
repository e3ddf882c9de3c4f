-- name: options(account_id)
SELECT id, since, off_at, trial_until, paid_until, day, suspended FROM account_options
WHERE account_id = :account_id ORDER BY since, id;

-- name: put_options(account_id, id, since, off_at, trial_until, paid_until, day, suspended)*!
INSERT INTO account_options (account_id, id, since, off_at, trial_until, paid_until, day, suspended)
VALUES (:account_id, :id, :since, :off_at, :trial_until, :paid_until, :day, :suspended)
ON CONFLICT (account_id, id) DO UPDATE SET since = excluded.since, off_at = excluded.off_at,
    trial_until = excluded.trial_until, paid_until = excluded.paid_until, day = excluded.day,
    suspended = excluded.suspended;

-- name: drop_options(account_id, id)*!
DELETE FROM account_options WHERE account_id = :account_id AND id = :id;

-- name: drop_buckets(account_id, id, starts_at)*!
-- Packages that were opened and are taken back before anything was used of them.
DELETE FROM buckets
WHERE account_id = :account_id AND id = :id AND starts_at = :starts_at AND used = 0;

-- name: last_use(account_id, since)$
-- When a package was last used, if that was not before a moment.
SELECT MAX(at) FROM operations
WHERE account_id = :account_id AND at >= :since AND bucket IS NOT NULL;

-- name: used_since(account_id, seq)
-- Usage after an operation.
SELECT at, kind, rule, amount, bucket FROM operations
WHERE account_id = :account_id AND seq > :seq AND kind IN ('call', 'sms', 'mms', 'data')
ORDER BY seq;

-- name: shares(account_id, seq)
SELECT bucket, units, bucket_before FROM shares
WHERE account_id = :account_id AND seq = :seq ORDER BY bucket;

-- name: set_tariff(id, tariff_id)!
UPDATE accounts SET tariff_id = :tariff_id WHERE id = :id;

-- name: add_change(account_id, id, ordered_at, at, old_tariff, new_tariff, state, fee, first_payment, burnt, dropped, reason)!
INSERT INTO tariff_changes (account_id, id, ordered_at, at, old_tariff, new_tariff, state, fee,
    first_payment, burnt, dropped, reason)
VALUES (:account_id, :id, :ordered_at, :at, :old_tariff, :new_tariff, :state, :fee,
    :first_payment, :burnt, :dropped, :reason);

-- name: settle_change(account_id, id, at, old_tariff, state, fee, first_payment, burnt, dropped, reason)!
UPDATE tariff_changes SET at = :at, old_tariff = :old_tariff, state = :state, fee = :fee,
    first_payment = :first_payment, burnt = :burnt, dropped = :dropped, reason = :reason
WHERE account_id = :account_id AND id = :id;

-- name: end_change(account_id, id, state)!
UPDATE tariff_changes SET state = :state WHERE account_id = :account_id AND id = :id;

-- name: change(account_id, id)^
SELECT * FROM tariff_changes WHERE account_id = :account_id AND id = :id;

-- name: planned_change(account_id)^
SELECT * FROM tariff_changes WHERE account_id = :account_id AND state = 'planned';

-- name: last_change(account_id)^
-- The last one that took effect and was not taken back.
SELECT * FROM tariff_changes WHERE account_id = :account_id AND state = 'done'
ORDER BY at DESC, id DESC LIMIT 1;

-- name: changes(account_id, count)
SELECT * FROM tariff_changes WHERE account_id = :account_id
ORDER BY ordered_at DESC, id DESC LIMIT :count;

-- name: usage_between(account_id, since, until)
-- What was used in `[since, until)`, in its order.
SELECT at, kind, direction, peer, zone, units FROM operations
WHERE account_id = :account_id AND at >= :since AND at < :until
    AND kind IN ('call', 'sms', 'mms', 'data')
ORDER BY seq;

-- name: has_role(account_id, role)$
-- Whether the number is in somebody's cabinet as this.
SELECT COUNT(*) FROM linked_numbers WHERE account_id = :account_id AND role = :role;
