"""The contract, kept by every backend."""
