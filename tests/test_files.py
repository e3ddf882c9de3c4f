"""A saved file is whole or not there, and nobody's file is replaced unasked."""

import os
import tracemalloc
from pathlib import Path

import pytest

from mts_tui import files


def test_is_written_and_nothing_else_is_left(tmp_path: Path):
    files.write_whole(tmp_path / "квитанция № 1.pdf", b"one")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [
        ("квитанция № 1.pdf", b"one")
    ]


def test_is_not_replaced_unasked(tmp_path: Path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        files.write_whole(path, b"other")
    assert path.read_bytes() == b"mine"
    files.write_whole(path, b"other", replace=True)
    assert path.read_bytes() == b"other"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_comes_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.pdf"
    real = os.fsync

    def somebody_is_quicker(descriptor: int) -> None:
        path.write_bytes(b"quicker")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", somebody_is_quicker)
    with pytest.raises(FileExistsError):
        files.write_whole(path, b"slow")
    assert path.read_bytes() == b"quicker"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as refused:
        files.write_whole(tmp_path / "a.pdf", b"x")
    assert list(tmp_path.iterdir()) == []
    assert "не записан" in files.refusal(refused.value)


def test_where_links_are_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def unknown(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", unknown)
    files.write_whole(tmp_path / "a.pdf", b"x")
    assert (tmp_path / "a.pdf").read_bytes() == b"x"


def test_refusals_are_sentences(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    for path, words in (
        (tmp_path, "Это папка"),
        (tmp_path / "no" / "a.pdf", "Такой папки нет"),
        (tmp_path / "file" / "a.pdf", "Такой папки нет"),
    ):
        with pytest.raises((IsADirectoryError, FileNotFoundError, NotADirectoryError)) as refused:
            files.write_whole(path, b"x")
        assert words in files.refusal(refused.value)


@pytest.mark.parametrize("there", [("Downloads", "Documents"), ("Documents",), ()])
def test_folder(there: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import platformdirs

    for name in there:
        (tmp_path / name).mkdir()
    monkeypatch.setattr(platformdirs, "user_downloads_path", lambda: tmp_path / "Downloads")
    monkeypatch.setattr(platformdirs, "user_documents_path", lambda: tmp_path / "Documents")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert files.folder_for_downloads() == (tmp_path / there[0] if there else tmp_path)


def test_what_is_too_large_is_not_read(tmp_path: Path):
    path = tmp_path / "melody.mp3"
    with path.open("wb") as file:
        file.truncate(300 * 2**20)  # Takes no room on the disk.
    tracemalloc.start()
    try:
        assert files.read_small(path, 5 * 2**20) is None
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("size", [0, 1, 7, 8])
def test_what_is_small_enough_is_read(tmp_path: Path, size: int):
    path = tmp_path / "melody.mp3"
    path.write_bytes(b"x" * size)
    assert files.read_small(path, 7) == (None if size == 8 else b"x" * size)


def test_what_grows_meanwhile_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "melody.mp3"
    path.write_bytes(bytes(100))
    true = path.stat()
    smaller = os.stat_result([*true[:6], 5, *true[7:]])
    monkeypatch.setattr(Path, "stat", lambda _path, **_options: smaller)
    assert files.read_small(path, 7) is None
