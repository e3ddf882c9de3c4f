"""Pictures of an MMS: recognised by what is in them, made smaller, shown in cells of a terminal.

The operator and the client look at a picture in the same way. It comes from anybody: its name says
nothing, its header may promise a billion pixels, its end may be missing. Pillow decodes it; only
JPEG, PNG and GIF are let near it, a picture of more pixels than a phone takes is not decoded, and
of an animation only the first frame is.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}
MOST_PIXELS: Final = 40_000_000
"""Beyond what phones take; decoded, it is 120 MB."""
STEPS: Final = (
    (1600, 85), (1600, 75), (1280, 80), (1280, 70), (1024, 75), (1024, 60), (800, 70), (640, 60),
    (480, 50), (320, 40),
)  # fmt: skip
"""How a picture is made smaller: its longer side in pixels and the quality of JPEG, one after
another until the result is small enough."""
_NOT_A_PICTURE = "Это не картинка JPEG, PNG или GIF. Выберите другой файл."
_BROKEN = "Картинка повреждена или обрезана: её не прочитать до конца. Выберите другой файл."
_WHITE = (255, 255, 255)


class PictureError(ValueError):
    """A file is no picture that can be sent; the text is a whole Russian sentence."""


class Seen(NamedTuple):
    """What a picture is."""

    media_type: str
    width: int
    height: int

    @property
    def kind(self) -> str:
        """Its format, as people call it."""
        return self.media_type.removeprefix("image/").upper()


def look_at(content: bytes) -> Seen:
    """Recognise a picture, and see that it can be decoded.

    Raises:
        PictureError: It is none, it is broken, or it has too many pixels.
    """
    opened = _opened(content)
    return Seen(FORMATS[opened.format or ""], opened.width, opened.height)


def scaled(content: bytes, most: int) -> bytes:
    """The same picture as JPEG of at most so many bytes, by the first of `STEPS` that gets there.

    It is turned as its camera says, and nothing but the picture is left: no place, no time.

    Raises:
        PictureError: See `look_at`; or even the last step is too large.
    """
    from PIL import Image as Pillow

    picture = _upright(_opened(content))
    for side, quality in STEPS:
        smaller = picture.copy()
        smaller.thumbnail((side, side), Pillow.Resampling.LANCZOS)
        made = io.BytesIO()
        smaller.save(made, "JPEG", quality=quality, optimize=True)
        if made.tell() <= most:
            return made.getvalue()
    raise PictureError("Картинку не удалось уменьшить настолько. Выберите другую.")


def in_cells(content: bytes, columns: int, lines: int) -> list[list[tuple[int, int, int]]]:
    """The picture as rows of colours, two rows to a line of a terminal, as large as fits.

    Args:
        content: The picture.
        columns: Cells across; a cell is one pixel wide and two high.
        lines: Lines of the terminal.

    Raises:
        PictureError: See `look_at`.
    """
    picture = _upright(_opened(content))
    picture.thumbnail((max(1, columns), max(2, 2 * lines)))
    data = picture.tobytes()
    width = picture.width
    pixels = list(zip(data[::3], data[1::3], data[2::3], strict=True))
    return [pixels[start : start + width] for start in range(0, len(pixels), width)]


def _opened(content: bytes) -> Image:
    """The picture, its first frame decoded."""
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    try:
        opened = Pillow.open(io.BytesIO(content), formats=tuple(FORMATS))
    except UnidentifiedImageError:
        raise PictureError(_NOT_A_PICTURE) from None
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise _too_many() from None
    except Exception:  # noqa: BLE001 - a hostile header may raise anything
        raise PictureError(_BROKEN) from None
    if opened.width * opened.height > MOST_PIXELS:
        raise _too_many()
    try:
        opened.load()
    except Exception:  # noqa: BLE001 - what a decoder raises has no common name
        raise PictureError(_BROKEN) from None
    return opened


def _too_many() -> PictureError:
    most = MOST_PIXELS // 1_000_000
    return PictureError(f"В картинке больше {most} мегапикселей. Уменьшите её и повторите.")


def _upright(opened: Image) -> Image:
    """In plain colours, turned as the camera held it; what is transparent is white."""
    from PIL import Image as Pillow
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(opened)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        ground = Pillow.new("RGB", seen.size, _WHITE)
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    return upright.convert("RGB")
