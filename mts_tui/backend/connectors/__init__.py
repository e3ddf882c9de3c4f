"""The outside world. Each connector takes its settings as an argument, and is off without them."""
