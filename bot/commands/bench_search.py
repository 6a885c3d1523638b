"""`donghanh bench search`: quality and speed of finding a listing, beside engines that everybody knows, in one run."""

import random
import re
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from bot import memory
from bot.commands import bench_search_asked
from bot.commands.bench_search_peers import Engine, Outside, engines, tokens
from directory import places
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.plain_words import PLAIN
from directory.reading import SEED as SEEDS
from directory.reading import fold

SEED = 20261207  # of the listings, and of the queries where no other is wanted
WARM_SEED, WARM = 20270101, 20  # of the queries asked before any is measured, and so many of each class
SIZES = (5_000, 50_000)
NOISES = ("exact", "no_marks", "typo_1", "typo_2", "chatty", "joined", "telex", "wrong_tone", "name")
PEOPLE = "people"  # beside the generated ones: what somebody wrote down, where it is there
ASKED = Path("tests/examples/searched")
NEEDS = dict(
    row.split("|", 1)
    for row in """health.hiv_test|xét nghiệm HIV
health.prep|thuốc PrEP
health.pep|thuốc phơi nhiễm PEP
health.arv|thuốc ARV
health.sti|khám giang mai
health.abortion|phá thai
health.contraception|thuốc tránh thai
health.supplies|bao cao su
health.trans|hormone chuyển giới
health.drugs|methadone
health.insurance|bảo hiểm y tế
legal.aid|trợ giúp pháp lý
shelter.refuge|nhà tạm lánh
livelihood.training|học nghề
livelihood.loan|vay vốn
peers.group|nhóm đồng đẳng
mind.distress|tư vấn tâm lý
papers.id|làm căn cước
health.general|khám phụ khoa
violence.partner|chồng đánh""".splitlines()
)
# Letters of the list that nobody is called by, and what stands in their turn: the names people wrote for stay the same.
_NO_SYLLABLES = {"bcs": "khue", "bhyt": "ngoc", "cccd": "bich", "sdt": "nhuan", "test": "thoan"}
_OTHER_NEED = frozenset(["pep", "prep", "arv", "hiv"])
SHAPES = {"\u0302": "", "\u0306": "w", "\u031b": "w"}  # the hat doubles its letter
TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
OTHER_TONE = dict(zip(TONES, [*list(TONES)[1:], "\u0301"], strict=True))
CHATTY = (
    "chị ơi cho em hỏi {} ở đâu vậy ạ",
    "mình đang cần {} bạn chỉ giúp mình với nhé",
    "ad ơi có chỗ nào {} không ạ em cảm ơn",
)

Meant = Callable[[Listing], bool]
Ask = tuple[str, Meant]  # what is typed, and which listings are meant


@dataclass(frozen=True, slots=True)
class Row:
    """What one engine did with one set of listings."""

    engine: str
    listings: int
    build_s: float
    p50_ms: float
    p95_ms: float
    p95_cpu_ms: float
    hit_at_1: float
    hit_at_3: float
    by_noise: dict[str, float]
    people_at_1: float | None
    worst: tuple[float, str, int]  # hit@3, of which noise, with the queries of which seed
    seeds: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "bench": "search", "engine": self.engine, "listings": self.listings, "build_s": round(self.build_s, 2),
            "p50_ms": round(self.p50_ms, 2), "p95_ms": round(self.p95_ms, 2),
            "p95_cpu_ms": round(self.p95_cpu_ms, 2), "hit_at_1": round(self.hit_at_1, 1),
            "hit_at_3": round(self.hit_at_3, 1),
            **{name: round(value, 1 if name == PEOPLE else None) for name, value in self.by_noise.items()},
            **({} if self.people_at_1 is None else {"people_at_1": round(self.people_at_1, 1)}),
            "seeds": list(self.seeds), "worst": round(self.worst[0], 1), "worst_noise": self.worst[1],
            "worst_seed": self.worst[2],
        }  # fmt: skip


def measure(seconds: float, seeds: Sequence[int] = (SEED,), asked: Path = ASKED) -> list[dict[str, Any]]:
    """One row an engine and size. The peers are given our folding; queries of each noise class are the same for all.

    With several seeds each class is asked with the queries of each; its rate is that over all of them, and the worst
    class of any one seed is named. What somebody wrote down in the folder `asked` is a class of its own, asked once.
    Over all, every class weighs the same.
    """
    many = max(10, min(100, round(seconds * 50)))
    found: list[dict[str, Any]] = []
    asks = {(noise, seed): list(_asks(noise, many, seed)) for noise in NOISES for seed in seeds}
    if people := [(text, _means(target)) for text, target in bench_search_asked.read(asked)]:
        asks |= {(PEOPLE, seeds[0]): people}
    else:
        print(f"No searches that people wrote in {asked}: left out.", file=sys.stderr)
    with engines() as known:
        for size in SIZES:
            shelf = listings_for(size)
            for name, make in known.items():
                if size > SIZES[0] and name not in ("ours", "tantivy fuzzy", "fts5 unicode61"):
                    continue  # slower than a person would wait, already at the smaller size
                print(f"search: {name}, {size} listings …", file=sys.stderr, flush=True)
                begun = time.perf_counter()
                engine = make(shelf)
                if engine is not None:
                    build_s = engine.build_s if isinstance(engine, Outside) else time.perf_counter() - begun
                    _warm(engine)
                    found.append(_row(name, shelf, engine, asks, build_s).as_json())
    return found


def _warm(engine: Engine) -> None:
    """As a service that has run for a minute: what was built is out of the collector's sight, and some have asked."""
    memory.settle()
    for noise in NOISES:
        for text, _ in _asks(noise, WARM, WARM_SEED):
            engine(text)


def _row(
    name: str, shelf: dict[str, Listing], engine: Engine, asks: dict[tuple[str, int], list[Ask]], build_s: float
) -> Row:
    spent: list[float] = []
    worked: list[float] = []  # what stays true while other programs run on the same processors
    rates: dict[tuple[str, int], tuple[float, float]] = {}  # the right one first, and among three
    for of, many in asks.items():
        first = among = 0
        for text, is_meant in many:
            ids, wall, work = _timed(engine, text)
            spent.append(wall)
            worked.append(work)
            first += any(is_meant(shelf[id]) for id in ids[:1])
            among += any(is_meant(shelf[id]) for id in ids[:3])
        rates[of] = 100 * first / len(many), 100 * among / len(many)
    spent.sort()
    worked.sort()
    firsts, by_noise = _by_noise(rates, 0), _by_noise(rates, 1)
    worst, (noise, seed) = min((among, of) for of, (_, among) in rates.items())
    return Row(
        name, len(shelf), build_s, statistics.median(spent), spent[int(len(spent) * 0.95)],
        worked[int(len(worked) * 0.95)], statistics.mean(firsts.values()), statistics.mean(by_noise.values()), by_noise,
        firsts.get(PEOPLE), (worst, noise, seed), tuple(dict.fromkeys(seed for _, seed in rates)),
    )  # fmt: skip


def _timed(engine: Engine, text: str) -> tuple[Sequence[str], float, float]:
    """What is found, and the milliseconds by the clock and of the processor, which an engine outside tells itself."""
    begun, work = time.perf_counter(), time.thread_time()
    ids = engine(text)
    work, wall = time.thread_time() - work, time.perf_counter() - begun
    if isinstance(engine, Outside):
        return ids, engine.ms, engine.cpu_ms
    return ids, wall * 1000, work * 1000


def _by_noise(rates: dict[tuple[str, int], tuple[float, float]], at: int) -> dict[str, float]:
    """Over all seeds."""
    noises = dict.fromkeys(noise for noise, _ in rates)
    return {one: statistics.mean(rate[at] for (noise, _), rate in rates.items() if noise == one) for one in noises}


# --- listings and queries, the same in every run --------------------------------------------------------------------


def _places() -> list[PlaceKey]:
    """62 old districts of big provinces whose names no other district and no province bears."""
    rng = random.Random(SEED)
    names: dict[str, list[PlaceKey]] = {}
    for key, unit in places.units().items():
        if key.tier in (Tier.OLD_DISTRICT, Tier.OLD_PROVINCE, Tier.NEW_PROVINCE):
            names.setdefault(fold(unit.name), []).append(key)
    wanted = {"01", "79", "22", "92", "56", "48", "31", "46"}
    one = [keys[0] for keys in names.values() if len(keys) == 1 and keys[0].tier is Tier.OLD_DISTRICT]
    own = [key for key in one if places.province_of(key) in wanted]
    return rng.sample(sorted(own), 62)


def listings_for(count: int) -> dict[str, Listing]:
    rng = random.Random(SEED + count)
    spots = _places()
    blank = _blank()
    found = {}
    for number in range(count):
        need, words = list(NEEDS.items())[number % len(NEEDS)]
        key = spots[(number // len(NEEDS)) % len(spots)]
        name = f"{rng.choice(['Phòng', 'Trung tâm', 'Điểm', 'Nhóm'])} {words} {rng.choice('ABCDEGHKLMNPQRST')}{number}"
        found[f"l{number}"] = replace(
            blank, id=f"l{number}", service=name, needs=(need,), place=key, province=places.province_of(key) or "",
            organisation=_organisation(number),
        )  # fmt: skip
    return found


@cache
def _syllables() -> tuple[str, ...]:
    """What names are made of: syllables that no need and none of the places asked for is made of."""
    taken = {word for words in NEEDS.values() for word in tokens(words)}
    taken |= {word for key in _places() for word in tokens(places.units()[key].name)}
    lines = (SEEDS / "syllables.txt").read_text("utf-8").splitlines()
    known = {word for line in lines if not line.startswith("#") for word in line.split() if len(word) > 2}
    free = sorted(known - taken - PLAIN - set(tokens(" ".join(CHATTY))))
    return tuple(_NO_SYLLABLES.get(one, one) for one in random.Random(SEED).sample(free, len(free)))


def _organisation(number: int) -> str:
    """A name of two syllables; no two have the same two in the same order."""
    known = _syllables()
    one, step = number % len(known), 1 + number // len(known)
    return f"Tổ chức {known[one].title()} {known[(one + step) % len(known)].title()}"


def _blank() -> Listing:
    """A listing with nothing in it but what every listing has."""
    told: dict[str, Any] = {name: {} for name in ("reception", "price", "papers", "verified_on")}
    told |= dict.fromkeys(("audience", "attributes", "notices", "phones", "needs"), ())
    told |= dict.fromkeys(("id", "service_id", "service", "directions"), "")
    told |= {"organisation": "Tổ chức mẫu", "kind": "ngo", "state": "published", "languages": ("vi",), "revision": 1}
    told |= {"is_sealed": False, "is_demo": True, "is_under_review": False, "hours": None, "street": None}
    told |= {"place": PlaceKey(Tier.OLD_DISTRICT, "005"), "province": "01"}
    return Listing(**told)


def _asks(noise: str, many: int, seed: int = SEED) -> Iterable[Ask]:
    rng = random.Random(f"{seed}{noise}")
    spots = _places()
    if noise == "name":
        for _ in range(many):
            called = _organisation(rng.randrange(SIZES[0]))
            yield _slipped(called, 1, rng).lower(), _is_of(called)
        return
    for _ in range(many):
        need, words = rng.choice(list(NEEDS.items()))
        key = rng.choice(spots)
        unit = places.units()[key]
        led = rng.random() < 0.5 or unit.name.isdigit()  # nobody says "ở 7"
        text = f"{words} {unit.kind.lower() if led else 'ở'} {unit.name}"
        yield _noisy(text, noise, rng), _is_for(need, key)


def _means(target: bench_search_asked.Target) -> Meant:
    return _is_of(_organisation(target)) if isinstance(target, int) else _is_for(*target)


def _is_of(organisation: str) -> Meant:
    return lambda one: one.organisation == organisation


def _is_for(need: str, key: PlaceKey) -> Meant:
    return lambda one: need in one.needs and one.place == key


def _noisy(text: str, noise: str, rng: random.Random) -> str:
    match noise:
        case "no_marks":
            return fold(text)
        case "typo_1" | "typo_2":
            return _slipped(text, 1 if noise == "typo_1" else 2, rng)
        case "chatty":
            return rng.choice(CHATTY).format(text)
        case "joined":
            words = fold(text).split()
            at = rng.randrange(len(words) - 1)
            return " ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]])
        case "telex":
            return _telex(text.lower())
        case "wrong_tone":
            words = text.split()
            at = rng.randrange(len(words))
            return " ".join([*words[:at], _other_tone(words[at]), *words[at + 1 :]])
    return text


def _telex(text: str) -> str:
    """As it looks when the keyboard did not turn the letters into marks: `trợ` is `trowj`."""
    typed = ""
    for sign in text.replace("đ", "dd"):
        letter, *marks = list(unicodedata.normalize("NFD", sign))
        typed += letter + "".join(SHAPES[mark] or letter for mark in marks if mark in SHAPES)
        typed += "".join(TONES[mark] for mark in marks if mark in TONES)
    return typed


def _other_tone(word: str) -> str:
    made = ""
    for sign in word:
        letter, *marks = list(unicodedata.normalize("NFD", sign))
        shapes = "".join(mark for mark in marks if mark not in TONES)
        made += letter + shapes + "".join(OTHER_TONE[mark] for mark in marks if mark in TONES)
    return unicodedata.normalize("NFC", made)


def _slipped(text: str, times: int, rng: random.Random) -> str:
    """With slips that leave it the same question: PrEP without its r would be PEP."""
    while True:
        made = text
        for _ in range(times):
            made = _slip(made, rng)
        if not (_OTHER_NEED & set(tokens(made))) - set(tokens(text)):
            return made


def _slip(text: str, rng: random.Random) -> str:
    """One letter of a longer word lost, doubled or swapped with its neighbour."""
    spots = [found.start() + 1 for found in re.finditer(r"\w{3,}", text)] or [0]
    at = rng.choice(spots)
    match rng.randrange(3):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
