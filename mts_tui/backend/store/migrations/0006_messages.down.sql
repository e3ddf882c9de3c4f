DROP TABLE templates;
DROP TABLE contacts;
DROP TABLE threads_read;
DROP INDEX messages_of_peer;
DROP TABLE sending_recipients;
DROP TABLE sendings;
