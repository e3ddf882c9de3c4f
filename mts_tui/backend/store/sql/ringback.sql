-- name: service(account_id)^
SELECT is_on FROM ringback WHERE account_id = :account_id;

-- name: switch(account_id, is_on)!
INSERT INTO ringback (account_id, is_on) VALUES (:account_id, :is_on)
ON CONFLICT (account_id) DO UPDATE SET is_on = excluded.is_on;

-- name: melodies(account_id)
SELECT * FROM ringback_melodies WHERE account_id = :account_id ORDER BY since, id;

-- name: put_melody(account_id, id, since, is_gift, paid_until, next_at, told)!
INSERT INTO ringback_melodies (account_id, id, since, is_gift, paid_until, next_at, told)
VALUES (:account_id, :id, :since, :is_gift, :paid_until, :next_at, :told)
ON CONFLICT (account_id, id) DO UPDATE SET since = excluded.since, is_gift = excluded.is_gift,
    paid_until = excluded.paid_until, next_at = excluded.next_at, told = excluded.told;

-- name: drop_melody(account_id, id)!
DELETE FROM ringback_melodies WHERE account_id = :account_id AND id = :id;

-- Own melodies; a dropped one is there only to be taken back.

-- name: uploads(account_id)
SELECT id, title, seconds FROM ringback_uploads
WHERE account_id = :account_id AND dropped_at IS NULL ORDER BY at, id;

-- name: upload(account_id, id)^
SELECT id, title, seconds FROM ringback_uploads
WHERE account_id = :account_id AND id = :id AND dropped_at IS NULL;

-- name: pcm(account_id, id)$
SELECT pcm FROM ringback_uploads WHERE account_id = :account_id AND id = :id;

-- name: add_upload(account_id, id, at, title, seconds, pcm)!
INSERT INTO ringback_uploads (account_id, id, at, title, seconds, pcm)
VALUES (:account_id, :id, :at, :title, :seconds, :pcm);

-- name: drop_upload(account_id, id, dropped_at)!
UPDATE ringback_uploads SET dropped_at = :dropped_at WHERE account_id = :account_id AND id = :id;

-- name: forget_upload(account_id, id)!
DELETE FROM ringback_uploads
WHERE account_id = :account_id AND id = :id AND dropped_at IS NOT NULL;

-- Rules.

-- name: rules(account_id)
SELECT id, melody, body FROM ringback_rules WHERE account_id = :account_id ORDER BY id;

-- name: put_rule(account_id, id, melody, body)!
INSERT INTO ringback_rules (account_id, id, melody, body)
VALUES (:account_id, :id, :melody, :body);

-- name: drop_rule(account_id, id)!
DELETE FROM ringback_rules WHERE account_id = :account_id AND id = :id;

-- Gifts.

-- name: add_gift(account_id, id, receiver, melody, price, code, expires_at)!
INSERT INTO ringback_gifts (account_id, id, receiver, melody, price, code, expires_at, state)
VALUES (:account_id, :id, :receiver, :melody, :price, :code, :expires_at, 'waiting');

-- name: gift(account_id, id)^
SELECT * FROM ringback_gifts WHERE account_id = :account_id AND id = :id;

-- name: gifts_for(receiver)
SELECT * FROM ringback_gifts WHERE receiver = :receiver AND state = 'waiting' ORDER BY id;

-- name: gifts_given(account_id, expire_after)$
SELECT COUNT(*) FROM ringback_gifts
WHERE account_id = :account_id AND expires_at > :expire_after;

-- name: end_gift(account_id, id, state)^
UPDATE ringback_gifts SET state = :state
WHERE account_id = :account_id AND id = :id AND state = 'waiting' RETURNING id;
