"""Contacts and templates: what the cabinet's owner keeps for the next message."""

from typing import Any

import msgspec

from mts_tui import formatting, phones, sms_text
from mts_tui.backend.contract.errors import MessageRefused, NotFound, UndoRefused
from mts_tui.backend.contract.messages import (
    MOST_CONTACTS,
    MOST_TEMPLATES,
    Contact,
    ContactOrder,
    Template,
    TemplateOrder,
)
from mts_tui.backend.contract.model import Page
from mts_tui.backend.store.transaction import Row, Transaction

from . import undo
from .caller import Caller

NEWER = "После этого его сохранили снова: теперь поправьте его сами."


def names_of(tx: Transaction, account_id: str) -> dict[str, str]:
    """What numbers are called."""
    return {row["phone"]: row["name"] for row in tx.sms.contacts(account_id=account_id)}


def contacts_with(tx: Transaction, account_id: str, text: str) -> Page[Contact]:
    """Contacts that have a text in their name, number or groups, by name."""
    sought = formatting.fold(" ".join(text.split()))
    digits = "".join(sign for sign in sought if sign.isdecimal()).removeprefix("8")
    found = []
    for row in tx.sms.contacts(account_id=account_id):
        one = _contact(row)
        words = formatting.fold("\n".join([one.name, one.phone, *one.groups]))
        if sought in words or (digits and digits in one.phone and not sought.isalpha()):
            found.append(one)
    return Page(items=found)


def keep_contact(tx: Transaction, account_id: str, order: ContactOrder) -> Contact:
    """Keep a contact; one of the same number is changed.

    Raises:
        MessageRefused: It has no name, there are too many, or no message can reach the number.
    """
    tx.ledger.hold(id=account_id)
    name = _line(order.name)
    if not name:
        raise MessageRefused(reason="Напишите имя: по нему вы узнаете номер в переписке.")
    if phones.is_city(order.phone):
        raise MessageRefused(reason="Это городской номер, SMS на него не придёт.")
    known = tx.sms.contact_of(account_id=account_id, phone=order.phone)
    if known is None:
        _refuse_more(tx, account_id)
    groups = [group for group in dict.fromkeys(map(_line, order.groups)) if group]
    contact = Contact(
        id=tx.new_id() if known is None else known["id"],
        name=name,
        phone=order.phone,
        groups=groups,
    )
    _put_contact(tx, account_id, contact)
    return contact


def drop_contact(tx: Transaction, caller: Caller, account_id: str, contact_id: str) -> None:
    """Forget a contact.

    Raises:
        NotFound: There is none.
    """
    tx.ledger.hold(id=account_id)
    row = tx.sms.contact(account_id=account_id, id=contact_id)
    if row is None:
        raise NotFound
    tx.sms.drop_contact(account_id=account_id, id=contact_id)
    one = msgspec.to_builtins(_contact(row))
    undo.offer(tx, caller, account_id, "Контакт удалён", "contacts.put_contact_back", contact=one)
    tx.emit(account_id, "message")


def put_contact_back(
    tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]
) -> None:
    """Undo `drop_contact`.

    Raises:
        UndoRefused: The number is kept anew, or there are too many contacts by now.
    """
    del caller
    one = msgspec.convert(body["contact"], Contact)
    if tx.sms.contact_of(account_id=account_id, phone=one.phone) is not None:
        raise UndoRefused(reason=NEWER)
    try:
        _refuse_more(tx, account_id)
    except MessageRefused as error:
        raise UndoRefused(reason=str(error)) from None
    _put_contact(tx, account_id, one)


def templates_of(tx: Transaction, account_id: str) -> Page[Template]:
    """The templates, by title."""
    return Page(items=[_template(row) for row in tx.sms.templates(account_id=account_id)])


def keep_template(tx: Transaction, account_id: str, order: TemplateOrder) -> Template:
    """Keep a template; one of the same title is changed.

    Raises:
        MessageRefused: Title or text are empty, or there are too many.
    """
    tx.ledger.hold(id=account_id)
    title, text = _line(order.title), sms_text.sendable(order.text)
    if not title or not text:
        raise MessageRefused(reason="Шаблону нужны название и текст. Заполните оба поля.")
    known = tx.sms.template_called(account_id=account_id, folded=formatting.sort_key(title))
    if known is None and len(list(tx.sms.templates(account_id=account_id))) >= MOST_TEMPLATES:
        raise MessageRefused(
            reason=f"Шаблонов уже {MOST_TEMPLATES}, больше нельзя. Удалите ненужный."
        )
    template = Template(id=tx.new_id() if known is None else known["id"], title=title, text=text)
    _put_template(tx, account_id, template)
    return template


def drop_template(tx: Transaction, caller: Caller, account_id: str, template_id: str) -> None:
    """Forget a template.

    Raises:
        NotFound: There is none.
    """
    tx.ledger.hold(id=account_id)
    row = tx.sms.template(account_id=account_id, id=template_id)
    if row is None:
        raise NotFound
    tx.sms.drop_template(account_id=account_id, id=template_id)
    one = msgspec.to_builtins(_template(row))
    undo.offer(tx, caller, account_id, "Шаблон удалён", "contacts.put_template_back", template=one)
    tx.emit(account_id, "message")


def put_template_back(
    tx: Transaction, caller: Caller, account_id: str, body: dict[str, Any]
) -> None:
    """Undo `drop_template`.

    Raises:
        UndoRefused: There is one of the same title by now.
    """
    del caller
    one = msgspec.convert(body["template"], Template)
    folded = formatting.sort_key(one.title)
    if tx.sms.template_called(account_id=account_id, folded=folded) is not None:
        raise UndoRefused(reason=NEWER)
    _put_template(tx, account_id, one)


def _refuse_more(tx: Transaction, account_id: str) -> None:
    if len(list(tx.sms.contacts(account_id=account_id))) >= MOST_CONTACTS:
        raise MessageRefused(
            reason=f"Контактов уже {MOST_CONTACTS}, больше нельзя. Удалите ненужный."
        )


def _put_contact(tx: Transaction, account_id: str, contact: Contact) -> None:
    tx.sms.put_contact(
        account_id=account_id,
        id=contact.id,
        name=contact.name,
        folded=formatting.sort_key(contact.name),
        phone=contact.phone,
        in_groups=msgspec.json.encode(contact.groups).decode(),
    )
    tx.emit(account_id, "message")


def _put_template(tx: Transaction, account_id: str, template: Template) -> None:
    tx.sms.put_template(
        account_id=account_id,
        id=template.id,
        title=template.title,
        folded=formatting.sort_key(template.title),
        text=template.text,
    )
    tx.emit(account_id, "message")


def _contact(row: Row) -> Contact:
    groups = msgspec.json.decode(row["in_groups"], type=list[str])
    return Contact(id=row["id"], name=row["name"], phone=row["phone"], groups=groups)


def _template(row: Row) -> Template:
    return Template(id=row["id"], title=row["title"], text=row["text"])


def _line(text: str) -> str:
    """A name on one line."""
    return " ".join(formatting.clean(text).split())
