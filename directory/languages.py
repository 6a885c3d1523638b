"""The languages we speak: a folder each, with its own name, how people ask for it, and how far it is."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from directory import wording
from directory.reading import fold

STATES = ("draft", "reviewed", "enabled")
FILE = "language.toml"
LONGEST_WISH, MOST_LETTERS = 8, 80  # words, letters; a longer message is about something else
# What may stand beside the name of a language when somebody only asks to be answered in it.
_ASKING = (
    "noi chuyen doi sang qua dung bang tra loi viet cho voi em minh toi tui muon duoc khong ko k a oi hay lam on ban "
    "giup please speak use in can you switch to change i want answer me di nha nhe luon ad bot pls plz talk we could"
)
_WORD = re.compile(r"[^\W_]+")
_VIETNAMESE_LETTERS = frozenset("đăâêôơư")
_EVERYDAY_WORDS = "em toi minh tui mik khong ko hong muon duoc dc bi nao sao lam giup oi roi vay thi nhung cua dang"
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())  # without marks, and no English
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

# Asked for, and not offered until somebody makes a folder for it: then its own name goes first.
_OTHERS = (
    "tieng trung quoc", "tieng trung", "tieng hoa", "tieng han quoc", "tieng han", "tieng nhat", "tieng phap",
    "tieng nga", "tieng thai", "tieng lao", "tieng khmer", "tieng khome", "tieng campuchia", "tieng tay", "tieng nung",
    "tieng muong", "tieng mong", "tieng hmong", "tieng dao", "tieng ede", "tieng e de", "tieng gia rai", "tieng cham",
    "tieng dan toc", "chinese", "mandarin", "cantonese", "korean", "japanese", "french", "russian", "thai", "khmer",
    "lao", "hmong",
)  # fmt: skip
_WHICH = ("ngon ngu", "tieng khac", "language", "languages")
_BEGINS = frozenset(name.split()[0] for name in (*_WHICH, *_OTHERS))


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


def text_in(texts: Mapping[str, str], language: str) -> str:
    """What was written in several languages: in this one, else in Vietnamese, else in any, and then marked as such."""
    borrowed = next((code for code in (language, wording.FALLBACK, *texts) if texts.get(code)), None)
    return marked(texts[borrowed], borrowed, language) if borrowed else ""


def marked(text: str, written_in: str, language: str) -> str:
    """The text, with the name of its language before it for whoever reads another."""
    if not text or written_in == language:
        return text
    return f"({named(written_in)}) {text}"


def named(code: str) -> str:
    """What its speakers call a language."""
    if code == wording.FALLBACK:
        return wording.catalogue(code)["language.borrowed"].strip("()")
    return known()[code].name if code in known() else code


def wished(text: str) -> str | None:
    """The code of the language somebody asks for ("English", "nói tiếng Anh được không"), if that is all they say."""
    words, names = _words(text), _names()
    if names.begins.isdisjoint(words.split()):
        return None
    return next((code for code, name in names.all if _says_only(words, name, _beside(""))), None)


def asks_which(text: str) -> bool:
    """Whether somebody wants another language and does not say which."""
    words = _words(text)
    if _BEGINS.isdisjoint(words.split()):
        return False
    beside, fewer = _beside("khac nao co nhung other languages"), _beside("co biet do")  # "chỗ nào nói tiếng Khmer"
    known = ((name, beside) for name in _WHICH), ((name, fewer) for name in _OTHERS)
    return any(_says_only(words, name, allowed) for many in known for name, allowed in many)


def _words(text: str) -> str:
    """The folded words of a message that is short enough to be a wish; most are not, and cost nothing."""
    if len(text) > MOST_LETTERS or text.count(" ") >= LONGEST_WISH:
        return ""
    return " ".join(_WORD.findall(fold(text)))


def _says_only(words: str, name: str, beside: frozenset[str]) -> bool:
    if name not in words:
        return False
    rest = f" {words} ".replace(f" {name} ", " ", 1)
    return len(rest) < len(words) + 2 and set(rest.split()) <= beside


class Names(NamedTuple):
    """(code, name) for every way in which a language that may be chosen is asked for, and the first words of all."""

    all: tuple[tuple[str, str], ...]
    begins: frozenset[str]


@cache
def _names() -> Names:
    known = tuple((language.code, name) for language in enabled() for name in language.asked_as)
    return Names(known, frozenset(name.split()[0] for _, name in known))


@cache
def _beside(more: str) -> frozenset[str]:
    return frozenset(f"{_ASKING} {more}".split())


def is_plainly_vietnamese(text: str) -> bool:
    """Whether at least two words carry marks that only Vietnamese writes, or are words of every Vietnamese message."""
    words = text[:2_000].lower().split()
    return sum(map(_is_marked, words)) >= 2 or len(_EVERYDAY.intersection(words)) >= 2


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
