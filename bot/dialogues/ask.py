"""Answers a question from the articles: the short answer first, then what one can do next; or says we do not know."""

from collections.abc import Sequence
from datetime import date
from zlib import crc32

from bot.dialogues import fitting, going_on, opinions, passing
from bot.dialogues.consenting import is_no, is_yes
from bot.dialogues.kit import Ask, Dialogue, Do, Done, Hand, Item, Say, Turn
from bot.dialogues.unanswered import noted, remember, remembered
from bot.events import happened
from directory import answers, articles, cues, languages, needs, recordings
from directory.articles import Article, Library
from directory.wording import t

_JUDGED = "judged"  # in the notes: the article and what was thought of it last
_TOLD = "told_last"  # in the notes: the article told last, and whether the whole of it


class Answer(Dialogue):
    """A question finds its article, up to three candidates, or a person who can say."""

    name = "answer"

    def start(self, turn: Turn) -> Sequence[Item]:
        if turn.meaning is not None and turn.meaning.places and not turn.meaning.place_is_ambiguous:
            turn.memory.place = turn.meaning.places[0].key  # "tìm chỗ" below the answer does not ask for it again
        if going_on.wants_more(turn):
            return self._tell(turn, turn.memory.article or "", goes_on=True)
        if (prevents := going_on.prevents(turn)) is not None:
            return self._tell(turn, prevents)
        about = turn.notes.get(fitting.MAYBE) or turn.memory.article
        found = answers.find(turn.reading, library=turn.shelf.library, about=about, known=turn.said)
        shown = [id for id in found.ids if fitting.article(turn, id) is not None]
        if (same := going_on.about(turn, found, shown)) is not None:
            return self._tell(turn, same, goes_on=same == turn.memory.article)
        if not found.ids and turn.meaning is not None and turn.meaning.intent == "unclear":
            return [Hand("small", "unclear")]
        if not shown:
            return self._nothing(turn, is_known=bool(found.ids))
        if shown[0] == "late-period" and fitting.is_unwanted(turn) and fitting.article(turn, "safe-abortion"):
            return self._tell(turn, "safe-abortion")
        if fitting.is_told_at_once(turn, found, shown):
            return self._tell(turn, shown[0], goes_on=found.follows and shown[0] == turn.memory.article)
        if (related := going_on.next_of_last(turn, shown)) is not None:
            return self._tell(turn, related)
        shown = list(fitting.with_stated(turn, shown))
        options = [(id, fitting.title(turn, id)) for id in shown]
        options.append(("none", t("ask.none_of_these", turn.language)))
        remember(turn)
        turn.notes[fitting.MAYBE] = shown[0]
        first = (*fitting.soon(turn), *fitting.told_whom(turn, *shown))
        return [*first, Ask(t("ask.which", turn.language), tuple(options), "which")]

    def need(self, turn: Turn) -> Sequence[Item]:
        """A trouble was told, and no place asked for: first what can be done about it; places stand below."""
        return self._tell(turn, fitting.of_trouble(turn) or "")

    def read(self, turn: Turn) -> Sequence[Item]:
        """The article that stood as a choice beside something else."""
        return self._tell(turn, (turn.key or "").removeprefix("article:"))

    def again(self, turn: Turn) -> Sequence[Item]:
        """The answer once more, in the language that was chosen since."""
        turn.notes.pop(_TOLD, None)
        return self._tell(turn, turn.memory.article or "")

    def beside(self, turn: Turn) -> Sequence[Item]:
        """The article that fits what was told elsewhere; no answer is waited for: her next words are her own."""
        return [Ask(t("ask.beside", turn.language), fitting.choice_after_harm(turn), "after"), Done()]

    def what_now(self, turn: Turn) -> Sequence[Item]:
        """ "Em phải làm gì": the article of what was told or read just before."""
        return self._tell(turn, turn.memory.article or "")

    def which(self, turn: Turn) -> Sequence[Item]:
        """One of the candidates, or none of them."""
        unmet = remembered(turn)
        if turn.key == "none" or opinions.said(turn) in opinions.BAD:  # such words themselves are no question
            return [*unmet, Say(t("answer.none", turn.language)), Hand("human", "offer")]
        if turn.key == passing.SKIP:
            return passing.left(turn)
        return self._tell(turn, turn.key) if turn.key else self.start(turn)

    def after(self, turn: Turn) -> Sequence[Item]:
        """What may follow an answer: the rest of it, a place, a person, another article, or what one thinks of it."""
        key, id, days = turn.key or opinions.said(turn), turn.memory.article, turn.policy.law_shown_days
        article = fitting.article(turn, id) if id else None
        if key == passing.SKIP:
            return passing.left(turn)
        if key in opinions.ALL and id:
            return [*_counted(turn, id, key), *self._thanked(turn, key)]
        if key in ("more", "listen") and article is None:
            return self._taken_back(turn)
        if key == "listen" and article is not None:
            text, options = told(article, turn.language, fitting.library(turn), today=fitting.today(turn), days=days)
            left = tuple(one for one in options if one[0] != "listen")
            return [Ask(text, left, "after", audio=recordings.of(article))]
        if key == "more" and article is not None:
            rest, options = told(
                article, turn.language, fitting.library(turn), today=fitting.today(turn), days=days, is_all=True
            )
            turn.notes[_TOLD] = f"{_mark(article)} True"
            return [Ask(rest, options, "after")]
        if "told" in turn.notes and (key == "talk" or _wants_person(turn) or is_yes(turn)):
            return [Hand("report", "offer")]  # with what she has told already
        if key == "talk":
            return [Hand("human")]
        if turn.key is None and is_no(turn):
            return [Say(t("report.later", turn.language)), Done()]
        kind, _, subject = key.partition(":")
        if kind == "find" and subject in needs.all_needs():
            turn.memory.need, turn.memory.shown, turn.memory.last_shown = subject, (), ()
            return [Hand("find", "look")]
        if kind == "article":
            return self._tell(turn, subject)
        return self.start(turn)

    def _tell(self, turn: Turn, id: str, *, goes_on: bool = False) -> Sequence[Item]:
        """`goes_on`: the short answer was read just before; what stands behind it is told."""
        article = fitting.article(turn, id)
        if article is None:
            return self._nothing(turn, is_known=True) if turn.key is None else self._taken_back(turn)
        fitting.now_about(turn, id)
        is_free = turn.key is None and cues.decided(turn.reading) is None  # "gọi 111 được không" has one answer
        before = turn.notes.get(_TOLD, "") if is_free else ""
        mark = _mark(article)
        follows = goes_on
        goes_on = goes_on and turn.notes.get(_TOLD, mark).startswith(mark)
        is_all = bool(article.more) and (goes_on or before.startswith(f"{mark} "))
        if before == f"{mark} {is_all}":  # nobody is told the same words twice in a row
            is_asked = follows or fitting.is_question(turn) or turn.memory.need is None
            said = Say(t("answer.all_told", turn.language))
            return [said, Hand("human", "offer")] if is_asked else [Hand("find", "look")]
        turn.notes.pop(fitting.MAYBE, None)
        turn.notes[_TOLD] = f"{mark} {is_all}"
        days, today = turn.policy.law_shown_days, fitting.today(turn)
        text, options = told(article, turn.language, fitting.library(turn), today=today, days=days, is_all=is_all)
        # With a case open nothing is waited for: what she writes next goes to the case, not to this article.
        return [*fitting.told_whom(turn, id), Ask(text, options, "after"), *([Done()] if turn.memory.has_case else [])]

    def _nothing(self, turn: Turn, *, is_known: bool) -> Sequence[Item]:
        """No article, or one that may not be shown: said plainly, and a person is offered who can say."""
        key = "article.not_written" if is_known else "answer.none"
        return [*fitting.soon(turn), *noted(turn), Say(t(key, turn.language)), Hand("human", "offer")]

    def _taken_back(self, turn: Turn) -> Sequence[Item]:
        """She reads on in a text that was taken back meanwhile: what she has read of it may be wrong."""
        return [Say(t("article.taken_back", turn.language)), Hand("human", "offer")]

    def opinion(self, turn: Turn) -> Sequence[Item]:
        """The same in words, when nothing is asked any more."""
        return self.after(turn)

    def _thanked(self, turn: Turn, opinion: str) -> Sequence[Item]:
        if opinion == "helped":
            judged = turn.notes[_JUDGED]
            turn.notes.clear()
            turn.notes[_JUDGED] = judged
            return [Say(t("ask.thanks", turn.language))]
        return [Say(t("ask.noted", turn.language)), Hand("human", "offer")]


def told(
    article: Article, language: str, library: Library, *, today: date, days: int, is_all: bool = False
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(the text, the choices below it) exactly as a person gets them; `is_all`: what stands behind "read more".

    `days`: how long a text that may be over is still shown. The console's preview says the same words.
    """
    text = fitting.words(article, language, today=today, is_all=is_all)
    found = [] if is_all or not article.more else [("more", t("ask.more", language))]
    if recordings.of(article):
        found.append(("listen", t("ask.listen", language)))
    steps = article.next or _usual(article)
    if articles.may_be_over(article, today):  # who can say whether it still holds comes first
        steps = (articles.NextStep("talk"), *(step for step in steps if step.kind != "talk"))
    for step in steps:
        if step.kind == "find":
            found.append((f"find:{step.subject}", t("ask.find", language, need=needs.label(step.subject, language))))
        elif step.kind == "talk":
            found.append(("talk", t("find.human", language)))
        elif (other := library.get(step.subject, language)) and not articles.is_hidden(other, today, days=days):
            found.append((f"article:{step.subject}", languages.marked(other.title, other.language, language)))
    return text, (*found, *((one, t(f"ask.{one}", language)) for one in opinions.ALL))


def _mark(article: Article) -> str:
    """Tells this text from the one before it: what was put right is said anew."""
    return f"{article.id}:{crc32(chr(10).join((*article.body, *article.more)).encode()):08x}"


def _wants_person(turn: Turn) -> bool:
    return turn.key is None and turn.meaning is not None and turn.meaning.intent == "human"


def _usual(article: Article) -> tuple[articles.NextStep, ...]:
    """Where an article names no next step: a place for what it is about, and a person."""
    places = tuple(articles.NextStep("find", code) for code in article.needs[:1])
    return (*places, articles.NextStep("talk"))


def _counted(turn: Turn, id: str, opinion: str) -> Sequence[Item]:
    """Counted without identity: one more for this article and this opinion, today; pressed again it is the same."""
    now = turn.now
    known = f"{opinion}:{id}"
    if turn.notes.get(_JUDGED) == known:
        return []
    turn.notes[_JUDGED] = known
    return [Do(lambda tx, lane_id: happened(tx, known[:40], now=now))]
