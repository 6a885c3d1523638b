"""A kind of place and nothing beside it: "nhà thuốc ở Cầu Giấy" names no need, and none is guessed for it."""

from collections.abc import Iterator, Mapping, Sequence, Set

from directory import landmarks
from directory.plain_words import PLAIN
from directory.reading import Reading, fold

# How people call them; folded, the longer first.
_CALLED: Mapping[str, tuple[str, ...]] = {
    "pharmacy": (
        "nha thuoc tay", "hieu thuoc tay", "nha thuoc", "hieu thuoc", "tiem thuoc tay", "tiem thuoc", "quay thuoc",
        "pharmacy", "drugstore",
    ),
    "private_clinic": ("phong kham tu nhan", "phong kham tu", "pk tu nhan", "pk tu", "private clinic"),
    "psychologist": ("bac si tam ly", "chuyen gia tam ly", "nha tam ly", "psychologist"),
    "hospital": ("benh vien", "hospital"),
    "cdc": ("trung tam kiem soat benh tat", "cdc"),
    "social_work_centre": (
        "trung tam cong tac xa hoi", "trung tam ctxh", "ttctxh", "trung tam bao tro xa hoi", "social work centre",
    ),
    "women_union": ("hoi lien hiep phu nu", "hoi lhpn", "hoi phu nu"),
}  # fmt: skip
_BY_FIRST: dict[str, list[tuple[tuple[str, ...], str]]] = {}  # the longer first
for _kind, _many in _CALLED.items():
    for _said in (tuple(name.split()) for name in _many):
        _BY_FIRST.setdefault(_said[0], []).append((_said, _kind))
for _same in _BY_FIRST.values():
    _same.sort(key=lambda one: -len(one[0]))
_ENGLISH = ("pharmacy", "drugstore", "private clinic", "psychologist", "hospital", "social work", "cdc")
# What such a place is for, where its name says so: looked for where none of the kind is known.
MEANS: Mapping[str, str] = {
    "private_clinic": "health.general", "psychologist": "mind.distress", "hospital": "health.general",
}  # fmt: skip
_AT, _ASKS = frozenset({"o", "tai", "trong", "ben", "gan", "la", "at"}), frozenset({"nao", "dau"})
_NAME = 4  # words of the name of a landmark
# What may stand beside it and asks for nothing else: where, when, how near, how good.
_BESIDE_WORDS = """
gan day nhat quanh khu vuc ben quan huyen phuong xa tinh thanh pho thi tran dac tp q p vay the a ha u da vang kiem mot
con dang nay bay gio luc toi dem khuya sang trua chieu mai chu thu cuoi tuan hom ngay ngoai suot uy tin tot kin dao re
cai vui long lam on hello chao in the me any is there where find looking for need want please to go close nearest now
open near mua thuoc
district city ward
"""
_BESIDE = PLAIN | frozenset(_BESIDE_WORDS.split())


def only(reading: Reading, spared: Set[int]) -> str:
    """The kind that a message names and nothing else but a place (`spared`, its words) and when; else empty."""
    if kind := _only(reading.tokens, range(len(reading.tokens)), spared):
        return kind
    lowered = reading.text.lower()
    if not any(word in lowered for word in _ENGLISH):  # read as Vietnamese they are something else
        return ""
    typed = tuple(_typed(reading))
    return _only([word for _, word in typed], [at for at, _ in typed], spared)


def _only(words: Sequence[str], places: Sequence[int], spared: Set[int]) -> str:
    """`places`: where each word stands in the message."""
    for at, word in enumerate(words):
        for said, kind in _BY_FIRST.get(word, ()):
            end = at + len(said)
            if tuple(words[at:end]) != said:
                continue
            if _is_landmark(words[at:], len(said)) or _says_where(words, at):
                return ""
            rest = (*range(at), *range(end, len(words)))
            is_all = all(places[n] in spared or words[n] in _BESIDE or words[n].isdigit() for n in rest)
            return kind if is_all else ""  # a shorter name of it leaves no fewer words beside it
    return ""


def _says_where(words: Sequence[str], at: int) -> bool:
    """ "Em đang ở bệnh viện" looks for none, "ở bệnh viện nào" does; nor does "chị là bác sĩ tâm lý hả"."""
    return at > 0 and words[at - 1] in _AT and _ASKS.isdisjoint(words)


def _is_landmark(words: Sequence[str], kind: int) -> bool:
    """Whether a place that everybody knows is called so, with the words of the kind (so many) or without them."""
    known = landmarks.by_words()
    ends = range(kind + 1, min(kind + _NAME, len(words)) + 1)
    return any(" ".join(words[start:end]) in known for end in ends for start in (0, kind))


def _typed(reading: Reading) -> Iterator[tuple[int, str]]:
    """Each word as it was typed, with the place of the first it was read as."""
    last = (-1, -1)
    for at, word in enumerate(reading.words):
        if (word.start, word.end) != last:
            last = (word.start, word.end)
            yield at, fold(reading.text[word.start : word.end])
