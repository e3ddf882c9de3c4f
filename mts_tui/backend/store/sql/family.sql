-- name: children(account_id)
SELECT * FROM guardianships WHERE account_id = :account_id AND dropped = 0 ORDER BY id;

-- name: child(account_id, id)^
SELECT * FROM guardianships WHERE account_id = :account_id AND id = :id AND dropped = 0;

-- name: asked_before(account_id, child_phone)^
-- Given up ones too: a number is not asked again and again.
SELECT * FROM guardianships WHERE account_id = :account_id AND child_phone = :child_phone;

-- name: asked_since(account_id, since)$
SELECT COUNT(*) FROM guardianships WHERE account_id = :account_id AND asked_at > :since;

-- name: put_question(account_id, id, child_phone, name, consent_text, at)$
INSERT INTO guardianships
    (account_id, id, child_phone, name, consent, consent_text, consent_at, asked_at)
VALUES (:account_id, :id, :child_phone, :name, 'asked', :consent_text, :at, :at)
ON CONFLICT (account_id, child_phone) DO UPDATE SET name = excluded.name, consent = 'asked',
    consent_text = excluded.consent_text, consent_at = excluded.consent_at,
    asked_at = excluded.asked_at, dropped = 0
RETURNING id;

-- name: guardians(child_phone)
-- Who asks or may see, and whose number that is.
SELECT g.*, a.phone AS guardian_phone, s.name AS guardian_name
FROM guardianships AS g
JOIN accounts AS a ON a.id = g.account_id
JOIN subscribers AS s ON s.id = a.subscriber_id
WHERE g.child_phone = :child_phone AND g.dropped = 0
ORDER BY g.asked_at DESC, g.id;

-- name: set_consent(account_id, id, consent, at)!
UPDATE guardianships SET consent = :consent, consent_at = :at
WHERE account_id = :account_id AND id = :id;

-- name: drop_child(account_id, id)!
UPDATE guardianships SET dropped = 1 WHERE account_id = :account_id AND id = :id;

-- name: add_position(account_id, guardianship_id, at, latitude, longitude, accuracy_m, place)!
INSERT INTO positions (account_id, guardianship_id, at, latitude, longitude, accuracy_m, place)
VALUES (:account_id, :guardianship_id, :at, :latitude, :longitude, :accuracy_m, :place)
ON CONFLICT (account_id, guardianship_id, at) DO NOTHING;

-- name: positions(account_id, guardianship_id, after, count)
SELECT * FROM positions
WHERE account_id = :account_id AND guardianship_id = :guardianship_id AND at > :after
ORDER BY at DESC LIMIT :count;

-- name: forget_child_positions(account_id, guardianship_id)!
DELETE FROM positions WHERE account_id = :account_id AND guardianship_id = :guardianship_id;

-- name: forget_positions(before, count)
DELETE FROM positions WHERE (account_id, guardianship_id, at) IN (
    SELECT account_id, guardianship_id, at FROM positions
    WHERE at <= :before ORDER BY at LIMIT :count
) RETURNING at;

-- name: zones(account_id, guardianship_id)
SELECT * FROM zones WHERE account_id = :account_id AND guardianship_id = :guardianship_id
ORDER BY id;

-- name: zone(account_id, guardianship_id, id)^
SELECT * FROM zones
WHERE account_id = :account_id AND guardianship_id = :guardianship_id AND id = :id;

-- name: add_zone(account_id, id, guardianship_id, name, latitude, longitude, radius_m, told, inside)!
INSERT INTO zones
    (account_id, id, guardianship_id, name, latitude, longitude, radius_m, told, inside)
VALUES
    (:account_id, :id, :guardianship_id, :name, :latitude, :longitude, :radius_m, :told, :inside);

-- name: cross_zone(account_id, id, inside)!
UPDATE zones SET inside = :inside WHERE account_id = :account_id AND id = :id;

-- name: drop_zone(account_id, id)!
DELETE FROM zones WHERE account_id = :account_id AND id = :id;

-- name: drop_zones(account_id, guardianship_id)!
DELETE FROM zones WHERE account_id = :account_id AND guardianship_id = :guardianship_id;

-- name: add_look(account_id, id, at, by_phone, by_name, what)!
INSERT INTO looks (account_id, id, at, by_phone, by_name, what)
VALUES (:account_id, :id, :at, :by_phone, :by_name, :what);

-- name: looks(account_id, count)
SELECT * FROM looks WHERE account_id = :account_id ORDER BY at DESC, id DESC LIMIT :count;

-- name: looked_since(account_id, by_phone, since)$
SELECT COUNT(*) FROM looks
WHERE account_id = :account_id AND by_phone = :by_phone AND at > :since;

-- name: forget_looks(before, count)
DELETE FROM looks WHERE (account_id, id) IN (
    SELECT account_id, id FROM looks WHERE at < :before ORDER BY at LIMIT :count
) RETURNING id;
