"""Adding a shortening, a phrase or a landmark to the tables, and taking it back: revisions in the overlay."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, select

from directory import articles, keywords, landmarks, needs, overlay, place_words, places
from directory.added import Added, AddedLandmark
from directory.gazetteer import forget_with_lists
from directory.landmarks import LandmarkIsNowhere
from directory.overlay import Entry
from directory.places import PlaceKey, Tier
from directory.reading import clean, fold, read, shortenings
from directory.reading.hygiene import lower, written_words
from directory.reading.shortenings import FOREIGN, several, shown
from directory.reading.syllables import bare, is_syllable
from directory.tables import overlay as rows

KINDS = ("teencode", "phrase", "landmark")
IN, OUT = "published", "withdrawn"
_FORM, _MEANT, _PHRASE, _NAME, _ALSO = 20, 4, 8, 6, 8  # letters of a form; words; other names
_LONGEST = 60
_MANY_DIGITS = re.compile(r"\d[\d .-]{3,}\d")


class NotAdded(Exception):
    """This cannot be added as it stands; `key` is the sentence that says why, `field` where to mend it."""

    def __init__(self, key: str, field: str, **values: str) -> None:
        super().__init__(key)
        self.key = key
        self.field = field
        self.values = values


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing to add. `words`: the form typed, the phrase, the name. `means`: the words meant, the code of a need or
    topic, the old district and its province. The rest is for landmarks."""

    kind: str
    words: str
    means: str
    ward: str = ""
    also: tuple[str, ...] = ()
    is_led: bool = False

    @property
    def key(self) -> str:
        """What it is known by: the same thing added twice is one entry."""
        plain = " ".join(fold(self.words).split())
        return {"teencode": self.words, "phrase": f"{self.means}:{plain}"}.get(self.kind, plain)


@dataclass(frozen=True, slots=True)
class Kept:
    """An addition as it is kept: who wrote its newest revision, when, and whether it counts."""

    addition: Addition
    revision: int
    is_in: bool
    staff_id: int | None
    at: datetime


def checked(given: Addition) -> Addition:
    """The addition in the spelling of the tables. Raises NotAdded."""
    words = _spelled(given.words)
    if not words:
        raise NotAdded("console.understood.problem.empty", "words")
    if len(words) > _LONGEST:
        raise NotAdded("console.understood.problem.long", "words")
    if any(map(_MANY_DIGITS.search, (words, given.means, *given.also))):
        raise NotAdded("console.understood.problem.number", "words")
    check = {"teencode": _shortening, "phrase": _phrase, "landmark": _landmark}.get(given.kind)
    if check is None:
        raise NotAdded("console.understood.problem.empty", "kind")
    return check(given, words)


def add(connection: Connection, given: Addition, *, staff_id: int | None, now: datetime) -> int:
    """Keep it; from now on it counts. Returns the number of its row. Raises NotAdded, ChangedMeanwhile."""
    addition = checked(given)
    before = overlay.current(connection, addition.kind).get((addition.key, "vi"))
    if before is not None and before.state == IN:
        raise NotAdded("console.understood.problem.known", "words", means=addition.means)
    return _write(connection, addition, (before.revision if before else 0) + 1, IN, staff_id, now)


def take_back(
    connection: Connection, kind: str, key: str, *, expected: int, staff_id: int | None, now: datetime
) -> int:
    """It counts no more; what it was stays readable. Raises NotAdded, ChangedMeanwhile."""
    before = overlay.current(connection, kind).get((key, "vi")) if kind in KINDS else None
    if before is None or before.state != IN:
        raise NotAdded("console.understood.problem.gone", "words")
    return _write(connection, _read(before.kind, before.body), expected + 1, OUT, staff_id, now)


def kept(connection: Connection) -> tuple[Kept, ...]:
    """Everything ever added, as its newest revision has it; the newest change first."""
    found = {
        (row.kind, row.key): row
        for row in connection.execute(select(rows).where(rows.c.kind.in_(KINDS)).order_by(rows.c.revision))
    }
    return tuple(
        Kept(_read(row.kind, row.body), row.revision, row.state == IN, row.staff_id, row.at)
        for row in sorted(found.values(), key=lambda row: -row.id)
    )


def added(connection: Connection) -> Added:
    """All that counts, as readers use it."""
    return gathered(one.addition for one in reversed(kept(connection)) if one.is_in)


def gathered(additions: Iterable[Addition]) -> Added:
    """Additions side by side, in the order they were made."""
    forms: dict[str, str] = {}
    of_needs: defaultdict[str, list[str]] = defaultdict(list)
    of_topics: defaultdict[str, list[str]] = defaultdict(list)
    marks: list[AddedLandmark] = []
    for one in additions:
        if one.kind == "teencode":
            forms[one.words] = one.means
        elif one.kind == "landmark":
            marks.append(landmark_of(one))
        else:
            (of_needs if one.means in needs.NEEDS else of_topics)[one.means].append(one.words)
    return Added(forms, _frozen(of_needs), _frozen(of_topics), tuple(marks))


def landmark_of(one: Addition) -> AddedLandmark:
    """The landmark of an addition of that kind."""
    return AddedLandmark(one.words, one.means, one.ward, one.also, one.is_led)


# --- below ------------------------------------------------------------------------------------------------------------


def _frozen(many: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {code: tuple(words) for code, words in many.items()}


def _write(
    connection: Connection, one: Addition, revision: int, state: str, staff_id: int | None, now: datetime
) -> int:
    body = json.dumps(asdict(one), ensure_ascii=False)
    overlay.write(connection, Entry(one.kind, one.key, "vi", revision, body, state), staff_id=staff_id, now=now)
    mine = (rows.c.kind == one.kind, rows.c.key == one.key, rows.c.revision == revision)
    return int(connection.execute(select(rows.c.id).where(*mine)).scalar_one())


def _read(kind: str, body: str) -> Addition:
    told = json.loads(body)
    return Addition(kind, told["words"], told["means"], told["ward"], tuple(told["also"]), told["is_led"])


def _spelled(text: str) -> str:
    return " ".join(clean(text).split())


def _shortening(given: Addition, words: str) -> Addition:
    form, meant = lower(words), lower(_spelled(given.means)).split()
    written = [word for word, _, _, _ in written_words(form)]
    if written != [form] or not 2 <= len(form) <= _FORM or form.isdigit():
        raise NotAdded("console.understood.problem.one_word", "words")
    if not 1 <= len(meant) <= _MEANT or not all(is_syllable(bare(word)) or word in FOREIGN for word in meant):
        raise NotAdded("console.understood.problem.syllables", "means")
    if form in several():
        raise NotAdded("console.understood.problem.several", "words")
    if form in shortenings() or form in shown():
        raise NotAdded("console.understood.problem.known", "words", means=" ".join(shortenings().get(form, (form,))))
    if [form] == meant:
        raise NotAdded("console.understood.problem.same", "means")
    return Addition("teencode", form, " ".join(meant))


def _phrase(given: Addition, words: str) -> Addition:
    phrase, code = lower(words), given.means
    if code not in needs.NEEDS and code not in articles.topics():
        raise NotAdded("console.understood.problem.no_target", "means")
    parts = phrase.split()
    if not all(part.isalnum() for part in parts):
        raise NotAdded("console.understood.problem.plain", "words")
    if not 1 <= len(parts) <= _PHRASE or len(fold(phrase)) < 3:
        raise NotAdded("console.understood.problem.phrase", "words")
    if code in needs.NEEDS and (known := keywords.named_by(read(phrase))) is not None:
        raise NotAdded("console.understood.problem.known", "words", means=needs.label(known))
    return Addition("phrase", phrase, code)


def _landmark(given: Addition, words: str) -> Addition:
    also = tuple(dict.fromkeys(lower(said) for one in given.also if (said := _spelled(one))))
    for said in (words, *also):
        name = " ".join(places.words_of(said))
        if not name or len(name.split()) > _NAME or len(said) > _LONGEST or len(also) > _ALSO:
            raise NotAdded("console.understood.problem.name", "words")
        if name in landmarks.by_words() or name in place_words.names() or name in place_words.short_names():
            raise NotAdded("console.understood.problem.known", "words", means=said)
    addition = Addition("landmark", words, _town(given.means), _spelled(given.ward), also, given.is_led)
    try:
        landmarks.check(landmark_of(addition))
    except LandmarkIsNowhere:
        raise NotAdded("console.understood.problem.ward", "ward") from None
    return addition


def _town(written: str) -> str:
    """`quận Hoàn Kiếm, Hà Nội` as the file writes it: `Quận Hoàn Kiếm / Hà Nội`. Raises NotAdded."""
    if (key := _towns().get(" ".join(places.words_of(written)))) is None:
        found = places.read(read(written))
        keys = [one.key for one in found.places if one.key.tier is Tier.OLD_DISTRICT]
        if not keys or found.is_ambiguous:
            raise NotAdded("console.understood.problem.town", "means")
        key = keys[0]
    return town_name(key)


def town_name(key: PlaceKey) -> str:
    """An old district as the file of landmarks writes it."""
    unit = places.units()[key]
    province = places.units()[PlaceKey(Tier.OLD_PROVINCE, unit.old_province)]
    return f"{unit.kind} {unit.name} / {province.name}"


@cache
def _towns() -> Mapping[str, PlaceKey]:
    keys = (key for key in places.units() if key.tier is Tier.OLD_DISTRICT)
    return {" ".join(places.words_of(town_name(key))): key for key in keys}


forget_with_lists(_towns)
