-- name: taken_part(account_id)
SELECT id, state, joined_at, ends_at, done, earned, earned_points, body FROM account_promos
WHERE account_id = :account_id ORDER BY joined_at DESC, id;

-- name: put(account_id, id, state, joined_at, ends_at, done, earned, earned_points, body)!
INSERT INTO account_promos (account_id, id, state, joined_at, ends_at, done, earned, earned_points,
    body)
VALUES (:account_id, :id, :state, :joined_at, :ends_at, :done, :earned, :earned_points, :body)
ON CONFLICT (account_id, id) DO UPDATE SET state = excluded.state, ends_at = excluded.ends_at,
    done = excluded.done, earned = excluded.earned, earned_points = excluded.earned_points,
    body = excluded.body;
