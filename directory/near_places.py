"""Which place a search means when no name stands there exactly: a letter lost or doubled, words glued, other marks."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from directory import nearly, places
from directory.gazetteer import forget_with_lists, words_of
from directory.place_cues import TYPE_MARKS
from directory.place_words import is_named_like_a_province, name_set, names, word_set
from directory.places import PlaceGuess, PlaceKey, Tier
from directory.reading import Reading, Step
from directory.reading import read as read_text
from directory.reading.hygiene import lower

Rank = tuple[float, bool, int, bool]
_SHORTEST = 4
_HEARD = (Step.EAR, Step.SLIP)  # how a word was read that is a slip itself
_TOWN = ("thanh", "pho")
_PROVINCES = (Tier.NEW_PROVINCE, Tier.OLD_PROVINCE)
_TIERS = (Tier.OLD_DISTRICT, Tier.NEW_PROVINCE, Tier.NEW_COMMUNE)
_KINDS = ("quan", "huyen", "thixa", "thanhpho", "phuong", "xa", "tinh", "thitran", "dackhu")
_LEADS = ("o", "tai", "gan", "tp", "tx", "q", "h")
# Behind "ở đâu": what is done there.
_DONE_THERE = frozenset(
    {
        "ban",
        "mua",
        "kham",
        "phat",
        "nhan",
        "lay",
        "lam",
        "tiem",
        "thu",
        "chua",
        "xet",
        "cho",
        "mien",
        "hoc",
        "mo",
        "day",
    }
)
# Words of any sentence.
_ORDINARY_WORDS = """
muon qua co ai dang lay ghi can di duoc roi la ma thi cho xin hoi lam sao nhu biet so gap ngay ky ban cung
"""
_ORDINARY = frozenset(_ORDINARY_WORDS.split())
_SHORT = 12  # words of a message that says little but a need and a place
_ONE_WORD = ("hue", "vinh")
_LONG_ALONE = 7  # letters of a name that nothing leads to
_SCORES = (0.8, 0.6, 0.4)  # by slips


@cache
def _known() -> tuple[nearly.Names, nearly.Names, Mapping[str, tuple[PlaceKey, ...]]]:
    """Districts and provinces; communes; and which units each row of letters names."""
    found: defaultdict[str, list[PlaceKey]] = defaultdict(list)
    big: set[str] = set()
    small: set[str] = set()
    for tier in _TIERS:
        for key, unit in places.units().items():
            letters = "".join(words_of(unit.name))
            if key.tier is tier and len(letters) >= _SHORTEST and not letters.isdigit():
                found[letters].append(key)
                (small if tier is Tier.NEW_COMMUNE else big).add(letters)
    return nearly.Names(big), nearly.Names(small - big), {name: tuple(keys) for name, keys in found.items()}


def read(
    reading: Reading, spoken_for: frozenset[int] = frozenset(), exact: PlaceGuess | None = None
) -> PlaceGuess | None:
    """The unit that is most nearly named by words not `spoken_for`; None if several are equally near.

    `exact`: a name that stands there as it is; then only one counts that goes over its words and others.
    """
    if exact is None and (there := _behind(reading, spoken_for)):
        return there
    found = nearest(reading, spoken_for, exact)
    return found[0] if len(found) == 1 else None


def _behind(reading: Reading, spoken_for: frozenset[int]) -> PlaceGuess | None:
    """The place that words behind a need name with nothing before them: "prep hue", "xet nghiem hiv ca mau".

    A well-known one at the end, or any district or province where nothing else is said.
    """
    words = reading.words
    if not spoken_for or len(words) > _SHORT:
        return None
    for length in (4, 3, 2, 1):
        start = len(words) - length
        name = " ".join(word.plain for word in words[max(0, start) :])
        if start <= 0 or not spoken_for.isdisjoint(range(start, len(words))) or any(w.how for w in words[start:]):
            continue
        keys = [key for key in names().get(name, ()) if key.tier in _TIERS[:2] or key.tier is Tier.OLD_PROVINCE]
        is_all = len(spoken_for) + length == len(words) and (length > 1 or name in _ONE_WORD)
        if not keys or (name in name_set("never") and not (is_all and name in name_set("known"))):
            continue
        if nearly.is_broken(words[start - 1], reading.text):
            continue  # "huyenkhanh vinh" is more than Vinh
        if is_all or name in name_set("known") or is_named_like_a_province(name) or name in _ONE_WORD:
            found = places.read(read_text(f"ở {reading.text[words[start].start :]}")).places
            return next((replace(one, start=start, end=len(words)) for one in found if one.key in keys), None)
    return None


def nearest(
    reading: Reading,
    spoken_for: frozenset[int] = frozenset(),
    exact: PlaceGuess | None = None,
    *,
    is_answer: bool = False,
) -> tuple[PlaceGuess, ...]:
    """The units most nearly named, all equally near. `is_answer`: it says where somebody is, without an "ở"."""
    count = min(len(reading.words), nearly.MOST_WORDS)
    found: list[tuple[Rank, PlaceKey, int, int, int]] = []
    likely: dict[tuple[str, str, bool], Sequence[tuple[str, int, bool]]] = {}
    for is_read, cut in enumerate(nearly.cuts(reading)):
        parts = [cut.letters[a:b] for a, b in zip(cut.at, cut.at[1:], strict=False)]
        leads: dict[int, tuple[str, bool]] = {}
        for start, end, letters in nearly.windows(cut, shortest=1, widest=24):
            is_number = letters.isdigit()
            if len(letters) < _SHORTEST - 1 and not is_number:
                continue  # no name is so short
            if start not in leads:
                leads[start] = _led(parts, start)
            kind, is_led = leads[start]
            if not (kind or is_led or is_answer or is_number or len(letters) >= _LONG_ALONE):
                continue
            first, after = nearly.place_of(cut, start, end)
            if not spoken_for.isdisjoint(range(first, after)):
                continue
            if exact and not _goes_beyond(reading, exact, first, after):
                continue
            if _is_type(reading, first) and after - first > 1:
                continue  # "quận Thanh …" is no Quan Thành
            if reading.tokens[first : first + 2] == _TOWN and after > first + 2:
                continue  # "thành phố Nãg …" is no Thanh Phong
            is_led = is_led or (is_answer and (first, after) == (0, count))
            if reading.tokens[first] == "dau" and after == first + 2 and reading.tokens[first + 1] in _DONE_THERE:
                continue  # "ở đâu bán" asks; it names no Đà Bắc
            if is_number:
                found += [((-3.0, False, 0, False), key, first, after, 1) for key in _numbered(kind, letters)]
                continue
            how = [word.how for word in reading.words[first:after]] if is_read else []
            if (asked := (letters, kind, is_led)) not in likely:  # typed and read, most are the same
                likely[asked] = _candidates(letters, kind=kind, is_led=is_led, is_answer=is_answer)
            for name, slips, is_big in likely[asked]:
                if slips and Step.SHORTENING in how:
                    continue  # nobody mistypes letters that a shortening leaves out
                for key in _fitting(name, kind):
                    odd = _oddness(reading, key, kind, after) + 2 * sum(one in _HEARD for one in how)
                    far = OSA.distance(_typed(reading, first, after), _written(key))
                    rank = (slips * 2 + odd - len(name) * 0.5 - bool(kind), not is_big, far, len(name) == len(letters))
                    found.append((rank, key, first, after, slips))
    best = min((one[0] for one in found), default=None)
    same = {key: PlaceGuess(key, places.name_of(key), _SCORES[min(slips, 2)], first, after)
            for rank, key, first, after, slips in found if rank == best}  # fmt: skip
    return tuple(same[key] for key in sorted(same))


def is_everyday(reading: Reading, guess: PlaceGuess) -> bool:
    """Whether all words are those of any sentence and nothing leads to a place: "muốn đăng ký" is no Mường Ảng."""
    before = reading.words[guess.start - 1].plain if guess.start else ""
    is_led = before in _LEADS or before in _KINDS or before in word_set("leads", "strong")
    return not is_led and _ORDINARY.issuperset(word.plain for word in reading.words[guess.start : guess.end])


def _oddness(reading: Reading, key: PlaceKey, kind: str, after: int) -> float:
    """What speaks against a unit, in halves of a slip: another type than the one said, a broken word left behind it."""
    is_other = bool(kind) and _kind_letters(key) != kind
    is_cut = after < len(reading.words) and nearly.is_broken(reading.words[after], reading.text)
    return (2.0 if is_other else 0.0) + (1.5 if is_cut else 0.0)


def _is_type(reading: Reading, at: int) -> bool:
    """Whether a word is typed with the marks of "quận", "huyện": then it begins no name."""
    word = reading.words[at]
    return word.marked != word.plain and word.marked in TYPE_MARKS.get(word.plain, ())


def _goes_beyond(reading: Reading, exact: PlaceGuess, first: int, after: int) -> bool:
    """Whether words overlap a name and are as many and others: "quận Thanh Xâun" is not Quan Thành.

    Compared as typed: `ct` alone is two words of Cần Thơ, and does not reach beyond itself. A district or a province
    that stands there whole is no end of another word's name: "le chan uong methadone" is no Chân Mộng.
    """
    begin, end = reading.words[exact.start].start, reading.words[exact.end - 1].end
    other_begin, other_end = reading.words[first].start, reading.words[after - 1].end
    is_as_long = other_end - other_begin > end - begin
    is_whole = exact.end - exact.start > 1 and exact.key.tier in (Tier.OLD_DISTRICT, *_PROVINCES)
    return other_begin < end <= other_end and is_as_long and not (is_whole and other_begin > begin)


def _candidates(letters: str, *, kind: str, is_led: bool, is_answer: bool) -> list[tuple[str, int, bool]]:
    """Names these letters nearly are, how many slips away, and whether it is a district or province."""
    big, small, _ = _known()
    length = len(letters)
    if length < (_SHORTEST - 1 if kind or is_led else _LONG_ALONE) or _kinds().near(letters, 1):
        return []
    most = 2 if length >= (6 if kind or is_led else 10) else 1
    found = [(name, slips, True) for name, slips in big.near(letters, most)]
    is_small = is_answer and is_led and length >= _SHORTEST + 2
    if kind in ("phuong", "xa", "thitran", "dackhu") or is_small or (length >= _LONG_ALONE and not found):
        found += [(name, slips, False) for name, slips in small.near(letters, 1)]
    if not (kind or is_led):
        found = [one for one in found if one[0] not in _everyday()]
    return found


def _numbered(kind: str, letters: str) -> tuple[PlaceKey, ...]:
    """`quấn 4`: of several provinces' units none is meant surely."""
    keys = names().get(f"{kind} {letters.lstrip('0')}") or names().get(letters.lstrip("0"), ())
    fitting = [key for key in keys if kind and _kind_letters(key) == kind]
    return tuple(fitting) if len(fitting) == 1 else ()


@cache
def _everyday() -> frozenset[str]:
    return frozenset("".join(name.split()) for name in (*name_set("never"), *name_set("ordinary")))


def _led(parts: Sequence[str], start: int) -> tuple[str, bool]:
    """The type word before a name, also with a slip in it, and whether any word leads to a place."""
    for length in (2, 1):
        said = "".join(parts[max(0, start - length) : start])
        if start >= length and said in _KINDS:
            return said, True
        if start >= length and len(said) >= 3 and (near := _kinds().near(said, 1)):
            return near[0][0], True
    before = parts[start - 1] if start else ""
    return "", before in _LEADS or before in word_set("leads", "strong")


@cache
def _kinds() -> nearly.Names:
    return nearly.Names(kind for kind in _KINDS if len(kind) > 3)


def _fitting(name: str, kind: str) -> tuple[PlaceKey, ...]:
    """The units of that name: of the type said, else the biggest; several where towns have one of the size."""
    keys = _known()[2][name]
    typed = [key for key in keys if _kind_letters(key) == kind] or list(keys)
    return tuple(key for key in typed if key.tier is typed[0].tier)


def _typed(reading: Reading, first: int, after: int) -> str:
    return lower(reading.text[reading.words[first].start : reading.words[after - 1].end]).replace(" ", "")


def _kind_letters(key: PlaceKey) -> str:
    return _letters(places.units()[key].kind)


@cache
def _letters(kind: str) -> str:
    return "".join(words_of(kind))


@lru_cache(maxsize=20_000)
def _written(key: PlaceKey) -> str:
    return places.units()[key].name.lower().replace(" ", "")


for _computed in (_known, _written):
    forget_with_lists(_computed)
