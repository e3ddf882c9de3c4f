-- Selections. `labels` is a JSON object whose keys are numbers of labels, for few of them: both
-- engines read it by `json_each`. `marks` has a byte for each label, `mark` where it is asked for:
-- that costs nothing to prepare for many. A unary plus keeps an engine from the other index.

-- name: newest(account_id, low, before, every, marks, mark, least, count)
-- A stretch of the history, backwards.
SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket FROM operations
WHERE account_id = :account_id AND seq >= :low AND seq < :before
    AND (:every = 1 OR SUBSTR(:marks, CAST(label AS INTEGER), 1) = :mark)
    AND (:least = 0 OR ABS(amount) >= :least)
ORDER BY seq DESC LIMIT :count;

-- name: oldest(account_id, after, high, every, marks, mark, least, count)
SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket FROM operations
WHERE account_id = :account_id AND seq > :after AND seq < :high
    AND (:every = 1 OR SUBSTR(:marks, CAST(label AS INTEGER), 1) = :mark)
    AND (:least = 0 OR ABS(amount) >= :least)
ORDER BY seq LIMIT :count;

-- name: newest_of(account_id, low, before, labels, least, count)
-- The operations of labels that have few.
SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket FROM operations
WHERE account_id = :account_id AND seq IN (
    SELECT seq FROM operations
    WHERE account_id = :account_id AND label IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels))
        AND +seq >= :low AND +seq < :before AND (:least = 0 OR ABS(amount) >= :least)
    ORDER BY +seq DESC LIMIT :count)
ORDER BY seq DESC;

-- name: oldest_of(account_id, after, high, labels, least, count)
SELECT seq, at, kind, direction, title, peer, units, amount, balance, bucket FROM operations
WHERE account_id = :account_id AND seq IN (
    SELECT seq FROM operations
    WHERE account_id = :account_id AND label IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels))
        AND +seq > :after AND +seq < :high AND (:least = 0 OR ABS(amount) >= :least)
    ORDER BY +seq LIMIT :count)
ORDER BY seq;

-- name: totals(account_id, low, high, every, marks, mark, least)
SELECT kind, COUNT(*) AS count, CAST(SUM(units) AS BIGINT) AS units,
    CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT) AS spent,
    CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS received
FROM operations
WHERE account_id = :account_id AND seq >= :low AND seq < :high
    AND (:every = 1 OR SUBSTR(:marks, CAST(label AS INTEGER), 1) = :mark)
    AND (:least = 0 OR ABS(amount) >= :least)
GROUP BY kind;

-- name: totals_of(account_id, low, high, labels, least)
SELECT kind, COUNT(*) AS count, CAST(SUM(units) AS BIGINT) AS units,
    CAST(SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS BIGINT) AS spent,
    CAST(SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS BIGINT) AS received
FROM operations
WHERE account_id = :account_id AND label IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels))
    AND +seq >= :low AND +seq < :high AND (:least = 0 OR ABS(amount) >= :least)
GROUP BY kind;

-- name: totals_of_labels(account_id, every, marks, mark)
-- The same over all time, without reading a single operation.
SELECT kind, CAST(SUM(count) AS BIGINT) AS count, CAST(SUM(units) AS BIGINT) AS units,
    CAST(SUM(spent) AS BIGINT) AS spent, CAST(SUM(received) AS BIGINT) AS received
FROM labels
WHERE account_id = :account_id
    AND (:every = 1 OR SUBSTR(:marks, CAST(id AS INTEGER), 1) = :mark)
GROUP BY kind;

-- name: labels_from(account_id, id)
SELECT id, kind, title, peer FROM labels WHERE account_id = :account_id AND id >= :id ORDER BY id;

-- name: count_of(account_id, labels)$
SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM labels
WHERE account_id = :account_id AND id IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels));

-- name: labels_of_least(account_id, least)
SELECT id FROM labels WHERE account_id = :account_id AND most >= :least;

-- name: first_since(account_id, at)$
-- The first operation that is not before a moment.
SELECT seq FROM operations WHERE account_id = :account_id AND at >= :at ORDER BY at, seq LIMIT 1;

-- name: operation(account_id, seq)^
SELECT * FROM operations WHERE account_id = :account_id AND seq = :seq;

-- name: before_of_label(account_id, label, seq)
SELECT * FROM operations WHERE account_id = :account_id AND label = :label AND seq < :seq
ORDER BY seq DESC LIMIT 1;

-- name: around(account_id, since, until, count)
SELECT * FROM operations WHERE account_id = :account_id AND at >= :since AND at <= :until
ORDER BY at, seq LIMIT :count;
