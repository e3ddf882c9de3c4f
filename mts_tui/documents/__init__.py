"""Papers: what a person keeps, prints or sends. No terminal, no backend but its contract."""
