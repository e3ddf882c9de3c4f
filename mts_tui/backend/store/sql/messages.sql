-- Sendings; the picture of an MMS is asked for by itself.

-- name: add_sending(account_id, id, kind, ordered_at, at, text, alphabet, parts, media_type, picture, outside)!
INSERT INTO sendings (account_id, id, kind, ordered_at, at, text, alphabet, parts, media_type,
    picture, outside)
VALUES (:account_id, :id, :kind, :ordered_at, :at, :text, :alphabet, :parts, :media_type,
    :picture, :outside);

-- name: sending(account_id, id)^
SELECT account_id, id, kind, ordered_at, at, text, alphabet, parts, media_type, outside
FROM sendings WHERE account_id = :account_id AND id = :id;

-- name: sendings(account_id, before_at, before_id, count)
SELECT account_id, id, kind, ordered_at, at, text, alphabet, parts, media_type, outside
FROM sendings WHERE account_id = :account_id AND (at, id) < (:before_at, :before_id)
ORDER BY at DESC, id DESC LIMIT :count;

-- name: picture(account_id, id)^
SELECT media_type, picture FROM sendings WHERE account_id = :account_id AND id = :id;

-- name: ordered_for(account_id, since, until)$
-- Messages of a day, sent or planned: one for each recipient.
SELECT COUNT(*) FROM sendings AS s JOIN sending_recipients AS r
    ON r.account_id = s.account_id AND r.sending_id = s.id
WHERE s.account_id = :account_id AND s.at >= :since AND s.at < :until AND r.state <> 'cancelled';

-- name: planned(account_id)$
SELECT COUNT(DISTINCT sending_id) FROM sending_recipients
WHERE account_id = :account_id AND state = 'scheduled';

-- Recipients.

-- name: add_recipients(account_id, sending_id, phone, position, state, at, cost, covered)*!
INSERT INTO sending_recipients (account_id, sending_id, phone, position, state, at, cost, covered)
VALUES (:account_id, :sending_id, :phone, :position, :state, :at, :cost, :covered);

-- name: recipients(account_id, sending_id)
SELECT * FROM sending_recipients WHERE account_id = :account_id AND sending_id = :sending_id
ORDER BY position;

-- name: recipients_of(account_id, ids)
-- `ids` is a JSON object whose keys are ids of sendings.
SELECT * FROM sending_recipients
WHERE account_id = :account_id AND sending_id IN (SELECT key FROM json_each(:ids))
ORDER BY sending_id, position;

-- name: recipient(account_id, sending_id, phone)^
SELECT * FROM sending_recipients
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone;

-- name: sent_off(account_id, sending_id, phone, at, cost, covered, next_at)!
-- It is on its way, and is the message that the phone's thread had last.
UPDATE sending_recipients SET state = 'queued', at = :at, cost = :cost, covered = :covered,
    next_at = :next_at,
    message_seq = (SELECT message_seq FROM accounts WHERE id = :account_id)
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone;

-- name: set_state(account_id, sending_id, phone, state, at, reason)!
UPDATE sending_recipients SET state = :state, at = :at, reason = :reason
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone;

-- name: cancel(account_id, sending_id, at)!
UPDATE sending_recipients SET state = 'cancelled', at = :at
WHERE account_id = :account_id AND sending_id = :sending_id AND state = 'scheduled';

-- name: fail_planned(account_id, sending_id, at, reason)!
UPDATE sending_recipients SET state = 'failed', at = :at, reason = :reason
WHERE account_id = :account_id AND sending_id = :sending_id AND state = 'scheduled';

-- What waits for an SMS gateway.

-- name: first_waiting()$
SELECT MIN(next_at) FROM sending_recipients;

-- name: take_waiting(now, until)^
-- The oldest that is due, unless another sender has it: nobody else takes it until the lease ends.
UPDATE sending_recipients SET tries = tries + 1, next_at = :until
WHERE (account_id, sending_id, phone) = (
    SELECT account_id, sending_id, phone FROM sending_recipients WHERE next_at <= :now
    ORDER BY next_at, sending_id, position LIMIT 1 /* PostgreSQL: FOR UPDATE SKIP LOCKED */
)
RETURNING *;

-- name: ask(account_id, sending_id, phone, tries, asked_at)^
-- From now on the gateway may have it. No row where the lease ended and another sender has it.
UPDATE sending_recipients SET asked_at = :asked_at
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone
    AND tries = :tries AND state = 'queued' AND asked_at IS NULL
RETURNING phone;

-- name: unasked(account_id, sending_id, phone, tries, next_at)!
-- It is certain that the gateway does not have it.
UPDATE sending_recipients SET asked_at = NULL, next_at = :next_at
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone AND tries = :tries;

-- name: wait(account_id, sending_id, phone, tries, next_at)!
UPDATE sending_recipients SET next_at = :next_at
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone AND tries = :tries;

-- name: report(account_id, sending_id, phone, tries, state, at, reason, gateway_id, next_at)^
-- What the gateway says; no row where the lease ended and another sender has it.
UPDATE sending_recipients SET state = :state, at = :at, reason = :reason,
    gateway_id = :gateway_id, next_at = :next_at
WHERE account_id = :account_id AND sending_id = :sending_id AND phone = :phone AND tries = :tries
    AND state IN ('queued', 'sent')
RETURNING phone;

-- name: known_to_gateway(gateway_id)$
SELECT COUNT(*) FROM sending_recipients WHERE gateway_id = :gateway_id;

-- Threads: the messages of the phone by their other side.

-- name: threads(account_id)
SELECT m.peer, m.at, m.outgoing, m.text, CAST(g.unread AS BIGINT) AS unread
FROM (
    SELECT k.peer, MAX(k.seq) AS seq,
        SUM(CASE WHEN k.outgoing = 0 AND k.seq > COALESCE(r.seq, 0) THEN 1 ELSE 0 END) AS unread
    FROM messages AS k
    LEFT JOIN threads_read AS r ON r.account_id = k.account_id AND r.peer = k.peer
    WHERE k.account_id = :account_id GROUP BY k.peer
) AS g JOIN messages AS m ON m.account_id = :account_id AND m.seq = g.seq
ORDER BY m.seq DESC;

-- name: words(account_id, count)
-- What was written, to be searched.
SELECT peer, text FROM messages WHERE account_id = :account_id ORDER BY seq DESC LIMIT :count;

-- name: thread(account_id, peer, before, count)
SELECT m.seq, m.at, m.outgoing, m.text, r.state, r.reason, r.sending_id, s.kind
FROM messages AS m
LEFT JOIN sending_recipients AS r ON r.account_id = m.account_id AND r.message_seq = m.seq
LEFT JOIN sendings AS s ON s.account_id = r.account_id AND s.id = r.sending_id
WHERE m.account_id = :account_id AND m.peer = :peer AND m.seq < :before
ORDER BY m.seq DESC LIMIT :count;

-- name: mark_read(account_id, peer)!
INSERT INTO threads_read (account_id, peer, seq)
SELECT account_id, peer, MAX(seq) FROM messages
WHERE account_id = :account_id AND peer = :peer GROUP BY account_id, peer
ON CONFLICT (account_id, peer) DO UPDATE SET seq = excluded.seq;

-- Contacts and templates.

-- name: contacts(account_id)
SELECT id, name, phone, in_groups FROM contacts WHERE account_id = :account_id
ORDER BY folded, phone;

-- name: contact(account_id, id)^
SELECT id, name, phone, in_groups FROM contacts WHERE account_id = :account_id AND id = :id;

-- name: contact_of(account_id, phone)^
SELECT id, name, phone, in_groups FROM contacts
WHERE account_id = :account_id AND phone = :phone;

-- name: put_contact(account_id, id, name, folded, phone, in_groups)!
INSERT INTO contacts (account_id, id, name, folded, phone, in_groups)
VALUES (:account_id, :id, :name, :folded, :phone, :in_groups)
ON CONFLICT (account_id, phone) DO UPDATE SET name = excluded.name, folded = excluded.folded,
    in_groups = excluded.in_groups;

-- name: drop_contact(account_id, id)!
DELETE FROM contacts WHERE account_id = :account_id AND id = :id;

-- name: templates(account_id)
SELECT id, title, text FROM templates WHERE account_id = :account_id ORDER BY folded;

-- name: template(account_id, id)^
SELECT id, title, text FROM templates WHERE account_id = :account_id AND id = :id;

-- name: template_called(account_id, folded)^
SELECT id, title, text FROM templates WHERE account_id = :account_id AND folded = :folded;

-- name: put_template(account_id, id, title, folded, text)!
INSERT INTO templates (account_id, id, title, folded, text)
VALUES (:account_id, :id, :title, :folded, :text)
ON CONFLICT (account_id, folded) DO UPDATE SET title = excluded.title, text = excluded.text;

-- name: drop_template(account_id, id)!
DELETE FROM templates WHERE account_id = :account_id AND id = :id;
