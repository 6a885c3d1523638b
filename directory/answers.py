"""Which article answers a question; where none fits well, this says so instead of guessing."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from directory import added, articles, begun, cues, needs, phrases
from directory.compiled import kept
from directory.reading import Reading, fold, read

THRESHOLD = 0.7  # below this an answer helps less often than it misleads
CLOSE = 0.8  # a second article is shown only if it fits nearly as well as the first
SURE = 0.15  # the first must be this much better than the second to be told without asking back
FOLLOWS = 6  # a question this short may be about the article just read
NAMELESS_FOLLOWS = 8  # words, where none of them names anything
_BORROWS = re.compile(r"vay (?:duoc|von|bao|may)\b")  # "vay dc bao nhieu" is no "vậy"
# Of a question that examples were heard for: how much cues, phrasings and examples say of an article, and whether any
# answers. Fitted on questions of authors left out; below `ANSWERED` more off the point is shown than is answered.
BY_CUE, BY_PHRASE, BY_SOUND, BY_CHANCE, FROM = 0.43, 2.0, 1.26, -1.14, 0.0
ANY_BEST, ANY_SOUND, ANY_FROM = 0.24, 0.93, 0.42
ANSWERED = 0.22
# Words that name nothing: a short question of these alone is about the article just read. (Folded.)
_NAMELESS = """
the vay con do nay kia ay no thi sao roi la gi j co khong ko k hong hok duoc dc bao lau nhieu may ngay gio tuan thang
hom hum bua buoi dem sang chieu phut
nam tieng lan vien qua sau truoc nua them chua hay phai can lam lay xin mua uong dung tien dat re phi gia mien ton met
hai phu tac ai nao khi luc cach em e minh toi m o dau ma neu bi chet song nguy hiem anh
huong tri khoi nang nhe lan ha ve
it how much many long late what if is are does do that then after day days week weeks month months hours free safe hurt
cost pay need bring i we my me a the to can should will there they get take side effect effects too good bad die
"""
NAMELESS = frozenset(_NAMELESS.split())
_ASKED = frozenset({"khong", "ko", "k", "nhieu", "lau", "may"})
_THEY = frozenset({"no", "ho", "han", "ong", "thang", "he", "they", "him"})
_PUNISHED = frozenset({"phat", "tu", "toi", "bat", "fined", "punished", "jail"})
POINTING = frozenset({"do", "nay", "kia", "ay"})  # "giấy đó": what was just said
NEAR, LOUDEST = 0.1, 8  # only these phrasings, and so many articles that it sounds like, are looked at
HALF = 0.5  # less surely answered: shown as what may be meant; told only where no other is more than half as likely
AGREED = 0.75  # so likely is what words and sound agree on, before it is told at once
BEGUN = 0.3  # less likely, a topic begun in the console is not shown
TOLD = 0.7  # so likely is a topic begun in the console before it is told without asking back
ALONE = 0.8  # so likely is what words do not find and the question sounds like, before it is told at once
DECIDED = 0.9  # named by what only one topic answers
WHOLE = 0.999  # asked in the very words of one of its phrasings
BEHIND = 2.0  # so far behind the best an article may be to be shown beside it
UNHEARD = 0.002  # the chance of an article that no example told of


@dataclass(frozen=True, slots=True)
class Heard:
    """What a question sounds like to whoever learnt from examples: articles, best first; and that any answers it."""

    topics: Mapping[str, float] = field(default_factory=dict)
    asks: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """The topics that fit a question, best first, with a score between 0 and 1; empty where none fits well.

    `by_words` by cues and phrasings alone; `by_all` with what it sounds like too, None where nothing was heard.
    """

    by_words: tuple[tuple[str, float], ...]
    by_all: tuple[tuple[str, float], ...] | None = None

    @property
    def best(self) -> tuple[tuple[str, float], ...]:
        """By all that is known."""
        return self.by_words if self.by_all is None else self.by_all


@dataclass(frozen=True, slots=True)
class Candidates:
    """Articles that may answer, best first; `is_sure`: the first is plainly the one meant.

    `is_guess`: a topic begun in the console may be meant: that is asked, and not told straight away."""

    ids: tuple[str, ...]
    is_sure: bool
    is_guess: bool = False
    follows: bool = False  # the question goes on about the article just read


def match(
    reading: Reading, *, library: articles.Library | None = None, heard: Heard | None = None
) -> tuple[tuple[str, float], ...]:
    """The topics that fit the question, best first, with a score between 0 and 1; empty where none fits well."""
    return said(reading, library=library, heard=heard).best


def said(reading: Reading, *, library: articles.Library | None = None, heard: Heard | None = None) -> Said:
    """What words alone say, and what all witnesses say together; cues and phrasings are looked up once for both."""
    if (id := cues.decided(reading)) is not None:
        return Said(((id, DECIDED),))
    shelf = library or shipped()
    other = needs.other_words(reading)  # "thuốc lá" is no medicine, whatever the question sounds like
    by_cue, by_phrase = cues.scores(reading, spared=other), _index(shelf).scores(reading)
    strengths = begun_strengths(reading, shelf)
    by_words = _with_begun(_in_words(by_cue, by_phrase), strengths)
    if heard is None:
        return Said(by_words)
    if other and not by_words:
        return Said((), ())
    return Said(by_words, _with_begun(_with_sounds(by_cue, by_phrase, heard), strengths))


def _in_words(by_cue: Mapping[str, float], by_phrase: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Cues and phrasings are two witnesses: each may be enough, together they are surer."""
    scored = (
        (id, 1.0 - (1.0 - by_cue.get(id, 0.0)) * (1.0 - by_phrase.get(id, 0.0)))
        for id in by_cue.keys() | by_phrase.keys()
    )
    fitting = sorted(((id, score) for id, score in scored if score >= THRESHOLD), key=lambda pair: -pair[1])
    return tuple((id, round(score, 3)) for id, score in fitting if score >= CLOSE * fitting[0][1])[:3]


def _with_begun(found: tuple[tuple[str, float], ...], strengths: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Topics begun in the console beside the others, by how likely each is (asked in a phrasing's very words: 1)."""
    if not strengths:
        return found
    known = dict(found)
    for id, strength in strengths.items():
        if (chance := round(1 / (1 + math.exp(-strength)), 3)) >= BEGUN:
            known[id] = max(known.get(id, 0.0), chance)
    return tuple(sorted(known.items(), key=lambda pair: -pair[1])[:3])


def phrasing_of(reading: Reading) -> str | None:
    """The shipped article of which these are the very words of one phrasing; None where no single one claims them."""
    return _index(shipped()).known.get(tuple(reading.tokens))


def begun_strengths(reading: Reading, library: articles.Library) -> Mapping[str, float]:
    """How strongly each topic begun in the console is meant, best first; empty where none is."""
    return _learnt(library).strengths(reading)


def _with_sounds(
    by_cue: Mapping[str, float], by_phrase: Mapping[str, float], heard: Heard
) -> tuple[tuple[str, float], ...]:
    """Three witnesses for each article; then whether the best of them answers at all."""
    strength: dict[str, float] = {}
    near = {id for id, score in by_phrase.items() if score >= NEAR}
    for id in by_cue.keys() | near | set(islice(heard.topics, LOUDEST)):
        chance = heard.topics.get(id, UNHEARD)
        chance = UNHEARD if chance < UNHEARD else 0.999 if chance > 0.999 else chance
        said = BY_CUE * by_cue.get(id, 0.0) + BY_PHRASE * by_phrase.get(id, 0.0)
        strength[id] = said + BY_SOUND * _logit(chance) + BY_CHANCE * chance + FROM
    if not strength:
        return ()
    ordered = sorted(strength, key=lambda id: (-strength[id], id))[:3]
    best = strength[ordered[0]]
    answered = 1 / (1 + math.exp(-(ANY_BEST * best + ANY_SOUND * _logit(heard.asks) + ANY_FROM)))
    if answered < ANSWERED:
        return ()
    return tuple(
        (id, round(answered * math.exp(strength[id] - best), 3)) for id in ordered if strength[id] >= best - BEHIND
    )


def _logit(chance: float) -> float:
    held = 0.001 if chance < 0.001 else 0.999 if chance > 0.999 else chance
    return math.log(held / (1 - held))


def find(
    reading: Reading,
    *,
    library: articles.Library | None = None,
    about: str | None = None,
    known: Said | None = None,
) -> Candidates:
    """The candidates for a question. `about`: the article just read; a short question that says little is about it.
    `known`: what was found to be said in it; sounds count where words alone find nothing, and where they are not alone
    in what they say."""
    own = _find(reading, known or said(reading, library=library), library=library, about=about)
    if about is None or not (goes_on(reading) or _asks_of_them(reading, about)):
        return own
    is_another = bool(own.ids) and (own.is_sure or own.ids[0] != about)
    is_told = own.is_sure or known is None or bool(known.by_words)  # what names nothing sounds like much
    if is_another and is_told and goes_on(reading) and _is_near(own.ids[0], about):
        return own
    title = _title_of(about, library or shipped())
    found = match(read(f"{title} {reading.text}"), library=library) if title else ()
    return replace(_judged(found), follows=True) if found else own


def goes_on(reading: Reading) -> bool:
    """Whether a question names nothing of its own, or points back and its words are of no topic."""
    if not 2 <= len(reading.tokens) <= NAMELESS_FOLLOWS or _BORROWS.match(reading.plain):
        return False
    typed = re.findall(r"[^\W_]+", fold(reading.text))  # read as Vietnamese, "weeks" is something else
    if any(all(_names_nothing(token, way) for token in way) for way in (reading.tokens, typed)):
        return True
    return len(reading.tokens) <= FOLLOWS and not POINTING.isdisjoint(reading.tokens) and not match(reading)


def _asks_of_them(reading: Reading, about: str) -> bool:
    """ "Nó có bị phạt không" after what was done to somebody: of whoever did it, and not what she herself would pay.
    After a debt "có bị đi tù không" is about that debt."""
    topic, words = articles.topics().get(about), set(reading.tokens)
    is_of_harm = topic is not None and any(need.startswith("violence.") for need in topic.needs)
    is_of_debt = topic is not None and "violence.debt" in topic.needs
    is_asked = not _PUNISHED.isdisjoint(words) and (is_of_debt or not _THEY.isdisjoint(words))
    return is_of_harm and is_asked and len(reading.tokens) <= FOLLOWS


def _names_nothing(token: str, way: Sequence[str]) -> bool:
    """Asked what something costs, "mất" is no loss: "mất tiền không", "mất bao lâu"."""
    return token in NAMELESS or token.isdigit() or (token == "mat" and not _ASKED.isdisjoint(way))


def _is_near(id: str, about: str) -> bool:
    """Whether two topics are of one need: "quá 3 ngày" after PEP is its other article."""
    topics = articles.topics()
    return id in topics and about in topics and not set(topics[id].needs).isdisjoint(topics[about].needs)


def _find(reading: Reading, known: Said, *, library: articles.Library | None, about: str | None) -> Candidates:
    found = known.by_words
    is_begun = bool(found) and articles.is_begun(found[0][0]) and found[0][1] < WHOLE
    if found and known.by_all is not None and not is_begun:
        return _witnessed(found, known.by_all)
    if known.by_all is not None and (not found or is_begun):
        found = known.by_all
        if found and not (found[0][1] >= ALONE and _stands_out(found)):
            return Candidates(tuple(id for id, _ in found), False, is_guess=articles.is_begun(found[0][0]))
    if not found and about is not None and len(reading.tokens) <= FOLLOWS:
        title = _title_of(about, library or shipped())
        found = match(read(f"{title} {reading.text}"), library=library) if title else ()
    return _judged(found)


def _witnessed(by_words: tuple[tuple[str, float], ...], by_all: tuple[tuple[str, float], ...]) -> Candidates:
    """Told at once only where words and what the question sounds like agree; else both are offered, the surer first."""
    judged = _judged(by_words)
    if by_words[0][1] >= WHOLE:
        return judged
    if not by_all:
        return Candidates(judged.ids, False, judged.is_guess)
    ordered = (by_all[0], by_words[0], *by_all[1:], *by_words[1:])
    ids = tuple(dict.fromkeys(id for id, _ in ordered))[:3]
    agree = by_all[0][0] == by_words[0][0] and _stands_out(by_all) and _judged(by_all).is_sure
    return Candidates(ids, judged.is_sure and agree, judged.is_guess)


def _stands_out(found: tuple[tuple[str, float], ...]) -> bool:
    """Likely answered, and by nothing else as likely."""
    return found[0][1] >= AGREED and (len(found) == 1 or found[1][1] <= HALF * found[0][1])


def _judged(found: tuple[tuple[str, float], ...]) -> Candidates:
    """Whether the first is told at once. Where a topic begun in the console may be meant, more is asked back."""
    ids = tuple(id for id, _ in found)
    is_sure = bool(found) and (len(found) == 1 or found[0][1] - found[1][1] >= SURE)
    if not any(map(articles.is_begun, ids)):
        return Candidates(ids, is_sure)
    if articles.is_begun(ids[0]):  # told only where nothing else may be meant, or these are the words of a phrasing
        is_sure = found[0][1] >= WHOLE or (found[0][1] >= TOLD and all(map(articles.is_begun, ids)))
        return Candidates(ids, is_sure, not is_sure)
    is_asked = any(articles.is_begun(id) and chance >= HALF for id, chance in found)  # rather meant than not
    return Candidates(ids, is_sure and not is_asked)


def _title_of(id: str, library: articles.Library) -> str:
    topic, own = articles.topics().get(id), library.get(id)
    return topic.title() if topic else own.title if own else ""


def shipped() -> articles.Library:
    """The articles that come with the product."""
    return articles.load()


def get_ready(library: articles.Library) -> None:
    """Make what questions are compared with, so that nobody who asks waits for it."""
    _index(library)
    _learnt(library)


@lru_cache(maxsize=4)
def _index(library: articles.Library) -> phrases.Index:
    """Every phrasing of every article, and the titles."""
    said = [(article.id, phrase) for article in library for phrase in (article.title, *article.questions)]

    def made() -> phrases.Index:
        with added.using(added.NOTHING):  # kept for this library, whatever is added or taken back meanwhile
            return phrases.index(said)

    return kept("phrasings", made, of=repr(said)) if library is shipped() else made()


@lru_cache(maxsize=4)
def _learnt(library: articles.Library) -> begun.Learnt:
    return learn(library)


def learn(library: articles.Library) -> begun.Learnt:
    """What tells the topics that no list has from all other articles; takes a moment, and is not kept."""
    if not any(articles.is_begun(one.id) for one in library):
        return begun.NOTHING
    with added.using(added.NOTHING):  # kept for this library, whatever is added or taken back meanwhile
        return begun.learn(taught(library))


def taught(library: articles.Library) -> begun.Taught:
    """The phrasings and cues of the topics begun in the console, and those of all other articles."""
    own = {(one.id, one.language): one for one in library if articles.is_begun(one.id)}
    others: dict[str, list[Reading]] = {language: [] for _, language in own}
    for one in library:
        if not articles.is_begun(one.id) and one.language in others:
            others[one.language] += [read(said) for said in (one.title, *one.questions)]
    phrasings = {key: (one.title, *one.questions) for key, one in own.items()}
    return begun.Taught(phrasings, {key: one.cues for key, one in own.items()}, others)
