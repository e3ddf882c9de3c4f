"""Where everything is kept: SQL in files, migrations, transactions, the ledger."""
