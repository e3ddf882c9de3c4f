"""Make the demo as somebody left it who signs in by the keyring.

Run as `python -m benchmarks.seed [--no-keyring] FOLDER`; without a keyring, the person has the
password all the same.

Runs in the session whose keyring the measured program will ask.
"""

import asyncio
import sys

from mts_tui import config, credentials
from mts_tui.backend.contract import Cabinet
from mts_tui.backend.contract.access import CodeOrder, NewPassword, SignIn
from mts_tui.backend.embedded import Embedded
from mts_tui.backend.operator.people import MAIN_PHONE

PASSWORD = "measured again and again"  # noqa: S105 - of a demo that lives for a minute
PROFILE = "demo"


async def main(folder: str, *, keyring: bool) -> None:
    """Sign in, set a password, put it into the keyring and the number into the settings.

    Raises:
        SystemExit: The keyring did not take the password.
    """
    places = config.Places.find(folder)
    places.ensure()
    device = credentials.new_device()
    backend = Embedded.at(places.data_dir, live=False)
    await backend.open()
    cabinet = Cabinet(backend)
    await cabinet.access.request_code(CodeOrder(phone=MAIN_PHONE))
    newest = (await cabinet.demo.messages(MAIN_PHONE)).items[0]
    order = SignIn(phone=MAIN_PHONE, code=newest.text[:6], device=device, device_name="benchmark")
    backend.token = (await cabinet.access.sign_in(order)).token
    await cabinet.access.set_password(NewPassword(password=PASSWORD))
    await backend.close()
    if not keyring:
        return
    account = credentials.account_of(PROFILE, MAIN_PHONE)
    secret = credentials.Secret(password=PASSWORD, device=device)
    result = credentials.Vault().write(account, secret)
    if result.state is not credentials.State.OK:
        raise SystemExit(result.sentence)
    config.change(places, phone=MAIN_PHONE)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[-1], keyring="--no-keyring" not in sys.argv))
