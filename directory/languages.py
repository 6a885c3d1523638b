"""The languages we speak: a folder each, with its own name, how people ask for it, and how far it is."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from directory import wording
from directory.reading import fold

STATES = ("draft", "reviewed", "enabled")
FILE = "language.toml"
LONGEST_WISH = 8  # words; a longer message is about something else
# What may stand beside the name of a language when somebody only asks to be answered in it.
_ASKING = (
    "noi chuyen doi sang qua dung bang tra loi viet cho voi em minh toi tui muon duoc khong ko k a oi hay lam on ban "
    "giup please speak use in can you switch to change i want answer me"
)
_VIETNAMESE_LETTERS = frozenset("đăâêôơư")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

_WHICH = ("ngon ngu", "tieng khac", "language", "languages")


class LanguageUnclear(ValueError):
    """A language's own file lacks its name or names a state that does not exist."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, what its speakers call it, the words by which it is asked for."""

    code: str
    name: str
    asked_as: tuple[str, ...]
    state: str

    @property
    def is_enabled(self) -> bool:
        """Whether persons may choose it."""
        return self.state == "enabled"


@cache
def known() -> Mapping[str, Language]:
    """Every language with a folder, by its code. Raises LanguageUnclear."""
    return {code: _read(code) for code in wording.languages()}


def enabled() -> tuple[Language, ...]:
    """The languages persons may choose, Vietnamese first."""
    found = [one for one in known().values() if one.is_enabled]
    return tuple(sorted(found, key=lambda one: (one.code != wording.FALLBACK, one.code)))


def is_enabled(code: str | None) -> bool:
    """Whether we answer persons in this language."""
    return code in known() and known()[str(code)].is_enabled


def wished(text: str) -> str | None:
    """The code of the language somebody asks for ("English", "nói tiếng Anh được không"), if that is all they say."""
    named = ((language.code, name) for language in enabled() for name in language.asked_as)
    return next((code for code, name in named if _says_only(text, name, _ASKING)), None)


def asks_which(text: str) -> bool:
    """Whether somebody wants another language and does not say which."""
    return any(_says_only(text, name, f"{_ASKING} khac nao co nhung other languages") for name in _WHICH)


def _says_only(text: str, name: str, beside: str) -> bool:
    words = "".join(sign if sign.isalnum() else " " for sign in fold(text[:200])).split()
    told = f" {' '.join(words)} "
    rest = told.replace(f" {name} ", " ", 1)
    return len(words) <= LONGEST_WISH and rest != told and set(rest.split()) <= set(beside.split())


def is_plainly_vietnamese(text: str) -> bool:
    """Whether at least two words carry marks that only Vietnamese writes."""
    return sum(_is_marked(word) for word in text[:2_000].lower().split()) >= 2


def _is_marked(word: str) -> bool:
    whole = set(unicodedata.normalize("NFC", word))
    return bool(whole & _VIETNAMESE_LETTERS) or bool(set(unicodedata.normalize("NFD", word)) & _TONES)


def _read(code: str) -> Language:
    path = wording.LOCALES / code / FILE
    try:
        told = tomllib.loads(path.read_text("utf-8"))
        name, state = str(told["name"]), str(told["state"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        raise LanguageUnclear(f"locales/{code}/{FILE} must name `name`, `state` and `asked_as`.") from None
    if state not in STATES:
        raise LanguageUnclear(f"locales/{code}/{FILE}: state is one of {', '.join(STATES)}, not {state}.")
    return Language(code, name, tuple(fold(str(one)) for one in told.get("asked_as", ())), state)
