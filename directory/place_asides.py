"""Places that are named and not meant: where somebody else comes from, where the news is from, where she once was."""

import re
from collections.abc import Sequence

from directory.place_cues import Tok
from directory.place_words import is_named_like_a_province

_FAR = 10  # words of the clause before the name that are looked at
_BEHIND = 5  # words behind it
# Words around the name, which stands as @; the clause before it ten words far, five behind.
_STAND = re.compile(
    r"""
    # where others come from, or say they work
    \ (khach|bac\ si|ong|thang|chu\ quan|ba\ chu|quan\ ly|ban\ trai|nguoi\ yeu)\ (la\ )?(nguoi|dan|goc|que)\ @
    | \ khach\ .*\ (bao|noi|khoe)\ .*lam\ o\ @
    # what was read, seen and heard
    | \ ((tren|doc|xem)\ bao|thoi\ su|tin\ tuc|(xem|coi)\ (phim|tin)|bai\ hat|(nghe|hat)\ bai)\ (.*\ )?@
    # what is put into a body, and what only sounds so: "tiêm hoóc-môn", "đa nang gì đâu"
    | \ (tiem|chich|uong)\ @ | @\ gi\ dau[ ]
    # who plays whom; whose bank
    | \ tran\ @\ (da|gap|dau|vs|voi)\ | \ da\ voi\ @ | @\ da\ voi\  | \ ngan\ hang\ .*chi\ nhanh\ @
    # what she once did there, and visits that are over
    | \ tung\ (o|hoc|lam|song|ban|di)\ (.*\ )?@
    | \ (hom|tuan|thang|nam|dot|bua)\ (qua|truoc|kia|ngoai|roi)\ .*@\ ((an|dam)\ (cuoi|gio|tang)|du\ lich|choi)[ ]
    # a family that must not know
    | \ (ba|me|bo|ma|gia\ dinh|ca\ nha|ong\ ba|ho\ hang)\ ((em|con|minh|toi|tui)\ )?(o|trong|ngoai|duoi|tren)\ @
      \ ((ma|khong|chua|co\ ai|ma\ khong)\ )?(biet|goi\ dien\ bao|goi\ ve)[ ]
      (?!hoi|lam|di\ dau|o\ dau|cho\ nao|phai|xin|ai)
    # what it is said not to be
    | ^\ ((gio|hien|nay)\ )?(em|minh|toi|tui|chi)\ khong\ (con\ )?o\ @
    | \ dung\ nham\ (voi\ )?(ben\ )?@ | \ chu\ khong\ (phai\ )?(o\ )?@
    """,
    re.VERBOSE,
)
_ONCE = ("hoi do", "hoi xua", "hoi truoc", "ngay xua", "ngay do", "ngay truoc")
_MARKS = {"hoi": "hôi2", "ngay": "ngay2"}
_STILL = ("co", "la", "thuoc", "goi", "ten")
_ASKING = frozenset({"em", "e", "cho", "xin", "muon", "can", "toi", "minh", "chi", "tui", "de"})


def is_aside(toks: Sequence[Tok], first: int, end: int) -> bool:
    """Whether the words of its clause say that a name is only mentioned. `first`, `end`: where it stands."""
    start = next((at for at in range(first, max(0, first - _FAR), -1) if toks[at].is_parted), max(0, first - _FAR))
    stop = next((at for at in range(end, min(len(toks), end + _BEHIND)) if toks[at].is_parted), end + _BEHIND)
    behind = toks[end:stop]
    before = " ".join(tok.plain for tok in toks[start:first])
    said = f" {before} @ {' '.join(tok.plain for tok in behind)} "
    return (
        _STAND.search(said) is not None
        or _is_over(behind)
        or _was_once(toks[start:first])
        or _is_there_no_more(toks, end)
    )


def _is_over(behind: Sequence[Tok]) -> bool:
    """ "bác sĩ ở Cần Thơ ngày trước nói …"; "quận 5 ngay truoc benh vien" is right in front of it."""
    words = " ".join(tok.plain for tok in behind[:2])
    if words not in _ONCE or (len(behind) > 2 and behind[2].plain in _STILL):
        return False
    if is_named_like_a_province(" ".join(tok.plain for tok in behind[2:4])):
        return False  # "Vị Thanh hồi xưa Hậu Giang giờ Cần Thơ"
    mark = behind[0].word.marked
    return mark == _MARKS[behind[0].plain] or (mark == behind[0].plain and words != "ngay truoc")


def _was_once(before: Sequence[Tok]) -> bool:
    """ "thuốc mua hồi đi Phan Thiết", but not "cho em hỏi đi Gia Lâm"."""
    said = [tok.plain for tok in before]
    at = next((at for at in range(len(said) - 2, max(-1, len(said) - 5), -1) if said[at] == "hoi"), -1)
    if at < 0 or said[at + 1] not in ("di", "con", "lam", "song"):
        return False
    mark = before[at].word.marked
    return mark == _MARKS["hoi"] or (mark == "hoi" and at > 0 and said[at - 1] not in _ASKING)


def _is_there_no_more(toks: Sequence[Tok], end: int) -> bool:
    """ "… ở Thái Nguyên mà em không còn ở đó"."""
    return "khong con o do" in " ".join(tok.plain for tok in toks[end : end + 12])
