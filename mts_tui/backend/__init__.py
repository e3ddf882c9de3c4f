"""The cabinet behind the screens: the contract and whoever answers it."""
