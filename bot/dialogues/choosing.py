"""Which dialogue takes a message: danger before everything, then the open question, then what the message is about."""

from collections.abc import Mapping

from bot.dialogues import correcting, fitting, following, kept_where, opinions, passing, remarking
from bot.dialogues.ask import Answer
from bot.dialogues.beside_case import WORD_ASKED, is_a_word, only_taps, wants_erasing, wants_to_die
from bot.dialogues.blocked import Blocked
from bot.dialogues.declined import Declined, answered, is_unreadable
from bot.dialogues.entrust import Entrust
from bot.dialogues.erase import Erase
from bot.dialogues.find import Find, asks_ahead
from bot.dialogues.guarding import Guard, Neutral, Word
from bot.dialogues.kit import Dialogue, Standing, Turn
from bot.dialogues.mute import Mute, Tapped
from bot.dialogues.purposes import CheckIn, Consent, Offered
from bot.dialogues.refusing import is_refused
from bot.dialogues.repeated import keep_open
from bot.dialogues.report import Report, says_no
from bot.dialogues.small import Human, Small, Welcome
from bot.dialogues.told import NewPlace, Praise, Treated, WrongListing
from bot.dialogues.watched import Watched
from bot.dialogues.wishes import Copy, Elsewhere, Official, Revoke, Warn
from directory import answers, begun, languages, spoken
from directory.followup_answer import CARD

DIALOGUES: tuple[type[Dialogue], ...] = (
    Report, Find, WrongListing, Answer, Human, Erase, Small, Welcome, Entrust, Mute, Tapped, Guard, Neutral, Word, Copy,
    Elsewhere, Revoke, Official, Warn, Consent, Offered, CheckIn, Blocked,
    Treated, Praise, NewPlace, Declined, Watched,
)  # fmt: skip

_BY_INTENT = {
    "report": ("report", "start"),
    "help_now": ("report", "now"),
    "find": ("find", "start"),
    "ask": ("answer", "start"),
    "human": ("human", "start"),
    "erase": ("erase", "start"),
    "wrong_listing": ("wrong_listing", "start"),
    "official": ("official", "start"),
}
# What a message tells of the situation, and the step that answers it; the first that fits.
_BY_SITUATION = {
    "mute": ("mute", "start"),
    "copy": ("copy", "start"),
    "revoke": ("revoke", "start"),
    "agree_word": ("word", "start"),
    "elsewhere": ("elsewhere", "start"),
    "warn": ("warn", "start"),
    "treated": ("treated", "start"),
    "new_place": ("new_place", "start"),
    "praise": ("praise", "start"),
    "forged": ("declined", "forged"),
    "drugs": ("declined", "drugs"),
    "insult": ("declined", "insult"),
}
_OF_PLACES = frozenset({"treated", "new_place", "praise"})
# Answered in free words too.
_TYPED = frozenset(
    {
        ("word", "chosen"), ("mute", "tapped"), ("elsewhere", "where"), ("new_place", "told"),
        ("wrong_listing", "named"), ("wrong_listing", "value"),
    }
)  # fmt: skip
_ABOUT_PLACES = frozenset({"wrong_listing", "treated", "praise"})
_STATED = 0.6
_PLAIN = frozenset({"erase", "human", "wrong_listing", "entrust", "copy", "official", "treated", "praise"})
_NOT_ABOUT_SHOWN = frozenset({"wrong_listing", "erase", "stop", "privacy", "official", "report", "help_now"})
_SMALL = ("greeting", "thanks", "leave", "language", "privacy", "stop", "feedback", "return_code")
_IDLE = ("unclear", "greeting", "thanks", "feedback")
_POLITE, LONGEST_POLITE = ("greeting", "thanks", "feedback", "leave"), 300  # characters
LONGEST_INSULT = 3  # words; a longer one may tell of harm besides
_APART = ("under_18", "buyer", "harasser", "provider")


def all_dialogues() -> Mapping[str, Dialogue]:
    """Every dialogue by its name; a new one is one line in DIALOGUES."""
    return {kind.name: kind() for kind in DIALOGUES}


def choose(turn: Turn, standing: Standing, word: str | None) -> tuple[str, str]:
    """(dialogue, step) for this turn. `word`: a whole-message word ("help", "erase"), looked at after danger.

    Words that pass the open question over become its tap.
    """
    if word is None and (step := _left_or_refused(turn, standing)) is not None:
        return step
    danger = turn.meaning.danger if turn.meaning else None
    is_answering = standing.dialogue is not None and standing.step is not None
    is_now = turn.key is None and danger is not None and danger.level == "now" and word is None
    if is_now and standing.step == "harmed" and danger is not None and danger.source == "model":
        return "report", "harmed"  # "uống rồi" says what was asked, whatever else it sounds like
    is_word_asked = turn.key is None and word is None and (standing.dialogue, standing.step) in WORD_ASKED
    if is_word_asked and is_a_word(turn):
        return str(standing.dialogue), str(standing.step)
    if is_now and not only_taps(turn) and not (standing.step == "now_or_not" and says_no(turn)):
        return "report", "now"
    if word == "help" or (turn.key is None and word is None and turn.situations & {"medical", "stranded"}):
        return "report", "now"
    if turn.key is None and word is None and _asks_language(turn):
        keep_open(turn, standing)
        return "small", "language"
    is_erasing = word == "erase" or (turn.memory.has_case and word is None and wants_erasing(turn))
    if is_erasing and not (standing.dialogue == "erase" and is_answering):
        return "erase", "start"
    if turn.media is not None:
        return "small", "media"
    if turn.key is None and word is None and (aside := _by_situation(turn)):
        return aside
    if wants_to_die(turn) and standing.step != "harmed":  # no question that stands open goes before this
        return "report", "start"
    if is_word_asked:
        return str(standing.dialogue), str(standing.step)
    if standing.dialogue == "report" and standing.step and is_answering:
        return "report", standing.step
    if turn.is_start:
        return "welcome", "start"
    if (standing.dialogue, standing.step) == ("declined", "script") and answered(turn) is not None:
        return "declined", "script"
    if turn.key is None and is_unreadable(turn.text):
        return "declined", "unreadable"
    if fitting.asks_what_now(turn):
        return "answer", "what_now"
    if (remark := remarking.heard(turn, standing)) is not None:
        return remark, "start"
    if _is_violence(turn, standing):
        return "report", "start"
    if _judges(turn, standing):
        return "answer", "which" if standing.step == "which" else "opinion"
    if correcting.is_late(turn, standing):
        return "wrong_listing", "value"
    if correcting.is_told(turn, standing):
        return "wrong_listing", "start"
    if kept_where.is_asked(turn):
        return "find", "kept"
    if _asks_about_shown(turn, standing) or _wants_place_that_speaks(turn):
        return "find", "start"
    if is_answering and (turn.key is not None or _answers(turn, standing)):
        return str(standing.dialogue), str(standing.step)
    return _by_meaning(turn)


def _left_or_refused(turn: Turn, standing: Standing) -> tuple[str, str] | None:
    """The open question is passed over, what was shown is enough, or a colleague is refused."""
    passing.take(turn, standing)
    if passing.is_enough(turn, standing):
        return "small", "enough"
    if is_refused(turn, standing):  # "đừng gọi ai hết" sounds dangerous to the model alone
        turn.meaning = None
        return str(standing.dialogue), str(standing.step)
    return None


def _by_situation(turn: Turn) -> tuple[str, str] | None:
    """What she says about her own case goes before the question that stands open, never before danger."""
    danger = turn.meaning.danger if turn.meaning else None
    level = danger.level if danger is not None and danger.source != "model" else "none"  # a doubt alone asks after this
    if "fine" in turn.situations and turn.memory.has_alarm and level == "none":
        return "report", "fine"
    if "official" in turn.situations and danger is not None and set(danger.kinds) <= {"police", "threat"}:
        return "official", "start"  # help is offered there too
    if only_taps(turn):
        return _BY_SITUATION["mute"]
    if level != "none":
        return None
    if "state" in turn.situations and turn.memory.has_case:
        return "report", "state"
    heard = turn.situations if _may_be_of_places(turn) else turn.situations - _OF_PLACES
    heard = heard - {"treated"} if remarking.asks(turn) else heard  # "chỗ đó có khinh mình không"
    heard = heard - {"insult"} if _tells_of_harm(turn) else heard  # "đm t bị đánh mà m hỏi ngu vậy"
    return next((step for name, step in _BY_SITUATION.items() if name in heard), None)


def _tells_of_harm(turn: Turn) -> bool:
    needs = turn.meaning.needs if turn.meaning else ()
    is_harm = bool(needs) and needs[0].code.startswith("violence.") and needs[0].score >= _STATED
    return is_harm and len(turn.reading.tokens) > LONGEST_INSULT


def _is_low(turn: Turn) -> bool:
    """How she feels, and nothing that is looked for: that is heard, before anything is asked of her."""
    meaning = turn.meaning
    if turn.key is not None or meaning is None or "low" not in turn.situations or turn.memory.has_case:
        return False
    return not meaning.places and all(guess.code.startswith("mind.") for guess in meaning.needs)


def _may_be_of_places(turn: Turn) -> bool:
    """No danger; and a question that an article answers is a question.

    Where a place treated her badly the model alone often feels violence: she is believed, and offered a person at once.
    """
    meaning = turn.meaning
    if meaning is None:
        return False
    is_only_felt = meaning.danger.level == "violence" and meaning.danger.source == "model"
    if meaning.danger.level != "none" and not (is_only_felt and "treated" in turn.situations):
        return False
    return bool(turn.memory.last_shown) or not (meaning.intent == "ask" or meaning.articles)


def _answers(turn: Turn, standing: Standing) -> bool:
    """Whether typed words are meant for the open question: yes, unless they plainly begin something else."""
    intent = turn.meaning.intent if turn.meaning else None
    if (standing.dialogue, standing.step) not in _TYPED and fitting.asks_of_line(turn):
        return False
    if standing.dialogue in ("find", "answer") and _is_low(turn):
        return False
    if standing.dialogue == "find":
        if standing.step in ("where", "meant") and asks_ahead(turn):
            return True
        is_plain = intent in (None, "find", "unclear", "ask", "greeting")
        return is_plain and not (_is_new_question(turn) or (standing.step == "after" and _asks_of_what_is_beside(turn)))
    if standing.dialogue == "answer":
        if turn.place is not None:
            return False  # where she is looks for a place for that, and asks for no more words
        goes_on = intent == "find" and not (turn.meaning and turn.meaning.places) and answers.goes_on(turn.reading)
        if _asks_where_for_that(turn):
            return False
        return intent in (None, "ask", "unclear") or goes_on or (intent == "human" and "told" in turn.notes)
    if (standing.dialogue, standing.step) in _TYPED:
        return True
    if standing.dialogue == "human" and intent == "human":
        return True  # "muốn gặp người thật" is a yes to the offer of one
    if (standing.dialogue, standing.step) == ("wrong_listing", "part") and correcting.is_answer(turn):
        return True  # "số mới là …" says which part is wrong
    is_plain = intent in (None, "unclear", "erase") or (intent == "find" and not _is_wish(turn, standing))
    return is_plain and standing.dialogue in _PLAIN


def _judges(turn: Turn, standing: Standing) -> bool:
    """What she thinks of an answer: right behind it, or when nothing else stands open and no place was shown since."""
    if standing.dialogue not in ("answer", None) or not opinions.said(turn):
        return False
    is_known = turn.memory.article is not None and not turn.memory.last_shown
    return standing.dialogue == "answer" or is_known


def _is_violence(turn: Turn, standing: Standing) -> bool:
    """Somebody was harmed. In "gọi 111 nó có báo công an bắt em không" what is only felt lies in the question."""
    danger = turn.meaning.danger if turn.meaning else None
    if turn.key is not None or danger is None or correcting.is_plain_hours(turn, standing):
        return False
    if danger.source == "model" and fitting.asks_of_line(turn):
        return False
    return danger.level == "violence" or fitting.may_harm_herself(turn)


def _is_wish(turn: Turn, standing: Standing) -> bool:
    """A need stated in so many words is a wish of its own; only a question about places may be answered with one."""
    needs = turn.meaning.needs if turn.meaning else ()
    return bool(needs) and needs[0].score >= _STATED and standing.dialogue not in _ABOUT_PLACES


def _asks_about_shown(turn: Turn, standing: Standing) -> bool:
    """A question about what the list showed: a bare one right behind it, one that names the place at any time."""
    intent = turn.meaning.intent if turn.meaning else None
    if intent in _NOT_ABOUT_SHOWN or (standing.dialogue, standing.step) in _TYPED:
        return False
    question = following.asked(turn)
    if question is not None and (question.is_pointed or (standing.dialogue, standing.step) == ("find", "after")):
        return True
    named = following.named(turn)
    is_answer = standing.step is not None and standing.dialogue in _ABOUT_PLACES and named and named.about == CARD
    return named is not None and not is_answer  # "chuyện đó ở chỗ nào" is answered with a name


def _is_new_question(turn: Turn) -> bool:
    meaning = turn.meaning
    return meaning is not None and meaning.intent == "ask" and not meaning.places and bool(meaning.articles)


def _by_meaning(turn: Turn) -> tuple[str, str]:
    meaning = turn.meaning
    if turn.place is not None:
        return "find", "start"
    if meaning is None:
        return "small", "unclear"
    if _is_low(turn):
        return "small", "low"
    if "denied" in turn.situations:
        return "small", "denied"
    if small := _small(turn):
        return "small", small
    if _asks_where_for_that(turn):
        return "find", "start"
    if meaning.intent in ("find", "unclear") and turn.memory.last_shown and _asks_of_what_is_beside(turn):
        return "answer", "what_now"
    if meaning.intent in ("find", "unclear") and (_is_learnt(turn) or _is_begun(turn)):
        return "answer", "start"
    if meaning.intent in _IDLE and (overheard := fitting.is_overheard(turn)):
        return overheard
    if meaning.intent in ("unclear", "find") and fitting.of_trouble(turn) is not None:
        return "answer", "need"
    if meaning.intent in _BY_INTENT:
        return _BY_INTENT[meaning.intent]
    if "stranger" in turn.situations and meaning.intent == "unclear":
        return "small", "about_bot"
    if meaning.intent in _POLITE and len(turn.text) > LONGEST_POLITE:
        return "small", "unclear"  # a long story that ends with thanks
    if meaning.intent in ("about_bot", *_SMALL, *_APART):
        return "small", str(meaning.intent)
    if meaning.needs or meaning.places or turn.memory.last_shown:
        return "find", "start"
    return ("answer", "start") if meaning.articles else ("small", "unclear")


# Words of "chị ơi cho em hỏi chút" and of "cho xin số tổng đài", and nothing else.
_OPENING_WORDS = """
cho em e minh toi tui m chi anh ban ad oi a ti chut xiu voi cai nay 1 mot dieu chuyen muon can xin nho duoc khong
"""
_OPENING = frozenset(_OPENING_WORDS.split())
_ASKING = frozenset({"hoi", "tu", "van"})
_NUMBERS = ("tong dai", "hotline", "duong day nong", "so dien thoai", "so may", "so khan cap", "so nao", "phone number")
_OF_NUMBERS_WORDS = """
khan cap cuu ho con khac them nua so bao nhieu la gi may cua ben day nay goi your what is the number phone
"""
_OF_NUMBERS = frozenset(_OF_NUMBERS_WORDS.split())


def _small(turn: Turn) -> str | None:
    """Asked about a line by its number, for ours, or only whether one may ask."""
    meaning = turn.meaning
    if meaning is None or turn.memory.last_shown or meaning.places:
        return None
    if fitting.asks_of_line(turn):
        return "line"
    plain = f" {turn.reading.plain} "
    words = set(plain.split())
    if words & _ASKING and words <= _OPENING | _ASKING:
        return "ask_away"
    named = next((one for one in _NUMBERS if f" {one} " in plain), None)
    rest = set(plain.replace(f" {named} ", " ").split()) if named else {""}
    return "our_number" if rest <= _OPENING | _OF_NUMBERS else None


def _asks_where_for_that(turn: Turn) -> bool:
    """ "Mua ở đâu" after an answer looks for a place for just that."""
    is_known = turn.key is None and turn.memory.need is not None
    goes_on = answers.goes_on(turn.reading) or {"o", "dau", "ban"}.issuperset(turn.reading.tokens)  # "ở đâu bán"
    return is_known and fitting.asks_where(turn) and goes_on


def _asks_of_what_is_beside(turn: Turn) -> bool:
    """ "Ở được bao lâu" after a list: the places do not say it, the article beside them may."""
    return fitting.asks_of_that(turn) and not fitting.asks_where(turn)


def _is_learnt(turn: Turn) -> bool:
    """Whether an article answers by a phrasing that was added in the console: the shipped ones did not know it."""
    library, meaning = turn.shelf.library, turn.meaning
    if library is None or library is answers.shipped() or meaning is None or meaning.articles:
        return False
    if meaning.said is not None and meaning.said.by_words:
        return False
    return any(score >= answers.THRESHOLD for _, score in turn.said.by_words)


def _is_begun(turn: Turn) -> bool:
    """Whether it is about a topic begun in the console, which understanding has not learnt; a place goes first."""
    library, meaning = turn.shelf.library, turn.meaning
    if library is None or library is answers.shipped() or meaning is None or meaning.places:
        return False
    enough = begun.LIKELY if meaning.intent == "find" or meaning.articles else begun.SHOWN
    return max(answers.begun_strengths(turn.reading, library).values(), default=enough - 1) >= enough


def _wants_place_that_speaks(turn: Turn) -> bool:
    """ "Chỗ nào nói tiếng Anh" looks for a place; "nói tiếng Anh được không" is about this talk."""
    meaning = turn.meaning
    if turn.key is not None or meaning is None or meaning.intent != "find":
        return False
    return any(one.startswith(spoken.WISH) for one in meaning.wishes)


def _asks_language(turn: Turn) -> bool:
    danger = turn.meaning.danger.level if turn.meaning else "none"
    return danger == "none" and (languages.wished(turn.text) is not None or languages.asks_which(turn.text))
