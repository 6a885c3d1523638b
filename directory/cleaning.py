"""Takes out of a question whatever could point at somebody: what is left are common words, or nothing."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from directory import articles, places
from directory.reading import Reading, Word, read
from directory.reading.spelling import mark_of
from directory.reading.syllables import common

FEWEST, MOST = 2, 10  # words: fewer say nothing, more tell a story, and a story is somebody's own
SHARED = 2  # our own articles that must use a rarer word before it counts as nobody's
_MASKED = re.compile(r"⟦[a-z]+⟧")
# Who speaks and to whom, greetings, particles and "I want to know": nothing of the question, and a habit of writing.
_SPEAKING = (
    "em e anh chi minh toi tui tao to ban ad admin shop bac co chu chau con ong ba thay nguoi oi a ah nhe nha nhi da "
    "vay voi cho hoi xin chao alo hello hi ok thi la ma cai gium dum ho nua the roi muon can biet nao"
)
_NUMBERS = "hai bon bay tam chin muoi tram nghin ngan trieu ty chuc ruoi"
_ALSO_NUMBERS = "một năm lăm sáu"  # without their marks these are other words too
_NAMES_FOLLOW = "ten nick facebook zalo fb"
NAMED = 3  # words after one that introduces a name
_FAMILY = (
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan trinh truong mai dao luong cao "
    "lam ha ta tong chau quach thach son kim"
)
_SURELY_FAMILY = "nguyen huynh"  # the others are other words too, unless "thị" or "văn" follows
_BETWEEN = "thi van"
_TITLES = "chi anh co ba ong chu be em thang con me bac cau di ban thay khach cu giao si su sep ma mi mam vo chong la"
# As they are written in names, and hardly as anything else: each is one wherever it stands.
_SURELY_GIVEN = """
tuấn hùng cường dũng hương hường thảo thuý ngọc vy thuỷ huyền quỳnh oanh hạnh huệ nguyệt phượng quyên trâm uyên yến
khánh thịnh tùng thắng tuyết hiếu kiên hoàng việt lộc phúc hải hiệp diễm diệu diệp đức hân
"""
# Typed without marks each is something else as well; a name where somebody does something to somebody.
_MAYBE_GIVEN = """
tuan hung cuong huong thao thuy ngoc nhung trinh vy huyen quynh oanh hang hanh nguyet phuong quyen tram uyen yen khanh
lan linh loan lien long hieu kien hoang viet vinh loc phuc son hai hoa mai trang nga hong tam thanh dung tu thu
"""
_DOES = "danh dap doi ep doa bi giu noi ru lua bat chui hiep no cuop mang voi la co"
_BEFORE_SOMEBODY = "voi cua hoi gap boi thang con"
# Given names as they are called; each counts only behind a title, since many are words.
_GIVEN = """
an anh bao bich binh chau chi cuc cuong dao diem diep dieu dung duc duong giang ha hai hang hanh hao hien hieu hoa hoai
hoan hoang hong hue hung huong huyen khanh khoa kieu kim lan lien linh loan long loc ly mai minh my na nam nga ngan ngoc
nguyet nhan nhi nhung oanh phong phuc phuong phuoc quan quang quoc quy quyen quynh sang sen son tam tan thanh thao thang
thi tho thoa thom thu thuan thuy tien tin tinh toan trang tram tri trinh trong truc trung truong tu tuan tung tuyen
tuyet uyen van vi viet vinh vu vy xuan yen
"""
# What has a name of its own: the words behind these are it, until one of everyday speech.
_NAMED_PLACES = (
    "quan tiem karaoke spa massage bar cafe hotel homestay truong duong pho ngo ngach hem kiet chung_cu nha_nghi "
    "nha_tro khach_san cong_ty phong_kham benh_vien lau nha_hang"
)
_EVERYDAY = """
co o bi khong duoc lam mo dong cua nao gi thi la va hay den toi di ve ma cho cho em anh chi minh toi nay kia do dau may
bao nhieu gan xa tot re dat kin dao nhan kham giu danh phat bat het hoi goi tien ra vo vao luc khi nhu voi de can muon
tren duoi trong ngoai canh
"""
_DIGITS = "khong mot hai ba bon tu nam lam sau bay tam chin muoi linh le tram nghin"
RUN = 3  # so many words of numbers in a row are a number, whatever else each may mean


def clean(text: str) -> tuple[str, ...]:
    """The common words of a question, in their order and each once; empty where too few or too many are left.

    Gone: numbers, names as far as a rule sees them, places, rare words, whoever speaks. Nothing here knows the person.
    """
    reading = read(_MASKED.sub(" ", text))
    named = {at for place in places.read(reading).places for at in range(place.start, place.end)}
    named |= _names(reading) | _spoken_names(reading) | _runs(reading)
    left = [
        word.plain
        for at, word in enumerate(reading.words)
        if at not in named
        and word.plain not in _left_out()
        and word.form not in _ALSO_NUMBERS.split()
        and _is_common(word.plain)
    ]
    words = tuple(dict.fromkeys(left))
    return words if FEWEST <= len(words) <= MOST else ()


def _is_common(word: str) -> bool:
    return word.isalpha() and (word in common() or word in _ours())


def _names(reading: Reading) -> set[int]:
    """Words after "tên", and words written with a capital inside a sentence."""
    found: set[int] = set()
    is_loud = reading.text.isupper()
    for at, word in enumerate(reading.words):
        if word.plain in _NAMES_FOLLOW.split():
            found.update(range(at + 1, at + 1 + NAMED))
        if at and not is_loud and _has_capital(reading, word) and not _begins(reading, word):
            found.add(at)
    return found


def _spoken_names(reading: Reading) -> set[int]:
    """Names written small: of persons behind a family name or a title, of houses behind what they are."""
    words = [word.plain for word in reading.words]
    family, surely, between = _FAMILY.split(), _SURELY_FAMILY.split(), _BETWEEN.split()
    titles, given, everyday = _TITLES.split(), _GIVEN.split(), _EVERYDAY.split()
    places_named = [one.split("_") for one in _NAMED_PLACES.split()]
    found: set[int] = set()
    for at, word in enumerate(words):
        has_between = word in family and words[at + 1 : at + 2] != [] and words[at + 1] in between
        if word in surely or has_between:
            begin = at + 2 if has_between else at + 1
            found |= {at, *range(at, begin), *_until(words, begin, everyday)}
        if word in titles and words[at + 1 : at + 2] and words[at + 1] in given:
            found |= {near for near in (at + 1, at + 2) if words[near : near + 1] and words[near] in given}
        if reading.words[at].marked in _surely_given() or _is_somebody(words, at):
            found.add(at)
        for house in places_named:
            if words[at : at + len(house)] == house:
                found |= set(_until(words, at + len(house), everyday))
    return found


def _is_somebody(words: Sequence[str], at: int) -> bool:
    """Whether a name without a title stands where only a person can: "tuan danh em", "lan oi", "hoi ngoc"."""
    if words[at] not in _MAYBE_GIVEN.split():
        return False
    before, after = words[at - 1 : at], words[at + 1 : at + 2]
    is_called = after == ["oi"]
    is_acting = at == 0 and after and after[0] in _DOES.split()
    return bool(is_called or is_acting or (before and before[0] in _BEFORE_SOMEBODY.split()))


def _until(words: list[str], begin: int, everyday: list[str]) -> range:
    """The words of a name from here on."""
    end = begin
    while end < len(words) and end - begin < NAMED and words[end] not in everyday:
        end += 1
    return range(begin, end)


def _runs(reading: Reading) -> set[int]:
    """Numbers in letters, said one by one: "không chín một hai ba"."""
    digits, found = frozenset(_DIGITS.split()), set[int]()
    run: list[int] = []
    for at, word in enumerate([*(one.plain for one in reading.words), ""]):
        if word in digits:
            run.append(at)
            continue
        found |= set(run) if len(run) >= RUN else set()
        run = []
    return found


def _has_capital(reading: Reading, word: Word) -> bool:
    return reading.text[word.start : word.start + 1].isupper()


def _begins(reading: Reading, word: Word) -> bool:
    return reading.text[: word.start].rstrip()[-1:] in (".", "!", "?", "…", ";", "")


@cache
def _surely_given() -> frozenset[str]:
    return frozenset(map(mark_of, _SURELY_GIVEN.split()))


@cache
def _left_out() -> frozenset[str]:
    return frozenset(f"{_SPEAKING} {_NUMBERS} {_NAMES_FOLLOW}".split())


@cache
def _ours() -> frozenset[str]:
    """Words that several of our own articles and their phrasings use: whoever writes them is one of many."""
    count: Counter[str] = Counter()
    for article in articles.load():
        said = read(" ".join((article.title, *article.questions)))
        count.update(set(said.tokens))
    return frozenset(word for word, n in count.items() if n >= SHARED)
