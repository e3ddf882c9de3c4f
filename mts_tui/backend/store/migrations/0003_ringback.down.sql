DROP TABLE ringback_gifts;
DROP TABLE ringback_rules;
DROP TABLE ringback_uploads;
DROP TABLE ringback_melodies;
DROP TABLE ringback;
