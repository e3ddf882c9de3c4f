-- name: move_points(id, points)^
-- Change the points, unless they would fall below zero: one statement decides and acts.
UPDATE accounts SET points = points + :points, points_seq = points_seq + 1
WHERE id = :id AND points + :points >= 0
RETURNING points_seq, points;

-- name: add_entry(account_id, seq, at, kind, title, points, balance, contra, unspent, expires_at)!
INSERT INTO points_entries (account_id, seq, at, kind, title, points, balance, contra, unspent,
    expires_at)
VALUES (:account_id, :seq, :at, :kind, :title, :points, :balance, :contra, :unspent, :expires_at);

-- name: unspent(account_id)
-- What is left of earned points, the oldest first.
SELECT seq, unspent, expires_at FROM points_entries
WHERE account_id = :account_id AND unspent > 0 ORDER BY expires_at, seq;

-- name: take(account_id, seq, points)!
UPDATE points_entries SET unspent = unspent - :points
WHERE account_id = :account_id AND seq = :seq;

-- name: entries(account_id, before, count)
SELECT seq, at, kind, title, points, balance, expires_at FROM points_entries
WHERE account_id = :account_id AND seq < :before ORDER BY seq DESC LIMIT :count;

-- name: entry(account_id, seq)^
SELECT seq, points, unspent, expires_at FROM points_entries
WHERE account_id = :account_id AND seq = :seq;

-- name: given_since(account_id, since)$
SELECT CAST(COALESCE(-SUM(points), 0) AS BIGINT) FROM points_entries
WHERE account_id = :account_id AND kind = 'gift_out' AND at >= :since;

-- name: enrol(id, at)!
UPDATE accounts SET bonus_since = :at WHERE id = :id AND bonus_since IS NULL;

-- name: add_order(account_id, id, at, reward, title, points, state, code, until)!
INSERT INTO reward_orders (account_id, id, at, reward, title, points, state, code, until)
VALUES (:account_id, :id, :at, :reward, :title, :points, :state, :code, :until);

-- name: finish_order(account_id, id, code, until)!
UPDATE reward_orders SET state = 'done', code = :code, until = :until
WHERE account_id = :account_id AND id = :id;

-- name: orders(account_id, count)
SELECT id, at, reward, title, points, state, code, until FROM reward_orders
WHERE account_id = :account_id ORDER BY at DESC, id DESC LIMIT :count;

-- name: order(account_id, id)^
SELECT id, at, reward, title, points, state, code, until FROM reward_orders
WHERE account_id = :account_id AND id = :id;

-- name: add_invitation(account_id, id, phone, at)!
INSERT INTO invitations (account_id, id, phone, at) VALUES (:account_id, :id, :phone, :at);

-- name: invitations(account_id)
SELECT id, phone, at, joined_at, points FROM invitations
WHERE account_id = :account_id ORDER BY at DESC, id DESC;

-- name: inviter(phone, since)^
-- Whoever invited a number first, and lately.
SELECT account_id, id FROM invitations
WHERE phone = :phone AND joined_at IS NULL AND at >= :since ORDER BY at, id LIMIT 1;

-- name: friend_joined(account_id, id, at, points)!
UPDATE invitations SET joined_at = :at, points = :points
WHERE account_id = :account_id AND id = :id;

-- name: audit()
-- Rows are wrong accounts: points, count, last running balance and what is unspent must agree.
SELECT a.id, a.points, a.points_seq, CAST(COALESCE(SUM(e.points), 0) AS BIGINT) AS total,
    CAST(COALESCE(SUM(e.unspent), 0) AS BIGINT) AS left_over
FROM accounts AS a LEFT JOIN points_entries AS e ON e.account_id = a.id
GROUP BY a.id, a.points, a.points_seq
HAVING a.points <> COALESCE(SUM(e.points), 0) OR a.points <> COALESCE(SUM(e.unspent), 0)
    OR a.points_seq <> COUNT(e.seq)
    OR a.points <> COALESCE(
        (SELECT z.balance FROM points_entries AS z
         WHERE z.account_id = a.id AND z.seq = a.points_seq),
        0
    );
