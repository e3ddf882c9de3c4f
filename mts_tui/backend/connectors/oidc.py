"""Real identity providers: OpenID Connect, found by discovery.

The device grant (RFC 8628) and the authorization code by loopback with PKCE S256 (RFC 8252, 7636).
An ID token counts when a key of the provider's JWKS signed it by an asymmetric algorithm, and
issuer, audience, end and nonce are right. It is read and dropped; no token is kept or logged, and
no text of a provider but the person's name is shown.
"""

import base64
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from mts_tui.backend.contract.identities import FlowWay

from .providers import Heard, Person, ProviderFailed, Started, Tickets

T = TypeVar("T")
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Asymmetric ones only: with a shared secret anybody who has it could sign."""
CONNECT_SECONDS, ANSWER_SECONDS = 4.0, 6.0
LONGEST_ANSWER = 256 * 1024
KNOWN_FOR = 3600.0
"""Seconds for which what a provider says of itself holds."""
KEYS_ANEW_AFTER = 60.0
"""Seconds after which an unknown key is worth another look at the provider's keys."""
LONGEST_SUBJECT = 255
CLOCKS_DIFFER = 60
"""Seconds by which a provider's clock may differ."""
LOOPBACK_LIVES = timedelta(minutes=10)
LONGEST_FLOW = timedelta(minutes=30)
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_ENDED = {
    "authorization_pending": Heard("pending"),
    "slow_down": Heard("slow_down"),
    "access_denied": Heard("denied"),
    "expired_token": Heard("expired"),
}
_SILENT = Heard("silent", "Провайдер входа не отвечает. Спросим ещё раз.")
_NOT_STARTED = "Провайдер входа сейчас не отвечает. Повторите позже или войдите по номеру."
_REFUSED = "Провайдер входа не принял запрос кабинета. Сообщите тому, кто ведёт кабинет."
_NOT_BELIEVED = (
    "Ответу провайдера нельзя верить: подпись, адресат или срок не сошлись. Вход остановлен; "
    "начните заново, а если повторится, сообщите тому, кто ведёт кабинет."
)
_NOT_TAKEN = "Провайдер говорит, что этот вход уже использован или устарел. Начните заново."

_FAULTS = (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, JoseError, ProviderFailed)
"""What a provider that does not answer as it should comes to."""

log = logging.getLogger(__name__)


class OidcSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A provider, and the operator's registration there.

    Attributes:
        id: Its name in the settings.
        title: What people call it.
        issuer: Its `iss`, an https address.
        client_id: The operator's name there.
        secret: The operator's secret there; empty for a public client. Never shown.
        ways: How one signs in there.
        scope: What is asked for.

    Raises:
        ValueError: They cannot be right; a sentence for whoever keeps them.
    """

    id: str
    title: str
    issuer: str
    client_id: str
    secret: str = ""
    ways: tuple[FlowWay, ...] = ("device", "loopback")
    scope: str = "openid profile"

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.client_id or not self.ways:
            raise ValueError(
                f"Провайдеру «{self.id}» нужны title, client_id и хотя бы один способ."
            )
        if not _is_safe(self.issuer):
            raise ValueError(f"Адрес провайдера «{self.id}» должен начинаться с https://.")
        if "openid" not in self.scope.split():
            raise ValueError(f"В scope провайдера «{self.id}» нужно слово openid.")

    def __repr__(self) -> str:
        return f"OidcSettings({self.id}, {self.issuer})"


class _Discovery(msgspec.Struct):
    """What a provider says of itself (OpenID Connect Discovery)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    authorization_endpoint: str = ""
    device_authorization_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Device(msgspec.Struct):
    """The answer to a device authorization request."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    verification_uri_complete: str = ""
    interval: int = 5


class _Token(msgspec.Struct):
    """What of a token's answer is looked at: nothing else is even read."""

    id_token: str = ""
    error: str = ""


class _Claims(msgspec.Struct):
    """What of an ID token's claims says who it is."""

    sub: str
    name: str = ""
    preferred_username: str = ""
    nickname: str = ""
    email: str = ""


class Oidc:
    """A provider.

    Args:
        settings: Which.
        clock: Seconds since 1970: this machine's time, not the operator's.
        transport: Carries the requests; None for the network.
    """

    def __init__(
        self,
        settings: OidcSettings,
        clock: Callable[[], float] = time.time,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.id = settings.id
        self.title = settings.title
        self.ways = settings.ways
        self._settings = settings
        self._clock = clock
        self._transport = transport
        self._lock = threading.Lock()
        self._known: tuple[float, _Discovery] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def begin(self, tickets: Tickets, redirect: str) -> Started:
        """See `IdentityProvider.begin`."""
        try:
            known = self._discovered()
            if redirect:
                return self._by_browser(known, tickets, redirect)
            if not known.device_authorization_endpoint:
                raise ProviderFailed(_REFUSED)
            form = {"scope": self._settings.scope, "nonce": tickets.nonce}
            given = self._asked(known, known.device_authorization_endpoint, form, _Device)
        except _FAULTS as fault:
            log.warning("%s: a sign-in cannot begin: %s", self.id, type(fault).__name__)
            raise ProviderFailed(_NOT_STARTED) from None
        pages = (given.verification_uri, given.verification_uri_complete or given.verification_uri)
        if not given.device_code or not all(map(_is_safe, pages)):
            raise ProviderFailed(_REFUSED)
        return Started(
            user_code=given.user_code,
            address=given.verification_uri,
            address_with_code=given.verification_uri_complete,
            device_code=given.device_code,
            lives=min(timedelta(seconds=max(1, given.expires_in)), LONGEST_FLOW),
            interval=timedelta(seconds=min(max(1, given.interval), 60)),
        )

    def poll(self, device_code: str, nonce: str) -> Heard:
        """See `IdentityProvider.poll`."""
        form = {"grant_type": DEVICE_GRANT, "device_code": device_code}
        return self._heard(form, nonce, nonce_may_be_missing=True)

    def redeem(self, code: str, redirect: str, tickets: Tickets, issuer: str) -> Heard:
        """See `IdentityProvider.redeem`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": tickets.verifier,
        }
        try:
            promised = self._discovered().authorization_response_iss_parameter_supported
        except _FAULTS:
            return _SILENT
        if (issuer or promised) and issuer != self._settings.issuer:
            return Heard("failed", _NOT_BELIEVED)  # Mixed up with another provider (RFC 9207).
        return self._heard(form, tickets.nonce, nonce_may_be_missing=False)

    def _by_browser(self, known: _Discovery, tickets: Tickets, redirect: str) -> Started:
        challenge = hashlib.sha256(tickets.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": redirect,
            "scope": self._settings.scope,
            "state": tickets.state,
            "nonce": tickets.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if not known.authorization_endpoint:
            raise ProviderFailed(_REFUSED)
        joint = "&" if urlsplit(known.authorization_endpoint).query else "?"
        address = f"{known.authorization_endpoint}{joint}{urlencode(asked)}"
        return Started(address=address, lives=LOOPBACK_LIVES)

    def _heard(self, form: dict[str, str], nonce: str, *, nonce_may_be_missing: bool) -> Heard:
        """Ask the token endpoint, and believe what it says or not."""
        try:
            known = self._discovered()
            self._key_set()  # Before a code is spent whose token nobody could check then.
            token = self._asked(known, known.token_endpoint, form, _Token)
        except _FAULTS as fault:
            log.warning("%s: no answer: %s", self.id, type(fault).__name__)
            return _SILENT
        if token.error in _ENDED:
            return _ENDED[token.error]
        if token.error:
            log.warning("%s: the token endpoint refuses", self.id)
            spent = token.error == "invalid_grant"
            return Heard("failed", _NOT_TAKEN if spent else _REFUSED)
        try:
            person = self._person(token.id_token, nonce, nonce_may_be_missing=nonce_may_be_missing)
        except (*_FAULTS, ValueError) as fault:
            log.warning("%s: an ID token is not believed: %s", self.id, type(fault).__name__)
            return Heard("failed", _NOT_BELIEVED)
        return Heard("known", person=person)

    def _person(self, token: str, nonce: str, *, nonce_may_be_missing: bool) -> Person:
        """Who an ID token speaks of (OpenID Connect Core, 3.1.3.7).

        Raises:
            JoseError: It is not to be believed.
            ValueError: The same.
        """
        claims = self._claims(token)
        audience = claims.get("aud")
        several = isinstance(audience, list) and len(audience) > 1
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            leeway=CLOCKS_DIFFER,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            azp={"essential": several, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": not nonce_may_be_missing, "value": nonce},
        )
        registry.validate(claims)
        who = msgspec.convert(claims, _Claims)
        if len(who.sub) > LONGEST_SUBJECT:
            raise ValueError("a subject out of bounds")
        name = who.name or who.nickname or who.preferred_username or who.email
        return Person(issuer=self._settings.issuer, subject=who.sub, name=name)

    def _claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's keys has signed."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:  # The provider may have changed its keys.
            return jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS).claims

    # ------------------------------------------------------------------ discovery and keys

    def _discovered(self) -> _Discovery:
        with self._lock:
            known = self._known
        if known is not None and self._clock() < known[0] + KNOWN_FOR:
            return known[1]
        place = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = msgspec.json.decode(self._request("GET", place), type=_Discovery)
        addresses = (
            found.token_endpoint,
            found.jwks_uri,
            found.authorization_endpoint,
            found.device_authorization_endpoint,
        )
        if found.issuer != self._settings.issuer:
            raise ProviderFailed(_REFUSED)  # Discovery, section 4.3.
        if not all(_is_safe(address) for address in addresses if address):
            raise ProviderFailed(_REFUSED)
        with self._lock:
            self._known = self._clock(), found
        return found

    def _key_set(self, *, anew: bool = False) -> KeySet:
        with self._lock:
            known = self._keys
        fresh = KEYS_ANEW_AFTER if anew else KNOWN_FOR
        if known is not None and self._clock() < known[0] + fresh:
            return known[1]
        content = self._request("GET", self._discovered().jwks_uri)
        found = KeySet.import_key_set(msgspec.json.decode(content))
        with self._lock:
            self._keys = self._clock(), found
        return found

    # ------------------------------------------------------------------ requests

    def _asked(self, known: _Discovery, address: str, form: dict[str, str], kind: type[T]) -> T:
        """Ask as the operator: by its secret where it has one (RFC 6749, 2.3)."""
        settings = self._settings
        auth: httpx.Auth | None = None
        body = {**form, "client_id": settings.client_id}
        if settings.secret and "client_secret_basic" in known.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(_form(settings.client_id), _form(settings.secret))
            del body["client_id"]
        elif settings.secret:
            body["client_secret"] = settings.secret
        content = self._request("POST", address, body, auth)
        return msgspec.json.decode(content, type=kind)

    def _request(
        self,
        method: str,
        address: str,
        form: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
    ) -> bytes:
        """An answer's body, a refusal's too: OAuth says in it why.

        Raises:
            httpx.HTTPError: There is none.
            ProviderFailed: It is not one that a provider gives.
        """
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        headers = {"Accept": "application/json"}
        with (
            httpx.Client(timeout=timeout, transport=self._transport) as client,
            client.stream(method, address, data=form, auth=auth, headers=headers) as response,
        ):
            if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.is_redirect:
                raise ProviderFailed(_NOT_STARTED)
            content = b""
            for piece in response.iter_bytes():
                content += piece
                if len(content) > LONGEST_ANSWER:
                    raise ProviderFailed(_REFUSED)
            return content


def _is_safe(address: str) -> bool:
    """Whether nobody between here and there can read along; this very machine may do without."""
    try:
        place = urlsplit(address)
        host = place.hostname
    except ValueError:
        return False
    secure = place.scheme == "https" and bool(host)
    return (secure or (place.scheme == "http" and host in _HERE)) and place.username is None


def _form(text: str) -> str:
    return urlencode({"": text})[1:]
