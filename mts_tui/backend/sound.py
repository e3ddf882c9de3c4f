"""Sound: what a file of a melody really holds, as a telephone line carries it.

A file is taken by its content, never by its name: WAV, OGG (Vorbis) or MP3. What is kept of it is
the decoded sound, 8,000 samples a second: nothing of a foreign file is ever handed to a player.
"""

import importlib.util
import io
import os
import subprocess
import sys
import wave
from array import array
from pathlib import Path

from .decoder import BROKEN, RATE

SILENCE = 300
"""The loudest sample of what nobody would hear, of 32,767."""
SHORTEST = 1
"""Second."""
POINTS = 120
"""How many points a picture of a sound has."""
PATIENCE = 20.0
"""Seconds the decoder may take."""
_RIFF_HEADER = 12
_CHUNK_HEADER = 8
_UNKNOWN_SIZES = frozenset({0, 0xFFFFFFFF})
"""What a program writes that did not know the end yet."""
_LAST_PAGE = 0x04
_OGG_FLAGS = 5


class SoundError(ValueError):
    """A file that is no melody; the text is a whole sentence."""


def can_decode() -> bool:
    """Whether there is a decoder for this machine."""
    return importlib.util.find_spec("miniaudio") is not None


def decoded(content: bytes, longest: int) -> "array[int]":
    """The samples of a file: 16 bits, mono, `RATE` a second.

    Args:
        content: The whole file.
        longest: Most seconds it may have.

    Raises:
        SoundError: It is no sound, is cut off, or is too long, too short or silent.
    """
    _check_kind(content)
    samples = _decode(content, longest)
    if len(samples) > longest * RATE:
        raise SoundError(f"Мелодия длиннее {longest} секунд. Обрежьте её и загрузите снова.")
    if len(samples) < SHORTEST * RATE:
        raise SoundError("Мелодия короче секунды: её никто не успеет услышать. Выберите другую.")
    if max(samples) < SILENCE and min(samples) > -SILENCE:
        raise SoundError("В этом файле тишина. Выберите другой.")
    return samples


def picture(samples: "array[int]", points: int = POINTS) -> list[int]:
    """Loudness over time, 0 to 100, the loudest place being 100."""
    if not samples:
        return []
    points = min(points, len(samples))
    bounds = [len(samples) * point // points for point in range(points + 1)]
    parts = [samples[bounds[point] : bounds[point + 1]] for point in range(points)]
    peaks = [max(map(abs, part)) for part in parts]
    top = max(peaks) or 1
    return [round(100 * peak / top) for peak in peaks]


def wav(samples: "array[int]") -> bytes:
    """The samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(pcm_of(samples))
    return file.getvalue()


def pcm_of(samples: "array[int]") -> bytes:
    """The bytes of samples, little-endian."""
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return samples.tobytes()


def samples_of(pcm: bytes) -> "array[int]":
    """Samples from their bytes, little-endian."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _check_kind(content: bytes) -> None:
    """Refuse at once what is no sound by its first bytes, or ends before its end."""
    if not content:
        raise SoundError("Файл пуст. Выберите другой.")
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        _check_wav(content)
    elif content[:4] == b"OggS":
        _check_ogg(content)
    elif not _is_mp3(content):
        raise SoundError("Это не звук: подойдёт файл WAV, OGG или MP3, что бы ни стояло в имени.")


def _is_mp3(content: bytes) -> bool:
    """An ID3 tag, or a frame's header: eleven bits set, version, layer, rates that exist."""
    if content[:3] == b"ID3":
        return True
    if len(content) < 4 or content[0] != 0xFF or content[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return False
    version, layer = content[1] >> 3 & 3, content[1] >> 1 & 3
    bits, rate = content[2] >> 4, content[2] >> 2 & 3
    return version != 1 and layer == 1 and bits not in {0, 15} and rate != 3  # noqa: PLR2004


def _check_wav(content: bytes) -> None:
    """The chunk of samples is as long as its header says.

    Raises:
        SoundError: It is not, or there is none.
    """
    place = _RIFF_HEADER
    while place + _CHUNK_HEADER <= len(content):
        name = content[place : place + 4]
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        if name == b"data":
            there = len(content) - place - _CHUNK_HEADER
            if size not in _UNKNOWN_SIZES and size > there:
                raise SoundError(
                    f"Файл обрывается: по заголовку в нём {_kilobytes(size)} звука, а есть "
                    f"{_kilobytes(there)}. Скачайте или запишите его заново."
                )
            return
        place += _CHUNK_HEADER + size + size % 2
    raise SoundError("В этом WAV нет звука: файл обрывается или испорчен. Выберите другой.")


def _check_ogg(content: bytes) -> None:
    """It is Vorbis, and its last page says that it is the last.

    Raises:
        SoundError: It is another codec, or cut off.
    """
    if b"\x01vorbis" not in content[:256]:
        raise SoundError("В этом OGG не Vorbis. Сохраните мелодию как OGG Vorbis, MP3 или WAV.")
    last = content.rfind(b"OggS")
    if last + _OGG_FLAGS >= len(content) or not content[last + _OGG_FLAGS] & _LAST_PAGE:
        raise SoundError("Файл обрывается на середине. Скачайте его заново.")


def _kilobytes(size: int) -> str:
    return f"{-(-size // 1024)} КБ"


def _decode(content: bytes, longest: int) -> "array[int]":
    if not can_decode():
        raise SoundError("Свои мелодии здесь пока не принимаются: выберите мелодию из каталога.")
    program = Path(__file__).with_name("decoder.py")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, fixed arguments
            [sys.executable, "-I", str(program), str(longest + 1)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            env={name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ},
        )
    except (OSError, subprocess.TimeoutExpired):
        raise SoundError(
            "Мелодию не удалось прочитать. Сохраните её как WAV и повторите."
        ) from None
    if done.returncode:
        what = "испорчен" if done.returncode == BROKEN else "сбивает проигрыватель"
        raise SoundError(f"Этот файл {what}. Сохраните мелодию заново или выберите другую.")
    return samples_of(done.stdout[: len(done.stdout) // 2 * 2])
