"""mts-tui: the self-care cabinet «МТС-Помощник» in a terminal."""

__version__ = "0.1.0"
