"""What a file of a melody holds is found by its content; whatever is wrong with it is a sentence."""

import struct
import subprocess

import pytest

from mts_tui.backend import decoder, sound
from mts_tui.backend.operator import tunes
from mts_tui.backend.operator.catalogue.melodies import BOX
from mts_tui.backend.operator.catalogue.melodies import tunes as catalogue

from . import sounds


@pytest.mark.parametrize(
    "content",
    [
        sounds.wav(1.5),
        sounds.wav(1.5, rate=44_100, channels=2),
        sounds.ogg(),
        sounds.mp3(),
        b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + sounds.mp3(),
    ],
    ids=["wav", "wav-44100-stereo", "ogg", "mp3", "mp3-with-tag"],
)
def test_a_sound_is_taken_whatever_it_is_packed_in(content: bytes):
    samples = sound.decoded(content, 60)
    assert 1.4 < len(samples) / sound.RATE < 1.6
    assert max(samples) > 5000


def lying(seconds: float) -> bytes:
    """A WAV file whose header promises more than there is."""
    true = sounds.wav(1.5)
    place = true.index(b"data") + 4
    return true[:place] + struct.pack("<I", int(seconds * 16_000)) + true[place + 4 :]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Файл пуст"),
        (b"MZ" + bytes(5000), "Это не звук"),
        (b"\x7fELF" + bytes(5000), "Это не звук"),
        (b"fLaC" + bytes(5000), "Это не звук"),
        (b"\xff\xfb\x90\xc4" + bytes(40_000), "испорчен"),
        (b"ID3" + bytes(5000), "испорчен"),
        (b"OggS" + bytes(40) + b"OpusHead" + bytes(5000), "не Vorbis"),
        (sounds.ogg()[:1800], "обрывается"),
        (sounds.ogg()[:20], "не Vorbis"),
        (sounds.wav()[:12_000], "обрывается"),
        (sounds.wav()[:40], "нет звука"),
        (lying(3600), "обрывается"),
        (sounds.wav(0.5), "короче секунды"),
        (sounds.wav(61), "длиннее 60 секунд"),
        (sounds.wav(2, loud=100), "тишина"),
    ],
    ids=[
        "empty", "exe", "elf", "flac", "silent-frames", "tag-alone", "opus", "ogg-cut",
        "ogg-head", "wav-cut", "wav-head", "wav-lies", "short", "long", "silence",
    ],
)  # fmt: skip
def test_what_is_no_melody_is_told(content: bytes, told: str):
    with pytest.raises(sound.SoundError, match=told) as refused:
        sound.decoded(content, 60)
    assert str(refused.value).endswith((".", "!"))


def test_a_length_that_was_not_known_yet_is_no_lie():
    """What records to a pipe writes the greatest number there is."""
    stream = lying(2**32 / 16_000 - 1)
    place = stream.index(b"data") + 4
    stream = stream[:place] + b"\xff\xff\xff\xff" + stream[place + 4 :]
    assert len(sound.decoded(stream, 60)) == 12_000


def test_a_decoder_that_dies_or_hangs_takes_nobody_along(monkeypatch: pytest.MonkeyPatch):
    def dies(*_args: object, **_more: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], -11, b"")

    monkeypatch.setattr(subprocess, "run", dies)
    with pytest.raises(sound.SoundError, match="сбивает проигрыватель"):
        sound.decoded(sounds.mp3(), 60)

    def hangs(*_args: object, **_more: object) -> subprocess.CompletedProcess[bytes]:
        raise subprocess.TimeoutExpired("decoder", 20)

    monkeypatch.setattr(subprocess, "run", hangs)
    with pytest.raises(sound.SoundError, match="не удалось прочитать"):
        sound.decoded(sounds.mp3(), 60)


def test_where_there_is_no_decoder_the_catalogue_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sound, "can_decode", lambda: False)
    with pytest.raises(sound.SoundError, match="из каталога"):
        sound.decoded(sounds.mp3(), 60)


def test_a_picture_is_as_loud_as_its_parts():
    samples = sounds.samples(1) + sounds.samples(1, loud=6000)
    picture = sound.picture(samples, 10)
    assert picture[:5] == [100] * 5
    assert all(48 <= point <= 52 for point in picture[5:])
    assert sound.picture(sounds.samples(0), 10) == []


def test_what_is_written_is_read_again():
    samples = sounds.samples(1.5)
    assert sound.samples_of(sound.pcm_of(samples)) == samples
    assert sound.decoded(sound.wav(samples), 60) == samples


def test_every_melody_of_the_catalogue_can_be_heard():
    pictures = set()
    for tune in catalogue().values():
        samples = tunes.play(tune)
        assert len(samples) == tunes.SECONDS * decoder.RATE
        assert 20_000 < max(samples) < 2**15
        pictures.add(tuple(sound.picture(samples)))
    assert len(pictures) == len(catalogue()) >= 30
    box = catalogue()[BOX]
    assert tunes.play.__wrapped__(box) == tunes.play.__wrapped__(box)


def test_the_catalogue_is_what_facts_say():
    prices = {one.price for code, one in catalogue().items() if code != BOX}
    assert (min(prices), max(prices)) == (50_00, 150_00)
    assert catalogue()[BOX].price == 49_90
    assert all(len(code) == 8 and code.isdigit() for code in catalogue())
    titles = [one.title for one in catalogue().values()]
    assert len(set(titles)) == len(titles)
