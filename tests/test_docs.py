"""What the pages for operators say is what the program does."""

import re
from pathlib import Path

import pytest

from tools import errors_table

ROOT = Path(__file__).parents[1]
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").glob("*.md")})


def test_the_table_of_errors_is_what_the_contract_says():
    """Does it differ on purpose? `python -m tools.errors_table`."""
    page = errors_table.PAGE.read_text("utf-8")
    assert page == errors_table.written(page)


def test_the_table_knows_what_an_error_tells_besides_its_sentence():
    table = errors_table.table()
    assert "| 429 | `TOO_MANY_CODES` | `seconds` |" in table
    assert "| 401 | `WRONG_CODE` | `left` |" in table
    assert "`OFFLINE`" not in table, "the client's own"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == []
