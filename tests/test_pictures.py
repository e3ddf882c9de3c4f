"""Pictures of an MMS: what is one, what pretends to be, how it is made smaller and shown."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mts_tui.pictures import MOST_PIXELS, PictureError, in_cells, look_at, scaled

from .pictures_made import bomb, photo, picture, turned

LARGEST = 976 * 1024


@pytest.mark.parametrize(
    ("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif")]
)
def test_a_picture_is_recognised_by_its_content(kind: str, media_type: str):
    seen = look_at(picture(kind))
    assert seen == (media_type, 32, 24)
    assert seen.kind == kind


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\0" * 100, b"%PDF-1.7", b"GIF", picture("BMP"), picture("TIFF"), picture("WEBP")],
    ids=["nothing", "a program", "a document", "too short", "BMP", "TIFF", "WebP"],
)
def test_what_is_no_picture_of_ours(content: bytes):
    with pytest.raises(PictureError, match="Это не картинка JPEG, PNG или GIF"):
        look_at(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_a_truncated_one_is_refused(kind: str):
    whole = picture(kind, (300, 200)) if kind != "JPEG" else photo((300, 200))
    with pytest.raises(PictureError, match=r"повреждена или обрезана|Это не картинка"):
        look_at(whole[: len(whole) // 2])


@pytest.mark.parametrize("side", [30_000, 10_000, 7_000])
def test_a_bomb_is_not_decoded(side: int):
    assert side * side > MOST_PIXELS
    with pytest.raises(PictureError, match="мегапикселей"):
        look_at(bomb(side, side))


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_damage_raises_anything_else(noise: bytes, place: int):
    good = picture("PNG")
    damaged = good[:place] + noise + good[place + len(noise) :]
    with suppress(PictureError):
        look_at(damaged)


def test_a_large_one_is_made_small_enough():
    content = photo()
    assert len(content) > LARGEST
    small = scaled(content, LARGEST)
    assert len(small) <= LARGEST
    seen = look_at(small)
    assert seen.media_type == "image/jpeg"
    assert seen.width / seen.height == pytest.approx(1.4, abs=0.01)
    tiny = scaled(content, 20_000)
    assert len(tiny) <= 20_000
    with pytest.raises(PictureError, match="не удалось уменьшить"):
        scaled(content, 100)


def test_nothing_but_the_picture_is_left_and_it_stands_upright():
    small = Image.open(io.BytesIO(scaled(turned(), LARGEST)))
    assert small.size == (6, 4)
    assert not small.getexif()


def test_what_is_transparent_is_white():
    clear = io.BytesIO()
    Image.new("RGBA", (4, 4), (10, 10, 10, 0)).save(clear, "PNG")
    assert in_cells(clear.getvalue(), 4, 2) == [[(255, 255, 255)] * 4] * 4


def test_in_cells_it_keeps_its_shape():
    rows = in_cells(picture(size=(80, 40)), 20, 20)
    assert (len(rows), len(rows[0])) == (10, 20)
    assert rows[0][0] == (227, 6, 17)
    assert rows[-1][-1] == (0, 0, 160)
    rows = in_cells(picture(size=(40, 80)), 60, 10)
    assert (len(rows), len(rows[0])) == (20, 10)
