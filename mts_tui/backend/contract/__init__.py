"""What can be asked of a cabinet: models and operations, one file for each area."""
