-- Notices of the cabinet, kept three days.

-- name: add(account_id, id, at, expires_at, kind, title, text, place, subject)!
INSERT INTO notifications (account_id, id, at, expires_at, kind, title, text, place, subject)
VALUES (:account_id, :id, :at, :expires_at, :kind, :title, :text, :place, :subject);

-- name: kept(account_id, now, count)
SELECT id, at, expires_at, kind, title, text, read_at, place, subject FROM notifications
WHERE account_id = :account_id AND expires_at > :now ORDER BY at DESC, id DESC LIMIT :count;

-- name: unread(account_id, now)$
SELECT COUNT(*) FROM notifications
WHERE account_id = :account_id AND expires_at > :now AND read_at IS NULL;

-- name: mark_read(account_id, ids, now)
-- `ids` is a JSON object whose keys are ids of notifications.
UPDATE notifications SET read_at = :now
WHERE account_id = :account_id AND read_at IS NULL
    AND id IN (SELECT key FROM json_each(:ids))
RETURNING id;

-- name: forget(now, count)
DELETE FROM notifications WHERE (account_id, id) IN (
    SELECT account_id, id FROM notifications WHERE expires_at <= :now
    ORDER BY expires_at LIMIT :count
) RETURNING id;
