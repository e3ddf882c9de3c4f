"""The operator inside: catalogue, people, traffic, rating, virtual phone and clock."""
