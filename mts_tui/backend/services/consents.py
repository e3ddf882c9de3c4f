"""Consent to be seen: asked of the child's number, given and taken back by it alone.

Only the phone that is looked for can agree: by SMS from it, or in a cabinet whose login it is. It
can refuse at any moment, and from that moment on nothing is answered and nothing is kept. Whether
a number is a subscriber is not told: a question to nobody waits like any other.
"""

from datetime import timedelta

from mts_tui import formatting, phones
from mts_tui.backend.contract.errors import FamilyRefused, NotFound
from mts_tui.backend.contract.family import ChildOrder
from mts_tui.backend.store.transaction import Row, Transaction, to_ms

from .billing import Book, Due
from .notifications import notify
from .paying import hold

SERVICE = "3322"
"""The short number of «МТС Поиск» (facts 1.7)."""
MOST_CHILDREN = 10
MOST_ASKED = 5
"""Numbers that may be asked within a day."""
DAY = timedelta(days=1)
ASKED_AGAIN = timedelta(hours=1)
"""A question that got no answer may be put once more so much later; a refusal holds a day."""


def text_of(guardian_phone: str, guardian_name: str, child_phone: str) -> str:
    """What is agreed to, word for word."""
    return (
        f"Согласие: номер {phones.display(guardian_phone)} ({guardian_name}) видит, где находится "
        f"телефон {phones.display(child_phone)} сейчас и где он был за последние 24 часа, его "
        "баланс и заряд батареи, и получает сообщения о приходе в зоны и уходе из них. Каждый "
        "просмотр записывается в журнал этого телефона. Согласие можно отозвать в любой момент: "
        f"SMS «НЕТ» на {SERVICE} или «Семья» в кабинете."
    )


def ask(tx: Transaction, guardian: Row, order: ChildOrder) -> str:
    """Put the question to a number; the id of what it is about.

    Raises:
        FamilyRefused: With a whole sentence.
    """
    hold(tx, guardian["id"])
    _refuse_number(guardian, order.phone)
    name = formatting.clean(order.name).strip()
    if not name:
        raise FamilyRefused(reason="Напишите, как называть ребёнка: это имя увидите только вы.")
    _refuse_again(tx, guardian, order.phone)
    text = text_of(guardian["phone"], guardian["owner"], order.phone)
    child_id: str = tx.family.put_question(
        account_id=guardian["id"],
        id=tx.new_id(),
        child_phone=order.phone,
        name=name,
        consent_text=text,
        at=tx.now_ms,
    )
    phone = tx.accounts.by_phone(phone=order.phone)
    if phone is not None and phone["kind"] == "mobile":
        tx.message(
            phone["id"],
            SERVICE,
            f"{text} Если вы согласны, ответьте ДА, если нет — НЕТ. Без ответа вас не увидят.",
        )
        tx.emit(phone["id"], "notice")
    tx.emit(guardian["id"], "account")
    return child_id


def give(tx: Transaction, child: Row, guardian: Row) -> None:
    """Agree to a question.

    Args:
        tx: The transaction.
        child: The account that agrees.
        guardian: Who asks, as `family.sql:guardians` tells.

    Raises:
        FamilyRefused: The question is not there any more.
    """
    now = _held(tx, child, guardian)
    if now["consent"] == "given":
        return
    if now["consent"] != "asked":
        raise FamilyRefused(
            reason="Запроса больше нет: на него уже ответили «НЕТ». Пусть спросят вас ещё раз."
        )
    tx.family.set_consent(account_id=now["account_id"], id=now["id"], consent="given", at=tx.now_ms)
    book = Book(tx, now["account_id"])
    book.pass_time(tx.now_ms)
    book.owe(Due(due_of(now["id"]), tx.now_ms, "watching.follow", {"id": now["id"]}))
    book.pass_time(tx.now_ms)
    book.notice(
        "Согласие получено",
        f"{_called(now)}: согласие дано. Где телефон, видно в «Семье»; ваши просмотры видны ему.",
        kind="family",
        sms=True,
        subject=now["id"],
    )
    book.write()
    tx.emit(now["account_id"], "account")
    _tell_child(
        tx, child, "Вас видят", f"{_seer(guardian)} видит, где ваш телефон: вы согласились."
    )


def refuse(tx: Transaction, child: Row, guardian: Row) -> None:
    """Refuse a question or take consent back: it holds at once."""
    now = _held(tx, child, guardian)
    if now["consent"] not in ("asked", "given"):
        return
    given = now["consent"] == "given"
    end(tx, now, "withdrawn" if given else "refused")
    done = "согласие отозвано" if given else "получен отказ"
    notify(
        tx,
        now["account_id"],
        "family",
        "Согласие отозвано" if given else "Отказ",
        f"{_called(now)}: {done}. Где телефон, больше не видно, история и зоны удалены.",
        sms=True,
        subject=now["id"],
    )
    tx.emit(now["account_id"], "account")
    _tell_child(tx, child, "Вас не видят", f"{_seer(guardian)} не видит, где ваш телефон.")


def end(tx: Transaction, guardianship: Row, consent: str) -> None:
    """Write down that there is no consent, and delete all that it had brought."""
    of_child = {"account_id": guardianship["account_id"], "guardianship_id": guardianship["id"]}
    tx.family.forget_child_positions(**of_child)
    tx.family.drop_zones(**of_child)
    tx.family.set_consent(
        account_id=guardianship["account_id"],
        id=guardianship["id"],
        consent=consent,
        at=tx.now_ms,
    )


def drop(tx: Transaction, guardian: Row, child: Row) -> None:
    """Give a child up, as the guardian does; the child is told where it was asked at all."""
    phone = tx.accounts.by_phone(phone=child["child_phone"])
    hold(tx, guardian["id"], *([phone["id"]] if phone is not None else []))
    open_ = child["consent"] in ("asked", "given")
    end(tx, child, "withdrawn" if open_ else child["consent"])
    tx.family.drop_child(account_id=guardian["id"], id=child["id"])
    tx.emit(guardian["id"], "account")
    if open_ and phone is not None:
        seer = f"{phones.display(guardian['phone'])} ({guardian['owner']})"
        _tell_child(tx, phone, "Вас не видят", f"{seer} больше не следит, где ваш телефон.")


def guardians_of(tx: Transaction, account: Row) -> list[Row]:
    """Who asks to see a number or may, the newest question first."""
    if account["imported"]:  # No operator is behind it, whoever has the same number.
        return []
    return list(tx.family.guardians(child_phone=account["phone"]))


def due_of(guardianship_id: str) -> str:
    """The id under which the next position falls due."""
    return f"family:{guardianship_id}"


def _held(tx: Transaction, child: Row, guardian: Row) -> Row:
    """The question as it is now that both accounts are held. Raises `NotFound`."""
    hold(tx, child["id"], guardian["account_id"])
    now = tx.family.child(account_id=guardian["account_id"], id=guardian["id"])
    if now is None:
        raise NotFound
    return now


def _refuse_number(guardian: Row, phone: str) -> None:
    """Refuse numbers that cannot be looked for, by what they look like alone."""
    if guardian["kind"] != "mobile" or guardian["country"] != "RU":
        raise FamilyRefused(
            reason="«Родительский контроль» подключают с мобильного номера России: сообщения о "
            "ребёнке приходят на него по SMS. Откройте такой номер."
        )
    if phone == guardian["phone"]:
        raise FamilyRefused(reason="Это ваш номер. Укажите номер ребёнка.")
    ours = phones.country(phone) == "RU" and phones.is_mobile(phone) and phones.region(phone)
    if not ours:
        raise FamilyRefused(
            reason="Найти можно только мобильный номер МТС России. Проверьте номер ребёнка."
        )


def _refuse_again(tx: Transaction, guardian: Row, phone: str) -> None:
    """Nobody is asked over and over, and nobody asks everybody."""
    known = tx.family.asked_before(account_id=guardian["id"], child_phone=phone)
    if known is not None and not known["dropped"]:
        if known["consent"] == "given":
            raise FamilyRefused(reason="Согласие этого номера у вас уже есть.")
        if known["consent"] == "asked" and _within(tx, known["asked_at"], ASKED_AGAIN):
            raise FamilyRefused(
                reason="Этот номер уже спросили. Если ответа не будет, спросить ещё раз можно "
                "через час после первого раза."
            )
    if known is not None:
        if known["consent"] in ("refused", "withdrawn") and _within(tx, known["consent_at"], DAY):
            raise FamilyRefused(
                reason="С этим номером сегодня уже всё решили. Спросить его снова можно через "
                "сутки. Поговорите с ребёнком: он может согласиться и сам, если спросите позже."
            )
    elif len(list(tx.family.children(account_id=guardian["id"]))) >= MOST_CHILDREN:
        raise FamilyRefused(reason=f"Видеть можно не больше {MOST_CHILDREN} номеров.")
    since = to_ms(tx.now - DAY)
    if tx.family.asked_since(account_id=guardian["id"], since=since) >= MOST_ASKED:
        raise FamilyRefused(
            reason=f"За сутки можно спросить {MOST_ASKED} номеров. Повторите завтра."
        )


def _within(tx: Transaction, since: int, span: timedelta) -> bool:
    return since > to_ms(tx.now - span)


def _called(guardianship: Row) -> str:
    return f"{guardianship['name']}, {phones.display(guardianship['child_phone'])}"


def _seer(guardian: Row) -> str:
    return f"{phones.display(guardian['guardian_phone'])} ({guardian['guardian_name']})"


def _tell_child(tx: Transaction, child: Row, title: str, text: str) -> None:
    notify(tx, child["id"], "family", title, text)
    tx.emit(child["id"], "account")
