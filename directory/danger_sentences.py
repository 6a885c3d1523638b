"""Advice about the body that is said in danger: who has still to look at it, and what it rests on."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from directory.seedfiles import load_table
from directory.wording import t

SEED = Path(__file__).resolve().parent / "seed"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One sentence of the catalogue and how far its review has come."""

    key: str
    review: str  # lawyer | doctor | peer
    facts: tuple[str, ...]
    reviewer: str | None
    reviewed_on: date | None

    @property
    def awaits_review(self) -> bool:
        """Nobody of that role has said yes, or nobody wrote down when."""
        return not self.reviewer or self.reviewed_on is None


@cache
def table() -> tuple[Reviewed, ...]:
    """Every such sentence."""
    told = load_table(SEED / "danger-sentences.yaml")["sentences"]
    return tuple(
        Reviewed(str(one["key"]), str(one["review"]), tuple(one["facts"]), one["reviewer"], one["reviewed_on"])
        for one in told
    )


def awaiting(role: str) -> tuple[Reviewed, ...]:
    """What this role has still to look at."""
    return tuple(one for one in table() if one.review == role and one.awaits_review)


def closing(key: str, language: str) -> str:
    """The calm line below a sentence that still waits; empty for all others."""
    waits = next((one for one in table() if one.key == key and one.awaits_review), None)
    return t(f"danger.awaiting.{waits.review}", language) if waits else ""
