"""How far a name reaches: words that stand together, and words that only look as if they began or ended one."""

from functools import cache, lru_cache

from directory.gazetteer import forget_with_lists
from directory.place_cues import Tok
from directory.place_words import (
    content,
    has_district,
    is_named_like_a_province,
    name_set,
    names,
    without_apostrophe,
)
from directory.reading import Step, fold
from directory.reading.shortenings import several, shortenings
from directory.reading.syllables import is_syllable

_LONGEST_INSIDE = 3


def name_word(tok: Tok) -> str:
    """A word as names have it: in "m drak", "tram tau" it is what was typed, not what it may be short for."""
    word, typed = tok.word, tok.typed
    if typed == word.plain and typed.isascii():
        return typed
    if (folded := _folded(typed)) != word.plain and folded in _words_without_apostrophe():
        return folded  # "ea hleo" has no heo in it
    if (word.how and word.how == Step.SHORTENING and typed in _words_of_names()) or typed in ("a", "b"):
        return folded
    return word.plain


_folded = lru_cache(maxsize=10_000)(fold)


@cache
def _words_of_names() -> frozenset[str]:
    """Words of names that are a shortening too, and one of a single word: "tau", not "ca" for "công an"."""
    one = {form for form, read in shortenings().items() if len(read) == 1}
    one |= {form for form, choices in several().items() if all(len(choice.words) == 1 for choice in choices)}
    one |= {form for form in several() if len(form) == 1}  # "ea h leo"
    known = {word for name in names() for word in name.split()}
    return frozenset(form for form in one if fold(form) in known)


@cache
def _words_without_apostrophe() -> frozenset[str]:
    """What is left of "H'leo" without the sign, where no Vietnamese syllable is spelt so: "hleo"."""
    there = {word for name in without_apostrophe() for word in name.split()}
    official = {word for names_ in without_apostrophe().values() for name in names_ for word in name.split()}
    return frozenset(word for word in there - official if not is_syllable(word))


for _known in (_words_of_names, _words_without_apostrophe):
    forget_with_lists(_known)


def together(toks: list[Tok], at: int, longest: int) -> int:
    """How many words from here on belong together: a name does not run over a comma."""
    end = at + 1
    while end < min(at + longest, len(toks)) and not toks[end].is_parted and not toks[end].kind:
        end += 1
    return end - at


def is_beside(toks: list[Tok], at: int, length: int) -> bool:
    """Whether a word follows that makes something else of the name: "da nang buong trung"."""
    name = " ".join(tok.plain for tok in toks[at : at + length])
    words = str(content()["beside"].get(name, "")).split()
    return bool(words) and any(tok.plain in words for tok in toks[at + length : at + length + 2])


def cuts_short(toks: list[Tok], at: int, length: int) -> bool:
    """Whether a name begins inside these words and goes on behind them: a well-known one ("ben cau giay" is no Bến
    Cầu), or a district inside a ward's ("dao ly son"); or their last word belongs to what follows ("tan phong tro")."""
    reach = together(toks, at, length + 2)
    words = [tok.plain for tok in toks[at : at + reach]]
    if reach <= length:
        return False
    inside = [
        " ".join(words[start:end])
        for start in range(1, length)
        for end in range(length + 1, min(start + _LONGEST_INSIDE, len(words)) + 1)
    ]
    if any(name in name_set("known") for name in inside):
        return True
    if _is_large(" ".join(words[:length])) or any(tok.is_marked for tok in toks[at : at + length]):
        return False
    if " ".join(words[length - 1 : length + 1]) in name_set("compounds"):
        return True
    is_whole = _is_large(" ".join(words[length:]))  # "tan thanh son la": a town begins right behind it
    return not is_whole and any(map(_is_plain_district, inside))


def _is_large(name: str) -> bool:
    return has_district(name) or is_named_like_a_province(name)


def _is_plain_district(name: str) -> bool:
    return has_district(name) and name not in name_set("never") and name not in name_set("ordinary")
