"""What a text about a place tells of one person there: a name, a mobile number, a mail address. A place has none."""

import re
import unicodedata
from itertools import takewhile

_MOBILE = re.compile(r"(?<![\d.])(?:\+?84|0)[ .-]?[35789](?:[ .-]?\d){8}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# "Gặp chị Lan", "hỏi anh Tuấn ở cổng"; a title in capitals is of a street or market: "đối diện chợ Bà Chiểu".
_ASKED_FOR = re.compile(
    r"\b(?:(?:[Gg]ặp|[Hh]ỏi|[Gg]ọi|[Tt]ìm|[Nn]hờ|[Ll]iên hệ|[Nn]hắn)(?: với| cho| tên)? "
    r"(chị|anh|cô|chú|bác sĩ|bác|ông|bà|em|thầy|bs|y tá)|(?:[Aa]sk for|[Cc]all|[Mm]eet) (Ms|Mrs|Mr|Miss|Dr)\.?)"
    r"((?: \w+){1,4})"
)


def told(text: str) -> str:
    """The part that is one person's own, as it is written; empty where nothing is."""
    said = unicodedata.normalize("NFC", text)
    for pattern in (_MOBILE, _MAIL):
        if found := pattern.search(said):
            return found.group()
    for asked in _ASKED_FOR.finditer(said):
        if name := list(takewhile(lambda word: word[0].isupper(), asked[3].split())):
            return " ".join((asked[1] or asked[2], *name))
    return ""
