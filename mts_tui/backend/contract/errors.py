"""What can go wrong, for people and programs.

Each error has a stable code, an HTTP status, and a Russian sentence that says what happened and
what to do. `details` are plain values: they fill the sentence, travel as members of the problem
document (RFC 9457) and bring the same error back on the other side.
"""

from typing import ClassVar

Detail = str | int | None

_BY_CODE: dict[str, type["CabinetError"]] = {}


class CabinetError(Exception):
    """The base: a request was understood, and the answer is no.

    Attributes:
        details: Values for the sentence; never a secret, never personal data.
        correlation_id: What the operator's log calls this request; empty inside the process.
    """

    code: ClassVar[str] = "UNEXPECTED"
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = (
        "Не получилось: внутри что-то сломалось. Повторите чуть позже; если не поможет, "
        "напишите в поддержку."
    )

    def __init__(self, **details: Detail) -> None:
        self.details = details
        self.correlation_id = ""
        super().__init__(self.sentence.format_map(details))

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _BY_CODE[cls.code] = cls

    def __reduce__(self) -> tuple[object, ...]:
        return (from_code, (self.code, self.details))


def from_code(code: str, details: dict[str, Detail]) -> CabinetError:
    """The error that a problem document speaks of; an unknown code gives the base."""
    kind = _BY_CODE.get(code, CabinetError)
    try:
        return kind(**details)
    except KeyError:  # A newer operator may have dropped a detail that our sentence wants.
        return CabinetError(**details)


class InvalidRequest(CabinetError):
    """The request does not fit the operation's form."""

    code = "INVALID_REQUEST"
    status = 400
    sentence = "Запрос составлен неверно: {reason}"


class MethodNotAllowed(CabinetError):
    """The address is there, but it does not take this method."""

    code = "METHOD_NOT_ALLOWED"
    status = 405
    sentence = "По этому адресу так не обращаются. Обновите программу и повторите."


class TooLarge(CabinetError):
    """The request's body is longer than the server reads."""

    code = "REQUEST_TOO_LARGE"
    status = 413
    sentence = "Запрос слишком велик. Сократите введённое и повторите."


class NotJson(CabinetError):
    """The request's body is not announced as `application/json`."""

    code = "NOT_JSON"
    status = 415
    sentence = "Тело запроса должно быть в формате application/json."


class NotSignedIn(CabinetError):
    """There is no session, or it has ended."""

    code = "NOT_SIGNED_IN"
    status = 401
    sentence = "Сеанс завершён. Войдите в кабинет снова."


class StepUpRequired(CabinetError):
    """A dangerous action needs a proof that is at most five minutes old."""

    code = "STEP_UP_REQUIRED"
    status = 403
    sentence = "Подтвердите, что это вы: введите пароль или код из SMS."


class NotFound(CabinetError):
    """There is no such thing, or it belongs to somebody else."""

    code = "NOT_FOUND"
    status = 404
    sentence = "Такого здесь нет. Возможно, список устарел: обновите экран."


class KeyReused(CabinetError):
    """An idempotency key came again with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422
    sentence = "Этот запрос уже был отправлен с другим содержимым. Повторите действие заново."


class WrongCode(CabinetError):
    """The one-time code is wrong, used, or older than five minutes."""

    code = "WRONG_CODE"
    status = 401
    sentence = "Код не подошёл. Осталось попыток: {left}. Можно запросить новый код."


class WrongPassword(CabinetError):
    """The permanent password is wrong (or was never set: the answer is the same)."""

    code = "WRONG_PASSWORD"
    status = 401
    sentence = (
        "Пароль не подошёл. Осталось попыток: {left}. Если забыли его, войдите по коду из SMS."
    )


class NumberClosed(CabinetError):
    """Three wrong tries closed the number for ten minutes. `seconds` are left."""

    code = "NUMBER_CLOSED"
    status = 423
    sentence = (
        "Три попытки были неверными, и вход для этого номера закрыт на 10 минут. "
        "Подождите и попробуйте снова; открытые сеансы продолжают работать."
    )


class EntryClosed(CabinetError):
    """«Аппарат утрачен»: nobody signs in with this number. It is not said why: a thief asks too."""

    code = "ENTRY_CLOSED"
    status = 423
    sentence = (
        "Войти с этим номером сейчас нельзя. Войдите с другим своим номером или позвоните на "
        "0890 с любого телефона: там помогут."
    )


class TooManyCodes(CabinetError):
    """Codes are asked for too often. A new one may be asked for in `seconds`."""

    code = "TOO_MANY_CODES"
    status = 429
    sentence = (
        "Коды запрашивают слишком часто. Новый можно будет получить позже; "
        "последний присланный код действует 5 минут."
    )


class TooManyRequests(CabinetError):
    """Too many requests came from here. The next may come in `seconds`."""

    code = "TOO_MANY_REQUESTS"
    status = 429
    sentence = "Запросов слишком много. Подождите немного и повторите."


class CodeRequired(CabinetError):
    """The password is right, but on a new device a short password needs a code as second step."""

    code = "CODE_REQUIRED"
    status = 401
    sentence = "Пароль верный. На новом устройстве нужен ещё код: мы отправили его в SMS."


class WeakPassword(CabinetError):
    """The new password is refused; `reason` is a whole sentence."""

    code = "WEAK_PASSWORD"
    status = 422
    sentence = "{reason}"


class LineUnknown(CabinetError):
    """The network does not vouch for a line here."""

    code = "LINE_UNKNOWN"
    status = 401
    sentence = "Сеть не подтвердила номер. Войдите по коду из SMS или по паролю."


class NotEnoughMoney(CabinetError):
    """The account's balance would fall below its floor."""

    code = "NOT_ENOUGH_MONEY"
    status = 422
    sentence = "На счёте не хватает денег. Пополните счёт и повторите."


class TrustRefused(CabinetError):
    """«На полном доверии» cannot be switched now; `reason` is a whole sentence."""

    code = "TRUST_REFUSED"
    status = 422
    sentence = "{reason}"


class PromiseRefused(CabinetError):
    """«Обещанный платёж» is not given now; `reason` is a whole sentence."""

    code = "PROMISE_REFUSED"
    status = 422
    sentence = "{reason}"


class PaymentRefused(CabinetError):
    """A payment breaks a rule or a limit; `reason` is a whole sentence."""

    code = "PAYMENT_REFUSED"
    status = 422
    sentence = "{reason}"


class PaymentDeclined(CabinetError):
    """The bank declined the card; `reason` is a whole sentence. No money was taken."""

    code = "PAYMENT_DECLINED"
    status = 422
    sentence = "{reason}"


class PaymentOver(CabinetError):
    """The payment is at its end already: done, declined, cancelled or expired."""

    code = "PAYMENT_OVER"
    status = 409
    sentence = "Этот платёж уже завершён. Посмотрите его в списке платежей."


class AutopayRefused(CabinetError):
    """A rule of autopay is not possible; `reason` is a whole sentence."""

    code = "AUTOPAY_REFUSED"
    status = 422
    sentence = "{reason}"


class BudgetRefused(CabinetError):
    """A budget is not possible; `reason` is a whole sentence."""

    code = "BUDGET_REFUSED"
    status = 422
    sentence = "{reason}"


class BudgetReached(CabinetError):
    """The month's budget is spent, and the person asked for a stop there."""

    code = "BUDGET_REACHED"
    status = 422
    sentence = (
        "Бюджет месяца исчерпан, и вы просили на этом остановиться. Поднимите бюджет или "
        "снимите остановку на странице «Счет»."
    )


class TariffRefused(CabinetError):
    """The tariff cannot be changed like that; `reason` is a whole sentence."""

    code = "TARIFF_REFUSED"
    status = 422
    sentence = "{reason}"


class StatementRefused(CabinetError):
    """A statement cannot be ordered like that; `reason` is a whole sentence."""

    code = "STATEMENT_REFUSED"
    status = 422
    sentence = "{reason}"


class ImportRefused(CabinetError):
    """A file's rows cannot be taken in; `reason` is a whole sentence."""

    code = "IMPORT_REFUSED"
    status = 422
    sentence = "{reason}"


class NoOperator(CabinetError):
    """An imported number has no operator behind it: it is only looked at."""

    code = "NO_OPERATOR"
    status = 409
    sentence = (
        "У импортированного номера нет оператора: его историю можно смотреть, искать и считать, а "
        "платить, подключать и менять нечего."
    )


class MessageRefused(CabinetError):
    """A message cannot be sent or kept like that; `reason` is a whole sentence."""

    code = "MESSAGE_REFUSED"
    status = 422
    sentence = "{reason}"


class BonusRefused(CabinetError):
    """Points cannot be earned or spent like that; `reason` is a whole sentence."""

    code = "BONUS_REFUSED"
    status = 422
    sentence = "{reason}"


class PromoRefused(CabinetError):
    """A promotion cannot be joined or left now; `reason` is a whole sentence."""

    code = "PROMO_REFUSED"
    status = 422
    sentence = "{reason}"


class SupportRefused(CabinetError):
    """Support cannot take that; `reason` is a whole sentence."""

    code = "SUPPORT_REFUSED"
    status = 422
    sentence = "{reason}"


class FamilyRefused(CabinetError):
    """A child cannot be watched like that; `reason` is a whole sentence."""

    code = "FAMILY_REFUSED"
    status = 422
    sentence = "{reason}"


class IdentityRefused(CabinetError):
    """A social account cannot be linked or used; `reason` is a whole sentence."""

    code = "IDENTITY_REFUSED"
    status = 422
    sentence = "{reason}"


class BlockingRefused(CabinetError):
    """A number cannot be blocked or reported lost like that; `reason` is a whole sentence."""

    code = "BLOCKING_REFUSED"
    status = 422
    sentence = "{reason}"


class OptionRefused(CabinetError):
    """Options cannot be switched like that; `reason` is a whole sentence."""

    code = "OPTION_REFUSED"
    status = 422
    sentence = "{reason}"


class ForwardingRefused(CabinetError):
    """Calls cannot be forwarded there; `reason` is a whole sentence."""

    code = "FORWARDING_REFUSED"
    status = 422
    sentence = "{reason}"


class NumbersRefused(CabinetError):
    """The list of numbers cannot be changed like that; `reason` is a whole sentence."""

    code = "NUMBERS_REFUSED"
    status = 422
    sentence = "{reason}"


class RingbackRefused(CabinetError):
    """«GOOD'OK» cannot do that; `reason` is a whole sentence."""

    code = "RINGBACK_REFUSED"
    status = 422
    sentence = "{reason}"


class MailRefused(CabinetError):
    """A document cannot be sent by e-mail; `reason` is a whole sentence."""

    code = "MAIL_REFUSED"
    status = 422
    sentence = "{reason}"


class UndoRefused(CabinetError):
    """It cannot be taken back any more; `reason` is a whole sentence."""

    code = "UNDO_REFUSED"
    status = 422
    sentence = "{reason}"


class AlreadyLinked(CabinetError):
    """The number is in this cabinet already."""

    code = "ALREADY_LINKED"
    status = 409
    sentence = "Этот номер уже есть в «Моих номерах»."


class ClockBackwards(CabinetError):
    """The demo's clock only goes forward."""

    code = "CLOCK_BACKWARDS"
    status = 422
    sentence = "Часы оператора можно переводить только вперёд."


class Unavailable(CabinetError):
    """The operator cannot answer now. The base of what is not the person's fault."""

    code = "UNAVAILABLE"
    status = 503
    sentence = "Кабинет сейчас не отвечает. Подождите немного и повторите."


class StoreDamaged(Unavailable):
    """The data file is not a sound database."""

    code = "STORE_DAMAGED"
    sentence = (
        "Файл с данными повреждён: {path}. Он оставлен как есть. Запустите «mts-tui demo --fresh»: "
        "повреждённый файл будет отложен рядом, а кабинет начнётся заново."
    )


class StoreLocked(Unavailable):
    """Another program holds the data file."""

    code = "STORE_LOCKED"
    sentence = (
        "Файл с данными занят другой программой: {path}. Закройте её и повторите, "
        "ничего не потеряно."
    )


class StoreReadOnly(Unavailable):
    """The data file may not be written."""

    code = "STORE_READ_ONLY"
    sentence = (
        "В файл с данными нельзя писать: {path}. Разрешите запись в него и в его папку "
        "или выберите другое место: «mts-tui --at ПАПКА»."
    )


class StoreNewer(Unavailable):
    """The data file was written by a newer version of the program."""

    code = "STORE_NEWER"
    sentence = (
        "Файл с данными записан более новой версией программы: {path}. Обновите mts-tui; "
        "данные не тронуты."
    )


class StoreFull(Unavailable):
    """The disk is full."""

    code = "STORE_FULL"
    status = 507
    sentence = (
        "На диске кончилось место, изменение не записано: {path}. Освободите место и повторите, "
        "прежние данные целы."
    )


class DatabaseUnreachable(Unavailable):
    """The database server does not answer."""

    code = "DATABASE_UNREACHABLE"
    sentence = "База данных не отвечает: {path}. Проверьте, что она запущена и что адрес верен."


class DatabaseRefused(Unavailable):
    """The database server does not let us in."""

    code = "DATABASE_REFUSED"
    sentence = "База данных не пускает: {path}. Проверьте её название, имя, пароль и права."


class DatabaseBusy(Unavailable):
    """The database server has no connection or memory left."""

    code = "DATABASE_BUSY"
    sentence = (
        "У базы данных кончились подключения: {path}. Повторите позже, уменьшите их число в "
        "настройках или поднимите предел у базы."
    )


class DatabaseStandby(Unavailable):
    """The database only follows another one."""

    code = "DATABASE_STANDBY"
    sentence = "База данных запасная, в неё нельзя писать: {path}. Укажите адрес главной."


class DatabaseForeign(Unavailable):
    """There is something else in the database."""

    code = "DATABASE_FOREIGN"
    sentence = (
        "В базе данных лежит что-то другое: {path}. Укажите пустую базу; эта оставлена как есть."
    )


class DatabaseNewer(Unavailable):
    """The database was made by a newer version of the program."""

    code = "DATABASE_NEWER"
    sentence = (
        "База данных сделана более новой версией программы: {path}. Обновите mts-tui; "
        "данные не тронуты."
    )


class Offline(Unavailable):
    """The server cannot be reached."""

    code = "OFFLINE"
    sentence = (
        "Нет связи с сервером {server}. Проверьте подключение к интернету; как только связь "
        "вернётся, кабинет продолжит сам."
    )


class NotSentYet(Offline):
    """A command waits in the outbox: it will be sent once, when the server is reached again."""

    code = "NOT_SENT_YET"
    sentence = (
        "Нет связи с сервером {server}. Действие записано и будет выполнено один раз, когда "
        "связь вернётся; повторять его не нужно."
    )


class OutboxClosed(Unavailable):
    """A command cannot be written down before it is sent, and so is not sent."""

    code = "OUTBOX_CLOSED"
    sentence = (
        "Действие не выполнено: его не удалось записать на диск этого компьютера, а без записи "
        "оно могло бы потеряться. Освободите место и повторите."
    )


class UnsafeServer(Unavailable):
    """The server's address would send everything in the clear."""

    code = "UNSAFE_SERVER"
    sentence = (
        "Адрес {server} начинается с http://, и пароль ушёл бы открытым. "
        "Укажите адрес, который начинается с https://."
    )


class UntrustedServer(Unavailable):
    """The server's certificate does not hold."""

    code = "UNTRUSTED_SERVER"
    sentence = (
        "Сертификату сервера {server} нельзя верить, и вход остановлен. Проверьте адрес и часы "
        "этого компьютера или обратитесь к тому, кто ведёт сервер."
    )


class ProxyPassword(Offline):
    """The proxy asks for a name and password, or does not take those it was given."""

    code = "PROXY_PASSWORD"
    sentence = (
        "Прокси-сервер {proxy} просит имя и пароль. Введите их: Ctrl+P, «Пароль прокси-сервера»."
    )


class ProxySilent(Offline):
    """The proxy does not answer."""

    code = "PROXY_SILENT"
    sentence = (
        "Прокси-сервер {proxy} не отвечает, и до кабинета не дойти. Проверьте его адрес и "
        "подключение к сети; как только он ответит, кабинет продолжит сам."
    )


class ProxyRefused(Offline):
    """The proxy does not let us through to the server."""

    code = "PROXY_REFUSED"
    sentence = (
        "Прокси-сервер {proxy} не пропускает к серверу {server}. Попросите того, кто его ведёт, "
        "или укажите другой: mts-tui --proxy АДРЕС."
    )


class ProxyUnfit(Unavailable):
    """The system's settings name a proxy of another kind; `reason` is a whole sentence."""

    code = "PROXY_UNFIT"
    sentence = (
        "В настройках системы указан прокси-сервер, которым нельзя пользоваться. {reason} "
        "Укажите его при запуске: mts-tui --proxy АДРЕС."
    )


class OldClient(Unavailable):
    """The server no longer speaks with a program this old."""

    code = "OLD_CLIENT"
    sentence = (
        "Сервер просит mts-tui не старее {oldest}, а у вас {own}. Обновите программу и запустите "
        "её снова."
    )
