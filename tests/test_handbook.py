"""The help: a page for each page of the menu, no key that is not there, found in any case."""

import importlib
import pkgutil
import re
from typing import Any

import pytest
from textual.screen import Screen

from mts_tui import actions, handbook, screens
from mts_tui.handbook.search import ENOUGH, search
from mts_tui.screens.adviser import QUESTIONS
from mts_tui.widgets import dialog

PAGES = handbook.pages()
EVERY = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
LATER = {"bonus", "promos", "family", "settings", "handset"}
"""Pages of the help whose page of the menu may not be there, and the phone."""


BASES = {"AppScreen", "Dialog", "ChangingDialog", "StateDialog", "ReadingDialog", "TariffView",
         "PayingScreen", "OrderedScreen", "CodeScreen", "FlowDialog", "KeptDialog"}  # fmt: skip
"""What other screens are made of."""
ANYWHERE = {"HelpDialog", "SaveDialog", "FileDialog", "CabinetScreen"}
"""Explained by what they stand over, or by the page that they show."""


def kinds_of_screens() -> dict[str, type[Screen[Any]]]:
    modules = [
        importlib.import_module(f"mts_tui.screens.{one.name}")
        for one in pkgutil.iter_modules(screens.__path__)
    ]
    found = {
        kind.__name__: kind
        for module in (*modules, dialog)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, Screen)
        and kind.__module__.startswith("mts_tui.")
    }
    assert len(found) > 40
    return found


@pytest.mark.parametrize("item", actions.MENU, ids=lambda item: item.id)
def test_each_page_of_the_menu_has_its_help(item: actions.MenuItem) -> None:
    if item.id != "sign_out":
        page = handbook.page_of(item.id)
        assert page is not None, f"write mts_tui/handbook/pages/…_{item.id}.md"


def test_no_help_names_a_key_that_is_not_there() -> None:
    named = list(handbook.actions_named())
    assert len(named) > 60
    for page, action in named:
        assert action in actions.BY_ID, (page, action)
        assert actions.BY_ID[action].keys, (page, action)


@EVERY
def test_keys_are_named_by_their_actions_only(page: handbook.Page) -> None:
    """A key that a person can change must not be written out."""
    for section in page.sections:
        for block in section.blocks:
            text = handbook.without_keys(block)
            assert "[[" not in text, block
            assert "]]" not in text, block
            assert not re.search(r"\b(?:F\d{1,2}|Ctrl|Alt|клавиш[аеуи] [A-ZА-Я])\b", text), block


def test_each_screen_has_one_page_and_it_exists() -> None:
    told = [screen for page in PAGES for screen in page.screens]
    assert len(told) == len(set(told))
    known = set(kinds_of_screens()) | {item.id for item in actions.MENU} | LATER
    assert set(told) <= known


def test_each_screen_is_explained() -> None:
    """`?` opens the page of the very screen: name it in `screens:` of a page."""
    untold = [
        name
        for name, kind in kinds_of_screens().items()
        if not any(handbook.page_of(one.__name__) for one in kind.__mro__)
    ]
    assert set(untold) - BASES - ANYWHERE == set()


def test_no_two_screens_are_called_alike() -> None:
    """A page would explain both."""
    found = [
        kind
        for one in pkgutil.iter_modules(screens.__path__)
        for kind in vars(importlib.import_module(f"mts_tui.screens.{one.name}")).values()
        if isinstance(kind, type) and issubclass(kind, Screen)
    ]
    names = {kind.__name__ for kind in set(found)}
    assert len(names) == len(set(found))


@EVERY
def test_a_page_begins_with_its_answer(page: handbook.Page) -> None:
    assert len(page.sections) >= 3
    assert page.sections[0].title == ""
    assert 40 <= len(page.lead) <= 330
    assert page.lead[-1] in ".:"
    assert len(page.title) <= 40
    for section in page.sections[1:]:
        assert section.title
        assert section.blocks, (page.id, section.title)
        assert not section.title.endswith(".")
    titles = [section.title for section in page.sections]
    assert len(set(titles)) == len(titles)


def test_titles_and_ids_are_ones_own() -> None:
    assert len(PAGES) >= 30
    assert len({page.id for page in PAGES}) == len({page.title for page in PAGES}) == len(PAGES)
    for page in PAGES:
        assert handbook.by_title(page.title) is page
    assert handbook.by_title("Нет такой") is None


@EVERY
def test_a_page_is_found_by_its_title_in_any_case(page: handbook.Page) -> None:
    for text in (page.title, page.title.upper(), page.title.replace("ё", "е")):
        assert page in [one.page for one in search(text, 3)], text


@pytest.mark.parametrize(
    ("text", "page", "heading"),
    [
        ("сколько стоит блокировка", "blocking", "Сколько стоит"),
        ("КУДА ДЕЛИСЬ ДЕНЬГИ", "why_less", ""),
        ("за что списали", "why_less", ""),
        ("комиссия обещанного платежа", "trust_or_promise", "Комиссия обещанного платежа"),
        ("чем доверие отличается от обещанного", "trust_or_promise", ""),
        ("смс не доставлено", "not_delivered", ""),
        ("забыл пароль", "password", "Забыли пароль"),
        ("роуминг в Турции", "roaming", ""),
        ("прокси", "proxy", ""),
        ("импорт детализации из файла", "import", ""),
        ("как переназначить клавиши", "keyboard", ""),
    ],
)  # fmt: skip
def test_questions_find_their_answer(text: str, page: str, heading: str) -> None:
    found = search(text, 1)[0]
    assert found.page.id == page
    assert found.share >= ENOUGH
    if heading:
        assert found.section.title == heading


@pytest.mark.parametrize("text", ["", "  ", "?!", "и в на", "квантовая физика лошадей", "\x1b[31m"])
def test_what_nothing_speaks_of_is_not_found(text: str) -> None:
    assert not [one for one in search(text) if one.share >= ENOUGH]


def test_an_excerpt_shows_what_was_found_on_one_line() -> None:
    for one in search("комиссия", 20):
        assert "\n" not in one.excerpt
        assert "[[" not in one.excerpt
        assert len(one.excerpt) <= 160


def test_every_film_has_a_page_that_answers() -> None:
    ids = {page.id for page in PAGES}
    assert {page for page, _question, _length in QUESTIONS} <= ids


def test_keys_are_put_in_or_left_out() -> None:
    text = "Нажмите «Пополнить» ([[top_up]]), потом Enter."
    assert handbook.without_keys(text) == "Нажмите «Пополнить», потом Enter."
    assert handbook.with_keys(text, lambda _name: "П") == "Нажмите «Пополнить» (П), потом Enter."
    assert handbook.with_keys(text, lambda _name: "") == "Нажмите «Пополнить», потом Enter."
