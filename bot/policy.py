"""What the organisation decides and signs: read from `policy.toml`, with documented defaults."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any

RECORDED_FOR = timedelta(days=365)
FRESH_DAYS = {
    "hotline": 30,
    "shelter": 30,
    "legal_firm": 120,
    "peer_group": 120,
    "peer_club": 120,
    "ngo": 120,
    "hiv_clinic": 180,
    "sti_clinic": 180,
    "srh_clinic": 180,
    "methadone_clinic": 180,
    "commune_health_station": 180,
    "one_stop_centre": 180,
    "private_clinic": 120,
    "pharmacy": 120,
    "psychologist": 120,
    "other": 365,
}


# Beyond these a person in danger would be kept waiting in silence: no organisation signs that by a slip of the pen.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "repeat_now_minutes": (1, 15),
    "manager_after_minutes": (1, 60),
    "manager_every_minutes": (5, 120),
    "stop_after_hours": (1, 24),
    "take_link_minutes": (15, 720),  # a link lives at least until the next call
    "help_call_minutes": (5, 60),
}
LONGEST_RUNG = 15


class PolicyProblem(Exception):
    """The policy file is missing or wrong; the message names the entry and says how to mend it."""


Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every decision by name. Minutes, hours and days are whole numbers; empty texts must be filled before opening."""

    organisation_name: str = ""
    public_contact: str = ""
    postal_address: str = ""
    data_person: str = ""
    signed_role: str = ""
    signed_on: str = ""
    request_begins_hour: int = 8
    request_ends_hour: int = 20
    rung_minutes: tuple[int, ...] = (5, 5, 10)
    repeat_now_minutes: int = 15
    stop_after_hours: int = 6
    manager_every_minutes: int = 60
    take_link_minutes: int = 60
    manager_after_minutes: int = 30
    repeat_whom: str = "last"
    nobody_calls_those_in_charge: bool = True
    danger_any_hour: bool = True
    help_call_minutes: int = 30
    most_cases: int = 4
    rest_hours: int = 8
    tet_days_before: int = 1
    tet_days_after: int = 3
    days_off: Words = ("01-01", "04-30", "05-01", "09-02")
    rota_warn_hours: int = 72
    channel_days: int = 30
    wake_order: Words = ("voice", "push", "mail")
    violence_level: str = "offer"
    under_18_alarm_on_age: bool = False
    recorded_lines: frozenset[str] | None = frozenset()  # None: the demonstration, where all may be shown
    hand_over_hours: int = 24
    words_days: int = 30
    routing_days: int = 40
    conversation_hours: int = 72
    legal_duty: bool = False
    erase_check_word: bool = False
    own_copy: bool = True
    other_province: bool = True
    consent_kinds: Words = ("private", "peer", "friendly")
    fresh_days: Mapping[str, int] = field(default_factory=lambda: dict(FRESH_DAYS))
    law_shown_days: int = 30
    second_factor: bool = True
    checks_a_day: int = 8
    complaints_for_review: int = 3
    good_reports_for_friendly: int = 2
    is_demo: bool = False

    @property
    def for_requests(self) -> str:
        """Where written requests go: what is public of the organisation, and its address."""
        return ", ".join(one for one in (self.public_contact, self.postal_address) if one)

    @property
    def kept(self) -> dict[str, int]:
        """How long a talk is kept, and the way to a person, as whatever keeps a message is told it."""
        return {"conversation_hours": self.conversation_hours, "routing_days": self.routing_days}

    def problems(self) -> tuple[str, ...]:
        """What stands in the way of opening the line, one sentence each; empty when it may open."""
        if self.is_demo:
            return ()
        wanted = ("organisation_name", "public_contact", "postal_address", "data_person", "signed_role", "signed_on")
        return tuple(f"policy.toml: {name} is empty; fill it in." for name in wanted if not getattr(self, name))

    def fresh_days_of(self, kind: str) -> int:
        """How long a listing of this kind counts as checked."""
        return self.fresh_days.get(kind, self.fresh_days["other"])


def demonstration() -> Policy:
    """The policy of the demonstration: plainly made up, all numbers allowed."""
    return Policy(
        organisation_name="Tổ chức mẫu",
        public_contact="địa chỉ liên hệ (mẫu)",
        recorded_lines=None,
        is_demo=True,
    )


def load(path: Path, *, today: date) -> Policy:
    """Read the organisation's decisions. Raises PolicyProblem with one line."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise PolicyProblem(f"{path} cannot be read: copy policy.toml from the project and fill it in.") from None
    except UnicodeDecodeError:
        raise PolicyProblem(f"{path} is no text in UTF-8: copy policy.toml from the project and fill it in.") from None
    except tomllib.TOMLDecodeError as problem:
        raise PolicyProblem(f"{path} is not valid TOML: {problem}.") from None
    known = {one.name for one in fields(Policy) if one.name != "is_demo"}
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name not in known:
            raise PolicyProblem(f"{path}: {name} is not a decision of this policy; remove it or mend its spelling.")
        wrong, values[name] = _read(name, value, getattr(Policy(), name), today)
        if wrong:
            raise PolicyProblem(f"{path}: {name} {wrong}.")
    made = Policy(**values)
    if wrong := _together(made):
        raise PolicyProblem(f"{path}: {wrong}.")
    return made


def _together(made: Policy) -> str:
    """What is wrong although each entry by itself is well formed."""
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(made, name) <= most:
            return f"{name} must be from {least} to {most}: otherwise somebody in danger waits and nobody is called"
    if max(made.rung_minutes) > LONGEST_RUNG:
        return f"rung_minutes must be from 1 to {LONGEST_RUNG} each: so long at most one colleague is waited for"
    if not made.wake_order:
        return 'wake_order is empty, and nobody would be woken: name at least one of "voice", "push", "mail"'
    if not 1 <= made.words_days <= 90:
        return "words_days must be from 1 to 90"
    if made.violence_level not in ("offer", "alarm"):
        return 'violence_level must be "offer" or "alarm"'
    if not made.request_begins_hour < made.request_ends_hour <= 24:
        return "request_begins_hour must come before request_ends_hour, which is at most 24"
    if made.repeat_whom not in ("last", "all"):
        return 'repeat_whom must be "last" or "all"'
    if unknown := sorted(set(made.wake_order) - {"voice", "push", "mail"}):
        return f'wake_order has no way {unknown[0]}: use "voice", "push", "mail"'
    if wrong := [one for one in made.days_off if not _is_day(one) and not _is_day(f"2028-{one}")]:
        return f'days_off: {wrong[0]} is no day; write "09-02" for every year or "2027-04-16" for one'
    if made.signed_on and not _is_day(made.signed_on):
        return "signed_on must be a day such as 2026-12-01"
    return ""


def _read(name: str, value: Any, default: Any, today: date) -> tuple[str, Any]:
    """(what is wrong with the entry, or nothing; its value)."""
    if name == "recorded_lines":
        return _recorded(value, today)
    if isinstance(default, bool):
        return ("" if isinstance(value, bool) else "must be true or false"), value
    if isinstance(default, int):
        return ("" if _is_count(value) else "must be a whole number above zero"), value
    if isinstance(default, str):
        return ("" if isinstance(value, str) else "must be text in quotes"), value
    if isinstance(default, Mapping):
        is_good = isinstance(value, dict) and all(_is_count(one) for one in value.values())
        unknown = sorted(set(value) - set(default)) if is_good else []
        if unknown:
            return f"has no kind {unknown[0]}: use {', '.join(default)}", value
        return ("" if is_good else "must be a table of days, for example shelter = 30"), {**default, **value}
    if isinstance(default[0], int):
        is_good = isinstance(value, list) and bool(value) and all(_is_count(one) for one in value)
        return ("" if is_good else "must be a list of minutes, for example [5, 5, 10]"), tuple(value)
    is_good = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return ("" if is_good else 'must be a list of words, for example ["push", "mail"]'), tuple(value)


def _recorded(value: Any, today: date) -> tuple[str, Any]:
    """Lines with a recorded test call: `N111 = "2026-10-02 supervisor"`. A call older than a year counts no more."""
    if not isinstance(value, dict):
        return 'must be a table, for example N111 = "2026-10-02 supervisor"', value
    found = set()
    for line, told in value.items():
        day, _, role = str(told).partition(" ")
        if not _is_day(day) or not role.strip():
            return f'says of {line} something else than a day and a role, for example "2026-10-02 supervisor"', value
        if date.fromisoformat(day) >= today - RECORDED_FOR:
            found.add(str(line))
    return "", frozenset(found)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
