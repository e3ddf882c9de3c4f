"""The demo's bank: the cards it knows and how it answers, СБП links and bills nobody can pay.

It knows published test numbers only (facts 7.3), so that nobody's real card is ever of use here.
How a card will answer is its *behaviour*, a word that is all the cabinet keeps of a card besides
what people see of it. The page for people who try the demo is `docs/demo_ru.md`.

СБП: the bank's application is played by the bank itself, which confirms a payment five seconds
after it was asked to. Amounts of two kinds answer otherwise, see `sbp_answer`.
"""

import binascii
import re
from datetime import datetime
from typing import Literal

import msgspec

Stage = Literal["given", "confirmed", "unattended"]
"""`given`: the card is handed over. `confirmed`: its owner has shown the code. `unattended`: a rule
of autopay asks, with nobody there."""

PAYS = "pays"
_NO_MONEY = "На карте не хватает денег. Пополните её или возьмите другую карту."
_LIMIT = "Банк отклонил платёж: превышен лимит по карте. Поднимите его или возьмите другую карту."
_BLOCKED = "Банк отклонил платёж: карта заблокирована. Позвоните в банк или возьмите другую карту."
_LOST = "Банк отклонил платёж: карта заявлена потерянной. Возьмите другую карту."
_EXPIRED = "Банк отклонил платёж: срок действия карты истёк. Возьмите другую карту."
_SILENT_BANK = "Банк карты сейчас не отвечает. Повторите через несколько минут или возьмите другую."
_AT_CODE: frozenset[Stage] = frozenset({"confirmed", "unattended"})
_AT_ONCE: frozenset[Stage] = frozenset({"given", "unattended"})
_BEHAVIOURS: dict[str, tuple[frozenset[Stage], str]] = {
    PAYS: (frozenset(), ""),
    "no_money": (_AT_CODE, _NO_MONEY),
    "limit": (_AT_CODE, _LIMIT),
    "blocked": (_AT_ONCE, _BLOCKED),
    "lost": (_AT_ONCE, _LOST),
    "expired": (_AT_ONCE, _EXPIRED),
    "unavailable": (_AT_ONCE, _SILENT_BANK),
    "only_in_person": (frozenset({"unattended"}), _NO_MONEY),
}
"""Of each behaviour: at which stages it declines, and in which words."""


class KnownCard(msgspec.Struct, frozen=True):
    """A published test number.

    Attributes:
        number: Digits, valid by Luhn.
        brand: What people call its payment system.
        behaviour: How the bank answers for it.
    """

    number: str
    brand: str
    behaviour: str

    @property
    def last4(self) -> str:
        """The last four digits: all that is kept of the number."""
        return self.number[-4:]


TEST_CARDS = (
    KnownCard("2200000000000004", "МИР", PAYS),
    KnownCard("4111111111111111", "Visa", PAYS),
    KnownCard("5555555555554444", "Mastercard", PAYS),
    KnownCard("4000000000009995", "Visa", "no_money"),
    KnownCard("4000000000006975", "Visa", "limit"),
    KnownCard("4000000000000002", "Visa", "blocked"),
    KnownCard("4000000000009987", "Visa", "lost"),
    KnownCard("4000000000000069", "Visa", "expired"),
    KnownCard("4000000000000119", "Visa", "unavailable"),
    KnownCard("4000000000000341", "Visa", "only_in_person"),
)
"""The first three pay (facts 7.3). The others decline; the last pays once its owner confirms, and
has no money when autopay comes."""
_BY_NUMBER = {card.number: card for card in TEST_CARDS}


def digits_of(number: str) -> str | None:
    """The digits of a card's number as it is typed; None where it is not 13 to 19 digits."""
    digits = re.sub(r"[\s\u00a0-]", "", number)
    return digits if re.fullmatch(r"[0-9]{13,19}", digits) else None


def known(digits: str) -> KnownCard | None:
    """The test card of a number, or None: it may be somebody's own."""
    return _BY_NUMBER.get(digits)


def is_over(month: int, year: int, now: datetime) -> bool:
    """Whether a card's last month has passed by the bank's clock; it is good to the month's end."""
    return (year, month) < (now.year, now.month)


def refusal(behaviour: str, stage: Stage) -> str | None:
    """Why the bank declines a card at a stage: a whole sentence, or None where it does not."""
    stages, sentence = _BEHAVIOURS[behaviour]
    return sentence if stage in stages else None


# ------------------------------------------------------------------------------------------ СБП

SBP_ANSWERS_AFTER_MS = 5_000
_SILENT, _DECLINED = 13, 44
_KOPECKS = 100


def sbp_answer(amount: int) -> Literal["pays", "declines", "silent"]:
    """What the bank's application does with an amount, minor units.

    Amounts that end in 13 kopecks are never answered, those in 44 are declined: so that both can be
    seen. All others are paid.
    """
    answers: dict[int, Literal["declines", "silent"]] = {_DECLINED: "declines", _SILENT: "silent"}
    return answers.get(amount % _KOPECKS, "pays")


SBP_DECLINED = "Банк отклонил платёж через СБП: на счёте не хватает денег. Деньги не списаны."


def sbp_link(payment: str, total: int) -> str:
    """The link of a dynamic QR code, of a domain that is nobody's (RFC 2606).

    Args:
        payment: The payment's id, a UUID.
        total: Kopecks.
    """
    name = f"AD{payment.replace('-', '').upper()[-30:]:0>30}"
    text = f"https://sbp.example/{name}?type=02&bank=000000000000&sum={total}&cur=RUB"
    return f"{text}&crc={binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


# ------------------------------------------------------------------- bills (ГОСТ Р 56042-2014)

PAYEE = "ДЕМО, НЕ ОПЛАЧИВАТЬ"
BIC = "000000000"
ACCOUNT = "0" * 20
"""No bank has this BIC, so nobody can pay there. The control key of the zero account fits formally:
every product is zero, and so is their sum."""
_WEIGHTS = (7, 1, 3)


def bill(total: int, purpose: str, personal_account: str) -> str:
    """The content of a bill's QR code.

    Args:
        total: Kopecks.
        purpose: What is paid for.
        personal_account: The payer's account with the operator.

    Returns:
        Format version 0001, UTF-8, with the mandatory fields first and in their order (facts 7.1).
    """
    fields = {
        "Name": PAYEE,
        "PersonalAcc": ACCOUNT,
        "BankName": "ДЕМО-БАНК",
        "BIC": BIC,
        "CorrespAcc": "0",
        "Sum": str(total),
        "Purpose": purpose,
        "PersAcc": personal_account,
        "TechCode": "01",
    }
    # The standard forbids the separator inside a value.
    return "|".join(["ST00012", *(f"{name}={_one(value)}" for name, value in fields.items())])


def _one(value: str) -> str:
    return value.replace("|", "/").strip()


def key_fits(bic: str, account: str) -> bool:
    """Whether the control key of an account with a bank is right (facts 7.1).

    Args:
        bic: The bank's BIC, nine digits.
        account: The account, twenty digits.
    """
    digits = bic[-3:] + account
    weighed = (int(digit) * _WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits))
    return sum(weighed) % 10 == 0
