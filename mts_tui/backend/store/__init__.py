"""Where everything is kept: SQL in files, migrations, transactions, the ledger."""

from .sqlite import SqliteStore
from .transaction import Transaction

__all__ = ["SqliteStore", "Transaction"]
