"""«Демо-ID»: an identity provider that the demo plays, with people who are invented.

It works by the device grant as real ones do, but everything stays in the operator's own store: the
page where one types the code is a dialog of this program, nobody's password is asked for, and no
network is needed. What becomes of a code is told once.
"""

import hashlib
from datetime import timedelta

from mts_tui.backend.connectors.providers import Heard, Person, Started, Tickets
from mts_tui.backend.contract.identities import FlowWay
from mts_tui.backend.store import Store, Transaction
from mts_tui.backend.store.transaction import to_ms

ID = "demo"
TITLE = "Демо-ID"
ISSUER = "https://id.mts-tui.example"
PAGE = f"{ISSUER}/device"
LIVES = timedelta(minutes=10)
INTERVAL = timedelta(seconds=2)
PEOPLE = {
    "vera": "Вера Придуманная",
    "pavel": "Павел Вымышленный",
}
"""Who can sign in there: `sub` and name."""
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Without vowels and what looks alike (RFC 8628, 6.1)."""


class DemoId:
    """The provider.

    Args:
        store: The operator's, opened.
    """

    id = ID
    title = TITLE
    ways: tuple[FlowWay, ...] = ("device",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, tickets: Tickets, redirect: str) -> Started:
        """See `IdentityProvider.begin`."""
        del tickets, redirect

        def write(tx: Transaction) -> Started:
            letters = "".join(tx.random.choice(_LETTERS) for _ in range(8))
            user_code, device_code = (
                f"{letters[:4]}-{letters[4:]}",
                f"{tx.random.getrandbits(256):064x}",
            )
            tx.identities.add_login(
                user_code=user_code,
                device_hash=_hash(device_code),
                expires_at=to_ms(tx.now + LIVES),
            )
            return Started(
                address=PAGE,
                lives=LIVES,
                user_code=user_code,
                address_with_code=f"{PAGE}?user_code={user_code}",
                device_code=device_code,
                interval=INTERVAL,
            )

        return self._store.change(write)

    def poll(self, device_code: str, nonce: str) -> Heard:
        """See `IdentityProvider.poll`."""
        del nonce

        def look(tx: Transaction) -> Heard:
            row = tx.identities.login(device_hash=_hash(device_code))
            if row is None:
                return Heard("failed", "«Демо-ID» этого входа не знает. Начните заново.")
            if row["expires_at"] <= tx.now_ms:
                return Heard("expired")
            if row["ended"] != "known":
                return Heard("denied" if row["ended"] else "pending")
            tx.identities.take_login(device_hash=_hash(device_code))
            person = row["person"]
            return Heard("known", person=Person(ISSUER, person, PEOPLE[person]))

        return self._store.change(look)

    def redeem(self, code: str, redirect: str, tickets: Tickets, issuer: str) -> Heard:
        """See `IdentityProvider.redeem`; there is no browser here."""
        del code, redirect, tickets, issuer
        return Heard("failed", "«Демо-ID» не открывается в браузере.")


def visit(tx: Transaction, user_code: str, person: str, *, agree: bool) -> bool:
    """Type a code on the page of «Демо-ID»; whether there is such a code that waits."""
    letters = "".join(sign for sign in user_code.upper() if sign.isalnum())
    code = f"{letters[:4]}-{letters[4:]}"
    ended = "known" if agree else "denied"
    return bool(
        person in PEOPLE
        and tx.identities.end_login(user_code=code, person=person, ended=ended, now=tx.now_ms)
    )


def _hash(device_code: str) -> str:
    return hashlib.sha256(device_code.encode()).hexdigest()
