"""A bar of text: how much of a whole is used. Reads without colour as well."""

FULL = "█"
EMPTY = "░"


def bar(used: float, whole: float, width: int) -> tuple[str, str]:
    """The used and the unused part of a bar of `width` cells.

    Something used shows at least as one cell, and only a full whole fills the bar.
    """
    if width <= 0:
        return "", ""
    share = min(1.0, max(0.0, used / whole)) if whole else 1.0
    filled = round(share * width)
    if used > 0:
        filled = max(1, filled)
    if used < whole:
        filled = min(filled, width - 1)
    return FULL * filled, EMPTY * (width - filled)
