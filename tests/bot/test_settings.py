"""A wrong setting is named in one line that says how to mend it."""

from pathlib import Path

import pytest

from bot.settings import SettingsProblem, load


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
