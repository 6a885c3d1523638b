"""A wrong setting is named in one line that says how to mend it."""

import errno
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.channels.wake import ways
from bot.commands.serve import _not_to_be_had
from bot.seals import create_key_file
from bot.settings import PREFIX, SECRETS, Settings, SettingsProblem, load


def test_without_any_setting_everything_has_a_default() -> None:
    settings = load({})
    assert settings.is_sqlite and settings.sqlite_path == Path("data/donghanh.db") and settings.port == 8080


def test_a_data_directory_moves_everything_into_it() -> None:
    settings = load({"DONGHANH_DATA_DIR": "/tmp/x"})
    assert settings.database_url == "sqlite:////tmp/x/donghanh.db" and settings.key_file == Path("/tmp/x/key.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DONGHANH_PORTT", "1"),
        ("DONGHANH_PORT", "abc"),
        ("DONGHANH_PORT", "70000"),
        ("DONGHANH_DATABASE_URL", "mysql://x"),
        ("DONGHANH_PUBLIC_URL", "example.org"),
        ("DONGHANH_TELEGRAM_TOKEN_FILE", "/nowhere/at/all"),
        ("DONGHANH_TELEGRAM_TOKEN", "canary"),
        ("DONGHANH_STAFF_TELEGRAM_TOKEN", "123456 canary"),
        ("DONGHANH_TELEGRAM_PROXY", "socks5://canary@host:1"),
        ("DONGHANH_TELEGRAM_API_ROOT", "api.example.org"),
        ("DONGHANH_TELEGRAM_WEBHOOK_SECRET", "canary với dấu"),
        ("DONGHANH_TELEGRAM_PROXY", "http://canary@host:99999"),
        ("DONGHANH_PORT", "-1"),
        ("DONGHANH_PORT", "٣"),
        ("DONGHANH_PUBLIC_URL", "http://[::1"),
        ("DONGHANH_PUBLIC_URL", "https://"),
        ("DONGHANH_NTFY_URL", "https://canary@host:port"),
        ("DONGHANH_HEARTBEAT_URL", "https://host/ canary"),
        ("DONGHANH_DATABASE_URL", "sqlite:///"),
        ("DONGHANH_DATABASE_URL", "sqlite:///:memory:"),
        ("DONGHANH_DATABASE_URL", "sqlite:////tmp"),
        ("DONGHANH_DATABASE_URL", "postgresql://canary@host:port/x"),
        ("DONGHANH_DATABASE_URL", "postgresql://canary@[::1/x"),
        ("DONGHANH_DATA_DIR", "/etc/hostname"),
        ("DONGHANH_DATA_DIR", "/etc/hostname/below"),
        ("DONGHANH_DATA_DIR", "x" * 3000),
        ("DONGHANH_KEY_FILE", "/tmp"),
        ("DONGHANH_KEY_STORE", "/tmp"),
        ("DONGHANH_KEY_STORE", "/etc/hostname/keys.db"),
        ("DONGHANH_POLICY_FILE", "/tmp"),
        ("DONGHANH_TRUSTED_PROXIES", "127.0.0.1, my-proxy"),
        ("DONGHANH_LOCALE", "xx"),
        ("DONGHANH_HOST", "nhà mình"),
        ("DONGHANH_SERVICE_NAME", "x" * 61),
        ("DONGHANH_SERVICE_NAME", "hai\ndòng"),
        ("DONGHANH_METRICS_TOKEN", "canary\x00"),
        ("DONGHANH_SMTP_URL", "x" * 5000),
        ("DONGHANH_HSDS_GET_BY_NEED", "perhaps"),
        ("DONGHANH_UNDERSTAND_APART", "perhaps"),
        ("DONGHANH_SMTP_URL_FILE", "/tmp"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str) -> None:
    with pytest.raises(SettingsProblem, match=name.removesuffix("_FILE")) as problem:
        load({name: value})
    assert "\n" not in str(problem.value) and "canary" not in str(problem.value)


def test_persons_and_colleagues_have_accounts_of_their_own() -> None:
    with pytest.raises(SettingsProblem, match="STAFF_TELEGRAM_TOKEN"):
        load({"DONGHANH_TELEGRAM_TOKEN": "1:abc", "DONGHANH_STAFF_TELEGRAM_TOKEN": "1:abd"})
    assert load({"DONGHANH_TELEGRAM_TOKEN": "1:abc", "DONGHANH_STAFF_TELEGRAM_TOKEN": "2:abc"}).telegram_token


def test_a_secret_can_come_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("very-secret\n")
    settings = load({"DONGHANH_METRICS_TOKEN_FILE": str(tmp_path / "token")})
    assert settings.metrics_token == "very-secret" and "very-secret" not in repr(settings)


def test_what_is_left_empty_counts_as_not_given(tmp_path: Path) -> None:
    empty = {f"{PREFIX}{item.name.upper()}": " " for item in fields(Settings)}
    assert load(empty) == load({})
    (tmp_path / "token").write_text(" \n")
    with pytest.raises(SettingsProblem, match="TELEGRAM_TOKEN_FILE names an empty file"):
        load({"DONGHANH_TELEGRAM_TOKEN_FILE": str(tmp_path / "token")})
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsProblem, match="TELEGRAM_TOKEN_FILE names a file that holds no text"):
        load({"DONGHANH_TELEGRAM_TOKEN_FILE": str(tmp_path / "token")})


def test_a_secret_given_twice_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("canary")
    with pytest.raises(SettingsProblem, match="METRICS_TOKEN and DONGHANH_METRICS_TOKEN_FILE are both set"):
        load({"DONGHANH_METRICS_TOKEN": "a", "DONGHANH_METRICS_TOKEN_FILE": str(tmp_path / "token")})


NONSENSE = (
    "nonsense", "-1", "0", "9" * 20, "x" * 300, "x" * 20_000, "\x01", "\udcff", "đường/dẫn", "http://[::1", "http://",
    "http://host:99999", "https://host/ a", "/", "/dev/null", "/dev/null/x", "sqlite:////", "sqlite:////dev/null/x",
    "postgresql://", "postgresql://h:port/x", "smtp://", "smtp://h:abc", "a\nb", "1,2,3", "?", "#", "%", "~",
)  # fmt: skip


@pytest.mark.parametrize("name", [item.name for item in fields(Settings)])
def test_nonsense_in_any_setting_is_one_line_that_names_it_and_never_a_failure_inside(name: str) -> None:
    for value in NONSENSE:
        try:
            made = load({f"{PREFIX}{name.upper()}": value})
            ways(made)
        except SettingsProblem as problem:
            said = str(problem)
            assert "\n" not in said and f"{PREFIX}{name.upper()}".split("_PROVIDER")[0] in said, said
            assert name not in SECRETS or len(value) < 9 or value not in said, said


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("DATA_DIR", lambda path: path.write_text("x"), "DONGHANH_DATA_DIR"),
        ("KEY_STORE", lambda path: (path.write_bytes(b"x" * 5000), path.chmod(0o600)), "DONGHANH_KEY_STORE"),
        ("KEY_FILE", lambda path: (path.write_bytes(b"\xff"), path.chmod(0o600)), "is not a key file"),
        ("DATABASE_URL", lambda path: path.write_bytes(b"x" * 5000), "is no database of this service"),
        ("POLICY_FILE", lambda path: path.write_bytes(b"\xff"), "is no text"),
    ],
)
def test_a_place_that_cannot_be_used_is_said_by_the_commands_too(
    name: str, spoil: Callable[[Path], object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    spoil(tmp_path / "spoilt")
    monkeypatch.setenv("DONGHANH_DATA_DIR", str(tmp_path / "data"))
    create_key_file(tmp_path / "data" / "key.json")
    (tmp_path / "data" / "keys.db").touch(mode=0o600)
    prefix = "sqlite:///" if name == "DATABASE_URL" else ""
    monkeypatch.setenv(f"DONGHANH_{name}", f"{prefix}{tmp_path / 'spoilt'}")
    for command in (["migrate"], ["serve"]):
        if command == ["migrate"] and name == "POLICY_FILE":
            continue
        if command == ["serve"] and name != "POLICY_FILE":
            continue
        assert main(command) in (1, 2)
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1 and "inside" not in told


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EADDRNOTAVAIL, "HOST"), (-2, "HOST"), (errno.EADDRINUSE, "taken"), (errno.EACCES, "1023")],
)
def test_an_address_that_cannot_be_listened_on_is_told_apart_from_a_taken_port(number: int, said: str) -> None:
    assert said in _not_to_be_had(Settings(), OSError(number, "x"))
