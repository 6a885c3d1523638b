"""What the organisation decides and signs: read from `policy.toml`, with documented defaults."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


class PolicyProblem(Exception):
    """The policy file is missing or wrong; the message names the entry and says how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every decision by name. Minutes, hours and days are whole numbers; empty texts must be filled before opening."""

    organisation_name: str = ""
    public_contact: str = ""
    postal_address: str = ""
    data_person: str = ""
    signed_role: str = ""
    signed_on: str = ""
    rung_minutes: tuple[int, ...] = (5, 5, 10)
    repeat_now_minutes: int = 15
    stop_after_hours: int = 6
    manager_every_minutes: int = 60
    take_link_minutes: int = 60
    words_days: int = 30
    routing_days: int = 40
    conversation_hours: int = 72
    second_factor: bool = True
    recorded_lines: frozenset[str] | None = frozenset()  # None: the demonstration, where all may be shown
    is_demo: bool = False

    def problems(self) -> tuple[str, ...]:
        """What stands in the way of opening the line, one sentence each; empty when it may open."""
        if self.is_demo:
            return ()
        wanted = ("organisation_name", "public_contact", "postal_address", "data_person", "signed_role", "signed_on")
        return tuple(f"policy.toml: {name} is empty; fill it in." for name in wanted if not getattr(self, name))


def demonstration() -> Policy:
    """The policy of the demonstration: plainly made up, all numbers allowed."""
    return Policy(
        organisation_name="Tổ chức mẫu",
        public_contact="địa chỉ liên hệ (mẫu)",
        recorded_lines=None,
        is_demo=True,
    )


def load(path: Path) -> Policy:
    """Read the organisation's decisions. Raises PolicyProblem with one line."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise PolicyProblem(f"{path} cannot be read: copy policy.toml from the project and fill it in.") from None
    except tomllib.TOMLDecodeError as problem:
        raise PolicyProblem(f"{path} is not valid TOML: {problem}.") from None
    known = {one.name: one for one in fields(Policy) if one.name != "is_demo"}
    values: dict[str, Any] = {}
    for name, value in told.items():
        if name not in known:
            raise PolicyProblem(f"{path}: {name} is not a decision of this policy; remove it or mend its spelling.")
        values[name] = _checked(path, name, value, getattr(Policy(), name))
    made = Policy(**values)
    if not 1 <= made.words_days <= 90:
        raise PolicyProblem(f"{path}: words_days must be from 1 to 90.")
    return made


def _checked(path: Path, name: str, value: Any, default: Any) -> Any:
    if isinstance(default, bool) or not isinstance(default, int):
        pass
    elif not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PolicyProblem(f"{path}: {name} must be a whole number above zero.")
    if isinstance(default, tuple):
        if not isinstance(value, list) or not value or not all(isinstance(one, int) and one > 0 for one in value):
            raise PolicyProblem(f"{path}: {name} must be a list of minutes, for example [5, 5, 10].")
        return tuple(value)
    if isinstance(default, frozenset):
        if not isinstance(value, list):
            raise PolicyProblem(f'{path}: {name} must be a list of ids, for example ["N111"].')
        return frozenset(map(str, value))
    if isinstance(default, str) and not isinstance(value, str):
        raise PolicyProblem(f"{path}: {name} must be text in quotes.")
    if isinstance(default, bool) and not isinstance(value, bool):
        raise PolicyProblem(f"{path}: {name} must be true or false.")
    return value
