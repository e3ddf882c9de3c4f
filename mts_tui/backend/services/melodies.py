"""Melodies of «GOOD'OK»: those of the catalogue and people's own, and how they sound."""

from base64 import b64decode, b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from mts_tui import formatting
from mts_tui.backend import sound
from mts_tui.backend.contract.errors import RingbackRefused
from mts_tui.backend.contract.ringback import MELODY_SECONDS, MelodySource, Sample, Upload
from mts_tui.backend.decoder import RATE
from mts_tui.backend.operator import tunes
from mts_tui.backend.operator.catalogue import melodies as catalogue
from mts_tui.backend.store.transaction import Row, Transaction

if TYPE_CHECKING:
    from array import array

BOX = catalogue.BOX
OWN_PRICE = 50_00
"""Kopecks for 30 days of one's own melody (facts 2.3)."""
MOST_OWN = 10
LONGEST_TITLE = 60


class Tune(msgspec.Struct, frozen=True):
    """A melody, whoever made it.

    Attributes:
        id: The code of one of the catalogue, or opaque.
        title: Its name.
        performer: Who plays it; empty for one's own.
        seconds: Its length.
        price: Kopecks for 30 days.
        source: Where it comes from.
    """

    id: str
    title: str
    performer: str
    seconds: int
    price: int
    source: MelodySource

    @property
    def quoted(self) -> str:
        """The title in quotes."""
        return f"«{self.title}»"


def everything(tx: Transaction, account_id: str) -> list[Tune]:
    """One's own melodies, then the catalogue."""
    own = [_own(row) for row in tx.ringback.uploads(account_id=account_id)]
    return own + [_offered(one) for one in catalogue.tunes().values()]


def find(tx: Transaction, account_id: str, melody: str) -> Tune | None:
    """A melody that an account can have."""
    offered = catalogue.tunes().get(melody)
    if offered is not None:
        return _offered(offered)
    row = tx.ringback.upload(account_id=account_id, id=melody)
    return None if row is None else _own(row)


def sought(found: list[Tune], text: str) -> list[Tune]:
    """Those whose title, performer or code has a text."""
    wanted = formatting.fold(text.strip())
    return [
        one for one in found if wanted in formatting.fold(f"{one.title} {one.performer} {one.id}")
    ]


def sample_of(tx: Transaction, account_id: str, tune: Tune) -> Sample:
    """How it sounds."""
    if tune.source == "catalogue":
        return _played(tune.id)
    pcm = tx.ringback.pcm(account_id=account_id, id=tune.id)
    samples = sound.samples_of(b64decode(pcm))
    return Sample(content=sound.wav(samples), seconds=tune.seconds, wave=sound.picture(samples))


def checked(upload: Upload) -> "array[int]":
    """The samples of a file that somebody sent.

    Raises:
        RingbackRefused: The file is no melody.
    """
    try:
        return sound.decoded(upload.content, MELODY_SECONDS)
    except sound.SoundError as error:
        raise RingbackRefused(reason=str(error)) from None


def keep(tx: Transaction, account_id: str, title: str, samples: "array[int]") -> Tune:
    """Add a melody of an account's own.

    Raises:
        RingbackRefused: There are too many, or it has no name.
    """
    title = formatting.clean(title, LONGEST_TITLE).strip()
    if not title:
        raise RingbackRefused(reason="Назовите мелодию, чтобы потом её узнать.")
    if len(list(tx.ringback.uploads(account_id=account_id))) >= MOST_OWN:
        raise RingbackRefused(
            reason=f"Своих мелодий уже {MOST_OWN}, больше нельзя. Удалите ненужную."
        )
    seconds = -(-len(samples) // RATE)
    melody = tx.new_id()
    tx.ringback.add_upload(
        account_id=account_id,
        id=melody,
        at=tx.now_ms,
        title=title,
        seconds=seconds,
        pcm=b64encode(sound.pcm_of(samples)).decode(),
    )
    return Tune(melody, title, "", seconds, OWN_PRICE, "own")


def _own(row: Row) -> Tune:
    return Tune(row["id"], row["title"], "", row["seconds"], OWN_PRICE, "own")


def _offered(one: catalogue.Tune) -> Tune:
    return Tune(one.code, one.title, one.performer, one.seconds, one.price, "catalogue")


@lru_cache(maxsize=16)
def _played(code: str) -> Sample:
    samples = tunes.play(catalogue.tunes()[code])
    seconds = len(samples) // RATE
    return Sample(content=sound.wav(samples), seconds=seconds, wave=sound.picture(samples))
