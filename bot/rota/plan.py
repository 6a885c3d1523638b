"""A plan as plain values: shifts, rotations, changes, hours. Nothing here asks the time or touches the database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

DAY_OFF = 8  # in hours: how a centre serves on a day off; 1 is Monday, 7 Sunday
A_DAY = 24 * 60
LONGEST_SHIFT = timedelta(days=62)
LONGEST_AWAY = timedelta(days=400)  # somebody who is away for longer has left


class Kind(StrEnum):
    """What somebody is on call for."""

    ANY = "any"
    DANGER = "danger"
    DAYTIME = "daytime"


class OnDaysOff(StrEnum):
    """Whether a rotation runs on a day off."""

    AS_USUAL = "as_usual"
    REST = "rest"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Post:
    """What a shift is for: which centre and place (None: the national rota), which kind, which rung."""

    centre_id: int
    province: str | None
    kind: Kind = Kind.ANY
    rung: int = 0


@dataclass(frozen=True, slots=True)
class Shift:
    """One colleague at one post from one moment to another."""

    post: Post
    staff_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """A daily shift whose colleagues take turns, `turn_days` days each; it may run over midnight."""

    post: Post
    members: tuple[int, ...]
    first_day: date
    begins: int  # minute of the day in Vietnam
    minutes: int = A_DAY
    turn_days: int = 1
    weekdays: frozenset[int] = frozenset(range(1, 8))
    days_off: OnDaysOff = OnDaysOff.AS_USUAL
    last_day: date | None = None
    name: str = ""

    @property
    def is_sound(self) -> bool:
        """A rotation that makes no sense puts nobody on call."""
        return (
            bool(self.members)
            and 0 <= self.begins < A_DAY
            and 0 < self.minutes <= A_DAY
            and self.turn_days >= 1
            and bool(self.weekdays)
            and self.weekdays <= frozenset(range(1, 8))
            and 0 <= self.post.rung <= 9
        )


@dataclass(frozen=True, slots=True)
class Change:
    """While it lasts, `cover_id` stands in for `staff_id`; without one, `staff_id` is on leave. Later ones win.

    Who stands in may hand that on by a later change. The two halves of a swap have one `pair`: they are one deed.
    """

    id: int
    staff_id: int
    cover_id: int | None
    starts_at: datetime
    ends_at: datetime
    pair: str | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """A centre serves from `begins` to `ends` (minutes; over 1440 is after midnight) on this day of the week."""

    centre_id: int
    day: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides who is on call."""

    shifts: tuple[Shift, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    changes: tuple[Change, ...] = ()
    hours: tuple[Hours, ...] = ()
    fallbacks: Mapping[int, int] = field(default_factory=dict)  # centre -> the centre that stands in
    homes: Mapping[str, frozenset[int]] = field(default_factory=dict)  # province -> its centres
    active: frozenset[int] = frozenset()  # colleagues who can be called at all
    lately: frozenset[str] = frozenset()  # provinces that had a shift of their own some days ago
    broken: int = 0  # entries that make no sense and are left out

    @property
    def posts(self) -> frozenset[Post]:
        """Everything that somebody is ever on call for."""
        return frozenset(one.post for one in self.shifts) | frozenset(one.post for one in self.rotations)
