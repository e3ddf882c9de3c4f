-- name: by_phone(phone)^
-- A number of the operator's own: nobody calls, pays or signs in with an imported one.
SELECT * FROM accounts WHERE phone = :phone AND imported = 0;

-- name: by_id(id)^
SELECT * FROM accounts WHERE id = :id;

-- name: of_cabinet(subscriber_id, id)^
-- An account, if it is linked to the person's cabinet.
SELECT a.*, l.name, l.role, s.name AS owner
FROM linked_numbers AS l
JOIN accounts AS a ON a.id = l.account_id
JOIN subscribers AS s ON s.id = a.subscriber_id
WHERE l.subscriber_id = :subscriber_id AND l.account_id = :id;

-- name: of_session(token_hash, id)^
-- The same for the person of a session, whatever has become of that.
SELECT a.*, l.name, l.role, s.name AS owner
FROM linked_numbers AS l
JOIN accounts AS a ON a.id = l.account_id
JOIN subscribers AS s ON s.id = a.subscriber_id
WHERE l.account_id = :id AND l.subscriber_id = (
    SELECT o.subscriber_id FROM sessions AS e JOIN accounts AS o ON o.id = e.account_id
    WHERE e.token_hash = :token_hash
);

-- name: linked(subscriber_id)
SELECT a.*, l.name, l.role, s.name AS owner, t.title AS tariff
FROM linked_numbers AS l
JOIN accounts AS a ON a.id = l.account_id
JOIN subscribers AS s ON s.id = a.subscriber_id
JOIN tariffs AS t ON t.id = a.tariff_id
WHERE l.subscriber_id = :subscriber_id
ORDER BY l.position, a.id;

-- name: link(subscriber_id, account_id, name, role)^
INSERT INTO linked_numbers (subscriber_id, account_id, name, role, position)
SELECT :subscriber_id, :account_id, :name, :role, COALESCE(MAX(position), 0) + 1
FROM linked_numbers WHERE subscriber_id = :subscriber_id
ON CONFLICT (subscriber_id, account_id) DO NOTHING
RETURNING position;

-- name: cabinets_of(account_id)
SELECT subscriber_id FROM linked_numbers WHERE account_id = :account_id;

-- name: all_ids()
SELECT id FROM accounts WHERE imported = 0 ORDER BY opened_at, id;

-- name: sims()
SELECT a.id, a.phone, a.kind, a.vouched, a.region, a.zone, s.name AS owner,
    (SELECT COUNT(*) FROM linked_numbers AS l WHERE l.account_id = a.id) AS links
FROM accounts AS a JOIN subscribers AS s ON s.id = a.subscriber_id
WHERE a.imported = 0
ORDER BY a.opened_at, a.id;

-- name: vouch(phone, vouched)!
UPDATE accounts SET vouched = :vouched WHERE phone = :phone AND imported = 0;

-- name: vouched()^
SELECT * FROM accounts WHERE vouched = 1 ORDER BY opened_at, id LIMIT 1;

-- name: add_subscriber(id, name)!
INSERT INTO subscribers (id, name) VALUES (:id, :name);

-- name: add(id, subscriber_id, phone, kind, country, currency, region, zone, profile, tariff_id, opened_at, fee_at, fee_day, points_at)!
INSERT INTO accounts (id, subscriber_id, phone, kind, country, currency, region, zone, profile,
    tariff_id, state, opened_at, lived_until, fee_at, fee_day, points_at)
VALUES (:id, :subscriber_id, :phone, :kind, :country, :currency, :region, :zone, :profile,
    :tariff_id, 'active', :opened_at, :opened_at, :fee_at, :fee_day, :points_at);

-- name: set_trust(id, floor, state)!
-- A floor above the balance is refused by the table itself.
UPDATE accounts SET floor = :floor, base_floor = :floor, state = :state WHERE id = :id;

-- name: set_budget(id, budget, hard)!
UPDATE accounts SET budget = :budget, budget_hard = :hard, budget_told = 0 WHERE id = :id;

-- name: event_seqs()
SELECT id, event_seq FROM accounts;

-- name: oldest_life()$
SELECT MIN(lived_until) FROM accounts WHERE imported = 0;
