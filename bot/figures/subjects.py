"""What is told in figures, subject by subject, and which counters each line takes its numbers from.

Only what happens about once in a case, or once in a talk, is here. Messages and alarms are not: twenty of them may be
one person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from directory import needs

_OUTCOMES = (
    "safe", "referred_health", "referred_legal", "referred_shelter", "referred_other", "accompanied", "informed",
    "listened", "safety_plan", "person_declined", "person_silent", "handed_elsewhere", "no_service", "not_for_us",
    "hoax", "recalled", "erased",
)  # fmt: skip
_BARRIERS = (
    "distance", "cost", "papers", "opening_hours", "no_service", "full", "fear_of_exposure", "fear_of_police",
    "stigma", "children", "language", "controlled", "no_phone", "reception",
)  # fmt: skip
_ENDS = ("done", "attended_last", "declined", "lost")
_SEARCHED = ("found", "far", "none")  # there, only elsewhere, nowhere


@dataclass(frozen=True, slots=True)
class Subject:
    """One table. `kinds` says for each kind of counter which line it belongs to.

    Where `adds_up`, each thing counted is in exactly one line, so that there is a sum, and the sum by groups of needs.
    Where not, one case may be in several lines: their sum could be one person, and is not told. `total_of` says of
    lines that are parts of a smaller sum which sum that is. `by_model`: the sum is told by programme models too.
    """

    name: str
    kinds: Mapping[str, str]
    adds_up: bool = True
    by_model: bool = False
    total_of: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.kinds.values()))


SUBJECTS = (
    Subject("case", {f"case_{line}": line for line in ("now", "violence", "request")}),
    Subject("taken", {"taken_within_5": "within_5", "taken_later": "later"}),
    Subject("outcome", {f"outcome.{line}": line for line in _OUTCOMES}),
    Subject("barrier", {f"barrier.{line}": line for line in _BARRIERS}, adds_up=False),
    Subject("referred", {"training_sent": "training", "referred": "sent"}, by_model=True),
    Subject(
        "referral",
        {f"training_{line}": f"training_{line}" for line in _ENDS} | {f"referral_{line}": line for line in _ENDS},
        by_model=True,
    ),
    Subject(
        "peer", {"contact_made": "contact", "company_done": "along", "company_dropped": "not_along"}, adds_up=False
    ),
    Subject(
        "search",
        {f"search_{what}:{code}": f"{what}:{code}" for code in needs.NEEDS for what in _SEARCHED},
        adds_up=False,
        total_of={f"{what}:{code}": code for code in needs.NEEDS for what in _SEARCHED},
    ),
)
SUBJECT_OF: Mapping[str, tuple[Subject, str]] = {
    kind: (one, line) for one in SUBJECTS for kind, line in one.kinds.items()
}
