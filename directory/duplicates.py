"""Listings that may be one place written twice: the same phone, or nearly the same name in nearly the same place."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from rapidfuzz import fuzz

from directory import places
from directory.places import PlaceKey
from directory.reading import fold

NEAR_KM = 5.0
ALIKE = 90  # of a hundred, for names without what many names share
ALIKE_SAME_PHONE = 45
_TURNED = 70
_DEPARTMENT = re.compile(r"(?<!da )(?<!chuyen )(?<!nha )(?<!phu )\bkhoa (\w+)")
MOST_SHARING = 12  # a word or number shared by more listings than this says nothing
# What names shorten, folded; the long form is kept.
SHORT = {
    "ttyt": "trung tam y te",
    "tyt": "tram y te",
    "bv": "benh vien",
    "bvdk": "benh vien da khoa",
    "bvđk": "benh vien da khoa",
    "ttctxh": "trung tam cong tac xa hoi",
    "ctxh": "cong tac xa hoi",
    "ttksbt": "trung tam kiem soat benh tat",
    "cdc": "trung tam kiem soat benh tat",
    "tgpl": "tro giup phap ly",
    "pkdk": "phong kham da khoa",
    "pk": "phong kham",
    "clb": "cau lac bo",
    "tt": "trung tam",
    "tp": "thanh pho",
    "q": "quan",
    "p": "phuong",
    "h": "huyen",
    "dv": "dich vu",
    "hcm": "ho chi minh",
    "hn": "ha noi",
}
# Words of so many names that they tell nothing apart.
_COMMON = frozenset(
    word
    for row in (
        "trung tam phong kham benh vien tram y te cau lac bo nhom dong dang van phong cong ty dich vu co so diem",
        "thanh pho quan huyen phuong xa thi tran tinh cua va cho tai mau da khoa tu van",
    )
    for word in row.split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is looked at of a listing."""

    id: str
    service: str
    organisation: str
    kind: str
    place: PlaceKey
    province: str
    phones: tuple[str, ...]
    service_id: str = ""  # two places of one service are never one place


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that may be one; `first` is the smaller id. `why`: phone | name."""

    first: str
    second: str
    why: str
    score: int


def find(entries: Sequence[Entry], *, apart: frozenset[tuple[str, str]] = frozenset()) -> tuple[Pair, ...]:
    """Every pair that may be one place, the likeliest first; none that somebody found to be two."""
    by_id = {one.id: one for one in entries}
    found: dict[tuple[str, str], Pair] = {}
    for first, second in _candidates(entries):
        if (first, second) not in apart and (pair := compare(by_id[first], by_id[second])) is not None:
            found[first, second] = pair
    return tuple(sorted(found.values(), key=lambda one: (-one.score, one.first, one.second)))


def like(entry: Entry, entries: Iterable[Entry]) -> tuple[Pair, ...]:
    """Those among `entries` that may be this one: asked when a listing is written down."""
    pairs = (compare(entry, other) for other in entries if other.id != entry.id)
    return tuple(sorted((one for one in pairs if one is not None), key=lambda one: -one.score))


def compare(a: Entry, b: Entry) -> Pair | None:
    """Whether two listings look like one place."""
    if a.service_id and a.service_id == b.service_id:
        return None
    first, second = sorted((a, b), key=lambda one: one.id)
    score = _likeness(a, b)
    same_phone = bool(set(map(digits, a.phones)) & set(map(digits, b.phones)))
    if same_phone and score >= ALIKE_SAME_PHONE and (a.kind == b.kind or score >= ALIKE):
        return Pair(first.id, second.id, "phone", max(score, 95))
    if score >= ALIKE and a.province == b.province and _is_near(a.place, b.place):
        return Pair(first.id, second.id, "name", score)
    return None


def digits(number: str) -> str:
    """A phone number as the network has it: `+84 24 …` and `024 …` are one."""
    only = "".join(sign for sign in number if sign.isdigit())
    return f"0{only[2:]}" if only.startswith("84") and len(only) >= 11 else only


def plain_name(name: str) -> str:
    """A name folded, without signs, with what it shortens written out. Of a message, too: nothing of it is kept."""
    words = re.findall(r"\w+", fold(name.replace("(mẫu)", " ")))
    return " ".join(SHORT.get(word, word) for word in words)


@lru_cache(maxsize=20_000)
def listed_name(name: str) -> str:
    """The same of what stands in the directory, worked out once."""
    return plain_name(name)


def _likeness(a: Entry, b: Entry) -> int:
    """How alike the names are: whole, and in the words that tell places apart. Numbers must be the same."""
    x, y = listed_name(a.service), listed_name(b.service)
    if re.findall(r"\d+", x) != re.findall(r"\d+", y) or _are_departments(x, y):
        return 0
    whole = fuzz.token_sort_ratio(x, y)
    telling = fuzz.token_sort_ratio(_telling(x), _telling(y))
    if not _telling(x) or not _telling(y):
        telling = whole if x == y else 0
    return round(min(whole, telling, _TURNED if _is_turned(_telling(x).split(), _telling(y).split()) else 100))


def _is_turned(first: Sequence[str], second: Sequence[str]) -> bool:
    """ "An Bình" is not Bình An: two words that stand side by side, the other way about, and nothing else."""
    if len(first) != len(second):
        return False
    other = [at for at, (one, two) in enumerate(zip(first, second, strict=True)) if one != two]
    return len(other) == 2 and other[1] == other[0] + 1 and first[other[0]] == second[other[1]]


def _are_departments(x: str, y: str) -> bool:
    """Two departments of one house, which share its name and number."""
    first, second = _DEPARTMENT.findall(x), _DEPARTMENT.findall(y)
    return bool(first and second) and first != second


def _telling(name: str) -> str:
    return " ".join(word for word in name.split() if word not in _COMMON)


def _is_near(a: PlaceKey, b: PlaceKey) -> bool:
    """The same unit, old or new; or units that overlap or lie close together."""
    if a == b or places.communes_of(a) & places.communes_of(b):
        return True
    x, y = places.centre_of(a), places.centre_of(b)
    return x is not None and y is not None and places.distance_km(x, y) <= NEAR_KM


def _candidates(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Pairs worth comparing: those that share a number, or a rare word of their names within one province."""
    shelves: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in entries:
        for number in one.phones:
            shelves["phone", digits(number)].append(one.id)
        for word in dict.fromkeys(_telling(listed_name(one.service)).split()):
            shelves[one.province, word].append(one.id)
        shelves[one.province, f"={listed_name(one.service)}"].append(one.id)
    seen: set[tuple[str, str]] = set()
    for (kind, _), ids in shelves.items():
        if len(ids) > MOST_SHARING and kind != "phone":
            continue
        for first, second in combinations(sorted(set(ids[: MOST_SHARING * 4])), 2):
            if (first, second) not in seen:
                seen.add((first, second))
                yield first, second
