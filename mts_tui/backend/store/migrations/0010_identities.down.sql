DROP TABLE demo_logins;
DROP TABLE identity_flows;
DROP TABLE identities;
