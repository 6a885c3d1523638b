"""Every setting of the service, read once from the environment; a wrong one is named in a single line."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from directory import wording

PREFIX = "DONGHANH_"
MOST_LETTERS = 4_000
MOST_NAME = 60
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
    understand_apart: bool = True
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
    """Collect our variables, reading `NAME_FILE` for secrets; refuse names we do not know.

    What is left empty, as a form of a container often leaves it, counts as not given.
    """
    found: dict[str, str] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in _NAMES and name.removesuffix("_file") not in SECRETS:
            raise SettingsProblem(f"{variable} is not a setting of this service: see docs/settings.md, or remove it.")
        _be_plain(variable, value)
        if not value.strip():
            continue
        if name not in _NAMES:
            name, value = name.removesuffix("_file"), _read_secret(variable, value)
            if name in found or environ.get(_named(name), "").strip():
                raise SettingsProblem(f"{_named(name)} and {variable} are both set: keep one of them.")
        found[name] = value
    return found


def _be_plain(variable: str, value: str) -> None:
    if any(ord(letter) < 32 or ord(letter) == 127 or "\ud800" <= letter <= "\udfff" for letter in value):
        raise SettingsProblem(f"{variable} holds a line break or signs that are no text: write its value anew.")
    if len(value) > MOST_LETTERS:
        raise SettingsProblem(f"{variable} is longer than {MOST_LETTERS} letters: write its value anew.")


def _read_secret(variable: str, path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            told = file.read(MOST_LETTERS + 2).strip()
    except OSError as problem:
        raise SettingsProblem(f"{variable} names a file that cannot be read ({problem.strerror}).") from None
    except ValueError:
        raise SettingsProblem(f"{variable} names a file that holds no text: put the secret alone into it.") from None
    if not told:
        raise SettingsProblem(f"{variable} names an empty file: put the secret into it, or remove the setting.")
    _be_plain(variable, told)
    return told


def _path(name: str, value: str, *, is_folder: bool = False) -> Path:
    """A file that may not be there yet, in a place where it can be."""
    path = Path(value)
    if "?" in value:
        raise SettingsProblem(f"{_named(name)} may hold no question mark: choose another name.")
    try:
        if path.exists() and path.is_dir() is not is_folder:
            what = "a file, and must be a folder" if not path.is_dir() else "a folder, and must be a file"
            raise SettingsProblem(f"{_named(name)} names {what}: {path}")
        above = next((one for one in path.absolute().parents if one.exists()), Path("/"))
        if not above.is_dir():
            raise SettingsProblem(f"{_named(name)} lies below {above}, which is no folder.")
    except OSError as problem:
        raise SettingsProblem(f"{_named(name)} names a place that cannot be used ({problem.strerror}).") from None
    return path


def _port(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > 65535:
        raise SettingsProblem(f"{_named('port')} must be a whole number from 0 to 65535.")
    return int(value)


def _yes(name: str, value: str) -> bool:
    if value.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise SettingsProblem(f"{_named(name)} must be yes or no.")
    return value.lower() in ("yes", "true", "1")


def _database_url(value: str) -> str:
    example = "sqlite:///data/donghanh.db or postgresql://user@host/name"
    if value.startswith("postgresql://"):
        value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
    if value.startswith("postgresql+psycopg://"):
        try:
            make_url(value)
        except (ArgumentError, ValueError):
            raise SettingsProblem(f"{_named('database_url')} is no whole address (example: {example}).") from None
        return value
    if not value.startswith("sqlite:///") or value in ("sqlite:///", "sqlite:///:memory:"):
        raise SettingsProblem(f"{_named('database_url')} must begin with sqlite:/// or postgresql:// ({example}).")
    _path("database_url", value.removeprefix("sqlite:///"))
    return value


def _is_address(value: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    """A whole address: its scheme, a host, a port there can be."""
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and not re.search(r"\s", value)


def _web_address(name: str, value: str) -> str:
    if value and not _is_address(value):
        raise SettingsProblem(f"{_named(name)} must be a whole address such as https://example.org.")
    return value


def _proxies(value: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in value.split(",") if part.strip())
    for one in found:
        try:
            ipaddress.ip_address(one)
        except ValueError:
            raise SettingsProblem(
                f"{_named('trusted_proxies')} must be addresses such as 127.0.0.1, separated by commas."
            ) from None
    return found


def _who_we_are(given: Mapping[str, str]) -> dict[str, str]:
    """The name of the line, its language, and where it listens."""
    told = {name: given[name].strip() for name in ("service_name", "locale", "host") if name in given}
    if len(told.get("service_name", "")) > MOST_NAME:
        raise SettingsProblem(f"{_named('service_name')} must be a name of {MOST_NAME} letters at most.")
    if "locale" in told and told["locale"] not in wording.languages():
        known = ", ".join(wording.languages())
        raise SettingsProblem(f"{_named('locale')} must be a language that has a folder in locales/: {known}.")
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}|", told.get("host", "")):
        raise SettingsProblem(f"{_named('host')} must be an address of this machine such as 127.0.0.1 or 0.0.0.0.")
    return told


def _check_telegram(given: Mapping[str, str]) -> None:
    """The forms of Telegram's secrets; the values themselves are never quoted."""
    for name in ("telegram_token", "staff_telegram_token"):
        if given.get(name) and not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,100}", given[name]):
            raise SettingsProblem(f"{_named(name)} must look like 123456:ABC-def, as @BotFather gave it.")
    numbers = [given.get(name, "").partition(":")[0] for name in ("telegram_token", "staff_telegram_token")]
    if numbers[0] and numbers[0] == numbers[1]:
        raise SettingsProblem(f"{_named('staff_telegram_token')} must be another account than the public one.")
    if given.get("telegram_proxy") and not _is_address(given["telegram_proxy"]):
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
    data_dir = _path("data_dir", given.get("data_dir", "data"), is_folder=True)
    values: dict[str, object] = {**given, **_who_we_are(given)}
    values["data_dir"] = data_dir
    values["database_url"] = _database_url(given.get("database_url", f"sqlite:///{data_dir / 'donghanh.db'}"))
    values["key_file"] = _path("key_file", given.get("key_file", str(data_dir / "key.json")))
    values["key_store"] = str(_path("key_store", given.get("key_store", str(data_dir / "keys.db"))))
    values["policy_file"] = _path("policy_file", given.get("policy_file", "policy.toml"))
    values["port"] = _port(given.get("port", "8080"))
    values["hsds_get_by_need"] = _yes("hsds_get_by_need", given.get("hsds_get_by_need", "no"))
    values["understand_apart"] = _yes("understand_apart", given.get("understand_apart", "yes"))
    values["trusted_proxies"] = _proxies(given.get("trusted_proxies", ""))
    for name in ("public_url", "telegram_api_root", "zalo_bot_api_root", "zalo_oa_api_root", "zalo_oa_oauth_root"):
        values[name] = _web_address(name, given.get(name, ""))
    _check_telegram(given)
    values |= _waking(given)
    return Settings(**values)  # type: ignore[arg-type]
