DELETE FROM due WHERE call LIKE 'points.%' OR call LIKE 'promotions.%' OR call LIKE 'rewards.%';
DROP TABLE account_promos;
DROP TABLE invitations;
DROP TABLE reward_orders;
DROP TABLE points_entries;
ALTER TABLE accounts DROP COLUMN bonus_since;
ALTER TABLE accounts DROP COLUMN points_seq;
