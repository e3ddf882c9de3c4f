"""Who answers in support's chat, and when: the assistant at once, the demo's agents a little later.

The assistant knows the help and nothing else: it says what stands there and on which page. Asked
for a person, or where the help has no answer, it hands the ticket over.

Agents are invented. They say so, and answer in general words: nobody pretends to have looked into
an account. They read and call when their due comes, so an answer survives the end of the program
and comes once.
"""

import re

from mts_tui import formatting, handbook
from mts_tui.backend.contract.support import Attachment, Author, TicketState
from mts_tui.backend.store.transaction import Transaction
from mts_tui.handbook.search import ENOUGH, Found, search, stems

from .billing import Book, Due

SECOND, MINUTE = 1_000, 60_000
AGENT_READS = (40 * SECOND, 150 * SECOND)
"""How long an agent takes to answer."""
AGENT_CALLS = (2 * MINUTE, 40 * MINUTE)
"""When in the ordered hour the call comes."""
ASSISTANT = "Помощник"
SYSTEM = "Поддержка"
AGENTS = ("Ирина", "Тимур", "Марина", "Олег", "Елена")
LONGEST_ANSWER = 1_200
_PERSON = re.compile(
    r"\b(?:оператор|специалист|сотрудник|консультант|менеджер|агент)(?:а|у|ом|ы|ов)?\b"
    r"|жив(?:ой|ого|ым|ому) человек|\bс человеком\b|\bчеловека\b"
)
_NOT_A_PERSON = re.compile(r"\b(?:сотового|мобильного|другого|другой|чужого|моего) оператор")
_THANKS = re.compile(r"\b(?:спасибо|благодар\w+)\b")

HELLO = (
    "Здравствуйте! Я помощник и отвечаю по справке. Напишите, что случилось или что хочется "
    "сделать. Слово «оператор» передаст вопрос специалисту."
)
WELCOME = "Пожалуйста! Если вопрос решён, обращение можно закрыть и поставить оценку."
OTHERWISE = "Если это не то, спросите другими словами или напишите «оператор»."
ASKED_FOR = "Передаю вопрос специалисту. Он ответит в этом чате."
NOT_FOUND = "В справке ответа не нашлось. Передаю вопрос специалисту: он ответит в этом чате."
WITH_FILE = "Файл получен, но читать его я не умею. Передаю вопрос специалисту с этим файлом."


def answer(book: Book, ticket_id: str, text: str, *, with_file: bool) -> None:
    """Let the assistant answer what was said."""
    said = formatting.fold(text)
    if with_file:
        _hand_over(book, ticket_id, WITH_FILE)
    elif _PERSON.search(said) and not _NOT_A_PERSON.search(said):
        _hand_over(book, ticket_id, ASKED_FOR)
    elif not stems(text):
        _assist(book, ticket_id, WELCOME if _THANKS.search(said) else HELLO)
    else:
        best = [one for one in search(text, 1) if one.share >= ENOUGH]
        if best:
            _assist(book, ticket_id, _told(best[0]), page=best[0].page.title)
        else:
            _hand_over(book, ticket_id, NOT_FOUND)


def hand_over(book: Book, ticket_id: str) -> None:
    """Give a ticket to an agent, as the person has asked."""
    _hand_over(book, ticket_id, ASKED_FOR)


def wait_for_agent(book: Book, ticket_id: str) -> None:
    """The person went on after an agent's answer: the agent reads that, too."""
    _set(book, ticket_id, "with_agent", book.tx.now_ms)
    low, high = AGENT_READS
    at = book.tx.now_ms + low + int(book.tx.random.random() * (high - low))
    book.owe(Due(_agent_due(ticket_id), at, "support_life.agent_answers", {"ticket": ticket_id}))


def agent_answers(book: Book, due: Due) -> None:
    """An invented agent has read the chat."""
    tx, ticket_id = book.tx, due.body["ticket"]
    row = tx.support.ticket(account_id=book.id, id=ticket_id)
    name = AGENTS[sum(row["number"].encode()) % len(AGENTS)]
    best = [one.page.title for one in search(row["title"], 1) if one.share >= ENOUGH]
    text = (
        f"Здравствуйте, меня зовут {name}. Ваш вопрос прочитан и записан в обращении "
        f"{row['number']}. Это демонстрация: я выдуманный специалист, ваших данных не вижу и "
        "ничего в них не меняю. "
    )
    if best:
        text += f"По теме может помочь страница справки «{best[0]}». "
    text += "Если вопрос решён, закройте обращение; если нет, напишите ещё."
    page = best[0] if best else ""
    write(tx, book.id, ticket_id, "agent", name, text, at=due.at, page=page)
    _set(book, ticket_id, "answered", due.at)
    book.notice(
        "Ответ поддержки",
        f"Специалист ответил в обращении {row['number']}.",
        kind="support",
        subject=ticket_id,
    )


def close(book: Book, ticket_id: str) -> None:
    """The matter is settled: nobody answers any more."""
    book.drop_due(_agent_due(ticket_id))
    text = "Обращение закрыто. С новым вопросом начните новое."
    write(book.tx, book.id, ticket_id, "system", SYSTEM, text)
    book.tx.support.mark_read(account_id=book.id, id=ticket_id)
    _set(book, ticket_id, "closed", book.tx.now_ms)


def plan_call(book: Book, call_id: str, since: int) -> None:
    """Let the call come within its hour."""
    low, high = AGENT_CALLS
    at = since + low + int(book.tx.random.random() * (high - low))
    book.owe(Due(call_due(call_id), at, "support_life.call", {"call": call_id}))


def call_due(call_id: str) -> str:
    """The id under which a call falls due."""
    return f"call:{call_id}"


def call(book: Book, due: Due) -> None:
    """An agent calls; a number that is blocked cannot be reached."""
    tx, call_id = book.tx, due.body["call"]
    row = tx.support.call(account_id=book.id, id=call_id)
    missed = row["phone"] == book.phone and book.state == "blocked"
    tx.support.set_call(account_id=book.id, id=call_id, state="missed" if missed else "called")
    tx.emit(book.id, "support")
    if missed:
        title = "Не дозвонились"
        text = "Специалист звонил, но номер заблокирован. Закажите звонок на другой номер."
    else:
        title = "Звонок поддержки"
        text = (
            "Специалист позвонил, как вы просили. В демонстрации звонок отмечается только в "
            "списке: телефон не звонит."
        )
    book.notice(title, text, kind="support")


def write(
    tx: Transaction,
    account_id: str,
    ticket_id: str,
    author: Author,
    name: str,
    text: str,
    *,
    at: int | None = None,
    file: Attachment | None = None,
    page: str = "",
) -> int:
    """Write a message into a chat; its number. The caller holds the account."""
    moment = tx.now_ms if at is None else at
    seq: int = tx.support.next_message(account_id=account_id, id=ticket_id, at=moment)
    tx.support.add_message(
        account_id=account_id,
        ticket_id=ticket_id,
        seq=seq,
        at=moment,
        author=author,
        name=name,
        text=text,
        file_name=file.name if file is not None else "",
        file_text=file.text if file is not None else "",
        file_size=len(file.text.encode()) if file is not None else 0,
        page=page,
    )
    tx.emit(account_id, "support")
    return seq


def _assist(book: Book, ticket_id: str, text: str, *, page: str = "") -> None:
    write(book.tx, book.id, ticket_id, "assistant", ASSISTANT, text, page=page)


def _hand_over(book: Book, ticket_id: str, why: str) -> None:
    write(book.tx, book.id, ticket_id, "system", SYSTEM, why)
    wait_for_agent(book, ticket_id)


def _set(book: Book, ticket_id: str, state: TicketState, at: int) -> None:
    book.tx.support.set_state(account_id=book.id, id=ticket_id, state=state, at=at)
    book.tx.emit(book.id, "support")


def _agent_due(ticket_id: str) -> str:
    return f"ticket:{ticket_id}"


def _told(found: Found) -> str:
    """What the help says, and where."""
    place = f"«{found.page.title}»"
    if found.section.title:
        place += f", раздел «{found.section.title}»"
    more = [f"«{one.title}»" for one in found.page.sections[1:]]
    if not found.section.title and more:
        place += ", там же " + ", ".join(more)
    text = "\n".join(handbook.without_keys(block) for block in found.section.blocks)
    return (
        f"Справка, {place}:\n{formatting.clean(text, LONGEST_ANSWER, keep_lines=True)}\n{OTHERWISE}"
    )
