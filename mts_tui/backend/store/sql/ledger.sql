-- name: hold(id)^
-- The account, its row locked until the transaction ends (SQLite: the whole file already is).
UPDATE accounts SET event_seq = event_seq WHERE id = :id RETURNING *;

-- name: move(id, amount, rows)^
-- Change the balance, unless it would fall below the floor: one statement decides and acts.
UPDATE accounts SET balance = balance + :amount, operation_seq = operation_seq + :rows
WHERE id = :id AND (:amount >= 0 OR balance + :amount >= floor)
RETURNING operation_seq, balance;

-- name: add_operations(account_id, seq, at, kind, direction, title, peer, zone, units, amount, balance, contra, rule, rate, rated_units, bucket, bucket_units, bucket_before)*!
INSERT INTO operations (account_id, seq, at, kind, direction, title, peer, zone, units, amount,
    balance, contra, rule, rate, rated_units, bucket, bucket_units, bucket_before)
VALUES (:account_id, :seq, :at, :kind, :direction, :title, :peer, :zone, :units, :amount,
    :balance, :contra, :rule, :rate, :rated_units, :bucket, :bucket_units, :bucket_before);

-- name: page(account_id, before, count)
SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket
FROM operations WHERE account_id = :account_id AND seq < :before
ORDER BY seq DESC LIMIT :count;

-- name: spent_by_kind(account_id, since)
SELECT kind, CAST(-SUM(amount) AS BIGINT) AS spent FROM operations
WHERE account_id = :account_id AND at >= :since AND amount < 0
GROUP BY kind ORDER BY spent DESC;

-- name: spent_between(account_id, since, until)$
SELECT CAST(COALESCE(-SUM(amount), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND at >= :since AND at < :until AND amount < 0;

-- name: paid_at(account_id, at, title)$
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND at = :at AND title = :title;

-- name: last_paid(account_id, count)
SELECT at, title, amount FROM operations
WHERE account_id = :account_id AND amount < 0 ORDER BY seq DESC LIMIT :count;

-- name: buckets(account_id, at)
SELECT id, kind, starts_at, ends_at, granted, used, unlimited FROM buckets
WHERE account_id = :account_id AND starts_at <= :at AND ends_at > :at ORDER BY kind, id;

-- name: put_buckets(account_id, id, kind, starts_at, ends_at, granted, used, unlimited)*!
INSERT INTO buckets (account_id, id, kind, starts_at, ends_at, granted, used, unlimited)
VALUES (:account_id, :id, :kind, :starts_at, :ends_at, :granted, :used, :unlimited)
ON CONFLICT (account_id, id, starts_at) DO UPDATE SET used = excluded.used;

-- name: settle(id, lived_until, fee_at, fee_day, points, points_at, suspended, state)!
UPDATE accounts SET lived_until = :lived_until, fee_at = :fee_at, fee_day = :fee_day,
    points = :points, points_at = :points_at, suspended = :suspended, state = :state
WHERE id = :id;

-- name: audit()
-- Rows are wrong accounts: balance, count and last running balance must agree with the history.
SELECT a.id, a.balance, a.operation_seq, CAST(COALESCE(SUM(o.amount), 0) AS BIGINT) AS total,
    COUNT(o.seq) AS rows
FROM accounts AS a LEFT JOIN operations AS o ON o.account_id = a.id
GROUP BY a.id, a.balance, a.operation_seq
HAVING a.balance <> COALESCE(SUM(o.amount), 0) OR a.operation_seq <> COUNT(o.seq)
    OR a.balance <> COALESCE(
        (SELECT z.balance FROM operations AS z WHERE z.account_id = a.id AND z.seq = a.operation_seq),
        0
    );

-- name: audit_buckets()
-- Rows are packages whose use differs from the usage that names them.
SELECT b.account_id, b.id, b.starts_at, b.used,
    CAST(COALESCE(SUM(o.bucket_units), 0) AS BIGINT) AS total
FROM buckets AS b
LEFT JOIN operations AS o ON o.account_id = b.account_id AND o.bucket = b.id
    AND o.at >= b.starts_at AND o.at < b.ends_at
GROUP BY b.account_id, b.id, b.starts_at, b.used
HAVING b.used <> COALESCE(SUM(o.bucket_units), 0);
