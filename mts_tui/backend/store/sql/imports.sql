-- Imported numbers: their files, the rows of these, and the history that is made of the rows.

-- name: account_of(subscriber_id, phone)^
-- The imported number of a person's cabinet.
SELECT a.* FROM accounts AS a JOIN linked_numbers AS l ON l.account_id = a.id
WHERE l.subscriber_id = :subscriber_id AND a.phone = :phone AND a.imported = 1;

-- name: add_account(id, subscriber_id, phone, kind, country, currency, region, zone, tariff_id, floor, at, never)!
INSERT INTO accounts (id, subscriber_id, phone, kind, country, currency, region, zone, profile,
    tariff_id, state, floor, base_floor, opened_at, lived_until, fee_at, fee_day, points_at, due_at,
    imported)
VALUES (:id, :subscriber_id, :phone, :kind, :country, :currency, :region, :zone, '',
    :tariff_id, 'active', :floor, :floor, :at, 0, NULL, 1, :never, :never, 1);

-- name: add_tariff(id, title, body)!
-- No country's list has it.
INSERT INTO tariffs (id, title, country, body) VALUES (:id, :title, '', :body)
ON CONFLICT (id) DO NOTHING;

-- name: own_cabinet(id, name)!
INSERT INTO subscribers (id, name) VALUES (:id, :name) ON CONFLICT (id) DO NOTHING;

-- name: first_linked(subscriber_id, but)^
-- A cabinet's first number besides one.
SELECT a.* FROM accounts AS a JOIN linked_numbers AS l ON l.account_id = a.id
WHERE l.subscriber_id = :subscriber_id AND a.id <> :but
ORDER BY l.position, a.id LIMIT 1;

-- name: carry_sessions(account_id, heir)!
UPDATE sessions SET account_id = :heir WHERE account_id = :account_id;

-- name: add(account_id, id, at, file, format, digest)!
INSERT INTO imports (account_id, id, at, file, format, digest)
VALUES (:account_id, :id, :at, :file, :format, :digest);

-- name: of_digest(account_id, digest)^
SELECT * FROM imports WHERE account_id = :account_id AND digest = :digest;

-- name: one(account_id, id)^
SELECT * FROM imports WHERE account_id = :account_id AND id = :id;

-- name: every(account_id, count)
SELECT * FROM imports WHERE account_id = :account_id ORDER BY at DESC, id DESC LIMIT :count;

-- name: count_files(account_id)$
SELECT COUNT(*) FROM imports WHERE account_id = :account_id;

-- name: count_unfinished(account_id)$
SELECT COUNT(*) FROM imports WHERE account_id = :account_id AND state = 'reading';

-- name: set_state(account_id, id, state)!
UPDATE imports SET state = :state WHERE account_id = :account_id AND id = :id;

-- name: count_rows(account_id, id, added, known, unread, since, until)^
UPDATE imports SET added = added + :added, known = known + :known, unread = unread + :unread,
    since = CASE WHEN since < :since THEN since ELSE :since END,
    until = CASE WHEN until > :until THEN until ELSE :until END
WHERE account_id = :account_id AND id = :id RETURNING *;

-- name: count_more(account_id, id, added, known, unread)^
UPDATE imports SET added = added + :added, known = known + :known, unread = unread + :unread
WHERE account_id = :account_id AND id = :id RETURNING *;

-- name: count_records(account_id)$
SELECT CAST(COALESCE(SUM(added), 0) AS BIGINT) FROM imports WHERE account_id = :account_id;

-- name: in_file(account_id, import_id, prints)
-- Those of some prints that a file has; `prints` is a JSON object whose keys are prints.
SELECT print FROM imported_rows
WHERE account_id = :account_id AND import_id = :import_id
    AND print IN (SELECT key FROM json_each(:prints));

-- name: last_alike(account_id, import_id, low, high)$
SELECT print FROM imported_rows
WHERE account_id = :account_id AND print >= :low AND print < :high AND import_id = :import_id
ORDER BY print DESC LIMIT 1;

-- name: known(account_id, prints)
SELECT print FROM imported_records
WHERE account_id = :account_id AND print IN (SELECT key FROM json_each(:prints));

-- name: add_rows(account_id, print, import_id)*!
INSERT INTO imported_rows (account_id, print, import_id) VALUES (:account_id, :print, :import_id);

-- name: add_records(account_id, print, at, kind, direction, title, peer, area, zone, peer_zone, service, units, cost)*!
INSERT INTO imported_records (account_id, print, at, kind, direction, title, peer, area, zone,
    peer_zone, service, units, cost)
VALUES (:account_id, :print, :at, :kind, :direction, :title, :peer, :area, :zone, :peer_zone,
    :service, :units, :cost);

-- name: record(account_id, print)^
SELECT * FROM imported_records WHERE account_id = :account_id AND print = :print;

-- name: add_unread(account_id, import_id, line, text, reason)*!
INSERT INTO unread_rows (account_id, import_id, line, text, reason)
VALUES (:account_id, :import_id, :line, :text, :reason)
ON CONFLICT (account_id, import_id, line) DO NOTHING;

-- name: unread(account_id, import_id, count)
SELECT line, text, reason FROM unread_rows
WHERE account_id = :account_id AND import_id = :import_id ORDER BY line LIMIT :count;

-- name: first_of(account_id, import_id)$
-- The first row of a file.
SELECT MIN(print) FROM imported_rows WHERE account_id = :account_id AND import_id = :import_id;

-- name: drop_lonely(account_id, import_id)!
-- Rows that no other file has.
DELETE FROM imported_records
WHERE account_id = :account_id AND print IN (
    SELECT r.print FROM imported_rows AS r
    WHERE r.account_id = :account_id AND r.import_id = :import_id AND NOT EXISTS (
        SELECT 1 FROM imported_rows AS o
        WHERE o.account_id = r.account_id AND o.print = r.print AND o.import_id <> r.import_id));

-- name: drop_rows(account_id, import_id)!
DELETE FROM imported_rows WHERE account_id = :account_id AND import_id = :import_id;

-- name: drop_unread(account_id, import_id)!
DELETE FROM unread_rows WHERE account_id = :account_id AND import_id = :import_id;

-- name: drop(account_id, id)!
DELETE FROM imports WHERE account_id = :account_id AND id = :id;

-- ------------------------------------------------------------------ the history

-- name: labels_after(account_id, seq)
-- Labels of the history's end.
SELECT DISTINCT label FROM operations WHERE account_id = :account_id AND seq > :seq;

-- name: cost_after(account_id, seq)$
-- What the rows of the history's end cost, in 1/10,000; `rule` is `import.` and the print.
SELECT CAST(COALESCE(SUM(rate), 0) AS BIGINT) FROM operations
WHERE account_id = :account_id AND seq > :seq;

-- name: drop_after(account_id, seq)!
DELETE FROM operations WHERE account_id = :account_id AND seq > :seq;

-- name: drop_labels(account_id, labels)!
DELETE FROM labels
WHERE account_id = :account_id AND id IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels));

-- name: count_labels_anew(account_id, labels)!
INSERT INTO labels (account_id, id, kind, title, peer, count, units, spent, received, most)
SELECT account_id, label, kind, title, peer, COUNT(*), SUM(units),
    SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END),
    SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), MAX(ABS(amount))
FROM operations
WHERE account_id = :account_id
    AND label IN (SELECT CAST(key AS BIGINT) FROM json_each(:labels))
GROUP BY account_id, label, kind, title, peer;

-- name: history_ends(id, seq, cost, since, until)!
-- The balance is that of the last operation.
UPDATE accounts SET operation_seq = :seq, imported_cost = :cost, opened_at = :since,
    lived_until = :until,
    balance = COALESCE((SELECT balance FROM operations WHERE account_id = :id AND seq = :seq), 0)
WHERE id = :id;

-- name: next_rows(account_id, after, every, count)^
-- How many rows come next into the history, at most so many, the last of them, what they cost.
-- A row is there once one of its files is read to its end.
SELECT COUNT(*) AS count, MAX(print) AS last, CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS cost
FROM (
    SELECT r.print, r.cost FROM imported_records AS r
    WHERE r.account_id = :account_id AND r.print > :after AND (:every = 1 OR EXISTS (
        SELECT 1 FROM imported_rows AS f
        JOIN imports AS i ON i.account_id = f.account_id AND i.id = f.import_id
        WHERE f.account_id = r.account_id AND f.print = r.print AND i.state <> 'reading'))
    ORDER BY r.print LIMIT :count
) AS chunk;

-- name: new_labels(account_id, after, last)
SELECT r.kind, r.title, r.peer FROM imported_records AS r
WHERE r.account_id = :account_id AND r.print > :after AND r.print <= :last AND NOT EXISTS (
    SELECT 1 FROM labels AS l WHERE l.account_id = r.account_id AND l.kind = r.kind
        AND l.title = r.title AND l.peer = r.peer)
GROUP BY r.kind, r.title, r.peer ORDER BY MIN(r.print);

-- name: write_rows(account_id, after, last, every, kept, base)!
-- Kopecks of the running sum, not of each row: so the history comes to what the document does, to
-- the kopeck. The large number keeps the division from rounding towards zero below it.
INSERT INTO operations (account_id, seq, at, kind, direction, title, peer, zone, units, amount,
    balance, contra, rule, rate, rated_units, label)
SELECT s.account_id, :kept + s.place, s.at, s.kind, s.direction, s.title, s.peer, s.area, s.units,
    (s.total - s.cost + 112589990684262450) / 100 - (s.total + 112589990684262450) / 100,
    1125899906842624 - (s.total + 112589990684262450) / 100,
    CASE WHEN s.cost = 0 THEN '' WHEN s.kind = 'fee' THEN 'revenue:fees' ELSE 'revenue:usage' END,
    'import.' || s.print, s.cost, s.units, l.id
FROM (
    SELECT r.*, ROW_NUMBER() OVER (ORDER BY r.print) AS place,
        CAST(:base + SUM(r.cost) OVER (ORDER BY r.print ROWS UNBOUNDED PRECEDING) AS BIGINT) AS total
    FROM imported_records AS r
    WHERE r.account_id = :account_id AND r.print > :after AND r.print <= :last
        AND (:every = 1 OR EXISTS (
            SELECT 1 FROM imported_rows AS f
            JOIN imports AS i ON i.account_id = f.account_id AND i.id = f.import_id
            WHERE f.account_id = r.account_id AND f.print = r.print AND i.state <> 'reading'))
) AS s
JOIN labels AS l ON l.account_id = s.account_id AND l.kind = s.kind AND l.title = s.title
    AND l.peer = s.peer;

-- name: count_labels_on(account_id, seq)!
-- Counts the history's new end into its labels.
INSERT INTO labels (account_id, id, kind, title, peer, count, units, spent, received, most)
SELECT account_id, label, kind, title, peer, COUNT(*), SUM(units),
    SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END),
    SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END), MAX(ABS(amount))
FROM operations WHERE account_id = :account_id AND seq > :seq
GROUP BY account_id, label, kind, title, peer
ON CONFLICT (account_id, id) DO UPDATE SET count = labels.count + excluded.count,
    units = labels.units + excluded.units, spent = labels.spent + excluded.spent,
    received = labels.received + excluded.received,
    most = CASE WHEN labels.most < excluded.most THEN excluded.most ELSE labels.most END;

-- name: last_print(account_id, seq)$
SELECT SUBSTR(rule, 8) FROM operations WHERE account_id = :account_id AND seq = :seq;

-- name: moment_of(account_id, seq)$
-- When an operation was.
SELECT at FROM operations WHERE account_id = :account_id AND seq = :seq;

-- name: usage_until(account_id, since, seq)
-- What was used since a moment, up to an operation, in its order.
SELECT at, kind, direction, peer, zone, units FROM operations
WHERE account_id = :account_id AND at >= :since AND seq <= :seq
    AND kind IN ('call', 'sms', 'mms', 'data')
ORDER BY seq;

-- ------------------------------------------------------------------ the end of a number

-- name: forget_statement_parts(account_id)!
DELETE FROM statement_parts WHERE account_id = :account_id;

-- name: forget_statements(account_id)!
DELETE FROM statements WHERE account_id = :account_id;

-- name: forget_letters(account_id)!
DELETE FROM mails WHERE account_id = :account_id;

-- name: forget_links(account_id)!
DELETE FROM linked_numbers WHERE account_id = :account_id;

-- name: forget_operations(account_id)!
DELETE FROM operations WHERE account_id = :account_id;

-- name: forget_labels(account_id)!
DELETE FROM labels WHERE account_id = :account_id;

-- name: forget_events(account_id)!
DELETE FROM events WHERE account_id = :account_id;

-- name: forget_sessions(account_id)!
DELETE FROM sessions WHERE account_id = :account_id;

-- name: forget_notifications(account_id)!
DELETE FROM notifications WHERE account_id = :account_id;

-- name: forget_undos(account_id)!
DELETE FROM undos WHERE account_id = :account_id;

-- name: forget_account(id)!
DELETE FROM accounts WHERE id = :id AND imported = 1;
