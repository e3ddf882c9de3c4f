"""The melodies of «GOOD'OK» that are on offer."""

import tomllib
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

Voice = Literal["bell", "box", "choir", "organ", "pluck", "reed", "square", "wave", "wood"]
Mood = Literal["major", "minor", "calm"]

BOX: Final = "00000000"
"""«Музыкальная шкатулка»: what an account without melodies of its own gets (facts 1.9)."""


class Tune(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A melody of the catalogue.

    Args:
        code: eight digits, by which it is ordered.
        title: its name.
        performer: who plays it.
        price: kopecks for 30 days.
        seconds: how long the whole of it is.
        voice: what it is played with, see `operator.tunes`.
        mood: its scale.
        tempo: beats a minute.
    """

    code: str
    title: str
    performer: str
    price: int
    seconds: int
    voice: Voice
    mood: Mood
    tempo: int


@cache
def tunes() -> dict[str, Tune]:
    """Every melody by its code, in the order in which lists show it."""
    text = resources.files(__package__).joinpath("melodies.toml").read_text("utf-8")
    found = tomllib.loads(text)["melodies"]
    return {code: msgspec.convert({"code": code, **body}, Tune) for code, body in found.items()}
