"""What the other side of an SMS answers in the demo, now and then: `answers.toml`."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from random import Random

import msgspec

CHANCE = 0.4


class Group(msgspec.Struct, frozen=True):
    """Answers to texts in which one of some words stands."""

    words: tuple[str, ...]
    answers: tuple[str, ...]


class _Answers(msgspec.Struct, frozen=True):
    groups: tuple[Group, ...]
    question: Group
    any: Group


def answer_to(text: str, random: Random) -> str:
    """An answer to a text; empty where there is none this time."""
    if random.random() >= CHANCE:
        return ""
    known = _load()
    written = text.casefold()
    fitting = (group for group in known.groups if any(word in written for word in group.words))
    group = next(fitting, known.question if "?" in text else known.any)
    return _one_of(group.answers, random)


def _one_of(answers: Sequence[str], random: Random) -> str:
    return answers[int(random.random() * len(answers))]


@cache
def _load() -> _Answers:
    text = resources.files(__package__).joinpath("answers.toml").read_text("utf-8")
    found = tomllib.loads(text)
    for name in ("question", "any"):
        found[name].setdefault("words", [])
    return msgspec.convert(found, _Answers)
