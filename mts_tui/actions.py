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
        "services",
        "4",
        "Тарифы и услуги",
        "Услуги",
        "Тариф, его смена и подбор, услуги, переадресация, роуминг, GOOD'OK.",
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
    MenuItem(
        "messages",
        "7",
        "Отправка SMS/MMS",
        "SMS",
        "Переписка, новые SMS и картинки, отправка на потом, контакты, шаблоны.",
    ),
    MenuItem(
        "statements",
        "8",
        "Детализация",
        "Детализ.",
        "Все звонки, SMS и интернет за период: документ, чтение, поиск, файл, печать.",
    ),
    MenuItem(
        "bonus",
        "9",
        "МТС Бонус",
        "Бонус",
        "Баллы и сколько они стоят, награды, обмен на рубли, подарки, скидки.",
    ),
    MenuItem(
        "promos",
        "a",
        "Акции",
        "Акции",
        "Акции: условия, участие, сколько осталось и что принесло.",
    ),
    MenuItem(
        "family",
        "y",
        "Семья",
        "Семья",
        "Где ребёнок, который согласен: карта, места дня, зоны; кто видит вас.",
    ),
    MenuItem(
        "support",
        "o",
        "Поддержка",
        "Поддер.",
        "Чат с поддержкой, обращения, звонок, видео-консультант, вся справка.",
    ),
    MenuItem(
        "notifications",
        "z",
        "Уведомления",
        "Увед.",
        "Что случилось за трое суток, и что из этого новое.",
    ),
    MenuItem(
        "settings",
        "comma",
        "Настройки",
        "Настр.",
        "Вид, клавиши, уведомления, устройства, вход через сервисы, свои данные.",
    ),
    MenuItem("password", "w", "Смена пароля", "Пароль", "Новый постоянный пароль."),
    MenuItem("sign_out", "0", "Выход", "Выход", "Завершить сеанс и закрыть кабинет."),
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
    Action("import_file", "cabinet", "", "Импорт детализации",
           "Номер из файла: детализация, которую прислал оператор."),
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
    Action("import_number", "numbers", "i", "Импорт",
           "Добавить номер из файла с детализацией.", "screen.import_file",
           in_footer=True),
    Action("find_number", "numbers", "/", "Найти", "Найти номер по части имени или цифрам.",
           in_footer=True),
    Action("block", "blocking", "b", "Блокировка",
           "Включить или снять блокировку номера.", in_footer=True),
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
    Action("tariff", "services", "t", "Тариф", "Ваш тариф целиком: плата, цены, история смен.",
           "screen.serve('tariff')"),
    Action("tariffs", "services", "d", "Все тарифы", "Список тарифов: отбор, сравнение, смена.",
           "screen.serve('tariffs')"),
    Action("fitting", "services", "p", "Подбор тарифа",
           "Во сколько ваши звонки и интернет обошлись бы на других тарифах.",
           "screen.serve('fitting')"),
    Action("options", "services", "e", "Услуги", "Подключить и отключить услуги.",
           "screen.serve('options')"),
    Action("forwarding", "services", "f", "Переадресация", "Отправить звонки на другой номер.",
           "screen.serve('forwarding')"),
    Action("roaming", "services", "h", "Роуминг", "Что работает и сколько стоит в другой стране.",
           "screen.serve('roaming')"),
    Action("ringback", "services", "v", "GOOD'OK", "Мелодия вместо гудков для звонящих.",
           "screen.serve('ringback')"),
    Action("tariff_mark", "tariffs", "space", "Отметить",
           "Отметить тариф для сравнения или снять отметку.", in_footer=True),
    Action("tariff_compare", "tariffs", "c", "Сравнить",
           "Поставить отмеченные тарифы рядом со своим.", in_footer=True),
    Action("tariff_find", "tariffs", "/", "Найти", "Найти по части названия или описания.",
           in_footer=True),
    Action("tariff_price", "tariffs", "w", "Плата", "Не дороже скольких в месяц.",
           "narrow('price')"),
    Action("tariff_minutes", "tariffs", "v", "Минуты", "Не меньше скольких минут в пакете.",
           "narrow('minutes')"),
    Action("tariff_data", "tariffs", "b", "Интернет", "Не меньше скольких гигабайт в пакете.",
           "narrow('data')"),
    Action("tariff_audience", "tariffs", "r", "Для кого", "Тарифы для вас, для семьи и другие.",
           "narrow('audience')"),
    Action("tariff_archive", "tariffs", "f", "Архивные",
           "Показать и те тарифы, на которые больше не переходят.", "narrow('archive')"),
    Action("tariffs_all", "tariffs", "x", "Снять отбор", "Снять весь отбор.", in_footer=True),
    Action("reload_tariffs", "tariffs", "f5", "Обновить", "Спросить у оператора всё заново.",
           "refresh"),
    Action("close_tariffs", "tariffs", "escape", "Закрыть", "Закрыть список.", "close",
           in_footer=True),
    Action("tariff_left", "comparison", "left", "Левее", "Показать тарифы, которые левее.",
           "screen.sideways(-1)", in_footer=True),
    Action("tariff_right", "comparison", "right", "Правее", "Показать тарифы, которые правее.",
           "screen.sideways(1)", in_footer=True),
    Action("only_different", "compare", "o", "Отличия",
           "Показать только то, что у тарифов не одинаково, или всё.", in_footer=True),
    Action("close_comparison", "compare", "escape", "Закрыть", "Закрыть сравнение.", "close",
           in_footer=True),
    Action("melody_catalogue", "ringback", "l", "Каталог",
           "Найти мелодию, в том числе по номеру друга, послушать и купить.", "catalogue",
           in_footer=True),
    Action("own_melody", "ringback", "o", "Своя мелодия",
           "Загрузить свою мелодию из файла WAV, OGG или MP3.", "own_melody", in_footer=True),
    Action("who_hears", "ringback", "w", "Что услышат",
           "Узнать, что услышит звонящий, и почему.", "who_hears", in_footer=True),
    Action("drop_melody", "ringback", "delete", "Удалить",
           "Удалить мелодию или правило под курсором.", "drop", in_footer=True),
    Action("play_sample", "melody", "f6", "Слушать", "Послушать мелодию или остановить.", "play",
           in_footer=True),
    Action("new_sms", "messages", "+,insert", "Новое SMS", "Написать SMS одному или нескольким.",
           in_footer=True),
    Action("new_mms", "messages", "m", "Новое MMS", "Отправить картинку.", in_footer=True),
    Action("find_message", "messages", "/", "Найти", "Найти переписку по имени, номеру, словам.",
           in_footer=True),
    Action("sendings", "messages", "d", "Отправленные",
           "Что отправлено и что назначено на потом; отмена назначенного.", in_footer=True),
    Action("contacts", "messages", "b", "Контакты", "Имена, номера и группы.", in_footer=True),
    Action("templates", "messages", "t", "Шаблоны", "Тексты, которые отправляют часто.",
           in_footer=True),
    Action("write_support", "support", "enter", "Написать", "Перейти к строке сообщения.",
           in_footer=True),
    Action("new_question", "support", "+,insert", "Новый вопрос", "Спросить о новом.",
           in_footer=True),
    Action("support_tickets", "support", "d", "Обращения",
           "Все обращения: номера, состояние, новые ответы.", in_footer=True),
    Action("call_agent", "support", "p", "Специалист", "Передать вопрос специалисту.",
           in_footer=True),
    Action("attach_file", "support", "e", "Файл", "Приложить к сообщению текстовый файл.",
           in_footer=True),
    Action("save_attachment", "support", "s", "Файлы чата",
           "Посмотреть и сохранить файлы, приложенные к сообщениям."),
    Action("close_ticket", "support", "x,delete", "Решено",
           "Закрыть обращение и поставить оценку.", in_footer=True),
    Action("order_call", "support", "h", "Звонок", "Заказать звонок специалиста или отменить его.",
           in_footer=True),
    Action("video_adviser", "support", "v", "Видео-консультант",
           "Короткие ответы на частые вопросы, с роликом."),
    Action("search_help", "support", "/", "Справка", "Найти ответ во всей справке.",
           in_footer=True),
    Action("earlier_chat", "support", "b", "Раньше", "Показать сообщения постарше."),
    Action("cancel_call", "calls", "delete", "Отменить звонок",
           "Отменить звонок под курсором.", in_footer=True),
    Action("mark_notice", "notifications", "space", "Прочитано",
           "Отметить уведомление прочитанным, не открывая.", in_footer=True),
    Action("mark_all_notices", "notifications", "m", "Прочитать все",
           "Отметить прочитанными все уведомления.", in_footer=True),
    Action("whole_help", "help", "/", "Вся справка", "Открыть всю справку с поиском.",
           "find_help", in_footer=True),
    Action("find_help", "handbook", "/", "Найти", "Искать во всей справке.", in_footer=True),
    Action("answer", "thread", "r", "Ответить", "Написать этому номеру.", in_footer=True),
    Action("older", "thread", "o", "Раньше", "Показать сообщения постарше.", in_footer=True),
    Action("send_message", "new_message", "f8", "Отправить",
           "Узнать цену, а когда она названа — отправить.", in_footer=True, priority=True),
    Action("own_recipient", "recipients", "f4", "Свой номер",
           "Добавить следующий номер из «Моих номеров».", in_footer=True),
    Action("cancel_sending", "sending", "x", "Отменить отправку",
           "Отменить то, что назначено на потом.", in_footer=True),
    Action("new_contact", "contacts", "+,insert", "Новый", "Записать имя и номер.",
           in_footer=True),
    Action("drop_contact", "contacts", "delete", "Удалить", "Удалить контакт под курсором.",
           in_footer=True),
    Action("new_template", "templates", "+,insert", "Новый", "Записать текст, который нужен часто.",
           in_footer=True),
    Action("drop_template", "templates", "delete", "Удалить", "Удалить шаблон под курсором.",
           in_footer=True),
    Action("rewards", "bonus", "l", "Награды", "Что дают за баллы и что выгоднее; корзина, заказ.",
           "bonus('rewards')", in_footer=True),
    Action("exchange_points", "bonus", "e", "Обменять на рубли",
           "Обменять баллы на деньги на счёте.", "bonus('exchange_points')"),
    Action("give_points", "bonus", "d", "Подарить баллы", "Подарить баллы другому номеру.",
           "bonus('give_points')"),
    Action("invite_friend", "bonus", "f", "Пригласить друга",
           "Пригласить друга в «МТС Бонус»: 50 баллов, когда он вступит.",
           "bonus('invite_friend')"),
    Action("discounts", "bonus", "h", "Скидки партнёров", "Скидки магазинов и кафе, их коды.",
           "bonus('discounts')"),
    Action("reward_orders", "bonus", "x", "Заказы и коды",
           "Что заказано за баллы, коды сертификатов.", "bonus('reward_orders')", in_footer=True),
    Action("burning_points", "bonus", "b", "Когда сгорают",
           "Какие баллы до какого дня потратить.", "bonus('burning_points')"),
    Action("join_bonus", "bonus", "v", "Вступить", "Вступить в «МТС Бонус».",
           "bonus('join_bonus')"),
    Action("basket_more", "rewards", "space,+", "В корзину",
           "Положить награду под курсором в корзину, ещё одну.", in_footer=True),
    Action("basket_less", "rewards", "delete,-", "Убрать", "Убрать одну такую из корзины.",
           in_footer=True),
    Action("order_rewards", "rewards", "f8", "Заказать", "Посмотреть заказ и оформить его.",
           in_footer=True),
    Action("copy_code", "codes", "c", "Скопировать код", "Скопировать код.", in_footer=True),
    Action("open_promo", "promos", "e", "Открыть", "Участвовать в акции, ответить или выйти.",
           in_footer=True),
    Action("ask_child", "family", "s,insert", "Спросить",
           "Попросить у номера ребёнка согласие видеть, где он.", in_footer=True),
    Action("drop_child", "family", "delete", "Не видеть",
           "Не видеть больше ребёнка под курсором: история и зоны удаляются."),
    Action("family_day", "family", "d", "Места дня",
           "Список мест за сутки вместо карты или снова карта.", in_footer=True),
    Action("family_zones", "family", "e", "Зоны",
           "Места, о приходе в которые и уходе из которых приходят сообщения.", in_footer=True),
    Action("guardians", "family", "m", "Кто видит меня",
           "Кто видит ваш телефон: согласие, отзыв, журнал просмотров.", in_footer=True),
    Action("map_link", "family", "p", "В браузере",
           "Открыть место на большой карте в браузере или показать QR-код."),
    Action("zoom_in", "map_zoom", "+,=", "Ближе", "Приблизить карту.", "zoom(1)",
           in_footer=True),
    Action("zoom_out", "map_zoom", "-", "Дальше", "Отдалить карту.", "zoom(-1)",
           in_footer=True),
    Action("find_child", "map_zoom", ".", "К ребёнку", "Вернуть карту к ребёнку."),
    Action("pan_west", "map", "left,h", "Влево", "Сдвинуть карту на запад.", "pan(-1, 0)"),
    Action("pan_south", "map", "down,j", "Вниз", "Сдвинуть карту на юг.", "pan(0, 1)"),
    Action("pan_north", "map", "up,k", "Вверх", "Сдвинуть карту на север.", "pan(0, -1)"),
    Action("pan_east", "map", "right,l", "Вправо", "Сдвинуть карту на восток.", "pan(1, 0)"),
    Action("map_home", "map", "home", "Домой", "Вернуть карту к ребёнку.", "find_child"),
    Action("new_zone", "zones", "+,insert", "Новая", "Следить ещё за одним местом.",
           in_footer=True),
    Action("drop_zone", "zones", "delete", "Удалить", "Удалить зону под курсором.",
           in_footer=True),
    Action("agree", "guardians", "y", "Согласиться",
           "Согласиться, чтобы этот номер видел, где ваш телефон.", in_footer=True),
    Action("withdraw", "guardians", "x,delete", "Отозвать",
           "Отказать или отозвать согласие: действует сразу.", in_footer=True),
    Action("close_recent", "recent_payments", "escape", "Закрыть", "Закрыть список платежей.",
           "close", in_footer=True),
    Action("own_number", "number_field", "f4", "Ваш номер",
           "Взять следующий номер из «Моих номеров».", in_footer=True),
    Action("close_payment", "paying", "escape", "Закрыть",
           "Закрыть; платёж, который ждёт карту или код, отменяется.", "close", in_footer=True),
    Action("forget_card", "means", "delete", "Удалить карту",
           "Удалить сохранённую карту, которая выбрана.", in_footer=True),
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
    Action("mark_option", "options", "space", "Отметить",
           "Отметить услугу, чтобы подключить или отключить вместе с другими.", in_footer=True),
    Action("find_option", "options", "/", "Найти",
           "Найти услугу по части названия, описания или по коду.", in_footer=True),
    Action("only_mine", "options", "m", "Только мои",
           "Показать только подключённые услуги или снова все.", in_footer=True),
    Action("undo_options", "options", "u", "Вернуть",
           "Отменить то, что сделано за последние десять минут.", "undo", in_footer=True),
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
    Action("order_statement", "statements", "+,insert", "Заказать",
           "Заказать детализацию: период, виды, куда и в каком виде.", in_footer=True),
    Action("delete_statement", "statements", "delete", "Удалить",
           "Удалить детализацию или отменить её заказ.", in_footer=True),
    Action("find_row", "statement", "/", "Найти", "Найти по номеру, зоне или услуге.", "find",
           in_footer=True),
    Action("statement_kinds", "statement", "t", "Виды",
           "Какие записи показать: звонки, SMS, интернет и так далее.", "kinds", in_footer=True),
    Action("statement_totals", "statement", "i", "Итоги",
           "Сколько вышло по видам и по номерам.", "totals", in_footer=True),
    Action("save_statement", "statement", "e", "В файл",
           "Сохранить в файл: PDF, HTML, CSV, XLSX или JSON.", "save", in_footer=True),
    Action("print_statement", "statement", "p", "Печать", "Напечатать на принтере.", "print",
           in_footer=True),
    Action("mail_statement", "statement", "m", "Почта",
           "Послать документ по электронной почте.", "mail", in_footer=True),
    Action("statement_all", "statement", "x", "Показать всё", "Снять весь отбор.", "show_all"),
    Action("copy_row", "statement", "c", "Копировать", "Скопировать запись под курсором.", "copy"),
    Action("reload_statement", "statement", "f5,r", "Обновить", "Спросить у оператора заново.",
           "refresh"),
    Action("close_statement", "statement", "escape", "Закрыть", "Закрыть детализацию.", "close",
           in_footer=True),
    Action("operation_receipt", "operation", "v", "Квитанция",
           "Открыть квитанцию этого платежа.", "receipt"),
    Action("copy_operation", "operation", "c", "Копировать",
           "Скопировать операцию с разбором.", "copy", in_footer=True),
    Action("profile", "settings", "p", "Профиль", "Чей это кабинет, и как его удалить.",
           "set('profile')"),
    Action("looks", "settings", "v", "Вид", "Оформление и знаки.", "set('looks')"),
    Action("idle", "settings", "t", "Закрытие без вас",
           "Через сколько минут без клавиш закрыть кабинет.", "set('idle')"),
    Action("key_map", "settings", "l", "Клавиши", "Свои клавиши для действий.", "set('key_map')"),
    Action("notices", "settings", "e", "Как уведомлять",
           "Звонок, рабочий стол, тихие часы.", "set('notices')"),
    Action("devices", "settings", "d", "Устройства и сеансы",
           "Где открыт кабинет; завершить любой сеанс.", "set('devices')"),
    Action("identities", "settings", "s", "Вход через сервисы",
           "Привязать аккаунт другого сервиса и входить им.", "set('identities')"),
    Action("mail_settings", "settings", "m", "Почта", "Кто отправляет документы.",
           "set('mail_settings')"),
    Action("proxy_settings", "settings", "x", "Прокси-сервер", "Путь к серверу кабинета.",
           "set('proxy_settings')"),
    Action("month_budget", "settings", "b", "Бюджет", "Сколько тратить в месяц.",
           "set('month_budget')"),
    Action("own_data", "settings", "i", "Мои данные", "Всё, что знает кабинет, одним файлом.",
           "set('own_data')"),
    Action("settings_file", "settings", "f", "Файл настроек", "Где он и что в нём не так.",
           "set('settings_file')"),
    Action("reset_key", "key_map", "delete", "Прежняя", "Вернуть действию прежнюю клавишу.",
           in_footer=True),
    Action("end_session", "devices", "delete,x", "Завершить",
           "Завершить сеанс или перестать доверять устройству.", in_footer=True),
    Action("link_identity", "identities", "+,insert", "Привязать",
           "Привязать аккаунт другого сервиса.", in_footer=True),
    Action("unlink_identity", "identities", "delete,x", "Отвязать",
           "Отвязать аккаунт под курсором.", in_footer=True),
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
    Action("more_months", "offers", "right", "Месяцы", "Подбирать тариф по большему числу месяцев.",
           "screen.months(1)", in_footer=True),
    Action("fewer_months", "offers", "left", "Меньше месяцев",
           "Подбирать тариф по меньшему числу месяцев.", "screen.months(-1)"),
    Action("count_on", "fitting", "f5,r", "Досчитать", "Досчитать подбор тарифа или начать заново.",
           in_footer=True),
    Action("next_section", "sections", "right", "Раздел", "К следующему разделу.", "section(1)",
           in_footer=True),
    Action("previous_section", "sections", "left", "Раздел выше", "К предыдущему разделу.",
           "section(-1)"),
    Action("row_up", "list", "up,k", "Вверх", "К строке выше.", "move(-1)"),
    Action("row_down", "list", "down,j", "Вниз", "К строке ниже.", "move(1)"),
    Action("page_up", "list", "pageup", "Страница вверх", "На страницу вверх.", "page(-1)"),
    Action("page_down", "list", "pagedown", "Страница вниз", "На страницу вниз.", "page(1)"),
    Action("first_row", "list", "home", "В начало", "К первой строке.", "edge(-1)"),
    Action("last_row", "list", "end", "В конец", "К последней строке.", "edge(1)"),
    Action("choose", "list", "enter", "Открыть", "Открыть строку."),
    Action("request_code", "sign_in", "f3", "Код по SMS", "Получить одноразовый код по SMS.",
           in_footer=True, priority=True),
    Action("from_file", "sign_in", "f4", "Из файла",
           "Открыть детализацию из файла: номер и пароль не нужны.", priority=True),
    Action("sign_in_through", "sign_in", "f5", "Сервисы",
           "Войти аккаунтом другого сервиса, который привязан в «Настройках».", in_footer=True,
           priority=True),
    Action("use_stored", "sign_in", "f6", "Из хранилища",
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


_OF_CABINET = frozenset(
    {*(item.id for item in MENU), "list", "sections", "handset", "map", "map_zoom"}
)
"""Places whose keys work together with the cabinet's."""


def conflicts(action: Action, key: str, own: dict[str, str]) -> list[Action]:
    """Other actions that a key would do where an action works.

    Args:
        action: Whose key it is to be.
        key: The key.
        own: The settings' keys.
    """
    wanted = set(in_both_layouts(key).split(","))
    found = []
    for other in ACTIONS:
        if other.id == action.id or not _meet(action.place, other.place):
            continue
        keys = in_both_layouts(own.get(other.id, other.keys)).split(",")
        if wanted & set(keys):
            found.append(other)
    return found


def troubles(own: dict[str, str]) -> list[str]:
    """What is wrong with keys that a person has written into the settings: whole sentences."""
    from .formatting import clean

    found = []
    for name, key in own.items():
        action = BY_ID.get(name)
        if action is None:
            told = f"действия «{clean(name, 40)}» нет, его клавиша не действует."
            found.append(f"Раздел [keys]: {told}")
            continue
        found += [
            f"Раздел [keys]: «{clean(key, 40)}» для «{action.label}» занята и действием "
            f"«{other.label}». Выберите другую клавишу."
            for other in conflicts(action, key, own)
        ]
    return found


def _meet(one: str, other: str) -> bool:
    """Whether the keys of two places work at the same time."""
    if one == other or "app" in {one, other}:
        return True
    if "cabinet" in {one, other}:
        return bool({one, other} & _OF_CABINET)
    return "list" in {one, other}
