"""Pictures for tests, good and hostile ones."""

import io
import struct
import zlib
from random import Random

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (32, 24), mode: str = "RGB") -> bytes:
    """A plain one: red above, blue below."""
    image = Image.new(mode, size, (227, 6, 17, 255)[: len(mode)])
    image.paste((0, 0, 160, 255)[: len(mode)], (0, size[1] // 2, size[0], size[1]))
    made = io.BytesIO()
    image.save(made, kind)
    return made.getvalue()


def photo(size: tuple[int, int] = (1400, 1000)) -> bytes:
    """A large one: noise does not get smaller by itself."""
    image = Image.frombytes("RGB", size, Random(1).randbytes(3 * size[0] * size[1]))
    made = io.BytesIO()
    image.save(made, "JPEG", quality=90)
    return made.getvalue()


def turned() -> bytes:
    """A photo whose camera was held upright: four pixels wide as stored, six as seen."""
    image = Image.new("RGB", (4, 6))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Камера"
    made = io.BytesIO()
    image.save(made, "JPEG", exif=exif)
    return made.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few bytes that promises a billion pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0"))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
