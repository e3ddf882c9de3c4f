"""«Видео-консультант»: frequent questions, the answer in words, and a film beside it.

The films are invented, and so is their address: it lies in a domain that is reserved for examples
and leads nowhere. The answer is the help's own.
"""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from mts_tui import handbook
from mts_tui.widgets.dialog import Dialog
from mts_tui.widgets.key_bar import KeyBar
from mts_tui.widgets.rows import Cell, Column, Rows
from mts_tui.widgets.text import Paragraph, Part

from .handbook import PageDialog
from .handbook_words import page_parts
from .qr import CodeScreen

PLACE = "https://video.mts-tui.example/"
COLUMNS = (Column(0), Column(7, right=True))
QUESTIONS = (
    ("cabinet", "Как войти в кабинет?", "1:10"),
    ("why_less", "Почему уменьшился баланс?", "1:40"),
    ("payments", "Как пополнить счёт?", "1:25"),
    ("autopay", "Как сделать, чтобы счёт пополнялся сам?", "1:15"),
    ("trust_or_promise", "Чем доверие отличается от обещанного платежа?", "2:05"),
    ("fitting", "Как найти тариф дешевле?", "1:50"),
    ("forwarding", "Как отправить звонки на другой номер?", "1:20"),
    ("roaming", "Что сделать перед поездкой?", "1:35"),
    ("lost", "Потерялся телефон: что делать?", "1:00"),
    ("import", "Как открыть свою детализацию?", "1:30"),
    ("safety", "Как узнать мошенника?", "2:10"),
)
NOTE = "В демонстрации ролика нет: адрес придуман и никуда не ведёт. Ответ — текстом выше."


def address_of(page: str) -> str:
    """Where the film of a page is."""
    return f"{PLACE}{page}"


class AdviserDialog(Dialog[None]):
    """The questions; Enter answers."""

    action_places = ("list",)

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(id="dialog"):
            yield Static("Видео-консультант", classes="title", markup=False)
            yield Rows(COLUMNS, "", id="questions")
            with Horizontal(classes="buttons"):
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the questions."""
        rows = self.query_one(Rows)
        rows.show(
            len(QUESTIONS),
            lambda index: (Cell(QUESTIONS[index][1]), Cell(QUESTIONS[index][2], "muted")),
            keep=False,
        )
        rows.focus()

    @on(Rows.Chosen)
    def _answer(self, chosen: Rows.Chosen) -> None:
        page, question, _length = QUESTIONS[chosen.index]
        self.app.push_screen(AdviceDialog(page, question))


class AdviceDialog(Dialog[None]):
    """An answer, and the way to its film.

    Args:
        page: Id of the page of the help that answers.
        question: What was asked.
    """

    def __init__(self, page: str, question: str) -> None:
        super().__init__()
        self._page = next(one for one in handbook.pages() if one.id == page)
        self._question = question

    def compose(self) -> ComposeResult:
        """The answer and buttons."""
        with VerticalScroll(id="dialog", can_focus=False):
            yield Static(self._question, classes="title", markup=False)
            yield Paragraph(id="advice")
            with Horizontal(classes="buttons"):
                yield Button("Открыть ролик", variant="primary", id="open-video")
                yield Button("QR-код", id="video-code")
                yield Button("Подробнее", id="advice-page")
                yield Button("Закрыть", id="leave")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the answer."""
        address = address_of(self._page.id)
        self.query_one("#advice", Paragraph).show(
            *page_parts(self.app, self._page, brief=True), "\n", (address, "key"), "\n",
            (NOTE, "muted"),
        )  # fmt: skip
        self.query_one("#open-video").focus()

    @on(Button.Pressed, "#open-video")
    def open_video(self) -> None:
        """Open the film in the browser."""
        self.app.open_url(address_of(self._page.id))
        self.app.say("Ссылка передана браузеру. Если он не открылся, возьмите QR-код.")

    @on(Button.Pressed, "#video-code")
    def show_code(self) -> None:
        """Show the film's address to a phone."""
        self.app.push_screen(VideoCodeScreen(self._question, address_of(self._page.id)))

    @on(Button.Pressed, "#advice-page")
    def show_page(self) -> None:
        """Show the whole page of the help."""
        self.app.push_screen(PageDialog(self._page))


class VideoCodeScreen(CodeScreen[None]):
    """The film's address as a code.

    Args:
        question: What it answers.
        address: Where it is.
    """

    def __init__(self, question: str, address: str) -> None:
        super().__init__()
        self._question = question
        self._address = address

    def title_text(self) -> str:
        """See `CodeScreen`."""
        return self._question

    def forms(self) -> list[str | bytes]:
        """See `CodeScreen`."""
        return [self._address]

    def words(self) -> list[Part]:
        """See `CodeScreen`."""
        return ["Наведите камеру телефона.\n\n", (self._address, "key"), "\n\n", (NOTE, "muted")]
