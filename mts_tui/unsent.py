"""What to say of a command that waited in the outbox until it was too late to send it."""

from . import formatting
from .backend.outbox import Letter

NAMES = {
    "account.set_budget": "бюджет на месяц",
    "account.drop_budget": "отмена бюджета на месяц",
    "account.unsubscribe": "отключение подписки",
    "autopay.change": "изменение автоплатежа",
    "autopay.create": "новый автоплатёж",
    "autopay.pause": "приостановка автоплатежа",
    "autopay.remove": "удаление автоплатежа",
    "autopay.resume": "возобновление автоплатежа",
    "blocking.block": "блокировка номера",
    "blocking.report_found": "отметка, что аппарат найден",
    "blocking.report_lost": "отметка, что аппарат утрачен",
    "blocking.unblock": "снятие блокировки",
    "forwarding.clear": "отключение переадресации",
    "forwarding.clear_all": "отключение всей переадресации",
    "forwarding.set": "переадресация звонков",
    "numbers.move": "порядок номеров",
    "numbers.rename": "имя номера",
    "numbers.unlink": "удаление номера из кабинета",
    "options.change": "изменение услуг",
    "payments.cancel": "отмена платежа",
    "payments.forget_card": "удаление карты",
    "payments.top_up": "пополнение счёта",
    "receipts.send": "отправка чека на почту",
    "tariffs.cancel": "отмена смены тарифа",
    "tariffs.change": "смена тарифа",
    "ringback.accept": "приём мелодии в подарок",
    "ringback.add_rule": "новое правило GOOD'OK",
    "ringback.buy": "покупка мелодии",
    "ringback.decline": "отказ от мелодии в подарок",
    "ringback.give": "мелодия в подарок",
    "ringback.remove": "удаление мелодии",
    "ringback.remove_rule": "удаление правила GOOD'OK",
    "ringback.switch_off": "отключение GOOD'OK",
    "ringback.switch_on": "подключение GOOD'OK",
    "ringback.upload": "своя мелодия",
    "transfers.forget": "удаление сохранённого платежа",
    "transfers.purchase": "оплата со счёта телефона",
    "transfers.save": "сохранение платежа",
    "transfers.transfer": "перевод денег",
    "trust.promise": "обещанный платёж",
    "trust.switch_off": "отключение «На полном доверии»",
    "trust.switch_on": "подключение «На полном доверии»",
    "undo.take_back": "отмена действия",
}
"""Each command that `outbox.keeps`, as a person knows it."""


def sentence(letter: Letter) -> str:
    """What it was, when, and what has come of it. No part of what was sent is told."""
    at = letter.at.astimezone()
    what = NAMES.get(letter.operation, "действие")
    when = f"{formatting.date_long(at)}, {formatting.clock(at)}."
    if letter.in_doubt:
        return (
            f"Ответа не пришло: {what}, {when} Связи не было больше 23 часов, и неизвестно, "
            "выполнено ли это. Проверьте, прежде чем повторять."
        )
    return (
        f"Не выполнено: {what}, {when} Связи не было больше 23 часов, и отправлять это теперь "
        "поздно. Если оно ещё нужно, повторите его."
    )
