"""The rules: plain functions of a transaction and a caller, one file for each area."""
