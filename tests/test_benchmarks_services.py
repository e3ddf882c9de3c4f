"""The benchmarks of «Услуги» and «Подбор тарифа»: that each measures what it says."""

from __future__ import annotations

from random import Random
from shutil import copyfile
from typing import TYPE_CHECKING

import pytest

from benchmarks import services
from benchmarks.registry import BENCHMARKS, Options
from mts_tui.backend.contract.options import Options as Offers
from mts_tui.backend.contract.tariffs import Tariffs
from mts_tui.backend.store import SqliteStore
from tests.backend.conftest import settled_file  # noqa: F401 - a fixture
from tests.backend.desk import Clock, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAIN = services.LINE.id


@pytest.fixture
def path(settled_file, tmp_path) -> Path:  # noqa: F811
    made = tmp_path / "operator.db"
    copyfile(settled_file, made)
    return made


def asked(path: Path, ask: Callable[[Window], object]) -> object:
    store = SqliteStore(path, Clock(), Random(1))
    store.open()
    window = Window(store)
    window.sign_in()
    try:
        return ask(window)
    finally:
        store.close()


@pytest.mark.parametrize("count", [services.FEW, services.MANY])
def test_just_so_many_options_are_offered(path: Path, count: int):
    services.offer(path, count)
    found = asked(path, lambda window: window.ask(Offers.offered, MAIN).items)
    assert len(found) == len({one.id for one in found}) == count


def test_so_many_records_are_rated(path: Path):
    records = services.use_much(path, 20_000)
    fit = asked(path, lambda window: window.ask(Tariffs.fit, MAIN, "smart"))
    assert 20_000 < fit.records == records < 22_000


def test_a_list_of_options_is_opened():
    outcome = BENCHMARKS["options"](Options(runs=1))
    assert {len(times) for times in outcome.figures.values()} == {services.OPENED - 1}
    assert all(time > 0 for times in outcome.figures.values() for time in times)
    assert "| opening, 80 options : 10 |" in outcome.markdown
