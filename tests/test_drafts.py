"""Drafts: they are there after a crash, and nobody else reads them."""

import asyncio
import os
import stat
import threading
from pathlib import Path

import pytest

from mts_tui.drafts import MOST, Draft, Drafts

BEGUN = Draft(to="Катя", text="Приезж", when="завтра 9:00")


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(tmp_path / "drafts", "demo", "anna-moscow")


def test_a_draft_is_there_again(drafts: Drafts, tmp_path: Path):
    assert drafts.find("sms") == Draft()
    drafts.keep("sms", BEGUN)
    again = Drafts(tmp_path / "drafts", "demo", "anna-moscow")
    assert again.find("sms") == BEGUN
    assert again.find("+79561234567") == Draft()
    for other in (("demo", "anna-petersburg"), ("work", "anna-moscow")):
        assert Drafts(tmp_path / "drafts", *other).find("sms") == Draft()


def test_nobody_else_may_read_it(drafts: Drafts, tmp_path: Path):
    drafts.keep("sms", BEGUN)
    (file,) = (tmp_path / "drafts").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "anna" not in file.name


def test_it_is_on_the_disk(drafts: Drafts, monkeypatch: pytest.MonkeyPatch):
    flushed = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    drafts.keep("sms", BEGUN)
    drafts.keep("sms", BEGUN)
    assert len(flushed) == 1


def test_what_was_sent_leaves_nothing(drafts: Drafts, tmp_path: Path):
    drafts.keep("sms", BEGUN)
    drafts.keep("mms", Draft(picture="~/кот.jpg"))
    drafts.drop("sms")
    assert (drafts.find("sms"), drafts.find("mms").picture) == (Draft(), "~/кот.jpg")
    drafts.keep("mms", Draft(to=" ", text=" \n"))
    assert list((tmp_path / "drafts").iterdir()) == []


def test_the_oldest_go(drafts: Drafts):
    for number in range(MOST + 3):
        drafts.keep(f"{number}", BEGUN)
    assert drafts.find("2") == Draft()
    assert drafts.find("3") == drafts.find(f"{MOST + 2}") == BEGUN


async def test_a_slow_write_does_not_bring_back_what_was_sent(
    drafts: Drafts, monkeypatch: pytest.MonkeyPatch
):
    sent = threading.Event()
    flush = os.fsync

    def slow(descriptor: int) -> None:
        sent.wait(5)
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    kept = asyncio.create_task(drafts.keep_aside("sms", BEGUN))
    await asyncio.sleep(0)
    dropped = asyncio.create_task(asyncio.to_thread(drafts.drop, "sms"))
    await asyncio.sleep(0)
    sent.set()
    await asyncio.gather(kept, dropped)
    assert drafts.find("sms") == Draft()


def test_a_damaged_file_is_an_empty_one(drafts: Drafts, tmp_path: Path):
    drafts.keep("sms", BEGUN)
    (file,) = (tmp_path / "drafts").iterdir()
    for damage in (b"{", b"\xff", b"[1]", b"x" * 300_000):
        file.write_bytes(damage)
        assert drafts.find("sms") == Draft()
    drafts.keep("sms", BEGUN)
    assert drafts.find("sms") == BEGUN


def test_a_full_disk_keeps_what_was_there(drafts: Drafts, monkeypatch: pytest.MonkeyPatch):
    drafts.keep("sms", BEGUN)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        drafts.keep("sms", Draft(text="Приезжай"))
    drafts.drop("sms")
    assert drafts.find("sms") in {BEGUN, Draft()}
