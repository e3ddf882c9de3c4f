"""A card typed into the program itself: not on the screen once it is sent, in no file, no scrollback."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.programs import need
from tests.terminal import PATIENCE, newest_code
from tests.test_process import Tmux

from .canary import CVV, PAYS, cvv_in, traces, traces_below

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import pytest
from tests.safety import canary
canary.teach_bank(pytest.MonkeyPatch())
if sys.argv[3] == "breaks":
    from mts_tui.backend.services import paying
    def fail(*given, **named):
        raise RuntimeError(str(sys._getframe(1).f_locals["card"]))
    paying.send_code = fail
from mts_tui import cli
raise SystemExit(cli.main(["--at", sys.argv[2], "--still", "demo"]))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tmux")

Start = Callable[[str], Tmux]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program; it is ready to take a card."""
    need("tmux")
    started: list[Tmux] = []

    def starting(how: str) -> Tmux:
        at = tmp_path / "at"
        tmux = Tmux(tmp_path, [sys.executable, "-c", PROGRAM, str(ROOT), str(at), how])
        started.append(tmux)
        tmux.wait("Это демо", "F3 Код по SMS")
        tmux("send-keys", "-l", "9853701234")
        tmux.wait("+7 985 370-12-34", "Москва и Московская область")
        tmux("send-keys", "F3")
        tmux.wait("придёт SMS", "6 цифр из SMS")
        tmux("send-keys", newest_code(at / "data" / "operator.db"), "Enter")
        tmux.wait("Придумайте постоянный пароль")
        tmux("send-keys", "Escape")
        wait_until(lambda: "Придумайте" not in scrollback(tmux), tmux)
        tmux("send-keys", "g")
        tmux.wait("Пополнить счёт", "Сумма")
        tmux("send-keys", "-l", "100")
        tmux.wait("101,00 ₽")
        wait_until(lambda: "Номер карты" in scrollback(tmux), tmux, pressing="Enter")
        tmux("send-keys", "-l", PAYS)
        tmux.wait(" ".join(PAYS[begin : begin + 4] for begin in range(0, 16, 4)))
        to_next_field(tmux)
        tmux("send-keys", "-l", "1229")
        tmux.wait("12/29")
        to_next_field(tmux)
        tmux("send-keys", "-l", CVV)
        tmux.wait("•••")
        assert cvv_in(scrollback(tmux)) == []
        return tmux

    yield starting
    for tmux in started:
        tmux("kill-server")


def wait_until(done: Callable[[], bool], tmux: Tmux, *, pressing: str = "") -> None:
    """Wait for something, or press a key again and again until it has had its effect."""
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, scrollback(tmux)
        if pressing:
            tmux("send-keys", pressing)
        time.sleep(0.3 if pressing else 0.05)


def to_next_field(tmux: Tmux) -> None:
    """Press Enter, and wait until the cursor stands elsewhere."""

    def cursor() -> str:
        return tmux("display-message", "-p", "#{cursor_x} #{cursor_y}")

    before = cursor()
    tmux("send-keys", "Enter")
    wait_until(lambda: cursor() != before, tmux)


def scrollback(tmux: Tmux) -> str:
    """Everything that the terminal still knows."""
    return tmux("capture-pane", "-p", "-J", "-S", "-")


def test_a_card_that_pays_leaves_no_trace(start: Start, tmp_path: Path) -> None:
    tmux = start("pays")
    tmux("send-keys", "Enter")
    tmux.wait("Код из SMS", f"•••• {PAYS[-4:]}")
    assert traces(scrollback(tmux)) == []
    tmux("send-keys", payment_code_in(tmp_path / "at" / "data" / "operator.db"), "Enter")
    tmux.wait("Списано 101,00 ₽", "Готово")
    assert traces(scrollback(tmux)) == []
    assert traces_below(tmp_path) == {}
    tmux("send-keys", "C-q")
    tmux.wait("exit code 0")
    assert (traces(scrollback(tmux)), cvv_in(scrollback(tmux))) == ([], [])
    assert traces_below(tmp_path) == {}


def test_a_crash_with_the_card_in_hand_leaves_no_trace(start: Start, tmp_path: Path) -> None:
    """The error's own text quotes the card: the worst that a library could do."""
    tmux = start("breaks")
    tmux("send-keys", "Enter")
    tmux.wait("МТС-Помощник остановился из-за ошибки в программе.", "exit code 1")
    assert (traces(scrollback(tmux)), cvv_in(scrollback(tmux))) == ([], [])
    (log,) = (tmp_path / "at" / "state").glob("crash-*.log")
    assert "builtins.RuntimeError" in log.read_text()
    assert traces_below(tmp_path) == {}


def payment_code_in(store: Path) -> str:
    """The newest code of the bank."""
    query = "SELECT text FROM messages WHERE peer = 'BANK' ORDER BY at DESC, seq DESC LIMIT 1"
    connection = sqlite3.connect(store)
    (text,) = connection.execute(query).fetchone()
    connection.close()
    return text[:6]
