"""What a message asks about the places just shown, and which one of them the talk is about."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.dialogues import correcting
from bot.dialogues.kit import Memory, Standing, Turn
from bot.masking import Hidden, mark
from bot.outbox import Option
from directory import among, followup, needs, times
from directory.followup import FollowUp
from directory.followup_answer import CARD, NEEDS
from directory.listings import Listing
from directory.reading import fold, read
from directory.times import When
from directory.whole_names import Called

_NEARER = re.compile(r"\bgan (?:hon|nha|cho (?:em|minh|toi)|em hon|day hon)\b|\b(?:nearer|closer)\b")
_HORMONES = re.compile(r"\b(?:hormone?|hoocmon|hoc mon|noi tiet|tiem|uong|phau thuat)\b")
_NUMBER = re.compile(r"(?:số|so)\s*(?P<n>\d{1,2})", re.IGNORECASE)
_AT_A_HOUSE = re.compile(r"\b(?:nha|o|tai|pho|duong|ngo|hem)\W*$")
_LOST = re.compile(r"\b(?:mat|lam lai|lost)\b")
_SHORT, _FEW = 16, 3  # words; places of one name
_FAINT = 0.4  # so unsure a need is not taken for a new one
_FAINT_BESIDE_PLACE = 0.65  # nor this, where a place is named and no word names the need: "ở q3 có chỗ nào rẻ không"
_OF_LISTS = frozenset({"free", "no_papers", "anonymous", "evening", "weekend", "after_hours", "open_now"})
_OTHERS = re.compile(r"\b(?:khac|nua|other|else|another)\b")
_MAY_BE_NAMES = frozenset({None, "unclear", "find", "ask"})
_WISHES, _WHEN = "wishes", "when"
FOCUS = "about"  # in the notes of the talk: the id of the place last asked about


def first_number(offered: Sequence[Option], memory: Memory) -> int:
    """The number of the first button when a number is typed: below a list the numbers are first those of its places."""
    is_below = bool(offered) and (offered[0].dialogue, offered[0].step) == ("find", "after")
    return 1 + (len(memory.last_shown) if is_below else 0)


def uncover(turn: Turn, standing: Standing) -> None:
    """ "Số 2" right after a list is its second place: it is read as such, and was never the number of a house.

    Only where the whole message asks for that place; in danger, and with a case open, a number stays what it was: it
    may be where she is.
    """
    is_danger = turn.meaning is None or turn.meaning.danger.level != "none"
    if (standing.dialogue, standing.step) != ("find", "after") or turn.memory.has_case or is_danger:
        return
    if len(turn.fragments) != 1 or correcting.remembered(turn)[1] == "address":
        return  # the right address of a place that was said to be wrong
    match = _NUMBER.fullmatch(turn.fragments[0][1])
    before, covered, after = turn.text.partition(mark(Hidden.STREET))
    if match is None or not covered or _AT_A_HOUSE.search(fold(before)):
        return
    text = f"{before}chỗ {match['n']}{after}"
    shown = [turn.shelf.get(id_) for id_ in turn.memory.last_shown]
    if any(shown) and followup.read(read(text), shown, now=turn.now) is not None:
        turn.text, turn.hidden, turn.fragments = text, turn.hidden - {Hidden.STREET}, ()


def asked(turn: Turn) -> FollowUp | None:
    """ "có mất phí không" after a list is about what it showed, whatever else it sounds like."""
    below = (turn.memory.last_shown, turn.notes.get(FOCUS, ""))
    if turn.asked is None or turn.asked[0] != below:  # two steps look at it in a turn
        turn.asked = (below, _asked(turn))
    return turn.asked[1]


def _asked(turn: Turn) -> FollowUp | None:
    shown = [turn.shelf.get(id_) for id_ in turn.memory.last_shown]  # numbers stay as they were read
    if not any(shown) or not turn.text or turn.key is not None:
        return None
    question = followup.read(turn.reading, shown, now=turn.now, focus=focus(turn))
    if question is not None and question.among and turn.meaning is not None and turn.meaning.places:
        return None  # in another place others are looked for
    return question


def named(turn: Turn) -> FollowUp | None:
    """ "Phòng khám Hoa Sen mai mấy giờ mở": a question about a place by its name, shown before or not; the name alone
    asks for its card."""
    if turn.key is not None or not turn.text or len(turn.text.split()) > _SHORT:
        return None
    reading, meaning = turn.reading, turn.meaning
    whole = turn.whole
    if whole.is_bare and (meaning is None or meaning.places or meaning.needs or meaning.intent not in _MAY_BE_NAMES):
        whole = Called()  # a town, or anything else, is called so too
    called = whole.listings or turn.called
    if not called or len(called) > _FEW:
        return None
    question = followup.read(reading, (), now=turn.now, named=called)
    is_asked = question is not None and (not question.about.startswith(NEEDS) or followup.asks_whether(reading))
    return FollowUp(called, CARD, is_pointed=True) if whole.is_all and not is_asked else question


def take_need(turn: Turn, one: Listing) -> None:
    """What "xem thêm" looks for after the card of a place that was called by its name."""
    stated = [guess.code for guess in turn.meaning.needs] if turn.meaning else []
    fitting = [code for code in (*stated, turn.memory.need, *one.needs) if code in one.needs]
    if fitting and turn.memory.need != fitting[0]:
        turn.memory.need, turn.memory.shown = fitting[0], ()


def focus(turn: Turn) -> Listing | None:
    """The one that "chỗ đó" means since it was asked about; None where several may be meant."""
    found = turn.notes.get(FOCUS, "")
    return turn.shelf.get(found) if found in turn.memory.last_shown else None


def answer(turn: Turn, question: FollowUp) -> str:
    """What is known; the place is remembered where the question was about one alone. Of what was taken down a moment
    ago nothing is told but that."""
    down = turn.down([one.id for one in question.listings if one is not None])
    if down:
        left = (None if one is None or one.id in down else one for one in question.listings)
        question = replace(question, listings=tuple(left))
    if len(question.listings) == 1 and (one := question.listings[0]) is not None:
        turn.notes[FOCUS] = one.id
    return followup.answer(question, now=turn.now, language=turn.language, place=turn.memory.place)


def compares_distance(turn: Turn, question: FollowUp) -> FollowUp | None:
    """ "Chỗ nào gần nhất": the nearest of those shown first; None where nothing tells which that is."""
    there = [one for one in question.listings if one is not None]
    nearest = among.by_distance(there, turn.memory.place)
    return replace(question, listings=nearest) if nearest else None


def wants_nearer(turn: Turn) -> bool:
    """ "Có chỗ nào gần hơn không": the same, and no other place is named."""
    is_elsewhere = turn.meaning is not None and bool(turn.meaning.places)
    return turn.key is None and not is_elsewhere and _NEARER.search(turn.reading.plain) is not None


def keeps_need(turn: Turn) -> bool:
    """Whether what was looked for stays: "Có chỗ nào cho người chuyển giới không" after a list asks whom they receive,
    not for hormones, "chỗ nào không cần giấy tờ" not for papers; what is hardly heard is no new need either."""
    meaning, need = turn.meaning, turn.memory.need
    if meaning is None or need is None or not turn.memory.last_shown:
        return False
    if meaning.needs and meaning.needs[0].score < _FAINT:
        return True  # "còn chỗ nào khác mở không" only faintly sounds like something else
    if meaning.needs and meaning.places and meaning.needs[0].score < _FAINT_BESIDE_PLACE:
        return not needs.read(turn.reading, by_likeness=False)
    if "no_papers" in meaning.wishes and not need.startswith("papers.") and not _LOST.search(turn.reading.plain):
        return all(guess.code.startswith("papers.") or guess.score < _FAINT for guess in meaning.needs)
    if not need.startswith("health."):
        return False
    codes = {guess.code for guess in meaning.needs}
    return "trans" in meaning.wishes and codes == {"health.trans"} and _HORMONES.search(turn.reading.plain) is None


def note_wishes(turn: Turn) -> None:
    """Keep how and when the place should be, as long as the talk is about it: our question may come between."""
    meaning = turn.meaning
    if meaning is None or turn.key is not None:
        return
    if meaning.needs and not keeps_need(turn):
        turn.notes.pop(_WISHES, None)
        turn.notes.pop(_WHEN, None)
    if meaning.wishes:
        if meaning.wishes & _OF_LISTS - set(turn.notes.get(_WISHES, "").split(",")) and not _OTHERS.search(
            turn.reading.plain
        ):
            turn.memory.shown = ()  # those shown already may be the ones
        turn.notes[_WISHES] = ",".join(sorted(meaning.wishes))
    named = frozenset(at for guess in meaning.places[:1] for at in range(guess.start, guess.end))
    if (when := times.read(turn.reading, turn.now, place=named)) is not None:
        days = ",".join(map(str, when.days))
        turn.notes[_WHEN] = f"{days}|{when.at.isoformat() if when.at else ''}|{when.doubt}"


def wished(turn: Turn) -> tuple[frozenset[str], When | None]:
    """The wishes and the hour or days that hold now; an hour that is over holds no more."""
    wishes = frozenset(filter(None, turn.notes.get(_WISHES, "").split(",")))
    told = turn.notes.get(_WHEN, "").split("|")
    if len(told) != 3:
        return wishes, None
    at = datetime.fromisoformat(told[1]) if told[1] else None
    if at is not None and at < turn.now - times.JUST:
        return wishes, None
    days = tuple(date.fromisoformat(one) for one in told[0].split(",") if one)
    return wishes, When(days, at, times.doubt(told[2]))
