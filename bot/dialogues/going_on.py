"""What is asked next in a few words: about the article just read, whatever else it sounds like."""

from collections.abc import Sequence

from bot.dialogues import fitting
from bot.dialogues.kit import Turn
from directory import answers
from directory.answers import Candidates
from directory.reading import read

# In these words alone a question is about the article just read: "cần mang theo gì", "giấy tờ gì", "cách nào khác".
_BARE_WORDS = "mang theo giay to chuan bi dem ho khac con roi sao nua tiep them het loi dau so quen non kho"
_BARE = answers.NAMELESS.union(_BARE_WORDS.split())
_BEGINS = frozenset({"the", "con", "vay", "nhung", "lo", "neu", "nho", "roi"})
_MORE = frozenset({
    "doc tiep", "doc them", "doc het", "noi tiep", "noi them", "ke tiep", "ke them", "roi sao nua", "sao nua",
    "con gi nua", "con gi nua khong", "tiep", "tiep theo", "them nua", "read more", "go on", "tell more", "more",
})  # fmt: skip
_BESIDE_WORDS = "di nha nhe a oi giup voi cho em minh me please ban ad vay the"
_BESIDE = frozenset(_BESIDE_WORDS.split())
_THE = "the"
_LIKELY = (
    0.35  # so likely is another article before a short question is not about the last one: "lỡ dương tính thì sao"
)
# After what may end in a pregnancy "còn nếu em có bầu" is about preventing one.
_OF_RISK = frozenset({"condom-removed", "pep-72h", "pep-too-late", "just-raped"})
_PREVENTS = "emergency-pill"
_CHILD = frozenset({"bau", "thai"})
_OF_CHILD_WORDS = "lo neu nho so con dinh mang lam roi co the qua ma"
_TAKEN = frozenset({"uong", "dung", "tiem", "chich"})  # "có bầu thì uống được không": what was just read of
_OF_CHILD = _CHILD.union(answers.NAMELESS, _OF_CHILD_WORDS.split()) - _TAKEN


def about(turn: Turn, found: Candidates, shown: Sequence[str]) -> str | None:
    """The article that a short question goes on about, where it names nothing that another one surely answers."""
    last = turn.memory.article
    if turn.key is not None or last is None or fitting.article(turn, last) is None or found.is_sure:
        return None
    words = turn.reading.tokens
    if not words:
        return None
    is_bare = len(words) <= answers.NAMELESS_FOLLOWS and all(one in _BARE or one.isdigit() for one in words)
    named = turn.said.by_words
    is_other = any(id != last and chance >= _LIKELY for id, chance in turn.said.best)
    if words[0] == _THE and len(words) > 1:  # "thế còn khách": no "thẻ", whatever it sounds like without marks
        named = answers.match(read(" ".join(words[1:])), library=turn.shelf.library)
        is_other = any(id != last for id, _ in named)
    begins = words[0] in _BEGINS
    most = answers.NAMELESS_FOLLOWS if begins else answers.FOLLOWS
    is_short = len(words) <= most and (last in shown or not (named or is_other))
    return last if is_bare or (is_short and (fitting.is_question(turn) or begins)) else None


def next_of_last(turn: Turn, shown: Sequence[str]) -> str | None:
    """The only one of several that may be meant to which the article just read leads: "what if i miss a day" right
    behind PrEP is about its pill. Short questions alone; a longer one says what it is about."""
    last = turn.memory.article
    read_last = fitting.article(turn, last) if last is not None and turn.key is None else None
    if read_last is None or len(turn.reading.tokens) > answers.FOLLOWS or not fitting.is_question(turn):
        return None
    leads = {step.subject for step in read_last.next if step.kind == "article"}
    related = [id for id in shown if id in leads]
    return related[0] if len(related) == 1 and last not in shown else None


def wants_more(turn: Turn) -> bool:
    """ "Đọc tiếp đi", "rồi sao nữa", "có bầu uống được không" after an article: the rest of it."""
    if turn.key is not None or turn.memory.article is None:
        return False
    words = set(turn.reading.tokens)
    if words & _CHILD and words & _TAKEN and words <= _OF_CHILD | _TAKEN:
        return True
    return " ".join(one for one in turn.reading.tokens if one not in _BESIDE) in _MORE


def prevents(turn: Turn) -> str | None:
    """ "Còn nếu em có bầu", "lỡ dính thai thì sao" and nothing besides, after what may end so: how it is prevented."""
    words = set(turn.reading.tokens)
    is_so = turn.key is None and bool(words & _CHILD) and words <= _OF_CHILD
    is_known = turn.memory.article in _OF_RISK and fitting.article(turn, _PREVENTS) is not None
    return _PREVENTS if is_so and is_known else None
