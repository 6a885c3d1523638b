"""Whether the marks that were typed, and the type word before, are those of a place of that name."""

from collections.abc import Sequence
from functools import lru_cache

from directory.gazetteer import PlaceKey, forget_with_lists, units, words_of
from directory.landmarks import Landmark
from directory.place_cues import Tok, kind_name
from directory.place_cuts import name_word
from directory.place_words import marks_of, names
from directory.reading.spelling import bare, mark_of, marks_agree

_SPELT_FREELY = ("dak",)  # Đắk, Đăk and Đak, one word of the highlands that every list writes otherwise


def fits(toks: Sequence[Tok], landmark: Landmark, name: str) -> bool:
    """Whether the marks that were typed are those of one way to write it: "y tá hiền" is no Tạ Hiện."""
    ways = [
        way.lower().replace("/", " ").split() for way in landmark.ways if bare(way.lower().replace("/", " ")) == name
    ]
    agreed = [all(marks_agree(tok.word, mark_of(part)) for tok, part in zip(toks, way, strict=False)) for way in ways]
    return not agreed or any(agreed)


def is_marked(toks: Sequence[Tok]) -> bool:
    return any(tok.is_marked for tok in toks)


def are_of(toks: Sequence[Tok], key: PlaceKey, name: str) -> bool:
    """Whether the marks that were typed are those of the name: "là gì" is not La Gi. Other names have no marks here."""
    marks = marks_of(key)
    if len(marks) != len(toks) or _plain_name(key) != name:
        return True
    return all(
        tok.typed == mark or marks_agree(tok.word, mark) or _is_as_typed(tok, mark, plain) or plain in _SPELT_FREELY
        for tok, mark, plain in zip(toks, marks, name.split(), strict=True)
    )


@lru_cache(maxsize=20_000)
def _plain_name(key: PlaceKey) -> str:
    return " ".join(words_of(units()[key].name))


forget_with_lists(_plain_name)


def _is_as_typed(tok: Tok, mark: str, plain: str) -> bool:
    """Whether a word of a name was typed, whatever it may be short for: "tan hong" is no "tân không"."""
    return bool(tok.word.how) and name_word(tok) == plain and (tok.typed == plain or mark_of(tok.typed) == mark)


def of_the_type(
    before: Tok, kind: str, keys: Sequence[PlaceKey], agreeing: tuple[PlaceKey, ...]
) -> tuple[PlaceKey, ...]:
    """The type word that was typed for sure says more than a tone: "quận Thuận Hòa" is Thuận Hóa, and no commune."""
    if not (before.kind or before.is_marked) or not agreeing:
        return agreeing
    fitting = tuple(key for key in keys if units()[key].kind.lower() == kind_name(kind))
    return agreeing if any(key in fitting for key in agreeing) else fitting or agreeing


def politely(toks: Sequence[Tok]) -> tuple[PlaceKey, ...]:
    """ "ở châu thành a" may be Châu Thành A, or a Châu Thành and a polite "ạ": both stay, and are asked about."""
    if len(toks) < 3 or toks[-1].typed != "a" or toks[-1].is_capital:
        return ()
    return names().get(" ".join(map(name_word, toks[:-1])), ())


def are_exact(toks: Sequence[Tok], keys: Sequence[PlaceKey]) -> bool:
    """Whether the marks are there and are those of one of the names."""
    typed = tuple(tok.word.marked for tok in toks)
    return is_marked(toks) and any(marks_of(key) == typed for key in keys)
