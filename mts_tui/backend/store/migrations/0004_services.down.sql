DROP TABLE shares;
DROP TABLE tariff_changes;
DROP TABLE account_options;
ALTER TABLE options DROP COLUMN position;
ALTER TABLE tariffs DROP COLUMN position;
DROP TABLE forwardings;
ALTER TABLE accounts DROP COLUMN held_rules;
ALTER TABLE accounts DROP COLUMN lost_at;
ALTER TABLE accounts DROP COLUMN blocked_at;
