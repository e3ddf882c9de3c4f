"""The settings file: what a person wrote is kept, what is wrong is told, nothing stops the start."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mts_tui import comments, config
from mts_tui.config import PlaceError, Places, Profile, Settings


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places.find(tmp_path / "at", {})


def write(places: Places, text: str | bytes) -> None:
    places.ensure()
    places.settings_file.write_bytes(text.encode() if isinstance(text, str) else text)


def test_import_brings_neither_the_reader_nor_the_folders() -> None:
    code = "import sys, mts_tui.config; print({'platformdirs', 'tomllib', 'tempfile'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_one_folder_holds_everything_and_is_not_created(tmp_path: Path) -> None:
    base = tmp_path / "at"
    places = Places.find(base, {"MTS_TUI_AT": "/elsewhere"})
    assert {p.parent for p in (places.config_dir, places.data_dir)} == {base}
    assert {p.parent for p in (places.state_dir, places.cache_dir)} == {base}
    assert not base.exists()
    assert Places.find(env={"MTS_TUI_AT": str(base)}) == places


def test_relative_folder_survives_a_change_of_the_current_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Places.find("here", {}).data_dir == tmp_path / "here" / "data"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
def test_system_folders(tmp_path: Path, monkeypatch) -> None:
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    places = Places.find(env={})
    assert places.settings_file == tmp_path / "CONFIG" / "mts-tui" / "settings.toml"
    assert places.state_dir == tmp_path / "STATE" / "mts-tui"
    assert list(tmp_path.iterdir()) == []


def test_unknown_home_is_told_kindly(monkeypatch) -> None:
    def lost(*_: object) -> None:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.setattr("platformdirs.PlatformDirs.user_config_path", property(lost))
    with pytest.raises(PlaceError, match="--at ПАПКА") as caught:
        Places.find(env={})
    assert caught.value.__cause__ is None
    monkeypatch.setattr(Path, "expanduser", lost)
    with pytest.raises(PlaceError, match="--at ПАПКА"):
        Places.find("~nobody/x", {})


def test_ensure_is_private_and_repeatable(places: Places) -> None:
    places.ensure()
    places.state_dir.chmod(0o755)
    places.ensure()
    for folder in (places.config_dir.parent, places.config_dir, places.state_dir, places.cache_dir):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("how", ["file in the way", "no permission", "zero byte"])
def test_unusable_folder_is_told_kindly(tmp_path: Path, monkeypatch, how: str) -> None:
    base = tmp_path / "at"
    if how == "file in the way":
        base.write_text("")
    elif how == "no permission":
        monkeypatch.setattr(os, "access", lambda *_: False)
    else:
        base = tmp_path / "\0"
    with pytest.raises(PlaceError, match="--at ПАПКА"):
        Places.find(base, {}).ensure()


def test_no_file_means_defaults(places: Places) -> None:
    assert config.load(places, {}) == (Settings(), [])
    assert not places.config_dir.exists()


def test_file_is_read(places: Places) -> None:
    write(
        places,
        '\ufefftheme = "mts-light"\r\nidle_minutes = 5\nphone = "+79853701234"\nplain_signs = true\n'
        'formats = "iso"\n[keys]\npay = "f2,ctrl+o"\n[profiles."дом"]\nserver = "https://x.example/api"\n[profiles.b]\n',
    )
    settings, notes = config.load(places, {"NO_COLOR": "1"})
    assert notes == []
    assert settings == Settings(
        theme="mts-light",
        idle_minutes=5,
        phone="+79853701234",
        plain_signs=True,
        formats="iso",
        keys={"pay": "f2,ctrl+o"},
        profiles={"дом": Profile(server="https://x.example/api"), "b": Profile()},
    )


def test_only_what_is_wrong_falls_back(places: Places) -> None:
    write(
        places,
        'theme = "pink"\n'
        "idle_minutes = 21\n"
        'phone = "+79853701234"\n'
        'plain_signs = """\nyes"""\n'
        "keys.pay = 7\n"
        'keys.top = "f3"\n'
        "colour = 1\n"
        "[profiles.work]\n"
        'server = "https://me:secret@x.example"\n'
        "phone = '+79850000000'\n"
        "extra = 1979-05-27\n"
        '[profiles."a:b"]\n',
    )
    settings, notes = config.load(places, {})
    assert settings == Settings(
        phone="+79853701234", keys={"top": "f3"}, profiles={"work": Profile(phone="+79850000000")}
    )
    lines = [note.partition("строка ")[2].partition(":")[0] for note in notes]
    assert lines == ["1", "2", "5", "6", "8", "10", "12", "13"]
    assert all(str(places.settings_file) in note for note in notes)
    assert 'theme = "pink" не подходит' in notes[0]
    assert "mts-dark" in notes[0]
    assert "от 1 до 20" in notes[1]
    assert "keys.pay" in notes[3]
    assert "colour неизвестен" in notes[4]
    assert "profiles.work.server" in notes[5]
    assert "https://example.ru" in notes[5]
    assert 'profiles."a:b"' in notes[7]


def test_other_formats_than_there_are(places: Places) -> None:
    write(places, 'formats = "us"\n')
    settings, (note,) = config.load(places, {})
    assert settings.formats == "ru"
    assert 'строка 1: formats = "us" не подходит, действует обычное значение.' in note
    assert 'Можно: "ru" или "iso".' in note


@pytest.mark.parametrize(
    "text",
    ["keys = 1\nprofiles = []\n", "[profiles]\nx = 1\n", "theme = []\nidle_minutes = true\n"],
)
def test_wrong_kinds_of_value(places: Places, text: str) -> None:
    write(places, text)
    settings, notes = config.load(places, {})
    assert settings == Settings()
    assert len(notes) in (1, 2)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('theme = "mts-dark"\nidle_minutes = \nphone = ""\n', 2),
        ('theme = "a"\ntheme = "b"\n', 2),
        ('theme = "mts-dark"\nphone = "+7', 2),
        (b'theme = "mts-dark"\nphone = "\xff"\n', 2),
        ("a = " + "[" * 100_000, 1),
        ("a = " + "9" * 10_000, 1),
    ],
    ids=["no value", "twice", "open quote", "not UTF-8", "deep", "long number"],
)
def test_broken_file_never_stops_the_start(places: Places, text: str | bytes, line: int) -> None:
    write(places, text)
    settings, notes = config.load(places, {})
    assert settings == Settings()
    assert [f"строка {line}: запись не по правилам TOML" in note for note in notes] == [True]


def test_folder_instead_of_the_file(places: Places) -> None:
    places.settings_file.mkdir(parents=True)
    settings, notes = config.load(places, {})
    assert settings == Settings()
    assert "не читается" in notes[0]
    with pytest.raises(PlaceError, match="не записан"):
        config.save(places, settings)


@settings(deadline=None)  # The machine may be busy.
@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda t: t.encode("utf-8", "replace")))
def test_any_file_can_be_loaded(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    places = Places.find(tmp_path_factory.getbasetemp() / "any", {})
    write(places, raw)
    _, notes = config.load(places, {})
    assert all(note.isprintable() for note in notes)


def test_environment_wins(places: Places) -> None:
    write(places, 'theme = "mts-light"\nidle_minutes = 5\n')
    env = {"MTS_TUI_THEME": "mts-ansi", "MTS_TUI_IDLE_MINUTES": "7"}
    assert config.load(places, env) == (Settings(theme="mts-ansi", idle_minutes=7), [])
    env = {"MTS_TUI_THEME": "pi\x1bnk", "MTS_TUI_IDLE_MINUTES": "0"}
    settings, notes = config.load(places, env)
    assert settings == Settings(theme="mts-light", idle_minutes=5)
    assert ["MTS_TUI_THEME" in notes[0], "MTS_TUI_IDLE_MINUTES" in notes[1]] == [True, True]
    assert "\x1b" not in "".join(notes)


def test_saved_file_is_private_commented_and_alone(places: Places) -> None:
    assert config.save(places, Settings(phone="+79853701234")) == []
    assert places.settings_file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in places.config_dir.iterdir()] == ["settings.toml"]
    text = places.settings_file.read_text("utf-8")
    for name in ("theme", "idle_minutes", "phone", "plain_signs", "formats", "[keys]"):
        before = text.partition(f"\n{name}")[0].rpartition("\n")[2]
        assert before.startswith("# ")
    assert config.load(places, {})[0] == Settings(phone="+79853701234")


def test_unknown_values_are_kept(places: Places) -> None:
    write(
        places,
        "when = 1979-05-27T07:32:00Z\nat = 07:32:00\nratio = nan\nbig = 1e300\nok = false\n"
        "[later]\nlist = [{a = 1}, {b = 'x\"y'}]\n[later.'odd key']\n"
        "[profiles.a]\nserver = ''\nrelay = 'p'\n",
    )
    before = tomllib.loads(places.settings_file.read_text("utf-8"))
    assert config.change(places, theme="mts-dark")[1] == []
    after = tomllib.loads(places.settings_file.read_text("utf-8"))
    assert before.keys() <= after.keys()
    assert after["later"] == before["later"]
    assert after["when"] == before["when"]
    assert after["at"] == before["at"]
    assert str(after["ratio"]) == "nan"
    assert after["profiles"]["a"]["relay"] == "p"
    first = places.settings_file.read_bytes()
    config.change(places)
    assert places.settings_file.read_bytes() == first


@pytest.mark.parametrize("text", ["theme = \n", 'theme = "pink"\n', b"\xff"])
def test_file_with_mistakes_is_copied_aside(places: Places, text: str | bytes) -> None:
    write(places, text)
    old = places.settings_file.read_bytes()
    settings, notes = config.change(places, idle_minutes=3)
    aside = places.config_dir / "settings.toml.bak"
    assert aside.read_bytes() == old
    assert aside.stat().st_mode & 0o777 == 0o600
    assert str(aside) in notes[0]
    assert config.load(places, {}) == (settings, [])
    assert config.save(places, settings) == []


def test_override_for_one_run_is_not_saved(places: Places, monkeypatch) -> None:
    monkeypatch.setenv("MTS_TUI_THEME", "mts-ansi")
    settings, _ = config.change(places, phone="+79853701234")
    assert settings.theme == "auto"


def test_wrong_value_is_not_saved(places: Places) -> None:
    config.save(places, Settings(phone="+79853701234"))
    for wrong in ({"idle_minutes": 0}, {"theme": "pink"}, {"keys": {"a": "\ud800"}}):
        with pytest.raises(ValueError, match=r".+"):
            config.change(places, **wrong)
    assert config.load(places, {}) == (Settings(phone="+79853701234"), [])


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_failed_write_leaves_the_old_file(places: Places, monkeypatch, step: str) -> None:
    config.save(places, Settings(theme="mts-dark"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(step, full)
        with pytest.raises(PlaceError, match="место на диске"):
            config.save(places, Settings(theme="mts-light"))
    assert config.load(places, {})[0].theme == "mts-dark"
    assert [p.name for p in places.config_dir.iterdir()] == ["settings.toml"]


def test_link_to_the_file_stays_a_link(places: Places, tmp_path: Path) -> None:
    places.ensure()
    real = tmp_path / "dotfiles.toml"
    real.write_text("mine = 1\n")
    places.settings_file.symlink_to(real)
    config.change(places, theme="mts-dark")
    assert places.settings_file.is_symlink()
    assert tomllib.loads(real.read_text("utf-8"))["mine"] == 1


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
names = words.map(lambda t: "".join(c for c in t if c not in ":\x7f" and c >= " ") or "x")
hostile = words | st.sampled_from(
    ['"', "'''", '"""', "\\", "]", "#x", "a\nb = 1", "\x7f", "\x85", "="]
)


@settings(deadline=None)  # The machine may be busy.
@given(
    st.builds(
        Settings,
        theme=st.sampled_from(["mts-dark", "mts-light", "mts-ansi", "auto"]),
        idle_minutes=st.integers(1, 20),
        phone=st.sampled_from(["", "+79853701234"]),
        plain_signs=st.sampled_from(["auto", True, False]),
        formats=st.sampled_from(["ru", "iso"]),
        keys=st.dictionaries(hostile, hostile, max_size=4),
        profiles=st.dictionaries(names, st.just(Profile("https://x.example/'\"#", "+79850000000"))),
    )
)
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> None:
    places = Places.find(tmp_path_factory.getbasetemp() / "trip", {})
    assert config.save(places, settings) == []
    assert config.load(places, {}) == (settings, [])


scalars = (
    st.booleans() | st.integers() | st.floats(allow_nan=False) | hostile | st.dates() | st.times()
)


@settings(deadline=None)  # The machine may be busy.
@given(
    st.dictionaries(
        hostile.filter(lambda name: name not in Settings.__struct_fields__),
        st.recursive(
            scalars, lambda inner: st.lists(inner) | st.dictionaries(hostile, inner), max_leaves=5
        ),
        max_size=3,
    )
)
def test_any_unknown_value_is_written_back(data: dict[str, object]) -> None:
    text = config._written(Settings(), {(name,): value for name, value in data.items()})
    parsed = tomllib.loads(text)
    assert {name: parsed[name] for name in data} == data


# ---------------------------------------------------------------------- proxies


def test_a_proxy_of_a_profile_is_read_and_written(places: Places) -> None:
    write(places, '[profiles.work]\nserver = "https://a.ru"\nproxy = "http://anna@p.ru:3128"\n')
    settings, notes = config.load(places, {})
    assert notes == []
    assert settings.profiles["work"].proxy == "http://anna@p.ru:3128"
    config.keep_profile(places, "work", phone="+79853701234")
    assert config.load(places, {})[0].profiles["work"] == Profile(
        server="https://a.ru", phone="+79853701234", proxy="http://anna@p.ru:3128"
    )
    with pytest.raises(ValueError, match="proxy"):
        config.keep_profile(places, "work", proxy="http://anna:x@p.ru:3128")


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("http://anna:канарейка@p.ru:3128", "Пароль прокси-сервера в адресе не пишут"),
        ("socks5://p.ru:1080", "SOCKS программа не поддерживает"),
        ("p.ru:3128", "Нужен адрес вида http://прокси:3128"),
        ("http://p.ru:65536", "Нужен адрес вида http://прокси:3128"),
    ],
)
def test_a_proxy_that_does_not_fit_is_told_and_not_used(
    places: Places, proxy: str, told: str
) -> None:
    write(places, f'[profiles.work]\nserver = "https://a.ru"\nproxy = "{proxy}"\n')
    settings, (note,) = config.load(places, {})
    assert settings.profiles["work"] == Profile(server="https://a.ru")
    assert told in note
    assert "строка 3" in note
    assert "канарейка" not in note
    config.change(places, theme="mts-light")
    for path in places.config_dir.iterdir():  # Nor in the copy of the file as it was.
        assert "канарейка" not in path.read_text("utf-8")


def test_a_proxy_of_another_type_is_told(places: Places) -> None:
    write(places, "[profiles.work]\nproxy = 3128\n")
    settings, (note,) = config.load(places, {})
    assert settings.profiles["work"] == Profile()
    assert "proxy = 3128 не подходит" in note


@pytest.mark.parametrize("server", ["https://[::1", "https://a.ru:99999", "https://a.ru:x"])
def test_a_server_that_cannot_be_reached_by_any_client_does_not_fit(
    places: Places, server: str
) -> None:
    with pytest.raises(ValueError, match="server"):
        config.keep_profile(places, "work", server=server)


def test_a_persons_own_comments_stay_where_they_were(places: Places) -> None:
    write(
        places,
        "# мой файл\n# theme = 'старое'\ntheme = 'mts-dark' # люблю темное\n"
        "# сверху\n\n# и еще\nidle_minutes = 7\n"
        "mine = [1, # внутри\n  2]\n"
        "[keys] # мои\n# для мамы\nbudget = 'f11' # не \"f10\" # точно\nleave = '#'\n"
        "[profiles.'a#b']\n# в офисе\nserver = 'https://x.example/#y' # тут\n"
        "# конец\n",
    )
    assert config.change(places, idle_minutes=9)[1] == []
    text = places.settings_file.read_text("utf-8")
    lines = text.split("\n")
    assert 'theme = "mts-dark"  # люблю темное' in lines
    idle = lines.index("idle_minutes = 9")
    assert lines[idle - 2 : idle] == ["# сверху", "# и еще"]
    assert lines[lines.index("mine = [1, 2]") - 1] == "# внутри"
    assert "[keys]  # мои" in lines
    assert lines[lines.index('budget = "f11"  # не "f10" # точно') - 1] == "# для мамы"
    assert lines[lines.index('server = "https://x.example/#y"  # тут') - 1] == "# в офисе"
    assert lines[-2:] == ["# конец", ""]
    assert text.count("# Оформление") == 1
    config.change(places)
    assert places.settings_file.read_text("utf-8") == text, "and nothing is added by the next time"


def test_a_comment_of_a_line_that_goes_is_kept_at_the_end(places: Places) -> None:
    write(places, "[keys]\nbudget = 'f11'\n# почему так\nleave = 'f4' # потому\n")
    config.change(places, keys={"budget": "f11"})
    text = places.settings_file.read_text("utf-8")
    assert "leave" not in text
    assert "# почему так" in text
    assert "# потому" in text
    config.change(places, theme="mts-dark")
    assert places.settings_file.read_text("utf-8").count("# почему так") == 1


def test_a_comment_of_a_former_version_goes(places: Places) -> None:
    write(places, f"{next(iter(comments.FORMER))}\nplain_signs = true\n")
    config.change(places)
    assert "рамок и значков" not in places.settings_file.read_text("utf-8")


@settings(deadline=None)  # The machine may be busy.
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
            names.map(config._key),
            scalars | st.lists(scalars, max_size=3),
            st.booleans(),
        ),
        max_size=6,
        unique_by=lambda one: one[1],
    )
)
def test_no_comment_changes_what_the_file_says(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[str, str, object, bool]]
) -> None:
    places = Places.find(tmp_path_factory.getbasetemp() / "comments", {})
    text = "".join(
        f"#{comment}\n{key} = {config._toml(value)}\n"
        if above
        else f"{key} = {config._toml(value)} #{comment}\n"
        for comment, key, value, above in found
        if key not in Settings.__struct_fields__
    )
    write(places, text)
    before = tomllib.loads(text)
    config.change(places, theme="mts-dark")
    first = places.settings_file.read_bytes()
    after = tomllib.loads(first.decode())
    assert {name: repr(after[name]) for name in before} == {k: repr(v) for k, v in before.items()}
    for comment, key, _value, _above in found:
        assert key in Settings.__struct_fields__ or f"#{comment}".rstrip() in first.decode()
    config.change(places)
    assert places.settings_file.read_bytes() == first
