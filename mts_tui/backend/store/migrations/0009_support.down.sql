DROP TABLE call_backs;
DROP TABLE chat_messages;
DROP TABLE tickets;
DROP INDEX notifications_in_time;
ALTER TABLE notifications DROP COLUMN subject;
ALTER TABLE notifications DROP COLUMN place;
