"""The server's figures: what they are measured on, what drives it, and the benchmarks."""
