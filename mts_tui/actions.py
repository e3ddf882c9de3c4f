"""The one table of actions: keys, footer, palette, help and the key map are made from it.

An action belongs to a place (`app`, or a screen or page by its name). `keys` name places on the
keyboard by their Latin letter; both layouts work. The settings file may change the keys by id.
"""

from typing import NamedTuple

from textual.binding import Binding

from .keyboard import in_both_layouts


class Action(NamedTuple):
    """Something a person can do.

    Attributes:
        id: Stable name; keys in the settings file refer to it.
        place: Where it works.
        keys: One or more keys, by commas.
        label: One or two words for the footer.
        help: A whole sentence.
        call: The Textual action, when it is not called like the id.
        in_footer: Whether the footer offers it.
        priority: Whether it works while somebody types in a field.
    """

    id: str
    place: str
    keys: str
    label: str
    help: str
    call: str = ""
    in_footer: bool = False
    priority: bool = False


class MenuItem(NamedTuple):
    """A line of the cabinet's menu.

    Attributes:
        id: The page's name, or an action's id.
        key: The digit or letter before it.
        title: As in the cabinet.
        short: For the strip of a narrow terminal.
        help: What is there, a whole sentence.
    """

    id: str
    key: str
    title: str
    short: str
    help: str


MENU = (
    MenuItem("numbers", "1", "Мои номера", "Номера", "Все номера кабинета, их счета и тарифы."),
    MenuItem("account", "2", "Счет", "Счет", "Баланс, пакеты, расходы месяца, операции."),
    MenuItem(
        "payments",
        "3",
        "Оплата",
        "Оплата",
        "Пополнение, автоплатёж, переводы, оплата услуг, обещанный платёж.",
    ),
    MenuItem(
        "blocking",
        "5",
        "Блокировка",
        "Блокир.",
        "Заблокировать номер или отметить, что аппарат утрачен.",
    ),
    MenuItem(
        "archive",
        "6",
        "Архив операций",
        "Архив",
        "Все операции: поиск, итоги, разбор списания, выгрузка.",
    ),
    MenuItem("password", "8", "Смена пароля", "Пароль", "Новый постоянный пароль."),
    MenuItem("sign_out", "9", "Выход", "Выход", "Завершить сеанс и закрыть кабинет."),
)

ACTIONS = (
    Action(
        "help", "app", "f1,?", "Помощь", "Показать, что можно сделать здесь и какими клавишами.",
        in_footer=True,
    ),
    Action(
        "command_palette", "app", "ctrl+p", "Всё", "Найти любое действие по названию.",
        in_footer=True, priority=True,
    ),
    Action(
        "quit", "app", "ctrl+q", "Выйти", "Закрыть программу; сеанс в кабинете завершится.",
        priority=True,
    ),
    Action("interrupt", "app", "ctrl+c", "Как выйти",
           "Скопировать выделенное мышью; без него — подсказать, как выйти."),
    Action(
        "toggle_handset", "app", "f2", "Телефон",
        "Открыть или закрыть телефон: SMS, команды и короткие номера.", in_footer=True,
        priority=True,
    ),
    Action(
        "block_number", "app", "f12", "Заблокировать номер",
        "Сразу заблокировать открытый номер или разблокировать его, с любого экрана.",
        priority=True,
    ),
    Action(
        "proxy_password", "app", "", "Пароль прокси-сервера",
        "Ввести имя и пароль, которые просит прокси-сервер на пути к кабинету.",
    ),
    Action("next_theme", "app", "f9", "Тема", "Сменить оформление: тёмное, светлое, 16 цветов."),
    Action("clock_hour", "app", "", "Часы: +1 час", "Перевести часы оператора на час вперёд."),
    Action("clock_day", "app", "", "Часы: +1 день", "Перевести часы оператора на день вперёд."),
    Action("clock_month", "app", "", "Часы: +1 месяц",
           "Перевести часы оператора на 30 дней вперёд."),
    *(
        Action(
            f"open_{item.id}", "cabinet", item.key, item.title, item.help, f"open('{item.id}')"
        )
        for item in MENU
    ),
    Action(
        "phone", "cabinet", "n", "Телефон", "Открыть или закрыть телефон, как F2.",
        "app.toggle_handset",
    ),
    Action("next_number", "cabinet", "f4", "Другой номер", "Перейти к следующему номеру."),
    Action("refresh", "cabinet", "f5,r", "Обновить", "Спросить у оператора всё заново."),
    Action("lock", "cabinet", "ctrl+l", "Закрыть кабинет",
           "Закрыть кабинет, пока вас нет на месте."),
    Action("copy", "cabinet", "c", "Копировать", "Скопировать номер или выбранную строку."),
    Action("undo", "cabinet", "u", "Отменить действие",
           "Отменить то, что сделано за последние десять минут."),
    Action("top_up", "cabinet", "g", "Пополнить", "Пополнить счёт: картой или через СБП.",
           "pay('top_up')", in_footer=True),
    Action("leave", "cabinet", "q", "Выйти", "Закрыть программу; сеанс завершится.", "app.quit",
           in_footer=True),
    Action("back", "cabinet", "escape", "Назад", "Вернуться к счёту."),
    Action("add_number", "numbers", "+,insert", "Добавить", "Добавить номер в кабинет, по коду.",
           in_footer=True),
    Action("rename_number", "numbers", "e", "Имя", "Назвать номер по-своему.", in_footer=True),
    Action("remove_number", "numbers", "delete,x", "Убрать", "Убрать номер из кабинета.",
           in_footer=True),
    Action("number_up", "numbers", "shift+up,[", "Выше", "Переставить номер на место выше.",
           "move_number(-1)", in_footer=True),
    Action("number_down", "numbers", "shift+down,]", "Ниже", "Переставить номер на место ниже.",
           "move_number(1)"),
    Action("find_number", "numbers", "/", "Найти", "Найти номер по части имени или цифрам.",
           in_footer=True),
    Action("block", "blocking", "b", "Заблокировать",
           "Заблокировать номер или разблокировать его.", in_footer=True),
    Action("lost", "blocking", "l", "Аппарат утрачен",
           "Закрыть кабинет утраченного телефона или открыть его снова.", in_footer=True),
    Action("charges", "account", "d", "Списания", "Что спишется в ближайший месяц и когда.",
           in_footer=True),
    Action("budget", "account", "b", "Бюджет", "Сколько тратить в месяц, и когда предупредить.",
           in_footer=True),
    Action("subscriptions", "account", "s", "Подписки",
           "Платные подписки: сколько стоят и как отключить.", in_footer=True),
    Action("top_up_other", "payments", "l", "Пополнить другой номер",
           "Пополнить номер из кабинета или любой другой.", "screen.pay('top_up_other')"),
    Action("autopay", "payments", "f", "Автоплатёж",
           "Пополнение само, по порогу или по расписанию.", "screen.pay('autopay')"),
    Action("transfer", "payments", "h", "Перевести деньги",
           "Перевести деньги со счёта на другой номер.", "screen.pay('transfer')"),
    Action("purchase", "payments", "e", "Оплатить услуги",
           "Заплатить со счёта за интернет, транспорт, покупки.", "screen.pay('purchase')"),
    Action("promise", "payments", "t", "Обещанный платёж",
           "Потратить сейчас, вернуть через несколько дней.", "screen.pay('promise')"),
    Action("trust", "payments", "d", "На полном доверии",
           "Пользоваться связью, когда на счёте меньше нуля.", "screen.pay('trust')"),
    Action("recent", "payments", "x", "Квитанции и платежи",
           "Последние платежи: квитанция или продолжение.", "screen.pay('recent')"),
    Action("melody_catalogue", "ringback", "l", "Каталог", "Найти мелодию, послушать и купить.",
           "catalogue", in_footer=True),
    Action("own_melody", "ringback", "o", "Своя мелодия",
           "Загрузить свою мелодию из файла WAV, OGG или MP3.", "own_melody", in_footer=True),
    Action("who_hears", "ringback", "w", "Что услышат",
           "Узнать, что услышит звонящий, и почему.", "who_hears", in_footer=True),
    Action("drop_melody", "ringback", "delete", "Удалить",
           "Удалить мелодию или правило под курсором.", "drop", in_footer=True),
    Action("play_sample", "melody", "f6", "Слушать", "Послушать мелодию или остановить.", "play",
           in_footer=True),
    Action("close_recent", "recent_payments", "escape", "Закрыть", "Закрыть список платежей.",
           "close", in_footer=True),
    Action("own_number", "number_field", "f4", "Ваш номер",
           "Взять следующий номер из «Моих номеров».", in_footer=True),
    Action("close_payment", "paying", "escape", "Закрыть",
           "Закрыть; платёж, который ждёт карту или код, отменяется.", "close", in_footer=True),
    Action("forget_saved", "providers", "delete", "Удалить",
           "Удалить сохранённый платёж.", in_footer=True),
    Action("copy_link", "qr", "c", "Скопировать ссылку", "Скопировать ссылку для СБП.",
           in_footer=True),
    Action("switch_code", "qr", "b", "Другой код", "Показать счёт для банков (ГОСТ) или код СБП.",
           in_footer=True),
    Action("cancel_payment", "qr", "x", "Отменить", "Отменить платёж.", in_footer=True),
    Action("close_code", "code", "escape", "Закрыть", "Закрыть код; платёж ждёт дальше.", "close",
           in_footer=True),
    Action("save_pdf", "receipt", "p", "PDF", "Сохранить квитанцию как PDF.", "save('pdf')",
           in_footer=True),
    Action("save_html", "receipt", "h", "HTML", "Сохранить квитанцию как страницу HTML.",
           "save('html')", in_footer=True),
    Action("mail_receipt", "receipt", "m", "Почта", "Послать квитанцию по электронной почте.",
           "mail", in_footer=True),
    Action("receipt_code", "receipt", "v", "QR-код", "Показать QR-код чека.", "code",
           in_footer=True),
    Action("copy_receipt", "receipt", "c", "Копировать", "Скопировать текст квитанции.", "copy"),
    Action("close_receipt", "receipt", "escape", "Закрыть", "Закрыть квитанцию.", "close",
           in_footer=True),
    Action("new_rule", "autopay", "+,insert", "Новое правило", "Создать правило автоплатежа.",
           in_footer=True),
    Action("find", "archive", "/", "Найти", "Найти по части названия или номера.",
           in_footer=True),
    Action("archive_period", "archive", "d", "Период", "За какое время показать операции.",
           "period", in_footer=True),
    Action("archive_kinds", "archive", "t", "Виды",
           "Какие операции показать: звонки, платежи и так далее.", "kinds", in_footer=True),
    Action("archive_least", "archive", "s", "Сумма", "От какой суммы показать операции.", "least",
           in_footer=True),
    Action("archive_all", "archive", "x", "Показать всё", "Снять весь отбор.", "show_all"),
    Action("export", "archive", "e", "Выгрузить",
           "Сохранить отобранное в файл: CSV, JSON или XLSX.", in_footer=True),
    Action("operation_receipt", "operation", "v", "Квитанция",
           "Открыть квитанцию этого платежа.", "receipt"),
    Action("copy_operation", "operation", "c", "Копировать",
           "Скопировать операцию с разбором.", "copy", in_footer=True),
    Action("close_phone", "handset", "escape", "Убрать телефон", "Убрать телефон с экрана.",
           "app.toggle_handset", in_footer=True),
    Action("next_sim", "handset", "ctrl+n", "Другая SIM-карта",
           "Взять телефон другого номера.", in_footer=True),
    Action("vouch", "handset", "ctrl+t", "Сеть подтверждает",
           "Включить или выключить вход по сети для этого номера.", in_footer=True),
    Action("older_messages", "handset", "pageup", "Старые SMS", "Показать SMS постарше.",
           "scroll_messages(-1)"),
    Action("newer_messages", "handset", "pagedown", "Новые SMS", "Показать SMS поновее.",
           "scroll_messages(1)"),
    Action("row_up", "list", "up,k", "Вверх", "К строке выше.", "move(-1)"),
    Action("row_down", "list", "down,j", "Вниз", "К строке ниже.", "move(1)"),
    Action("page_up", "list", "pageup", "Страница вверх", "На страницу вверх.", "page(-1)"),
    Action("page_down", "list", "pagedown", "Страница вниз", "На страницу вниз.", "page(1)"),
    Action("first_row", "list", "home", "В начало", "К первой строке.", "edge(-1)"),
    Action("last_row", "list", "end", "В конец", "К последней строке.", "edge(1)"),
    Action("choose", "list", "enter", "Открыть", "Открыть строку."),
    Action("request_code", "sign_in", "f3", "Код по SMS", "Получить одноразовый код по SMS.",
           in_footer=True, priority=True),
    Action("use_stored", "sign_in", "f6", "Сохранённый пароль",
           "Войти паролем, сохранённым в хранилище паролей системы.", in_footer=True,
           priority=True),
    Action("use_line", "sign_in", "f7", "Вход по сети",
           "Войти без пароля, если сеть оператора подтверждает номер.", in_footer=True,
           priority=True),
    Action("forget", "sign_in", "f8", "Забыть",
           "Удалить сохранённый пароль и номер с этого компьютера.", priority=True),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}


def bindings(place: str) -> list[Binding]:
    """The bindings of a place, in both layouts."""
    return [
        Binding(
            in_both_layouts(action.keys),
            action.call or action.id,
            action.label,
            show=action.in_footer,
            priority=action.priority,
            id=action.id,
            tooltip=action.help,
        )
        for action in ACTIONS
        if action.place == place and action.keys
    ]


def keymap(keys: dict[str, str]) -> dict[str, str]:
    """The settings' keys for Textual, in both layouts; unknown actions are left out."""
    return {name: in_both_layouts(key) for name, key in keys.items() if name in BY_ID and key}
