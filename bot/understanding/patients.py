"""Tells whose body somebody writes about when somebody bleeds or lies unconscious: her own, or another one's."""

from collections.abc import Sequence

from bot.understanding.patterns import STOP, View
from directory.reading.spelling import bare

_HERSELF_WORDS = "em e minh mik toi tui tao t i im me"
_HERSELF = frozenset(_HERSELF_WORDS.split())
_OTHER_WORDS = "no ban chong khach friend she he her him they girl ny thang"
_OTHERS = frozenset(_OTHER_WORDS.split())
# Anybody, herself too, unless told which one: "chị ấy", "con bé", "người ta".
_TITLE_WORDS = "chi anh ba ong con cai co dua nguoi be me bac di"
_TITLES = frozenset(_TITLE_WORDS.split())
_WHICH_WORDS = "ay ta do kia be gai nho ban quen yeu"
_WHICH = frozenset(_WHICH_WORDS.split())
_ENGLISH_I = "di"  # what the reading makes of a small "i"
_AM = frozenset({"am", "was", "have", "feel"})
_DONE_BY_WORDS = "bi do tai voi cung cho nha gap by with"  # "bị khách đánh": who did it, not who bleeds
_DONE_BY = frozenset(_DONE_BY_WORDS.split())
_HELPLESS_WORDS = "ngat tinh me giat tho bot lieu soc breathing overdose overdosed"
_HELPLESS = frozenset(_HELPLESS_WORDS.split())


def is_herself(seen: View, start: int, end: int) -> bool:
    """Whether what stands there in the message happens to the one who writes.

    Whoever is named nearest before it; else after it; else bleeding is her own, for whoever lies unconscious does not
    write.
    """
    before, found, after = (_folded(part) for part in (seen.line[:start], seen.line[start:end], seen.line[end:]))
    named = [is_her for at in reversed(range(len(before))) if (is_her := _named(before, at)) is not None]
    named += [is_her for at in range(len(after)) if (is_her := _named(after, at)) is not None]
    return named[0] if named else not _HELPLESS.intersection(found)


def _named(words: Sequence[str], at: int) -> bool | None:
    """True: this word names the writer; False: somebody else; None: nobody whom it could have happened to."""
    word = words[at]
    ahead = words[at - 1] if at else ""
    follows = words[at + 1] if at + 1 < len(words) else ""
    if word in _HERSELF:
        return ahead not in _OTHERS | _TITLES | {"my", "cua"}  # "bạn em", "chồng mình"
    if word == _ENGLISH_I and follows in _AM:
        return True
    is_other = (word in _OTHERS and follows != "san") or (word in _TITLES and follows in _WHICH)  # "khách sạn": a hotel
    if not is_other or follows in _HERSELF:
        return None  # "bạn em" is looked at where "em" stands
    return None if _did_it(words, at) else False


def _did_it(words: Sequence[str], at: int) -> bool:
    """ "bị hai thằng khách nó đánh": all of them stand behind one "bị"."""
    while at > 0 and words[at - 1] in _OTHERS | _TITLES | {"may", "mot", "hai", "nhom"}:
        at -= 1
    return at > 0 and words[at - 1] in _DONE_BY


def _folded(line: str) -> list[str]:
    return [bare(word).rstrip("12345") for word in line.split() if word != STOP]
