"""Where everything is kept: SQL in files, migrations, transactions, the ledger.

`PostgresStore` stands in `store.postgres`: whoever does not use it never loads psycopg.
"""

from .base import Store
from .sqlite import SqliteStore
from .transaction import Transaction

__all__ = ["SqliteStore", "Store", "Transaction"]
