"""Plays the melodies of the catalogue: short, pleasant, and each time the same.

A tune follows from its code, voice, mood and tempo: a chord for each bar, a melody over it that
prefers the chord's notes and small steps, and comes home at the end.
"""

from array import array
from functools import lru_cache
from math import exp, log, pi, sin
from random import Random
from typing import Final, NamedTuple

from mts_tui.backend.decoder import RATE

from .catalogue.melodies import Mood, Tune, Voice

SECONDS: Final = 12
"""How long a sample is at most."""
_TABLE: Final = 512
_LOUDEST: Final = 26000
_FADE: Final = 0.6
"""Seconds in which the end fades out."""
_ATTACK: Final = 0.008


class _Sound(NamedTuple):
    """How a voice sounds: strength of each overtone, and seconds in which a note dies away."""

    overtones: tuple[float, ...]
    decay: float


_VOICES: Final[dict[Voice, _Sound]] = {
    "bell": _Sound((1, 0.2, 0.05, 0.4, 0, 0.12), 1.1),
    "box": _Sound((1, 0, 0.25, 0, 0, 0.1), 0.7),
    "choir": _Sound((1, 0.5, 0.3, 0.05), 3.0),
    "organ": _Sound((1, 0.6, 0.2, 0.35, 0, 0.1), 4.0),
    "pluck": _Sound((1, 0.6, 0.4, 0.25, 0.15, 0.08), 0.45),
    "reed": _Sound((1, 0.7, 0.6, 0.4, 0.3, 0.15), 2.2),
    "square": _Sound((1, 0, 0.33, 0, 0.2, 0, 0.14), 0.6),
    "wave": _Sound((1, 0.25, 0.05), 2.5),
    "wood": _Sound((1, 0, 0, 0.3), 0.25),
}
_SCALES: Final[dict[Mood, tuple[int, ...]]] = {
    "major": (0, 2, 4, 7, 9),
    "minor": (0, 3, 5, 7, 10),
    "calm": (0, 2, 5, 7, 9),
}
"""Five notes each: whatever follows whatever sounds well. Semitones above the first."""
_CHORDS: Final = ((0, 2, 3), (3, 4, 1), (4, 1, 3), (1, 3, 0))
"""Steps of the scale that sound together, bar after bar."""
_RHYTHMS: Final = ((1, 1, 1, 1), (1.5, 0.5, 1, 1), (1, 1, 2), (0.5, 0.5, 1, 1, 1), (2, 1, 1))
"""Beats of the notes of a bar."""
_KEYS: Final = (57, 59, 60, 62, 64)
"""Where scales begin, as MIDI counts notes: A3 to E4."""


@lru_cache(maxsize=16)
def play(tune: Tune) -> "array[int]":
    """The samples of a tune: 16 bits, mono."""
    random = Random(f"good'ok {tune.code}")
    sound = _VOICES[tune.voice]
    table = _period(sound.overtones)
    scale, key = _SCALES[tune.mood], random.choice(_KEYS)
    length = min(SECONDS, tune.seconds) * RATE
    line = [0.0] * length
    beat = 60 * RATE / tune.tempo
    step, bar, at = 5, 0, 0.0
    while at < length:
        chord = _CHORDS[bar % len(_CHORDS)]
        for tone in chord:
            _add(line, table, at, 4 * beat, _pitch(key - 12, scale, tone), 0.22, sound.decay * 2)
        for beats in random.choice(_RHYTHMS):
            step = _next_step(random, step, chord)
            strength = 0.75 + random.random() * 0.25
            _add(line, table, at, beats * beat, _pitch(key, scale, step), strength, sound.decay)
            at += beats * beat
        bar += 1
    return _finished(line)


def _next_step(random: Random, step: int, chord: tuple[int, ...]) -> int:
    """A small step up or down; half of the time to a note of the chord."""
    step = max(0, min(9, step + random.choice((-2, -1, -1, 0, 1, 1, 2))))
    if random.random() < 0.5:  # noqa: PLR2004
        step = min(
            (5 * octave + tone for octave in (0, 1) for tone in chord),
            key=lambda one: abs(one - step),
        )
    return step


def _pitch(key: int, scale: tuple[int, ...], step: int) -> float:
    """The frequency of a step of a scale, hertz."""
    octave, place = divmod(step, len(scale))
    note = key + 12 * octave + scale[place]
    return 440.0 * exp((note - 69) / 12 * log(2))


def _period(overtones: tuple[float, ...]) -> list[float]:
    whole = sum(overtones)
    return [
        sum(
            strength * sin(2 * pi * (number + 1) * place / _TABLE)
            for number, strength in enumerate(overtones)
        )
        / whole
        for place in range(_TABLE)
    ]


def _add(
    line: list[float],
    table: list[float],
    at: float,
    length: float,
    pitch: float,
    strength: float,
    decay: float,
) -> None:
    """Let a note sound: it begins softly and dies away, a little beyond its own time."""
    first = int(at)
    last = min(len(line), int(at + length * 1.3))
    step = pitch * _TABLE / RATE
    fall = exp(-1 / (decay * RATE))
    attack = int(_ATTACK * RATE)
    release = max(first + 1, last - attack * 4)
    place, loud = 0.0, strength
    for index in range(first, last):
        rise = (index - first) / attack if index - first < attack else 1.0
        if index > release:
            rise *= (last - index) / (last - release)
        line[index] += table[int(place) % _TABLE] * loud * rise
        place += step
        loud *= fall


def _finished(line: list[float]) -> "array[int]":
    """As loud as can be, and faded out."""
    top = max(map(abs, line)) or 1.0
    fade = int(_FADE * RATE)
    for index in range(max(0, len(line) - fade), len(line)):
        line[index] *= (len(line) - index) / fade
    return array("h", (int(sample * _LOUDEST / top) for sample in line))
