"""Every setting of the service, read once from the environment; a wrong one is named in a single line."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "DONGHANH_"
ROLES = ("web", "turns", "mailroom", "timers")


class SettingsProblem(Exception):
    """A setting is missing or wrong; the message names it and says how to mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings by their name in the environment, in lower case and without the prefix."""

    database_url: str = "sqlite:///data/donghanh.db"
    data_dir: Path = Path("data")
    key_file: Path = Path("data/key.json")
    key_store: str = "data/keys.db"
    policy_file: Path = Path("policy.toml")
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    trusted_proxies: tuple[str, ...] = ()
    metrics_token: str = field(default="", repr=False)
    locale: str = "vi"
    service_name: str = "Đồng Hành"
    telegram_token: str = field(default="", repr=False)
    telegram_api_root: str = ""
    telegram_proxy: str = field(default="", repr=False)
    telegram_webhook_secret: str = field(default="", repr=False)
    zalo_bot_token: str = field(default="", repr=False)
    zalo_bot_api_root: str = ""
    zalo_bot_webhook_secret: str = field(default="", repr=False)
    zalo_oa_app_id: str = ""
    zalo_oa_id: str = ""
    zalo_oa_secret: str = field(default="", repr=False)
    zalo_oa_app_secret: str = field(default="", repr=False)
    zalo_oa_refresh_token: str = field(default="", repr=False)
    zalo_oa_api_root: str = ""
    zalo_oa_oauth_root: str = ""
    staff_telegram_token: str = field(default="", repr=False)
    staff_zalo_bot_token: str = field(default="", repr=False)
    ntfy_url: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    sms_provider: str = ""
    sms_key: str = field(default="", repr=False)
    sms_secret: str = field(default="", repr=False)
    voice_provider: str = ""
    voice_key: str = field(default="", repr=False)
    voice_secret: str = field(default="", repr=False)
    voice_from: str = ""
    voice_api_root: str = ""
    heartbeat_url: str = field(default="", repr=False)
    hsds_get_by_need: bool = False
    test_database_url: str = ""

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The database file of an SQLite address; relative addresses are relative to the working directory."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def base_url(self) -> str:
        """Where persons and staff reach the service: PUBLIC_URL, or the local address."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


SECRETS = frozenset(item.name for item in fields(Settings) if not item.repr)
_NAMES = frozenset(item.name for item in fields(Settings))


def _named(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _gather(environ: Mapping[str, str]) -> dict[str, str]:
    """Collect our variables, reading `NAME_FILE` for secrets; refuse names we do not know."""
    found: dict[str, str] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in _NAMES:
            found[name] = value
        elif name.removesuffix("_file") in SECRETS:
            found[name.removesuffix("_file")] = _read_secret(variable, value)
        else:
            raise SettingsProblem(f"{variable} is not a setting of this service: see docs/settings.md, or remove it.")
    return found


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as problem:
        raise SettingsProblem(f"{variable} names a file that cannot be read ({problem.strerror}).") from None


def _port(value: str) -> int:
    if not value.isdigit() or not 0 <= int(value) <= 65535:
        raise SettingsProblem(f"{_named('port')} must be a whole number from 0 to 65535.")
    return int(value)


def _yes(name: str, value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise SettingsProblem(f"{_named(name)} must be yes or no.")
    return value.lower() in ("yes", "true", "1")


def _database_url(value: str) -> str:
    if value.startswith("postgresql://"):
        return "postgresql+psycopg://" + value.removeprefix("postgresql://")
    if value.startswith(("sqlite:///", "postgresql+psycopg://")):
        return value
    raise SettingsProblem(
        f"{_named('database_url')} must begin with sqlite:/// or postgresql:// (example: sqlite:///data/donghanh.db)."
    )


def _web_address(name: str, value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise SettingsProblem(f"{_named(name)} must be a whole address such as https://example.org.")
    return value


def _check_telegram(given: Mapping[str, str]) -> None:
    """The forms of Telegram's secrets; the values themselves are never quoted."""
    for name in ("telegram_token", "staff_telegram_token"):
        if given.get(name) and not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,100}", given[name]):
            raise SettingsProblem(f"{_named(name)} must look like 123456:ABC-def, as @BotFather gave it.")
    numbers = [given.get(name, "").partition(":")[0] for name in ("telegram_token", "staff_telegram_token")]
    if numbers[0] and numbers[0] == numbers[1]:
        raise SettingsProblem(f"{_named('staff_telegram_token')} must be another account than the public one.")
    if given.get("telegram_proxy") and urlsplit(given["telegram_proxy"]).scheme not in ("http", "https"):
        raise SettingsProblem(f"{_named('telegram_proxy')} must be an address such as http://user:password@host:3128.")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("telegram_webhook_secret", "")):
        raise SettingsProblem(f"{_named('telegram_webhook_secret')} may hold 1 to 256 of A-Z a-z 0-9 _ - only.")


def _waking(given: Mapping[str, str]) -> dict[str, str]:
    """What wakes colleagues and who is told that the service is well."""
    if given.get("voice_provider"):
        missing = [name for name in ("voice_key", "voice_secret", "voice_from") if not given.get(name)]
        if missing:
            raise SettingsProblem(f"{_named(missing[0])} is needed when {_named('voice_provider')} is set.")
    names = ("ntfy_url", "voice_api_root", "heartbeat_url")
    return {name: _web_address(name, given.get(name, "")) for name in names}


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings, or raise SettingsProblem with one line that names the setting and how to mend it."""
    given = _gather(os.environ if environ is None else environ)
    data_dir = Path(given.get("data_dir", "data"))
    values: dict[str, object] = dict(given)
    values["data_dir"] = data_dir
    values["database_url"] = _database_url(given.get("database_url", f"sqlite:///{data_dir / 'donghanh.db'}"))
    values["key_file"] = Path(given.get("key_file", str(data_dir / "key.json")))
    values["key_store"] = given.get("key_store", str(data_dir / "keys.db"))
    values["policy_file"] = Path(given.get("policy_file", "policy.toml"))
    values["port"] = _port(given.get("port", "8080"))
    values["hsds_get_by_need"] = _yes("hsds_get_by_need", given.get("hsds_get_by_need", "no"))
    proxies = (part.strip() for part in given.get("trusted_proxies", "").split(","))
    values["trusted_proxies"] = tuple(proxy for proxy in proxies if proxy)
    for name in ("public_url", "telegram_api_root", "zalo_bot_api_root", "zalo_oa_api_root", "zalo_oa_oauth_root"):
        values[name] = _web_address(name, given.get(name, ""))
    _check_telegram(given)
    values |= _waking(given)
    return Settings(**values)  # type: ignore[arg-type]
