"""«Акции»: what is offered to an account, taking part, leaving."""

from typing import Any
from zoneinfo import ZoneInfo

from mts_tui import formatting
from mts_tui.backend.contract.errors import NotFound, PromoRefused, UndoRefused
from mts_tui.backend.contract.model import Money, Page
from mts_tui.backend.contract.promos import Promo, PromoAnswers, PromoQuestion
from mts_tui.backend.operator.catalogue.promos import Promotion, promotions
from mts_tui.backend.store.transaction import Row, Transaction, from_ms

from . import points, undo
from .billing import Book, next_fee, tariff_of
from .caller import Caller, own_account
from .promotions import Part, answers_of, begin, end_of, has_autopay, parts_of, resume, stop

EVERYWHERE = "Вся Россия"
NOT_HERE = "Акции действуют для мобильных номеров МТС в России."
IMPORTED = "Этот номер импортирован из файла: оператора за ним нет, и акций для него тоже."
_ORDER = {"joined": 0, "offered": 1, "done": 2, "ended": 3}


def offered(tx: Transaction, caller: Caller, account: str) -> Page[Promo]:
    """See `contract.promos.Promos.offered`."""
    row = own_account(tx, caller, account)
    parts = parts_of(tx, account)
    found = [_promo(tx, row, one, parts) for one in promotions().values()]
    return Page(items=sorted(found, key=lambda one: _ORDER[one.state]))


def join(tx: Transaction, caller: Caller, account: str, promo: str) -> Promo:
    """See `contract.promos.Promos.join`."""
    own_account(tx, caller, account)
    known, book = _known(promo), _book(tx, account)
    row, parts = tx.accounts.by_id(id=account), parts_of(tx, account)
    reason = _why_not(tx, row, known, parts)
    if known.mechanic == "survey" and not reason:
        reason = "Чтобы принять участие, ответьте на вопросы анкеты."
    if reason:
        raise PromoRefused(reason=reason)
    begin(book, known)
    text = f"Вы участвуете в акции: {known.short}."
    book.notice(f"Акция «{known.title}»", text, kind="promo", subject=promo)
    book.write()
    return _one(tx, account, known)


def answer(
    tx: Transaction, caller: Caller, account: str, promo: str, answers: PromoAnswers
) -> Promo:
    """See `contract.promos.Promos.answer`."""
    own_account(tx, caller, account)
    known, book = _known(promo), _book(tx, account)
    row, parts = tx.accounts.by_id(id=account), parts_of(tx, account)
    if not known.questions:
        raise PromoRefused(reason="В этой акции вопросов нет.")
    reason = _why_not(tx, row, known, parts)
    if reason:
        raise PromoRefused(reason=reason)
    given = zip(answers.choices, known.questions, strict=False)
    fits = all(choice < len(question.answers) for choice, question in given)
    if len(answers.choices) != len(known.questions) or not fits:
        raise PromoRefused(reason="Ответьте на каждый вопрос одним из предложенных ответов.")
    part = begin(book, known)
    part.done, part.earned_points = known.steps, known.points
    part.body = answers_of(answers.choices)
    stop(book, part, "done")
    points.come(book, tx.now_ms, "promo", known.title, known.points, f"promo:{known.id}")
    text = f"Спасибо за ответы: начислено {points.in_words(known.points)}."
    book.notice(f"Акция «{known.title}»", text, kind="promo", subject=promo)
    book.write()
    return _one(tx, account, known)


def leave(tx: Transaction, caller: Caller, account: str, promo: str) -> Promo:
    """See `contract.promos.Promos.leave`."""
    own_account(tx, caller, account)
    known, book = _known(promo), _book(tx, account)
    part = parts_of(tx, account).get(promo)
    if part is None or part.state != "joined":
        raise PromoRefused(reason="Вы сейчас не участвуете в этой акции.")
    stop(book, part, "ended")
    book.write()
    undo.offer(tx, caller, account, "Участие в акции прекращено", "promos.put_back", promo=promo)
    return _one(tx, account, known)


def put_back(tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]) -> None:
    """Take part again. Raises `UndoRefused` where the promotion would be over meanwhile."""
    del caller
    known, book = _known(body["promo"]), _book(tx, account_id)
    part = parts_of(tx, account_id)[known.id]
    if part.ends_at is not None and part.ends_at <= tx.now_ms:
        raise UndoRefused(reason="Срок этой акции уже вышел.")
    part.state = "joined"
    resume(book, known, part)
    book.write()


def _book(tx: Transaction, account: str) -> Book:
    book = Book(tx, account)
    book.pass_time(tx.now_ms)
    return book


def _known(promo: str) -> Promotion:
    known = promotions().get(promo)
    if known is None:
        raise NotFound
    return known


def _why_not(tx: Transaction, row: Row, promo: Promotion, parts: dict[str, Part]) -> str:
    """Why an account cannot take part now, as a sentence; empty where it can."""
    if row["imported"]:
        return IMPORTED
    if row["country"] != "RU" or row["kind"] != "mobile":
        return NOT_HERE
    if reason := _taken(promo, parts) or _not_open(tx, row, promo):
        return reason
    if row["state"] == "blocked":
        return "Номер заблокирован. Разблокируйте его в «Блокировке» и повторите."
    return _unfit(tx, row, promo)


def _taken(promo: Promotion, parts: dict[str, Part]) -> str:
    """What it has taken part in that does not let it."""
    if promo.id in parts:
        return {
            "joined": "Вы уже участвуете в этой акции.",
            "done": "Вы уже прошли эту акцию, второй раз она не даётся.",
            "ended": "Ваше участие в этой акции закончилось, второй раз она не даётся.",
        }[parts[promo.id].state]
    for other in promo.excludes:
        if other in parts and parts[other].state == "joined":
            title = promotions()[other].title
            return f"Вместе с акцией «{title}» эта не действует. Сначала выйдите из той."
    return ""


def _not_open(tx: Transaction, row: Row, promo: Promotion) -> str:
    """Why a promotion is not for this time or this number's region."""
    now = tx.now.astimezone(ZoneInfo(row["zone"]))
    if now.month < promo.since_month:
        opens = formatting.date_day(now.replace(month=promo.since_month, day=1))
        return f"Акция закончилась. Следующая начнётся {opens}."
    if promo.regions and row["region"] not in promo.regions:
        where, own = ", ".join(promo.regions), row["region"]
        return f"Акция только для номеров региона «{where}», а у этого номера — «{own}»."
    return ""


def _unfit(tx: Transaction, row: Row, promo: Promotion) -> str:
    """What is missing of what the promotion itself asks for."""
    tariff = tariff_of(tx, row["tariff_id"])
    if promo.mechanic == "autopay":
        if not (tariff.monthly or tariff.daily):
            return f"На тарифе {tariff.title} нет платы, и скидывать нечего."
        if not has_autopay(tx, row["id"]):
            return "Сначала включите автоплатёж: «Оплата», «Автоплатёж»."
    if promo.mechanic == "first_fee" and tariff.id == promo.tariff:
        return f"Акция для тех, кто переходит на {tariff.title}, а он у вас уже есть."
    if promo.mechanic == "streak" and (not tariff.monthly or tariff.charging == "day"):
        return f"На тарифе {tariff.title} нет месячной платы, и шаги считать не по чему."
    if promo.mechanic in ("friends", "survey") and row["bonus_since"] is None:
        return "Сначала вступите в «МТС Бонус»: это бесплатно."
    return ""


def _one(tx: Transaction, account: str, promo: Promotion) -> Promo:
    return _promo(tx, tx.accounts.by_id(id=account), promo, parts_of(tx, account))


def _promo(tx: Transaction, row: Row, promo: Promotion, parts: dict[str, Part]) -> Promo:
    part = parts.get(promo.id)
    known = promotions()
    refusal = "" if part is not None else _why_not(tx, row, promo, parts)
    zone = ZoneInfo(row["zone"])
    joined = part is not None and part.state == "joined"
    ends = part.ends_at if part is not None and joined and promo.mechanic == "autopay" else None
    asked = promo.questions if part is None else ()
    return Promo(
        id=promo.id,
        title=promo.title,
        short=promo.short,
        terms=list(promo.terms),
        region=", ".join(promo.regions) or EVERYWHERE,
        until=end_of(promo.until, tx.now, zone),
        excludes=[known[one].title for one in promo.excludes],
        state="offered" if part is None else part.state,
        joined_at=None if part is None else from_ms(part.joined_at),
        done=0 if part is None else part.done,
        steps=promo.steps,
        unit=promo.unit,
        next=_next(tx, row, promo, part) if not refusal else "",
        ends_at=None if ends is None else from_ms(ends),
        earned=Money(amount_minor=0 if part is None else part.earned, currency=row["currency"]),
        earned_points=0 if part is None else part.earned_points,
        questions=[PromoQuestion(text=one.text, answers=list(one.answers)) for one in asked],
        refusal=refusal,
    )


_OVER = {"done": "Акция пройдена.", "ended": "Участие закончено."}


def _next(tx: Transaction, row: Row, promo: Promotion, part: Part | None) -> str:
    """What to do, or what comes next."""
    if part is None:
        return "Ответьте на вопросы." if promo.questions else "Нажмите «Участвовать»."
    if part.state in _OVER:
        return _OVER[part.state]
    if promo.mechanic == "friends":
        return "Пригласите друга: «МТС Бонус», «Пригласить»."
    zone = ZoneInfo(row["zone"])
    if promo.mechanic == "first_fee":
        assert part.ends_at is not None
        waits = formatting.date_day(from_ms(part.ends_at).astimezone(zone))
        return f"Перейдите на МТС Junior до {waits}."
    return _next_fee(tx, row, promo)


def _next_fee(tx: Transaction, row: Row, promo: Promotion) -> str:
    """What the next fee of the tariff will do."""
    if row["fee_at"] is None:
        return "Плата за тариф пока не назначена."
    tariff = tariff_of(tx, row["tariff_id"])
    at = from_ms(row["fee_at"]).astimezone(ZoneInfo(row["zone"]))
    day = formatting.date_day(at)
    if promo.mechanic == "streak":
        return f"Держите на счёте плату к {day}: {formatting.money(tariff.monthly)}."
    if not has_autopay(tx, row["id"]):
        return f"Автоплатёж выключен. Включите его до {day}, иначе участие закончится."
    back = -(-next_fee(tariff, at) * promo.percent // 100)
    return f"Вместе с платой {day} на счёт вернётся {formatting.money(back)}."
