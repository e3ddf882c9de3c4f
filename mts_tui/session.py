"""One person's session: sign-in by the keyring, the way in and out, the idle lock."""

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.screen import Screen

from . import config
from .backend.contract import Backend, Cabinet
from .backend.contract.access import SignedIn, SignIn
from .backend.contract.errors import CabinetError, NotSignedIn, ProxyPassword
from .credentials import Secret, Vault, account_of, new_device
from .formatting import clean

WARNING_SECONDS = 60
SEEN_EVERY_SECONDS = 60
PERSON_SECONDS = 60
"""How long a keyring may ask the person for its own password."""
LONGEST_TOAST = 600


class SessionApp(App[None]):
    """What of the application is about its session.

    Args:
        places: Where files lie.
        settings: What the person set.
        profile: Name of the profile, for the keyring.
        vault: The OS keyring.
        monotonic: Tells seconds for the idle lock.
    """

    cabinet: Cabinet

    def __init__(
        self,
        places: config.Places,
        settings: config.Settings,
        *,
        profile: str,
        vault: Vault | None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.places = places
        self.settings = settings
        self.profile = profile
        self.vault = vault or Vault()
        self.device = new_device()
        self.phone = self.remembered
        self.handset_phone = ""
        self.monotonic = monotonic
        self._backend: Backend | None = None
        self._last_key = monotonic()
        self._seen_at = monotonic()
        self._warned = False
        self._stands = False
        self.own = False
        """Whether the session is that of one's own files: there is no password and no operator."""

    # ------------------------------------------------------------------ what this computer keeps

    @property
    def remembered(self) -> str:
        """The number that this profile signs in with by itself, or empty."""
        if self.profile == config.INSIDE:
            return self.settings.phone
        profile = self.settings.profiles.get(self.profile)
        return profile.phone if profile is not None else ""

    def _remember_number(self, phone: str) -> list[str]:
        """Keep a number for the next start; sentences of what went wrong."""
        try:
            if self.profile == config.INSIDE:
                self.settings, notes = config.change(self.places, phone=phone)
            else:
                self.settings, notes = config.keep_profile(self.places, self.profile, phone=phone)
        except config.PlaceError as error:
            return [str(error)]
        return notes

    def remember_own(self) -> None:
        """Open one's own files by themselves from the next start on."""
        try:
            self.settings, _notes = config.change(self.places, own_files=True)
        except config.PlaceError as error:
            self.say(str(error), severity="warning")

    async def read_secret(self, phone: str) -> tuple[Secret | None, str]:
        """What the keyring has for a number, and a sentence where it could not tell."""
        result = await self.vault.aread(account_of(self.profile, phone))
        return result.secret, "" if result.secret else result.sentence

    async def sign_in_by_secret(self, phone: str, secret: Secret) -> SignedIn:
        """Sign in with what the keyring keeps; raises what `access.sign_in` does."""
        self.device = secret.device
        order = SignIn(
            phone=phone,
            password=secret.password,
            device=secret.device,
            device_name=device_name(),
        )
        return await self.cabinet.access.sign_in(order)

    async def remember(self, password: str) -> None:
        """Put the password into the keyring, and the number into the settings."""
        secret = Secret(password=password, device=self.device)
        if not await self._kept(account_of(self.profile, self.phone), secret):
            return
        for note in self._remember_number(self.phone):
            self.say(note, severity="warning")
        self.say("Пароль сохранён в хранилище паролей системы: в следующий раз войдём сами.")

    async def _kept(self, account: str, secret: Secret) -> bool:
        """Put something into the keyring; a toast says where that did not work."""
        patient = Vault(timeout=PERSON_SECONDS) if type(self.vault) is Vault else self.vault
        result = await patient.awrite(account, secret)
        if result.state.name != "OK":
            self.say(result.sentence, severity="warning")
        return result.state.name == "OK"

    def remember_soon(self, password: str) -> None:
        """`remember`, without waiting for it: the keyring may ask the person first."""
        self.run_worker(self.remember(password), group="keyring", exit_on_error=False)

    def remember_proxy_soon(self, key: str, secret: Secret) -> None:
        """Put the name and password of a proxy into the keyring, without waiting for it."""

        async def remember() -> None:
            if await self._kept(key, secret):
                self.say("Пароль прокси-сервера сохранён в хранилище паролей системы.")

        self.run_worker(remember(), group="keyring", exit_on_error=False)

    async def forget(self) -> None:
        """Take the password out of the keyring and the number out of the settings."""
        if not self.remembered:
            self.say("На этом компьютере ничего не сохранено.")
            return
        result = await self.vault.adelete(account_of(self.profile, self.remembered))
        for note in self._remember_number(""):
            self.say(note, severity="warning")
        gone = result.state.name in {"OK", "NOTHING"}
        self.say(
            "Пароль и номер удалены с этого компьютера." if gone else result.sentence,
            severity="information" if gone else "warning",
        )

    # ------------------------------------------------------------------ the way in and out

    @property
    def backend(self) -> Backend | None:
        """Whoever answers; None before the start is done."""
        return self._backend

    @property
    def signed_in(self) -> bool:
        """Whether there is a session."""
        return self._backend is not None and self._backend.token is not None

    async def enter(self, signed: SignedIn) -> None:
        """Open the cabinet for a session.

        Args:
            signed: The session.
        """
        self._hold(signed)
        self.phone = self.handset_phone = signed.session.phone
        self.own = False
        self.open_soon(signed)

    async def enter_own(self) -> None:
        """Open the cabinet of one's own files; raises what `imports.enter_own` does."""
        signed = await self.cabinet.imports.enter_own()
        self.adopt(signed)
        self.open_soon(signed)

    def adopt(self, signed: SignedIn) -> None:
        """Go on in the session of one's own files; the cabinet is opened later."""
        self._hold(signed)
        self.own = True

    def disown(self) -> None:
        """Forget a session whose cabinet was never opened."""
        assert self._backend is not None
        self._backend.token, self.own = None, False

    def _hold(self, signed: SignedIn) -> None:
        assert self._backend is not None
        self._backend.token = signed.token
        self._touch()
        self._seen_at = self.monotonic()

    def open_soon(self, signed: SignedIn) -> None:
        """Show the cabinet of the session."""
        # By the app, not by who calls: a screen's worker is cancelled when its screen goes, and a
        # cancelled pop_screen ends the app's own message loop.
        self.call_later(self._open_cabinet, signed)

    async def _open_cabinet(self, signed: SignedIn) -> None:
        from .screens.cabinet import CabinetScreen

        if not isinstance(self.screen, CabinetScreen):
            await self._only(CabinetScreen())
        if isinstance(self.screen, CabinetScreen):
            self.screen.begin(signed)

    def show_sign_in(self, message: str = "") -> None:
        """Show the sign-in screen alone, with a message."""
        self.call_later(self._show_sign_in, message)

    async def _show_sign_in(self, message: str) -> None:
        from .screens.sign_in import SignInScreen

        await self._only(SignInScreen(self.phone, message))

    async def _only(self, screen: Screen[None]) -> None:
        """Show one screen; everything above and below it is gone, with what it held."""
        if self._stands:  # What the start had to say is still to be read.
            self.clear_notifications()
        self.workers.cancel_group(self, "proxy")  # Its dialog goes without an answer.
        with self.batch_update():
            while len(self.screen_stack) > 1:
                await self.pop_screen()
            await self.push_screen(screen)

    async def sign_out(self, message: str = "Вы вышли из кабинета.") -> None:
        """End the session and show the sign-in screen."""
        await self._sign_out()
        self.show_sign_in(message)

    async def _sign_out(self) -> None:
        if self.signed_in:
            assert self._backend is not None
            try:
                await self.cabinet.access.sign_out()
            except CabinetError as error:
                self.log(f"sign-out was not heard: {error.code}")
            self._backend.token = None

    def lost_session(self, message: str) -> None:
        """The session is over: show the sign-in screen."""
        if self.signed_in:
            assert self._backend is not None
            self._backend.token = None
            self.show_sign_in(message)

    # ------------------------------------------------------------------ toasts

    def say(self, text: str, **kwargs: Any) -> None:
        """Show a toast; the text is cleaned and never read as markup."""
        if "title" in kwargs:
            kwargs["title"] = clean(kwargs["title"], 60)
        self.notify(clean(text, LONGEST_TOAST, keep_lines=True), markup=False, **kwargs)

    @property
    def asking_for_proxy(self) -> bool:
        """Whether the proxy's dialog says already what is wrong."""
        return False

    def explain(self, error: CabinetError) -> None:
        """Tell a person what went wrong."""
        if isinstance(error, NotSignedIn):
            self.lost_session(str(error))
        elif not (isinstance(error, ProxyPassword) and self.asking_for_proxy):
            self.say(str(error), severity="error")

    # ------------------------------------------------------------------ the idle lock

    def _touch(self) -> None:
        self._last_key = self.monotonic()
        self._warned = False

    async def _check_idle(self) -> None:
        if not self.signed_in:
            return
        now = self.monotonic()
        idle = now - self._last_key
        limit = self.settings.idle_minutes * 60
        if idle >= limit:
            await self.sign_out(
                f"Вы не нажимали клавиш {self.settings.idle_minutes} мин, и кабинет закрылся сам. "
                "Войдите снова."
            )
        elif idle >= limit - WARNING_SECONDS and not self._warned:
            self._warned = True
            self.say(
                "Через минуту кабинет закроется сам. Нажмите любую клавишу, чтобы остаться.",
                severity="warning",
                timeout=WARNING_SECONDS,
            )
        elif self._last_key > self._seen_at and now - self._seen_at >= SEEN_EVERY_SECONDS:
            self._seen_at = now
            try:
                await self.cabinet.access.keep_alive()
            except CabinetError as error:
                self.explain(error)


def device_name() -> str:
    """What the list of sessions calls this machine."""
    import platform

    return f"{platform.node() or 'компьютер'}, терминал"[:80]
