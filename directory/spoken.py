""" "Nói tiếng …": the languages that a colleague or a place may be marked with, and how somebody wishes for one."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from directory.seedfiles import load_table
from directory.wording import FALLBACK

SEED = Path(__file__).resolve().parent / "seed"
WISH = "speaks:"  # a wish of a search, with the code behind it
_VERBS = ("noi", "noi duoc", "biet", "ranh", "hieu", "bang", "speak", "speaks", "speaking", "in")
_DENIED = frozenset({"khong", "ko", "k", "chua", "dont", "not", "cannot"})


@dataclass(frozen=True, slots=True)
class Spoken:
    """One language: its code, its name in the languages of the house, how people call it."""

    code: str
    names: Mapping[str, str]
    called: tuple[str, ...]
    letters: tuple[str, ...] = ()  # how its letters are named in Unicode, where no other language here writes them
    affirms: frozenset[str] = frozenset()  # whole words
    denies: frozenset[str] = frozenset()


@cache
def table() -> Mapping[str, Spoken]:
    """Every language that may be marked, in the order of the file."""
    rows = load_table(SEED / "spoken.yaml")["languages"]
    return {
        str(row["code"]): Spoken(
            str(row["code"]),
            {"vi": row["vi"], "en": row["en"]},
            tuple(row["called"]),
            tuple(row.get("letters", ())),
            frozenset(row.get("affirms", ())),
            frozenset(row.get("denies", ())),
        )
        for row in rows
    }


def by_letters(text: str) -> str:
    """The code of the language whose letters these are; empty where no language of the table has letters of its own.
    The first that has any of them: who writes Japanese writes Chinese signs too."""
    names = [unicodedata.name(sign, "") for sign in text[:500] if sign.isalpha()]
    written = {code: one.letters for code, one in table().items() if one.letters}
    return next((code for code, many in written.items() if any(name.startswith(many) for name in names)), "")


def says_yes(text: str) -> bool:
    """Whether this is the word for yes in one of the languages that are written in letters of their own."""
    return any(_bare(text) in one.affirms for one in table().values())


def says_no(text: str) -> bool:
    """The same for no."""
    return any(_bare(text) in one.denies for one in table().values())


def _bare(text: str) -> str:
    return text.strip(" .,!?。！？、，។៖").lower()


def name(code: str, language: str = FALLBACK) -> str:
    """What the language is called; a code nobody knows stands as it is."""
    one = table().get(code)
    return code if one is None else one.names.get(language, one.names[FALLBACK])


def named(codes: Iterable[str], language: str = FALLBACK) -> str:
    """Several of them in one line, in the order of the file, those it does not know at the end."""
    order = list(table())
    return ", ".join(name(code, language) for code in sorted(codes, key=lambda code: _place(order, code)))


def beside_vietnamese(codes: Iterable[str]) -> tuple[str, ...]:
    """Those that are worth a word: everybody here speaks Vietnamese."""
    return tuple(code for code in codes if code != FALLBACK)


def wish_in(plain: str) -> str | None:
    """The wish for a language in a folded message ("speaks:en" of "cho nao noi tieng anh"); None without one."""
    if _names().isdisjoint(plain.split()):
        return None
    line = f" {plain} "
    for code, heard in _heard().items():
        for words in heard:
            at = line.find(words)
            if at >= 0 and _DENIED.isdisjoint(line[:at].split()[-2:]):
                return f"{WISH}{code}"
    return None


@cache
def _names() -> frozenset[str]:
    """The first words of what languages are called: without one of them there is no such wish."""
    return frozenset(name.split()[0] for one in table().values() for name in one.called)


@cache
def _heard() -> Mapping[str, tuple[str, ...]]:
    both = {
        code: tuple(f" {verb} {name} " for name in one.called for verb in _VERBS)
        + tuple(f" {name} speaking " for name in one.called if not name.startswith("tieng "))
        for code, one in table().items()
    }
    return both


def _place(order: list[str], code: str) -> tuple[int, str]:
    return (order.index(code) if code in order else len(order)), code
