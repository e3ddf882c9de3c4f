#!/bin/sh
# What Patroni runs once, in a new cluster: the server's role and its database.
set -eu
psql --set ON_ERROR_STOP=1 --no-psqlrc "$1" <<'SQL'
\getenv secret MTS_DATABASE_PASSWORD
CREATE ROLE mts LOGIN PASSWORD :'secret';
-- For /health/ready: who may not read these sees that there are standbys, but not how they follow.
GRANT pg_read_all_stats TO mts;
CREATE DATABASE cabinet OWNER mts;
SQL
