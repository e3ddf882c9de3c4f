"""Mail of the operator inside: settings from the file, the password from the keyring, both late."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mts_tui import cli, config
from mts_tui import mail as mailing
from mts_tui.backend.connectors.mail import MailFailed, MailSettings
from mts_tui.credentials import Vault
from tests.backend.mailserver import HOST, PASSWORD, USER, MailServer

pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")
WRITTEN = """
[mail]
host = "{host}"
sender = "robot@mts-tui.example"
user = "robot"
port = {port}
"""


class Keyring:
    """A keyring that counts how often it is asked."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def keyring() -> Keyring:
    return Keyring()


@pytest.fixture
def vault(keyring: Keyring) -> Vault:
    return Vault(opener=lambda: ("test", keyring))


@pytest.fixture
def places(tmp_path: Path) -> config.Places:
    found = config.Places.find(tmp_path)
    found.ensure()
    return found


@pytest.fixture
def postman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    server = MailServer(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def written(places: config.Places, postman: MailServer) -> config.Places:
    """Settings that name the server."""
    places.settings_file.write_text(WRITTEN.format(host=HOST, port=postman.port))
    return places


def run(places: config.Places, vault: Vault, password: str = PASSWORD) -> int:
    return mailing.main(places, vault, lambda _prompt: password)


def test_the_password_is_tried_and_kept(
    written: config.Places, vault: Vault, capsys: pytest.CaptureFixture[str]
):
    assert run(written, vault) == 0
    told = capsys.readouterr()
    assert "сохранён в хранилище паролей" in told.out
    assert PASSWORD not in told.out + told.err
    settings = mailing.settings_of(config.load(written, {})[0].mail)
    assert settings is not None
    assert settings.password == ""
    assert mailing.unlock_by(vault)(settings).password == PASSWORD
    assert PASSWORD not in written.settings_file.read_text()


def test_a_wrong_password_is_not_kept(
    written: config.Places, vault: Vault, keyring: Keyring, capsys: pytest.CaptureFixture[str]
):
    assert run(written, vault, "canary-wrong") == 3
    told = capsys.readouterr().err
    assert "не принял имя и пароль" in told
    assert "canary" not in told
    assert keyring.kept == {}


def test_without_settings_one_learns_how(
    places: config.Places, vault: Vault, capsys: pytest.CaptureFixture[str]
):
    assert run(places, vault) == 3
    told = capsys.readouterr().err
    assert "[mail]" in told
    assert str(places.settings_file) in told


@pytest.mark.parametrize(
    ("host", "sentence"), [("127.0.0.1", "не отвечает"), ("", "Почта не настроена")]
)
def test_what_cannot_be_is_told(
    places: config.Places,
    vault: Vault,
    capsys: pytest.CaptureFixture[str],
    host: str,
    sentence: str,
):
    places.settings_file.write_text(WRITTEN.format(host=host, port=1))
    assert run(places, vault) == 3
    assert sentence in capsys.readouterr().err


def test_the_keyring_is_asked_once_and_late(keyring: Keyring, vault: Vault):
    settings = MailSettings(host="mail.example", sender="robot@example.com", user=USER)
    unlock: Callable[[MailSettings], MailSettings] = mailing.unlock_by(vault)
    assert keyring.asked == 0
    with pytest.raises(MailFailed, match="mts-tui mail") as caught:
        unlock(settings)
    assert caught.value.again, "the person may keep it meanwhile"
    vault.write(mailing.key_of(settings), mailing.Secret(password=PASSWORD))
    asked = keyring.asked
    assert [unlock(settings).password for _ in range(3)] == [PASSWORD] * 3
    assert keyring.asked == asked + 1


def test_without_a_login_nothing_is_asked(keyring: Keyring, vault: Vault):
    settings = MailSettings(host="mail.example", sender="robot@example.com")
    assert mailing.unlock_by(vault)(settings) == settings
    assert keyring.asked == 0


def test_the_section_survives_a_change_and_a_mistake_in_it(places: config.Places):
    places.settings_file.write_text(
        WRITTEN.format(host="mail.example", port=2525) + 'security = "ssl3"\nnew = 1\n'
    )
    settings, notes = config.load(places, {})
    assert len(notes) == 2
    assert any("mail.security" in note for note in notes)
    assert settings.mail.security == "starttls"
    config.change(places, phone="+79853701234")
    again, notes = config.load(places, {})
    assert again.mail == settings.mail
    assert (again.mail.port, again.phone) == (2525, "+79853701234")
    assert [note for note in notes if "неизвестен" in note]


def test_the_environment_wins_over_the_file(places: config.Places):
    places.settings_file.write_text(WRITTEN.format(host="mail.example", port=0))
    settings, _notes = config.load(places, {})
    given = {"MTS_TUI_MAIL_HOST": "other.example", "MTS_TUI_MAIL_SENDER": "a@b.example"}
    found, unfit = cli._mail(given, settings)
    assert (found is not None and found.host, unfit) == ("other.example", [])
    found, unfit = cli._mail({}, settings)
    assert (found is not None and found.host, unfit) == ("mail.example", [])
    assert cli._mail({}, config.Settings()) == (None, [])
    wrong = config.Settings(mail=config.Mail(host="mail.example"))
    found, unfit = cli._mail({}, wrong)
    assert found is None
    assert "адрес отправителя" in unfit[0]
