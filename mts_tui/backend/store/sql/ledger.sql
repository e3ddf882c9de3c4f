-- name: hold(id)^
-- The account, its row locked until the transaction ends (SQLite: the whole file already is).
SELECT * FROM accounts WHERE id = :id /* PostgreSQL: FOR NO KEY UPDATE */;

-- name: move(id, amount, rows)^
-- Change the balance, unless it would fall below the floor: one statement decides and acts.
UPDATE accounts SET balance = balance + :amount, operation_seq = operation_seq + :rows
WHERE id = :id AND (:amount >= 0 OR balance + :amount >= floor)
RETURNING operation_seq, balance;

-- name: add_operations(account_id, seq, at, kind, direction, title, peer, zone, units, amount, balance, contra, rule, rate, rated_units, bucket, bucket_units, bucket_before, label)*!
INSERT INTO operations (account_id, seq, at, kind, direction, title, peer, zone, units, amount,
    balance, contra, rule, rate, rated_units, bucket, bucket_units, bucket_before, label)
VALUES (:account_id, :seq, :at, :kind, :direction, :title, :peer, :zone, :units, :amount,
    :balance, :contra, :rule, :rate, :rated_units, :bucket, :bucket_units, :bucket_before, :label);

-- name: label(account_id, kind, title, peer, count, units, spent, received, most)^
-- Counts operations into their label; no row where the label is new.
UPDATE labels SET count = count + :count, units = units + :units, spent = spent + :spent,
    received = received + :received, most = CASE WHEN most < :most THEN :most ELSE most END
WHERE account_id = :account_id AND kind = :kind AND title = :title AND peer = :peer
RETURNING id;

-- name: next_labels(account_id, count)$
UPDATE accounts SET label_seq = label_seq + :count WHERE id = :account_id RETURNING label_seq;

-- name: add_labels(account_id, id, kind, title, peer, count, units, spent, received, most)*!
INSERT INTO labels (account_id, id, kind, title, peer, count, units, spent, received, most)
VALUES (:account_id, :id, :kind, :title, :peer, :count, :units, :spent, :received, :most);

-- name: page(account_id, before, count)
SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket
FROM operations WHERE account_id = :account_id AND seq < :before
ORDER BY seq DESC LIMIT :count;

-- name: spent_by_kind(account_id, since)
-- What was paid for the tariff or an option and given back was not spent.
SELECT kind, CAST(-SUM(amount) AS BIGINT) AS spent FROM operations
WHERE account_id = :account_id AND at >= :since AND (amount < 0 OR kind IN ('fee', 'option'))
GROUP BY kind HAVING SUM(amount) < 0 ORDER BY spent DESC;

-- name: spent_between(account_id, since, until)$
-- On the operator's own services; other people's money is not communication.
SELECT CAST(COALESCE(-SUM(amount), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND at >= :since AND at < :until
    AND kind IN ('call', 'sms', 'mms', 'data', 'fee', 'option');

-- name: spent_on_options(account_id, since, until)
-- By title, which names the option.
SELECT title, CAST(-SUM(amount) AS BIGINT) AS paid FROM operations
WHERE account_id = :account_id AND at >= :since AND at < :until AND kind = 'option'
GROUP BY title;

-- name: spent_since(account_id, since)$
SELECT CAST(COALESCE(-SUM(amount), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND at >= :since AND (amount < 0 OR kind IN ('fee', 'option'));

-- name: paid_at(account_id, at, title)$
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND at = :at AND title = :title;

-- name: last_paid(account_id, count)
SELECT at, title, amount FROM operations
WHERE account_id = :account_id AND amount < 0 ORDER BY seq DESC LIMIT :count;

-- name: buckets(account_id, at)
SELECT id, kind, starts_at, ends_at, granted, used, unlimited FROM buckets
WHERE account_id = :account_id AND starts_at <= :at AND ends_at > :at ORDER BY kind, id;

-- name: open_buckets(account_id)
-- Those of the moment until which the account has lived.
SELECT b.id, b.kind, b.starts_at, b.ends_at, b.granted, b.used, b.unlimited
FROM accounts AS a JOIN buckets AS b ON b.account_id = a.id
WHERE a.id = :account_id AND b.starts_at <= a.lived_until AND b.ends_at > a.lived_until
ORDER BY b.kind, b.id;

-- name: put_buckets(account_id, id, kind, starts_at, ends_at, granted, used, unlimited)*!
INSERT INTO buckets (account_id, id, kind, starts_at, ends_at, granted, used, unlimited)
VALUES (:account_id, :id, :kind, :starts_at, :ends_at, :granted, :used, :unlimited)
ON CONFLICT (account_id, id, starts_at) DO UPDATE SET ends_at = excluded.ends_at,
    granted = excluded.granted, used = excluded.used;

-- name: add_shares(account_id, seq, bucket, units, bucket_before)*!
INSERT INTO shares (account_id, seq, bucket, units, bucket_before)
VALUES (:account_id, :seq, :bucket, :units, :bucket_before);

-- name: settle(id, lived_until, fee_at, fee_day, points_at, suspended, state, autopay_below, budget_told, due_at)!
UPDATE accounts SET lived_until = :lived_until, fee_at = :fee_at, fee_day = :fee_day,
    points_at = :points_at, suspended = :suspended, state = :state,
    autopay_below = :autopay_below, budget_told = :budget_told, due_at = :due_at
WHERE id = :id;

-- name: set_floor(id, floor)!
UPDATE accounts SET floor = :floor WHERE id = :id;

-- name: dues(account_id)
SELECT id, at, call, body FROM due WHERE account_id = :account_id ORDER BY at, id;

-- name: put_due(account_id, id, at, call, body)*!
INSERT INTO due (account_id, id, at, call, body) VALUES (:account_id, :id, :at, :call, :body)
ON CONFLICT (account_id, id) DO UPDATE SET at = excluded.at, call = excluded.call,
    body = excluded.body;

-- name: drop_due(account_id, id)*!
DELETE FROM due WHERE account_id = :account_id AND id = :id;

-- name: first_due()$
SELECT MIN(due_at) FROM accounts;

-- name: take_due(now)$
-- An account for which something is due, unless another process has it in hand.
SELECT id FROM accounts WHERE due_at <= :now
ORDER BY due_at LIMIT 1 /* PostgreSQL: FOR UPDATE SKIP LOCKED */;

-- name: take_behind(before)$
-- An account that was not looked after for long, unless another process has it in hand.
SELECT id FROM accounts WHERE lived_until < :before AND imported = 0
ORDER BY lived_until LIMIT 1 /* PostgreSQL: FOR UPDATE SKIP LOCKED */;

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
    CAST(COALESCE(SUM(u.units), 0) AS BIGINT) AS total
FROM buckets AS b
LEFT JOIN (
    SELECT account_id, at, bucket, bucket_units AS units FROM operations WHERE bucket IS NOT NULL
    UNION ALL
    SELECT s.account_id, o.at, s.bucket, s.units
    FROM shares AS s JOIN operations AS o ON o.account_id = s.account_id AND o.seq = s.seq
) AS u ON u.account_id = b.account_id AND u.bucket = b.id
    AND u.at >= b.starts_at AND u.at < b.ends_at
GROUP BY b.account_id, b.id, b.starts_at, b.used
HAVING b.used <> COALESCE(SUM(u.units), 0);

-- name: audit_labels()
-- Rows are labels that differ from the operations that name them, and operations without a label.
SELECT l.account_id, l.id, l.title, l.peer, l.count, COUNT(o.seq) AS rows
FROM labels AS l LEFT JOIN operations AS o ON o.account_id = l.account_id AND o.label = l.id
    AND o.kind = l.kind AND o.title = l.title AND o.peer = l.peer
GROUP BY l.account_id, l.id, l.title, l.peer, l.count, l.units, l.spent, l.received, l.most
HAVING l.count <> COUNT(o.seq) OR l.units <> SUM(o.units)
    OR l.spent <> SUM(CASE WHEN o.amount < 0 THEN -o.amount ELSE 0 END)
    OR l.received <> SUM(CASE WHEN o.amount > 0 THEN o.amount ELSE 0 END)
    OR l.most <> MAX(ABS(o.amount))
UNION ALL
SELECT o.account_id, o.label, o.title, o.peer, 0, COUNT(*) FROM operations AS o
WHERE NOT EXISTS (SELECT 1 FROM labels AS l WHERE l.account_id = o.account_id AND l.id = o.label)
GROUP BY o.account_id, o.label, o.title, o.peer;
