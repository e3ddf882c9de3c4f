"""The help: pages in Russian, one for each page of the menu and for what is asked often.

A page is a Markdown file of `pages/`, in the order of the files' names:

    # Its title
    screens: ids of the screens it explains, by spaces; none for a question
    asked: further words that people look for it by

    The answer that a person came for, in a paragraph.

    ## A heading
    Paragraphs, and lists with `- `.

A key is written as `([[id]])`, the id of its action: screens put in the keys that a person has
now, everybody else takes them out. Nothing here knows the terminal or the rules, so that support's
assistant and the screens read the same words.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

_KEY = re.compile(r"\s*\(\[\[(\w+)\]\]\)")


class Section(NamedTuple):
    """A part of a page.

    Attributes:
        title: Its heading; empty for the beginning of the page.
        blocks: Paragraphs and points of lists, these with `- ` before them.
    """

    title: str
    blocks: tuple[str, ...]


class Page(NamedTuple):
    """A page of the help.

    Attributes:
        id: Stable name.
        title: What it is about.
        screens: Ids of the screens it explains.
        asked: Words that people look for it by.
        sections: What it says.
    """

    id: str
    title: str
    screens: tuple[str, ...]
    asked: str
    sections: tuple[Section, ...]

    @property
    def lead(self) -> str:
        """The answer in a paragraph."""
        return self.sections[0].blocks[0]


@cache
def pages() -> tuple[Page, ...]:
    """Every page, in order."""
    folder = resources.files(__package__).joinpath("pages")
    files = sorted(
        (one for one in folder.iterdir() if one.name.endswith(".md")), key=lambda one: one.name
    )
    return tuple(_page(one.name, one.read_text("utf-8")) for one in files)


def page_of(screen: str) -> Page | None:
    """The page that explains a screen."""
    return next((page for page in pages() if screen in page.screens), None)


def by_title(title: str) -> Page | None:
    """The page of a title."""
    return next((page for page in pages() if page.title == title), None)


def with_keys(text: str, name: Callable[[str], str]) -> str:
    """A text of the help with keys in it.

    Args:
        text: As the page has it.
        name: How the key of an action is called now; empty where it has none.
    """

    def key(found: re.Match[str]) -> str:
        called = name(found[1])
        return f" ({called})" if called else ""

    return _KEY.sub(key, text)


def without_keys(text: str) -> str:
    """A text of the help for who has no keyboard in front of them."""
    return _KEY.sub("", text)


def actions_named() -> Iterator[tuple[str, str]]:
    """Each page's id, with the id of each action whose key it names."""
    for page in pages():
        for section in page.sections:
            for block in section.blocks:
                for found in _KEY.finditer(block):
                    yield page.id, found[1]


def _page(file: str, text: str) -> Page:
    head, _gap, body = text.partition("\n\n")
    title, *more = head.removeprefix("# ").split("\n")
    told = dict(line.split(": ", 1) for line in more)
    sections: list[Section] = []
    for part in ("\n" + body).split("\n## "):
        heading, _end, rest = part.partition("\n")
        sections.append(Section(heading.strip(), tuple(_blocks(rest))))
    return Page(
        id=file.removesuffix(".md").partition("_")[2],
        title=title,
        screens=tuple(told.get("screens", "").split()),
        asked=told.get("asked", ""),
        sections=tuple(sections),
    )


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs and points, each on one line."""
    block: list[str] = []
    for line in [*text.split("\n"), ""]:
        if block and (not line.strip() or line.startswith("- ")):
            yield " ".join(block)
            block = []
        if line.strip():
            block.append(line.strip())
