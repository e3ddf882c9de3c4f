"""The three themes: dark, light, and the terminal's own 16 colours.

Colours stand here and nowhere else in Python: Textual's themes are objects. What wears them is in
`styles.tcss`.
"""

from textual.theme import Theme

RED = "#E30611"

DARK = Theme(
    name="mts-dark",
    primary="#FF5A5F",
    secondary="#8FA3B8",
    accent=RED,
    foreground="#E6E8EB",
    background="#14171C",
    surface="#1B1F26",
    panel="#232831",
    success="#5FBF8F",
    warning="#E8B04B",
    error="#FF6B6B",
    dark=True,
    variables={
        "muted": "#98A2AE",
        "meter": "#6F93B8",
        "track": "#343B46",
        "cursor": "#2E3743",
        "brand-text": "#FFFFFF",
        "block-cursor-text-style": "none",
        "input-selection-background": "#6F93B8 40%",
    },
)
LIGHT = Theme(
    name="mts-light",
    primary="#B8040D",
    secondary="#4A5A6A",
    accent=RED,
    foreground="#1B1F24",
    background="#FAFAFA",
    surface="#F0F1F3",
    panel="#E4E7EA",
    success="#1E7B4C",
    warning="#8A5A00",
    error="#B3141D",
    dark=False,
    variables={
        "muted": "#59636E",
        "meter": "#33628F",
        "track": "#C9CFD6",
        "cursor": "#D8E0E8",
        "brand-text": "#FFFFFF",
        "block-cursor-text-style": "none",
        "input-selection-background": "#33628F 30%",
    },
)
ANSI = Theme(
    name="mts-ansi",
    ansi=True,
    primary="ansi_bright_red",
    secondary="ansi_cyan",
    accent="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_bright_red",
    dark=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "muted": "ansi_default",
        "meter": "ansi_cyan",
        "track": "ansi_bright_black",
        "cursor": "ansi_blue",
        "brand-text": "ansi_bright_white",
        "border-blurred": "ansi_bright_black",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-background": "ansi_blue",
        "block-cursor-text-style": "none",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-text-style": "none",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_bright_white",
        "screen-selection-background": "ansi_blue",
        "screen-selection-foreground": "ansi_bright_white",
    },
)
THEMES = (DARK, LIGHT, ANSI)
TITLES = {"mts-dark": "Тёмная", "mts-light": "Светлая", "mts-ansi": "16 цветов терминала"}


def chosen(setting: str, env: dict[str, str]) -> str:
    """The theme for a setting; "auto" asks what the terminal can do."""
    if setting != "auto":
        return setting
    few = env.get("TERM", "") in {"linux", "xterm", "screen", "ansi", "vt100", "vt220"}
    return "mts-ansi" if few and not env.get("COLORTERM") else "mts-dark"
