-- Support: tickets, chats, calls back.

-- name: add_ticket(account_id, id, number, at, title)!
INSERT INTO tickets (account_id, id, number, opened_at, changed_at, state, title)
VALUES (:account_id, :id, :number, :at, :at, 'open', :title);

-- name: tickets(account_id, count)
SELECT t.*, (
    SELECT COUNT(*) FROM chat_messages AS m
    WHERE m.account_id = t.account_id AND m.ticket_id = t.id AND m.seq > t.read_seq
        AND m.author <> 'subscriber'
) AS unread
FROM tickets AS t WHERE t.account_id = :account_id
ORDER BY t.changed_at DESC, t.id DESC LIMIT :count;

-- name: ticket(account_id, id)^
SELECT t.*, (
    SELECT COUNT(*) FROM chat_messages AS m
    WHERE m.account_id = t.account_id AND m.ticket_id = t.id AND m.seq > t.read_seq
        AND m.author <> 'subscriber'
) AS unread
FROM tickets AS t WHERE t.account_id = :account_id AND t.id = :id;

-- name: open_tickets(account_id)$
SELECT COUNT(*) FROM tickets WHERE account_id = :account_id AND state <> 'closed';

-- name: next_message(account_id, id, at)$
UPDATE tickets SET message_seq = message_seq + 1, changed_at = :at
WHERE account_id = :account_id AND id = :id RETURNING message_seq;

-- name: set_state(account_id, id, state, at)!
UPDATE tickets SET state = :state, changed_at = :at WHERE account_id = :account_id AND id = :id;

-- name: mark_read(account_id, id)
UPDATE tickets SET read_seq = message_seq
WHERE account_id = :account_id AND id = :id AND read_seq < message_seq RETURNING id;

-- name: rate(account_id, id, stars, opinion)!
UPDATE tickets SET stars = :stars, opinion = :opinion WHERE account_id = :account_id AND id = :id;

-- name: add_message(account_id, ticket_id, seq, at, author, name, text, file_name, file_text, file_size, page)!
INSERT INTO chat_messages (account_id, ticket_id, seq, at, author, name, text, file_name,
    file_text, file_size, page)
VALUES (:account_id, :ticket_id, :seq, :at, :author, :name, :text, :file_name, :file_text,
    :file_size, :page);

-- name: messages(account_id, ticket_id, before, count)
SELECT seq, at, author, name, text, file_name, file_size, page
FROM chat_messages
WHERE account_id = :account_id AND ticket_id = :ticket_id AND seq < :before
ORDER BY seq DESC LIMIT :count;

-- name: file(account_id, ticket_id, seq)^
SELECT file_name, file_text FROM chat_messages
WHERE account_id = :account_id AND ticket_id = :ticket_id AND seq = :seq AND file_name <> '';

-- name: add_call(account_id, id, at, phone, since, until, topic)!
INSERT INTO call_backs (account_id, id, ordered_at, phone, since, until, topic, state)
VALUES (:account_id, :id, :at, :phone, :since, :until, :topic, 'planned');

-- name: calls(account_id, count)
SELECT * FROM call_backs WHERE account_id = :account_id
ORDER BY ordered_at DESC, id DESC LIMIT :count;

-- name: call(account_id, id)^
SELECT * FROM call_backs WHERE account_id = :account_id AND id = :id;

-- name: planned_calls(account_id)$
SELECT COUNT(*) FROM call_backs WHERE account_id = :account_id AND state = 'planned';

-- name: set_call(account_id, id, state)!
UPDATE call_backs SET state = :state WHERE account_id = :account_id AND id = :id;
