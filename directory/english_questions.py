"""Which article an English question is about: its words beside those of the English phrasings, rare ones first."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from directory.articles import Library

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_EMPTY_WORDS = """
a an the i im ive me my mine you your we our us it its is are am was were be been do does did can could may might
should would will to of in on at for from by with about and or if so that this these those there here what which who
whom how when where why has have had not no any some get got just very much many please someone they them their he
she him her his now after before again last
night today tonight yesterday week want need tell know
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
# Words that say the same of what these articles are about.
_SAME_LINES = """
drug: medicine medication
pill: tablet
police: cop officer
customer: client
owner: boss
picture: photo pic nude image video
sti: std infection
lawyer: attorney
beat: beaten hit hurt
rape: raped
break: broke broken tore torn burst
pay: money paid salary
partner: husband boyfriend
child: kid children baby
paper: passport id document
die: suicide kill dead
arrest: detained arrested holding
leak: blackmail post
abroad: overseas cambodia myanmar
pregnancy: pregnant
abortion: terminate
test: tested testing
"""
_SAME_AS = {
    word: same
    for same, _, others in (line.partition(": ") for line in _SAME_LINES.splitlines())
    for word in others.split()
}
NEAR = 0.4  # a question that fits less says nothing
COVERED = 0.4  # so much of what is asked must stand in the article somewhere
BY_OTHERS, BY_TEXT = 0.2, 0.5  # several phrasings are surer than one; and so is the text


@dataclass(frozen=True, slots=True)
class _Index:
    rarity: Mapping[str, float]
    phrasings: tuple[tuple[str, float], ...]  # article, length of the weights of its words
    near: Mapping[str, tuple[tuple[int, float], ...]]  # of each word the phrasings it stands in, and its weight there
    exact: Mapping[str, str]  # a phrasing as it stands: its article
    articles: tuple[str, ...]
    texts: Mapping[str, tuple[int, ...]]  # of each word the articles in whose whole text it stands


def likely(text: str, library: Library) -> dict[str, float]:
    """Articles by how well the question fits their phrasings, best first, 0 to 1; at most five."""
    index = _index(library)
    if (same := index.exact.get(_plain(text))) is not None:
        return {same: 1.0}
    asked = _weights(text, index.rarity)
    length = _length(asked)
    shared: defaultdict[int, float] = defaultdict(float)
    covered: defaultdict[int, float] = defaultdict(float)
    for word, weight in asked.items():
        for number, own in index.near.get(word, ()):
            shared[number] += weight * own
        for at in index.texts.get(word, ()):
            covered[at] += weight
    best: defaultdict[str, list[float]] = defaultdict(list)
    for number, total in shared.items():
        id, size = index.phrasings[number]
        best[id].append(total / (length * size))
    whole = sum(asked.values()) or 1.0
    scored = {}
    for at, weight in covered.items():
        if (said := weight / whole) <= COVERED:
            continue
        first, *others = sorted(best.get(index.articles[at], [0.0]), reverse=True)
        score = min(1.0, first + BY_OTHERS * sum(others[:2]) + BY_TEXT * said)
        if score >= NEAR:
            scored[index.articles[at]] = round(score, 3)
    return dict(sorted(scored.items(), key=lambda pair: (-pair[1], pair[0]))[:5])


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()[:4_000]))


def _weights(text: str, rarity: Mapping[str, float]) -> dict[str, float]:
    unknown = max(rarity.values(), default=1.0)
    return {word: rarity.get(word, unknown) * min(count, 2) for word, count in Counter(_stems(text)).items()}


def _length(weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0


def _stems(text: str) -> list[str]:
    words = [word.replace("'", "").replace("’", "") for word in _WORD.findall(text.lower()[:4_000])]
    return [_SAME_AS.get(stem, stem) for word in words if word not in _EMPTY and (stem := _stem(word)) not in _EMPTY]


def _stem(word: str) -> str:
    """Without the ending that only says how many or when; crude, and the same on both sides."""
    if word in _SAME_AS or len(word) <= 3:
        return word
    for ending, instead in (("ies", "y"), ("ing", ""), ("sses", "ss"), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            stem = word[: -len(ending)] + instead
            return stem[:-1] if ending in ("ing", "ed") and stem[-1] == stem[-2] and stem[-1] not in "ls" else stem
    return word


@lru_cache(maxsize=4)
def _index(library: Library) -> _Index:
    own = [one for one in library if one.language == "en"]
    said = [(one.id, phrasing) for one in own for phrasing in (one.title, *one.questions)]
    articles: dict[str, set[str]] = {}
    for id, phrasing in said:
        for word in _stems(phrasing):
            articles.setdefault(word, set()).add(id)
    count = max(1, len(own))
    rarity = {word: math.log(1 + count / len(ids)) for word, ids in articles.items()}
    rows = []
    near: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, (id, phrasing) in enumerate(said):
        weights = _weights(phrasing, rarity)
        rows.append((id, _length(weights)))
        for word, weight in weights.items():
            near[word].append((number, weight))
    texts: defaultdict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(own):
        for word in dict.fromkeys(_stems(" ".join((one.title, *one.questions, *one.body)))):
            texts[word].append(at)
    exact = {_plain(phrasing): id for id, phrasing in said}
    return _Index(
        rarity, tuple(rows), {word: tuple(many) for word, many in near.items()}, exact, tuple(one.id for one in own),
        {word: tuple(many) for word, many in texts.items()},
    )  # fmt: skip
