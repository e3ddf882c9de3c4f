"""Screens and pages that are loaded when they are first opened: the first frame waits for none."""

from importlib import import_module
from typing import Any


def kind_at(module: str, name: str) -> Any:
    """The class of a screen or a page.

    Args:
        module: Its module in this package.
        name: Its name there.
    """
    return getattr(import_module(f"{__package__}.{module}"), name)
