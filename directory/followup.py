"""Questions about a place just shown: "chỗ thứ hai tới mấy giờ", "có lấy tiền không", answered without asking again."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from directory import among, followup_answer, times
from directory.followup_answer import BEYOND, CARD, HOURS, NEEDS, UNKNOWN, cues
from directory.listings import Listing
from directory.needs import read as needs_in
from directory.needs import read_with_words as needs_with_words
from directory.places import PlaceKey
from directory.reading import Reading, fold
from directory.times import When
from directory.wording import t

# What is asked, and the words that ask it; the first that is found. What the directory has no field for stands last.
_ABOUT = {
    "price": cues(
        "lay tien / mat tien / bao nhieu tien / mien phi / gia / gia ca / ton tien / mat phi / ton phi / thu phi "
        "/ tinh phi / phi khong / chi phi / tra tien / tinh tien / het bao nhieu / nhieu tien / dat khong / cost "
        "/ free / how much / pay"
    ),
    "phone": cues("so dien thoai / so may / goi so nao / sdt / so may vay / goi dau / phone / phone number"),
    "distance": cues(
        "xa khong / bao xa / may cay / may km / bao nhieu km / bao nhieu cay / gan khong / co xa / co gan / how "
        "far / far"
    ),
    "way": cues("loi vao / cua nao / vao the nao / di vao / duong vao / which door"),
    "place": cues(
        "o dau / duong nao / dia chi / cho nao vay / quan may / quan nao / phuong nao / xa nao / huyen nao / khu nao "
        "/ duong gi / where / address"
    ),
    "papers": cues("giay to / can cuoc / cccd / cmnd / ho khau / papers / id card / my id / passport / ho chieu"),
    "received": cues(
        "co kin / kin dao / co ky thi / tiep the nao / co hoi ten / hoi ten / hoi nghe / co khinh / khinh khong "
        "/ co thai do / co tu te / discreet"
    ),
    "whom": cues(
        "nhan trans / nhan gay / nhan les / tiep trans / co nhan khong "
        "/ nhan nguoi / tiep nguoi / nhan ai / nhan nam / nhan nu / cho nguoi chuyen gioi / cho nam / nguoi nuoc "
        "ngoai / kham cho nam / kham cho nu / kham cho nguoi"
    ),
    "speaks": cues("noi tieng / biet tieng / speak / speaks"),
    "checked": cues("con dung khong / cap nhat / kiem tra khi nao / kiem tra chua / up to date"),
    HOURS: cues(
        "may gio / mo cua / gio mo / con mo / dong cua / toi may / lam viec / co mo / mo khong / co lam / gio lam "
        "/ nghi trua / nghi khong / co nghi / mo luc / mo den / mo toi / con kham / co kham khong / lam khong / "
        "kham khong / opening / open / until when / close / closed"
    ),
}
_ANYWHERE = ("price", "papers", HOURS)
_WHICH = (
    cues(
        "cho thu 1 / cai thu 1 / noi thu 1 / kham thu 1 / thu nhat / dau tien "
        "/ so 1 / cho 1 / cai 1 / noi 1 / cho dau / cai dau / noi dau / first / number 1 / number one"
    ),
    cues(
        "cho thu hai / cho thu 2 / cai thu hai / cai thu 2 / noi thu hai / noi thu 2 / kham thu 2 / kham thu hai "
        "/ so 2 / cho 2 / cai 2 / noi 2 / cho hai / second / number 2 / number two"
    ),
    cues(
        "cho thu ba / cho thu 3 / cai thu ba / cai thu 3 / noi thu ba / noi thu 3 / kham thu 3 / kham thu ba / so "
        "3 / cho 3 / cai 3 / noi 3 / third / number 3 / number three"
    ),
    cues("cho thu 4 / cho thu tu / cai thu 4 / cai thu tu / noi thu 4 / so 4 / cho 4 / cai 4 / fourth"),
    cues("cho thu 5 / cho thu nam / cai thu 5 / cai thu nam / noi thu 5 / so 5 / cho 5 / cai 5 / fifth"),
)
_LAST = cues("cai cuoi / cho cuoi / noi cuoi / cuoi cung / last one")
_NTH = re.compile(r"^\W*(?:thu|so) ?(?P<n>[123]|hai|ba|nhat)\b(?! ?(?:tuan|nay|ngay))")  # "thứ 2" alone
_ALONE = re.compile(r"^(?:chon |lay |xem )?(?P<n>[1-9]\d?)\b")  # a number and hardly anything else
_TWO = re.compile(r"^(?:(?:cho|so|cai) )?(?P<n>[1-9])(?: (?:va|voi|and))? (?:(?:cho|so|cai) )?(?P<m>[1-9])$")
_MOST, _MOST_WORDS, _MOST_NAMED = 3, 14, 18
# Words beside a bare question about a part, "số điện thoại là gì ạ": then it is about what was just shown.
_BESIDE_WORDS = """
la gi vay the a ha day do o so em e minh toi tui chi anh ban oi cho xin hoi biet voi nhe di may bao nhieu ho ben khong
co thi sao con roi duoc nhi ne luon can phai mang theo bi cai nay ca deu het hay noi den nha ah u cac nhung nao it is
the does do they i need to can me you any have there are what to by on at in vay toi ra vo vao qua luc
thoi lay chon xem goi oki ok my gay trans khi luc cu the chinh xac ro that nha
"""
_BESIDE = frozenset(_BESIDE_WORDS.split())
_TIME_WORDS = """
mai mot kia nay hom ngay thu chu nhat cn t2 t3 t4 t5 t6 t7 hai ba tu nam sau bay sang trua chieu toi dem khuya buoi tuan
cuoi tet mung le gio h phut ruoi kem luc bay nua giao thua noel bua thang today tomorrow tonight monday tuesday
wednesday thursday friday saturday sunday weekend morning evening afternoon night next this now right still am pm
"""
_TIMES = frozenset(_TIME_WORDS.split())
_ONE = cues(
    "cho do / cho nay / cho ay / noi do / noi nay / ben do / o do / phong kham do / phong kham nay / trong do / cai do "
    "/ cai nay / ho co / ben ho / this place / that place / this one / that one / it / there / they"
)
_OFFERS = re.compile(r"\bco\b.* khong\b|\bdo(?:es)? \w+ (?:have|do|offer)\b")
_OF_NAMES = "health.general"  # "phòng khám" in a name asks for nothing
_SEEKS = re.compile(
    r"\b(?:cho|noi|phong kham|benh vien|ai) nao\b(?! vay)|\bco (?:cho|noi|phong kham) (?:nao|khac)\b|\btim\b"
    r"|\bcho khac\b|\banywhere\b|\bwhere can\b|\bfind\b"
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Which of the listings shown (None: taken down meanwhile), and what is asked about them.

    `is_pointed`: it names the place ("chỗ thứ hai", "chỗ đó"); else it is a bare question about those just shown.
    `among`: it asks which of those shown, and this sentence stands above those that fit.
    """

    listings: tuple[Listing | None, ...]
    about: str
    when: When | None = None
    is_pointed: bool = False
    among: str = ""


def which(reading: Reading, n: int) -> int | None:
    """The place in a list of `n` that a message points at: "cái thứ 2", "chỗ cuối"; None without."""
    plain = f" {reading.plain} "
    at = _numbered(plain)
    if at is None and _first(_LAST_BY_WORD, plain) is not None:
        at = n - 1
    return at if at is not None and at < n else None


def _numbered(plain: str) -> int | None:
    at = _first(_WHICH_BY_WORD, plain)
    return None if at is None else int(at)


Cues = Mapping[str, tuple[str, ...]]  # names, and the words of each
ByWord = Mapping[str, Sequence[tuple[int, str, str]]]  # by a word: which name it may be, and the cue that begins so


def _by_word(cues: Cues) -> ByWord:
    found: defaultdict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for at, (name, many) in enumerate(cues.items()):
        for cue in many:
            found[cue.split()[0]].append((at, name, f" {cue} "))
    return found


def _first(cues: ByWord, plain: str) -> str | None:
    """The first name one of whose cues stands there; looked at are only those that begin with a word that does."""
    there = (one for word in cues.keys() & plain.split() for one in cues[word])
    return min(((at, name) for at, name, cue in there if cue in plain), default=(0, None))[1]


_WHICH_BY_WORD = _by_word({str(at): many for at, many in enumerate(_WHICH)})
_LAST_BY_WORD, _ONE_BY_WORD = _by_word({"": _LAST}), _by_word({"": _ONE})


def _alone(reading: Reading) -> int | None:
    """The number that is all a message says: "2", "3 nha", "chon 1"; no age and no hour."""
    found = _ALONE.search(reading.plain)
    return int(found["n"]) if found and set(_ALONE.sub("", reading.plain).split()) <= _BESIDE else None


def _of_several(reading: Reading, shown: Sequence[Listing | None], when: When | None, now: datetime) -> FollowUp | None:
    """ "1 và 3"; or which of those shown is open, free, nearest."""
    if (two := _TWO.search(reading.plain)) and int(two["n"]) < int(two["m"]) <= len(shown):
        return FollowUp((shown[int(two["n"]) - 1], shown[int(two["m"]) - 1]), CARD, is_pointed=True)
    if (said := among.read(reading, shown, when, now=now)) is None:
        return None
    return FollowUp(said.listings, said.about, when if said.about == HOURS else None, True, said.heading)


def read(
    reading: Reading,
    shown: Sequence[Listing | None],
    *,
    now: datetime,
    focus: Listing | None = None,
    named: Sequence[Listing] = (),
) -> FollowUp | None:
    """The question, or None if the message is about something else.

    `shown`: as they were numbered; `focus`: the one that was last asked about, which "chỗ đó" then means;
    `named`: those whose name the message has.
    """
    plain = f" {reading.plain} {fold(reading.text)} "
    most = _MOST_NAMED if named else _MOST_WORDS
    when = times.read(reading, now)
    if not named and (found := _of_several(reading, shown, when, now)) is not None:
        return found
    if not (shown or named) or len(reading.tokens) > most or _SEEKS.search(plain):
        return None
    at = which(reading, len(shown))
    about = _first(_questions_by_word(), plain)
    is_one = _first(_ONE_BY_WORD, plain) is not None
    if about in (None, HOURS) and at is None and (nth := _NTH.search(reading.plain)) and not (when and about == HOURS):
        at = {"1": 0, "nhat": 0, "2": 1, "hai": 1, "3": 2, "ba": 2}[nth["n"]]
        at = at if at < len(shown) else None
        when = None
    alone = _alone(reading) if about is None and at is None and when is None else None
    if alone is not None and shown:
        at, about = (alone - 1, CARD) if alone <= len(shown) else (None, BEYOND)
    if about is None and at is None and len(shown) == 1 and (code := _offer(reading)) is not None:
        return FollowUp((shown[0],), f"{NEEDS}{code}", is_pointed=True)
    if about is None and (_numbered(plain) or 0) >= len(shown) > 0 and _is_bare(reading, _without_which(plain), CARD):
        about = BEYOND
    if about is None and when is not None and _is_bare(reading, plain, HOURS, with_times=True):
        about = HOURS
    if about is None and (at is not None or is_one or (named and _OFFERS.search(plain))):
        codes = [guess.code for guess in needs_in(reading, by_likeness=False)]
        sought = [code for code in codes if code != _OF_NAMES] if named else codes
        about = f"{NEEDS}{sought[0]}" if sought else None
    if named and about is not None:
        return FollowUp(tuple(named)[:_MOST], about, when if about == HOURS else None, is_pointed=True)
    if about == BEYOND or (at is None and about is not None and (_numbered(plain) or 0) >= len(shown)):
        return FollowUp(tuple(one for one in shown if one is not None)[:_MOST], BEYOND, is_pointed=True)
    if about is None:
        if at is None or not _is_bare(reading, _without_which(plain), CARD, with_times=True):
            return None
        about = CARD
    when = when if about == HOURS else None
    if at is not None:
        return FollowUp((shown[at],), about, when, is_pointed=True)
    if is_one and focus is not None and focus in shown:
        return FollowUp((focus,), about, when, is_pointed=True)
    if is_one or _is_bare(reading, plain, about, with_times=about == HOURS):
        several = tuple(one for one in shown if one is not None)[:_MOST]
        return FollowUp(several, about, when, is_pointed=is_one) if several else None
    return None


def asks_whether(reading: Reading) -> bool:
    """ "Có xét nghiệm không", and no mere word for what is there."""
    return _OFFERS.search(f" {reading.plain} {fold(reading.text)} ") is not None


def _offer(reading: Reading) -> str | None:
    """The need of "có PrEP không": the whole message asks whether one place has it. "Có thai không" does not."""
    found = needs_with_words(reading, by_likeness=False)
    asks = reading.tokens[:1] == ("co",) and reading.tokens[-1:] in (("khong",), ("k",))
    if not asks or not found.guesses or 0 in found.words:
        return None
    rest = {word.plain for at, word in enumerate(reading.words) if at not in found.words}
    return found.guesses[0].code if rest <= _BESIDE else None


def depends(reading: Reading) -> bool:
    """Whether a short question is one that each place answers in its own way: "mất bao nhiêu tiền"."""
    plain = f" {reading.plain} {fold(reading.text)} "
    if not 2 <= len(reading.tokens) <= 8:
        return False
    return any(f" {cue} " in plain for about in _ANYWHERE for cue in _ABOUT[about])


def answer(asked: FollowUp, *, now: datetime, language: str = "vi", place: PlaceKey | None = None) -> str:
    """What we know of each, under the name of the place; what we do not know is said. `place`: where she looks."""
    said = followup_answer.say(asked.listings, asked.about, asked.when, now=now, language=language, place=place)
    return f"{t(f'followup.among.{asked.among}', language)}\n\n{said}" if asked.among else said


def _is_bare(reading: Reading, plain: str, about: str, *, with_times: bool = False) -> bool:
    """Whether only small words stand beside the question."""
    cues_said = [cue for cue in _questions().get(about, ()) if f" {cue} " in plain]
    allowed = _BESIDE.union(*(cue.split() for cue in cues_said), _TIMES if with_times else ())
    typed = " ".join(re.findall(r"[^\W_]+", fold(reading.text)))  # read as Vietnamese, "how much" is something else
    ways = [_without_which(f" {way} ") if about == CARD else way for way in (reading.plain, typed)]
    return any(all(word in allowed or (with_times and word[:1].isdigit()) for word in way.split()) for way in ways)


def _without_which(plain: str) -> str:
    for cue in (*(cue for many in _WHICH for cue in many), *_LAST):
        plain = plain.replace(f" {cue} ", " ")
    return _NTH.sub(" ", plain.strip())


@cache
def _questions() -> Cues:
    """What may be asked; "có nhận người dưới 18 không" goes before "có nhận người"."""
    return {f"{UNKNOWN}{name}": many for name, many in followup_answer.unknown().items()} | _ABOUT


@cache
def _questions_by_word() -> ByWord:
    return _by_word(_questions())
