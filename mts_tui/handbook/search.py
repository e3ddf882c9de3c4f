"""Search in the help: any case, ё as е, and words in whichever of their endings.

Russian words are looked for without their endings: «списали» finds «списание». A word counts the
more the fewer sections it stands in; it counts more in a title than in a text.
"""

import math
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from mts_tui import formatting

from . import Page, Section, pages, without_keys

IN_TITLE, IN_HEADING, SAID, IN_PAGE, IN_TEXT = 6.0, 9.0, 7.0, 3.0, 1.0
"""What a word counts for: in the page's title at its beginning, in a heading, in a part that says
what people look for the page by, in the page's title elsewhere or such a word, in the text."""
WHOLE_TITLE = 10
"""Who asks for a title means that page."""
ENOUGH = 0.55
"""The part of what was asked, by weight, that an answer must have words for."""
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_ENDING = re.compile(
    "(?:ениями|ениях|аниями|ение|ения|ению|ением|ений|ание|ания|анию|анием|аний|ости|остью|остей|ость"
    "|ациями|ация|ации|ацию|аций|ями|ами|ого|его|ому|ему|ыми|ими|ешь|ишь|ает|ают|яют|ует|уют|ать|ять"
    "|ить|еть|уть|али|яли|или|ели|ала|ила|ела|ало|ило|ело|ал|ил|ел|ах|ях|ов|ев|ей|ой|ий|ый|ая|яя|ое"
    "|ее|ые|ие|ом|ем|ам|ям|ую|юю|ет|ит|ат|ят|ут|ют|ть|ти|ки|ка|ку|ке|ок|у|ю|а|я|о|е|ы|и|ь)$"
)
_REFLEXIVE = ("ся", "сь")
_SHORTEST, _LONGEST = 3, 6
"""Letters that a word keeps at least, and those that are compared."""
_EXCERPT = 160
_SAY_NOTHING = (
    "а без бы был была были быть в вам вас вы вдруг где да для до его ее если есть еще же "
    "за здравствуйте и из или им их к как какая какие какой когда кто ли лучше меня мне "
    "можно мой моего моей мою моя мы на над надо нам нас не нет ни никак но ну нужно о об "
    "он она они от очень по под подскажите пожалуйста помогите помощь почему при привет про "
    "посмотреть расскажите с сам свой себя сейчас со спасибо так такое там то тоже только ты у "
    "уже узнать хочу чего чем что чтобы эта эти это этот я добрый день вечер утро делать сделать "
    "будет благодарю"
)
_EMPTY = frozenset(_SAY_NOTHING.split())


class Found(NamedTuple):
    """A part of the help that answers.

    Attributes:
        page: Its page.
        section: The part.
        share: How much of what was asked stands in it, by weight: 0 to 1.
        excerpt: Its words around what was found, on one line.
    """

    page: Page
    section: Section
    share: float
    excerpt: str


class _Entry(NamedTuple):
    page: Page
    section: Section
    text: str
    stems: dict[str, float]
    """The most that each stem counts for here."""
    title: frozenset[str]
    """Of the page's title, at its beginning."""


def stems(text: str) -> list[str]:
    """The beginnings of a text's words, those that say nothing left out."""
    words = _WORD.findall(formatting.fold(text))
    return [_stem(word) for word in words if word not in _EMPTY]


def search(text: str, most: int = 20) -> list[Found]:
    """Parts of the help that speak of something, the best first.

    Args:
        text: What is looked for.
        most: How many at most.
    """
    asked = set(stems(text))
    entries, weights = _index()
    if not asked:
        return []
    unknown = math.log(1 + len(entries)) / 2  # It may be a name or a sum.
    whole = sum(weights.get(stem, unknown) for stem in asked)
    found = []
    for place, entry in enumerate(entries):
        hits = {stem: entry.stems[stem] for stem in asked if stem in entry.stems}
        if hits:
            share = sum(weights[stem] for stem in hits) / whole
            score = share * sum(weights[stem] * counts for stem, counts in hits.items())
            if asked == entry.title:
                score *= WHOLE_TITLE
            found.append((-score, place, share, set(hits)))
    found.sort(key=lambda one: one[:2])
    return [
        Found(entries[place].page, entries[place].section, share, _excerpt(entries[place], hits))
        for _score, place, share, hits in found[:most]
    ]


def _stem(word: str) -> str:
    if word.endswith(_REFLEXIVE) and len(word) > _LONGEST:
        word = word[:-2]
    ending = _ENDING.search(word, _SHORTEST)
    return (word if ending is None else word[: ending.start()])[:_LONGEST]


@cache
def _index() -> tuple[list[_Entry], dict[str, float]]:
    entries = []
    known: Counter[str] = Counter()
    for page in pages():
        asked, title = stems(page.asked), stems(page.title)
        for section in page.sections:
            text = without_keys(" ".join(section.blocks))
            said = set(stems(text))
            counts: dict[str, float] = dict.fromkeys(said, IN_TEXT)
            counts |= {stem: SAID if stem in said else IN_PAGE for stem in asked}
            counts |= dict.fromkeys(title, IN_PAGE if section.title else IN_TITLE)
            counts |= dict.fromkeys(stems(section.title), IN_HEADING)
            own = frozenset() if section.title else frozenset(stems(page.title))
            entries.append(_Entry(page, section, text, counts, own))
            known.update(counts.keys())
    weights = {stem: math.log(1 + len(entries) / count) for stem, count in known.items()}
    return entries, weights


def _excerpt(entry: _Entry, hits: set[str]) -> str:
    """The words around the first that was found."""
    at = next(
        (
            word.start()
            for word in _WORD.finditer(entry.text)
            if _stem(formatting.fold(word[0])) in hits
        ),
        0,
    )
    start = entry.text.rfind(" ", 0, max(0, at - 30)) + 1
    before = "…" if start else ""
    return formatting.clean(before + entry.text[start:], _EXCERPT)
