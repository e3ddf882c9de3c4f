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
    "bonus.exchange": "обмен баллов на рубли",
    "bonus.give": "подарок баллов",
    "bonus.invite": "приглашение друга в «МТС Бонус»",
    "bonus.join": "вступление в «МТС Бонус»",
    "bonus.order": "заказ наград за баллы",
    "family.ask": "запрос согласия у ребёнка",
    "family.consent": "согласие, чтобы вас видели",
    "family.drop": "отказ следить за ребёнком",
    "family.drop_zone": "удаление зоны",
    "family.withdraw": "отказ, чтобы вас видели",
    "forwarding.clear": "отключение переадресации",
    "forwarding.clear_all": "отключение всей переадресации",
    "forwarding.set": "переадресация звонков",
    "messages.cancel": "отмена назначенной отправки",
    "messages.drop_contact": "удаление контакта",
    "messages.drop_template": "удаление шаблона",
    "messages.keep_contact": "сохранение контакта",
    "messages.keep_template": "сохранение шаблона",
    "messages.mark_read": "отметка, что сообщения прочитаны",
    "messages.send": "отправка SMS",
    "messages.send_mms": "отправка MMS",
    "identities.unlink": "отвязка аккаунта",
    "imports.add": "строки детализации из файла",
    "imports.begin": "импорт детализации",
    "imports.end": "завершение импорта детализации",
    "imports.remove": "удаление файла с детализацией",
    "notifications.mark_read": "отметка, что уведомления прочитаны",
    "numbers.move": "порядок номеров",
    "numbers.rename": "имя номера",
    "numbers.unlink": "удаление номера из кабинета",
    "options.change": "изменение услуг",
    "payments.cancel": "отмена платежа",
    "payments.forget_card": "удаление карты",
    "payments.top_up": "пополнение счёта",
    "promos.answer": "ответы на анкету акции",
    "promos.join": "участие в акции",
    "promos.leave": "выход из акции",
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
    "statements.cancel": "отмена или удаление детализации",
    "statements.order": "заказ детализации",
    "statements.send": "отправка детализации на почту",
    "support.cancel_call": "отмена заказанного звонка",
    "support.close": "закрытие обращения в поддержку",
    "support.hand_over": "просьба позвать специалиста",
    "support.mark_read": "отметка, что ответы поддержки прочитаны",
    "support.open": "новый вопрос в поддержку",
    "support.order_call": "заказ звонка",
    "support.say": "сообщение в поддержку",
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
