"""Which article fits what somebody tells, and what cannot wait for our questions: a medicine that has its hours."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from bot.dialogues.kit import Done, Hand, Item, Say, Turn
from bot.understanding import answering
from bot.understanding.wanted import NOT_WANTED, PREGNANT
from directory import answers, articles, cues, danger_sentences, languages, lines
from directory.answers import Candidates
from directory.articles import Article, Library
from directory.reading import fold
from directory.wording import HCMC, t

# Articles of what must be done within hours or days, and the few words of each that are said before any question.
TIMELY: Mapping[str, str] = {
    "after-abortion-danger": "danger.soon.bleeding",
    "just-raped": "danger.soon.raped",
    "condom-removed": "danger.soon.condom",
    "pep-72h": "danger.soon.condom",
    "emergency-pill": "danger.soon.pill",
}
# For a story of harm that no article was found for: which kind leads to which, the gravest first.
_BY_KIND: Mapping[str, str] = {
    "self_harm": "want-to-die",
    "minor": "under-18",
    "trafficking": "trafficked-abroad",
    "sexual": "just-raped",
    "digital": "images-leaked",
    "police": "official-extortion",
    "partner": "partner-violence",
    "control": "held-by-owner",
    "physical": "just-beaten",
    "robbery": "client-did-not-pay",
}
# Needs of the articles that may answer such a story.
_OF_HARM = ("violence.", "mind.suicide", "legal.police", "legal.detained", "work.rights", "health.emergency")
_AS_LIKELY = 0.6  # of the likeliest article; of hours that run out rather too much is said than too little
_FAINT = 0.28  # "thuốc mua ở đâu" is a little like everything
# A question of these words alone asks what to do.
_WHAT_NOW_WORDS = """
em e minh m toi t tui gio bay the vay nen can phai pai lam j gi sao nao tiep day a ha roi thi duoc dc
what should do i now next can to must
"""
_WHAT_NOW = frozenset(_WHAT_NOW_WORDS.split())
_ASKING = frozenset({"j", "gi", "sao", "nao", "what"})
_ASKS = frozenset({"gi", "sao", "nao", "dau", "nhieu", "may", "ai", "what", "how", "where", "which", "who", "can"})
_ENDS = frozenset({"khong", "chua", "ko", "k", "a", "ha"})
_WORD = re.compile(r"\w+|/")
_COSTS_WORDS = "nhieu lau may dau tien phi dat much long many where cost"  # what it costs, takes, and where it is
_OF_THAT = frozenset(_COSTS_WORDS.split())
_GROPED = ("sam so", "so mo", "so soang", "quay roi", "dung cham", "groped", "touched")
_AGAINST_HER_WILL = (
    "hiep", "cuong", "cuong buc", "ep", "bi ep", "lam nhuc", "xam hai", "raped", "rape", "forced", "force", "assaulted",
    "drugged", "consent", "made me",
)  # fmt: skip
_FORCED = ("hiep", "cuong", "ep", "lam nhuc", "quan he", "lam tinh", "dam o", "raped", "forced", "sex")
_OF_THE_YOUNG = "under-18"
_PLAINLY = 0.95  # so surely are words about ending it
_FITS = 0.25  # so likely is an article before it stands as a choice beside something else
_STATED = 0.6
_TROUBLE = ("violence.", "legal.police", "legal.detained", "papers.", "work.", "peers.stigma")
_WHERE = (
    "o dau", "dau co", "cho nao", "noi nao", "o cho", "tim", "kiem", "can gap", "muon gap", "gap ai", "chi cho",
    "gan day", "gan nhat", "mua dau", "di dau", "den dau", "toi dau", "where", "near", "find",
    "any place", "any clinic", "anywhere",
)  # fmt: skip
_SAYS_WHOM = frozenset({"who-sees-hiv-result", "tell-partner-hiv", "methadone"})
MAYBE = "maybe"  # in the notes of the talk: the likeliest of several articles she was asked about
_IN_SHORT = "in_short"  # in the notes of the talk: the article whose short answer was said beside a question of ours
_NOTE = "article"  # in the notes of the talk: the id of the article that fits what was told


def library(turn: Turn) -> Library:
    return turn.shelf.library or answers.shipped()


def today(turn: Turn) -> date:
    return turn.now.astimezone(HCMC).date()


def article(turn: Turn, id: str) -> Article | None:
    """The article in the person's language; none where a law may have changed too long ago."""
    found = library(turn).get(id, turn.language)
    days = turn.policy.law_shown_days
    return None if found is None or articles.is_hidden(found, today(turn), days=days) else found


def words(told: Article, language: str, *, today: date, is_all: bool = False) -> str:
    """The article as it is read, first or behind "read more"; where it is in another language, that is said first."""
    said = (articles.read_on if is_all else articles.short)(told, told.language, today=today)
    return said if told.language == language else f"{t('article.in_vietnamese', language)}\n\n{said}"


def title(turn: Turn, id: str) -> str:
    found = article(turn, id)
    if found is None:
        return articles.topics()[id].title(turn.language)
    return languages.marked(found.title, found.language, turn.language)


def timely(turn: Turn) -> str | None:
    """The article of what has its hours, where this message tells of such a thing."""
    meaning = turn.meaning
    if meaning is None or turn.key is not None or asks_what_now(turn):
        return None
    by_words, is_harmed = turn.said.by_words, meaning.danger.level != "none"
    share, faintest = (_AS_LIKELY, _FAINT) if is_harmed else (1.0, answering.MEANT)  # where nobody was harmed
    for found in (meaning.articles, by_words):  # what was learnt hears little in English, and in short messages
        least = share * found[0][1] if found else 0.0
        named = next((id for id, score in found if id in TIMELY and score >= max(least, faintest)), None)
        if named == "just-raped" and not (is_harmed or _is_forced(turn)):
            return "pep-72h"  # "and if I had sex yesterday": nobody said that she was forced
        if named is not None:
            return named
    if meaning.danger.level != "none" and "sexual" in meaning.danger.kinds and not _is_groped(turn):
        return "just-raped"
    is_late = any(found and found[0][0] == "pep-too-late" for found in (meaning.articles, by_words))
    sought = any(guess.code == "health.pep" and guess.score >= answering.SOUGHT for guess in meaning.needs)
    return "pep-72h" if sought and not is_late else None


def _is_groped(turn: Turn) -> bool:
    """She was touched, and nothing says more: no medicine has its hours for that."""
    plain = f" {turn.reading.plain} "
    return any(f" {one} " in plain for one in _GROPED) and not any(f" {one} " in plain for one in _FORCED)


def _is_forced(turn: Turn) -> bool:
    plain = f" {turn.reading.plain} {fold(turn.text)} "
    return any(f" {one} " in plain for one in _AGAINST_HER_WILL)


def is_overheard(turn: Turn) -> tuple[str, str] | None:
    """A story that was understood as nothing, and whose words are those of such an article: the step that answers."""
    id = timely(turn)
    if id is None:
        return None
    return ("report", "start") if id == "just-raped" else ("answer", "start")


def is_told_at_once(turn: Turn, found: Candidates, shown: Sequence[str]) -> bool:
    """Whether the first article is told without asking back."""
    stated = turn.meaning.needs if turn.meaning is not None else ()
    return answering.is_told_at_once(turn.reading, found, shown, said=turn.said, stated=stated)


def with_stated(turn: Turn, shown: Sequence[str]) -> Sequence[str]:
    """What may be meant; where words state a need that none of it is about, the article that is goes first."""
    stated = turn.meaning.needs if turn.meaning is not None else ()
    return answering.with_stated(shown, stated, lambda id: article(turn, id) is not None)


def is_unwanted(turn: Turn) -> bool:
    """She knows that she is pregnant and does not want it: nothing about how to test comes first."""
    stated = turn.meaning.needs[:1] if turn.meaning is not None and turn.key is None else ()
    plain = f" {turn.reading.plain} {fold(turn.text)} "
    is_known = any(f" {words} " in plain for words in PREGNANT) and any(f" {one} " in plain for one in NOT_WANTED)
    return is_known and any(guess.code == "health.abortion" and guess.score >= _PLAINLY for guess in stated)


def now_about(turn: Turn, id: str) -> None:
    """From here on the talk is about this article: a short question goes on about it, "ở đâu" asks where there is help
    with it. What was shown for another need counts as not shown."""
    turn.memory.article = id
    found, topic = article(turn, id), articles.topics().get(id)
    steps = found.next if found is not None else ()
    sought = next((step.subject for step in steps if step.kind == "find"), None)
    need = sought or (topic.needs[0] if topic is not None and topic.needs else None)
    if need is not None and need != turn.memory.need:
        turn.memory.need, turn.memory.shown = need, ()


def soon(turn: Turn) -> Sequence[Item]:
    """The few words of it, once a talk; empty where nothing runs out."""
    id = timely(turn)
    if id is None or turn.memory.article == id or "medical" in turn.situations:  # there the card says it already
        return []
    now_about(turn, id)
    key = TIMELY[id]
    return [Say(with_closing(key, turn.language))]


def told_whom(turn: Turn, *ids: str) -> Sequence[Item]:
    """Asked whether a place of care tells somebody: said before answers about health that are silent about it."""
    if turn.key is not None or "told_whom" not in turn.situations or not _SAYS_WHOM.isdisjoint(ids):
        return []
    topic = articles.topics().get(ids[0]) if ids else None
    is_of_health = topic is not None and any(need.startswith("health.") for need in topic.needs[:1])
    return [Say(t("ask.told_whom", turn.language))] if is_of_health else []


def with_closing(key: str, language: str) -> str:
    """A sentence of danger with what is said below it."""
    return "\n".join(filter(None, (t(key, language), danger_sentences.closing(key, language))))


def note_harm(turn: Turn) -> None:
    """Keep which article fits a story of harm: it is offered when what must come first is done."""
    meaning = turn.meaning
    if meaning is None or turn.key is not None:
        return
    kinds = meaning.danger.kinds
    best = meaning.articles[:1] if meaning.danger.level != "none" else ()
    told = next((id for id, score in best if score >= _FITS and _is_of_harm(id)), None)
    by_kind = next((id for kind, id in _BY_KIND.items() if kind in kinds), None)
    if by_kind == "just-raped" and _is_groped(turn):
        by_kind = "harassment-contract-pay"
    stated = meaning.needs[0].code if meaning.needs and meaning.needs[0].code.startswith(_OF_HARM) else ""
    id = by_kind if by_kind == "want-to-die" else timely(turn) or told or by_kind or answering.main_of(stated)
    if id is not None and article(turn, id) is not None:
        turn.notes[_NOTE] = turn.memory.article = id


def _is_of_harm(id: str) -> bool:
    topic = articles.topics().get(id)
    return topic is not None and any(need.startswith(_OF_HARM) for need in topic.needs)


def at_the_end(turn: Turn) -> Sequence[Item]:
    """The article as a choice below the last message; nothing waits for an answer, and nothing else stays noted."""
    return [Hand("answer", "beside")] if choice(turn) else [Done()]


def asks_what_now(turn: Turn) -> bool:
    """ "Em phải làm gì" names nothing at all: it is about what was told or read just before."""
    if turn.key is not None or turn.memory.article is None:
        return False
    said = [word.strip(".,!?") for word in fold(turn.text).split()]
    return len(said) >= 2 and _WHAT_NOW.issuperset(said) and not _ASKING.isdisjoint(said)


def in_short(turn: Turn) -> Sequence[Item]:
    """The short answer to a question that comes where we asked something ourselves; empty where no article is sure."""
    meaning = turn.meaning
    if turn.key is None and asks_of_line(turn):
        asked = lines.asked_about(turn.reading, now=turn.now, recorded=turn.policy.recorded_lines)
        return [Say(lines.card(asked, turn.language))]
    if asks_of_that(turn) and (told := article(turn, turn.memory.article or "")) is not None:
        is_rest = bool(told.more) and turn.notes.get(_IN_SHORT) == told.id
        turn.notes[_IN_SHORT] = told.id
        return [Say(words(told, turn.language, today=today(turn), is_all=is_rest))]
    if meaning is None or turn.key is not None or meaning.intent != "ask" or not is_question(turn):
        return []
    about = turn.memory.article or turn.notes.get(_NOTE)
    found = answers.find(turn.reading, library=library(turn), about=about, known=turn.said)
    known = article(turn, found.ids[0]) if found.ids and not found.is_guess else None
    if known is None:
        return []
    now_about(turn, known.id)
    turn.notes[_IN_SHORT] = known.id
    return [Say(words(known, turn.language, today=today(turn)))]


def asks_of_line(turn: Turn) -> bool:
    """Whether she asks what a number is, or what comes of a call to it. What 115 tells the police, an article says; of
    111 it says so too, to somebody under 18."""
    known = lines.asked_about(turn.reading, now=turn.now, recorded=turn.policy.recorded_lines)
    decided = cues.decided(turn.reading)
    is_said = decided is None or (decided == _OF_THE_YOUNG and not turn.memory.is_minor)
    return bool(known) and (is_said or not all(map(lines.is_short, known)))


def may_harm_herself(turn: Turn) -> bool:
    """ "I feel like dying": no rule of danger knows the English words, and what is learnt hears that need first."""
    meaning = turn.meaning
    is_heard = meaning is not None and meaning.language == "en" and bool(meaning.needs)
    return is_heard and turn.key is None and meaning is not None and meaning.needs[0].code == "mind.suicide"


def names_nothing(turn: Turn) -> bool:
    """ "Ở đâu", "where": whatever it sounds like, it is about what was told or read just before."""
    words = fold(turn.text).strip(" .!?").split()
    return turn.memory.article is not None and bool(words) and answers.NAMELESS.union(_WHERE).issuperset(words)


def asks_of_that(turn: Turn) -> bool:
    """ "Tốn bao nhiêu", "ở đâu", "mất bao lâu": about what was told or read just before."""
    if turn.key is not None or turn.memory.article is None or not answers.goes_on(turn.reading):
        return False
    return not _OF_THAT.isdisjoint(turn.reading.tokens)


def is_question(turn: Turn) -> bool:
    """Whether the words ask: "em có con nhỏ" tells."""
    words = turn.reading.plain.split()
    typed = fold(turn.text).split()  # read as Vietnamese, "how much" is something else
    if "bao lau" in turn.reading.plain:  # a bare "lậu" asks nothing
        return True
    return "?" in turn.text or not _ASKS.isdisjoint((*words, *typed)) or not _ENDS.isdisjoint(words[-2:])


def is_cued(turn: Turn, words: Sequence[str]) -> bool:
    """Whether these folded words stand side by side in what an article is known by that fits this message."""
    meaning = turn.meaning
    ids = [timely(turn), *(id for id, _ in meaning.articles)] if meaning is not None else []
    wanted = f" {' '.join(words)} "
    return any(wanted in _known_by(found) for id in ids if id and (found := library(turn).get(id)) is not None)


@lru_cache(maxsize=200)
def _known_by(found: Article) -> str:
    """Its title, phrasings and text, folded."""
    said = fold(" / ".join((found.title, *found.questions, *found.body)))
    return f" {' '.join(_WORD.findall(said))} "


def before_places(turn: Turn) -> Sequence[Item]:
    """Before a place is asked for or shown: the short answer of what has its hours. Any other article is a choice."""
    meaning = turn.meaning
    if meaning is None or turn.key is not None:
        return []
    if meaning.needs or meaning.articles:
        turn.notes.pop(_NOTE, None)  # of what was looked for before
    id = timely(turn)
    if id is None:
        if (beside := _beside_the_need(turn)) is not None:
            turn.notes[_NOTE] = turn.memory.article = beside
        return []
    turn.notes[_NOTE] = id
    if id == "after-abortion-danger":
        turn.memory.need = "health.emergency"  # a hospital, and no clinic that asks for an appointment
    found = article(turn, id)
    if found is None or turn.memory.article == id:
        return []
    turn.memory.article = id
    return [Say(words(found, turn.language, today=today(turn)))]


def _beside_the_need(turn: Turn) -> str | None:
    """An article about the very need that is looked for, as likely as may be; one of another need only where none is
    stated: who wants no child reads nothing about keeping it."""
    meaning = turn.meaning
    if meaning is None or names_nothing(turn):
        return turn.memory.article
    found = (*meaning.articles, *turn.said.by_words)
    if not meaning.needs or (turn.memory.need is not None and meaning.needs[0].code != turn.memory.need):
        return next((id for id, score in found if score >= _FITS), None)  # what is looked for was said before
    known, code = articles.topics(), meaning.needs[0].code
    if is_unwanted(turn):
        return "safe-abortion"
    return next((id for id, _ in found if id in known and code in known[id].needs), None) or answering.main_of(code)


def of_trouble(turn: Turn) -> str | None:
    """The article about a trouble that is told without asking for a place: "khách quỵt tiền em", "mất hết giấy tờ"."""
    meaning = turn.meaning
    if meaning is None or turn.key is not None or not meaning.needs or asks_where(turn):
        return None
    stated, known = meaning.needs[0], articles.topics()
    same = answers.phrasing_of(turn.reading)  # "em bị hiv rồi" asks for no test, and these are the words of an article
    if same is not None and timely(turn) is None and stated.code not in known[same].needs:
        return same if article(turn, same) is not None else None
    if stated.score < _STATED or not stated.code.startswith(_TROUBLE):
        return None
    said = (*turn.said.by_words, *meaning.articles)
    likely = (id for id, _ in said if id in known and stated.code in known[id].needs)
    found = next(likely, None) or answering.main_of(stated.code)
    return found if found is not None and article(turn, found) is not None else None


def asks_where(turn: Turn) -> bool:
    """Whether the words look for a place or a person: "ở đâu", "chỗ nào", "tìm", "cần ai"."""
    plain = f" {turn.reading.plain} {fold(turn.text)} "
    return any(f" {words} " in plain for words in _WHERE)


def choice(turn: Turn, label: str = "") -> tuple[tuple[str, str], ...]:
    """The article noted in this talk, as a choice beside others, empty where none is. `label`: instead of its title."""
    id = turn.notes.get(_NOTE, "")
    return ((f"article:{id}", label or title(turn, id)),) if id and article(turn, id) is not None else ()


def choice_after_harm(turn: Turn) -> tuple[tuple[str, str], ...]:
    """The same under neutral words: the title would tell whoever takes the phone what was told here."""
    return choice(turn, t("ask.beside.choice", turn.language))
