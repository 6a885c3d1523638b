"""Finds in a text what would tell where a sealed place is: a link, a point on the map, a street, a ward, a landmark."""

import re
import unicodedata

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_CAPITAL = "[A-ZĐÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĨŨƠƯẠ-Ỹ]"
_LINK = re.compile(
    r"(?i:https?:|www\.|\b[\w-]+\.(?:com|vn|net|org|info|app|gl|ly|page|link|xyz|asia|site)\b|\b(?:zalo|m|t|wa)\.me\b)"
)
_POINT = re.compile(
    r"\d\s*°|(?<![\d.,])(?:[89]|1\d|2[0-4]|10[1-9]|11\d)[.,]\d{4,}(?!\d)"  # 21.0285
    r"|(?<![\d.,])(?:[89]|1\d|2[0-4])[.,]\d{2,3}\s*[,;/ ]\s*1[01]\d[.,]\d{2,3}(?![\d.,]|\s*(?:đ|VN|nghìn|triệu))"
    r"|\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b"  # a plus code
    r"|(?i:\b(?:lat|lon|lng|vĩ độ|kinh độ|toạ độ|tọa độ|toa do|vi do|kinh do)\b)"
)
# What follows "đường" where it is no street: a line to call, the way of a sickness, sugar in the blood.
_NO_STREET = r"dây|đi|đến|tới|về|này|tình|máu|huyết|lây|truyền|tiêu|hô|mòn|xa|dài"
_STREET = re.compile(
    r"(?i:(?<!\w)(?:ngõ|ngách|hẻm|kiệt|ngo|ngach|hem|đại lộ|dai lo|quốc lộ|quoc lo|tỉnh lộ|tinh lo)(?:\.\s*|\s+))"
    rf"(?:\d|{_CAPITAL})"
    r"|(?<!\w)(?:QL|TL|ql|tl)\.?\s*\d"
    r"|(?i:(?<!thành )(?<!thanh )(?<!khu )(?<!\w)(?:phố|pho)\s+\w)"
    rf"|(?i:(?<!con )(?<!\w)đường\s+(?!(?:{_NO_STREET})\b)\w)|(?i:(?<!\w)duong\s+)(?:{_CAPITAL}|\d)"
    r"|(?i:(?<!\w)số\s+nhà(?!\w))|(?i:(?<!\w)so nha\s+\d)"
    rf"|(?i:(?<!\w)(?:số|so)\s*)(?!11\d\b)\d{{1,4}}[A-Za-z]?(?:/\d+[A-Za-z]?)*,?\s+{_CAPITAL}"
    rf"|(?<![\w/])(?!11\d\b)\d{{1,4}}[A-Za-z]?(?:/\d+[A-Za-z]?)*,?\s+{_CAPITAL}\w*\s+{_CAPITAL}\w*"
    r"|(?i:(?<!\w)(?:tầng|căn hộ|can ho|toà nhà|tòa nhà|toa nha|chung cư|chung cu)\s+(?:số\s+)?[a-z]?\d)"
    r"|(?i:\b(?:street|road|avenue|boulevard|alley|lane)\b)|(?<=\w )(?:St|Rd|Ave|Blvd)\b"
)
# What follows "quận" where it names none: which, another, all.
_NO_UNIT = r"nào|khác|huyện|quận|xã|phường|này|kia|đó|và|hoặc|ở|có|gần|mình|bạn|em|chị"
_UNIT = re.compile(
    rf"(?i:(?<!\w)(?:quận|huyện|phường)\s+(?!(?:{_NO_UNIT})(?!\w))\w)"
    r"|(?i:(?<!\w)(?:thị xã|thị trấn|thi xa|thi tran|thôn|tổ dân phố|to dan pho|khu phố|khu pho|ấp|huyen|phuong)\s+)"
    rf"(?:{_CAPITAL}|\d)"
    rf"|(?i:(?<!cơ )(?<!co )(?<!liên )(?<!lien )(?<!\w)quan\s+)(?:{_CAPITAL}|\d)"
    rf"|(?i:(?<!\w)xã\s+(?!hội(?!\w)))(?:{_CAPITAL})"
    rf"|(?<!\w)[QqPp]\.\s*(?:\d|{_CAPITAL})|(?<!\w)[Qq]\d{{1,2}}(?!\w)"
    rf"|{_CAPITAL}\w* (?i:ward|district|commune)\b|\b(?i:ward|district|commune) (?:{_CAPITAL}|\d)"
)
_BESIDE = (
    r"đối diện|doi dien|bên cạnh|ben canh|cạnh|canh|sau lưng|phía sau|gần|gan|cách|opposite|next to|behind|near"
    r"|across from"
)
_LANDMARK = re.compile(
    rf"(?i:(?<!\w)(?:{_BESIDE})\s+(?:the\s+)?(?:chợ|cho|bến xe|ben xe|nhà ga|ga|trường|truong|bệnh viện|benh vien"
    r"|nhà thờ|nha tho|chùa|chua|cầu|cau|ngã tư|nga tu|ngã ba|nga ba|công viên|cong vien|siêu thị|sieu thi|trạm|tram"
    r"|uỷ ban|ủy ban|ubnd|hồ|market|station|school|hospital|church|pagoda|bridge|park|supermarket|crossroads)(?!\w))"
)
# What people build, live in, and meet at.
_BUILT = re.compile(
    r"(?i:(?<!\w)(?:chung cư|chung cu|kđt|kdt|kđtm|kdtm|khu đô thị|khu do thi|ngã tư|nga tu|ngã ba|nga ba|ngã năm"
    r"|nga nam|ngã sáu|nga sau|bùng binh|bung binh|vòng xoay|vong xoay|chân cầu|chan cau|dưới cầu|duoi cau|dốc cầu"
    r"|đầu cầu|gầm cầu|gam cau)\s+\w)"
    r"|(?i:(?<!\w)(?:toà|tòa|toa|block|lầu|lô|dãy)\s+(?:nhà\s+|nha\s+)?)(?:[A-Z]{1,3}\d*\b|\d)"
    r"|(?i:(?<!\w)(?:xóm|xom|làng|lang|bản|buôn|sóc|tổ|khóm|khom|khối|đội|khu|khu tập thể|khu tap the|tập thể|kcn|kcx"
    rf"|khu công nghiệp|khu cong nghiep|bến xe|ben xe|bến phà|ben pha|bến đò|ga|nhà ga|sân bay|cầu vượt|chợ|công viên"
    rf"|cong vien|siêu thị|sieu thi|chùa|chua|nhà thờ|nha tho|bệnh viện|benh vien|sông|kênh|rạch)\s+)"
    rf"(?:{_CAPITAL}(?!ã\s[Hh]ội)|\d)"
    rf"|(?i:(?<!yêu )(?<!nhu )(?<!yeu )(?<!\w)cầu\s+){_CAPITAL}|(?i:(?<!\w)hồ\s+)(?!Sơ){_CAPITAL}"
    r"|(?i:(?<!\w)trường\s+(?:tiểu học|mầm non|trung học|đại học|cao đẳng|cấp|thcs|thpt)(?!\w))"
    r"|(?i:(?<!\w)km\s*\d)|(?i:(?<!\w)cách\s[^.!?]{0,40}\d\s*(?:m|mét|km|cây)(?!\w))"
    r"|(?i:(?<!\w)(?:cạnh|sát|đối diện|sau lưng|gần|near|next to|opposite|behind)\s+(?:the\s+)?"
    r"(?:quán|tiệm|cửa hàng|nhà hàng|khách sạn|nhà nghỉ|ngân hàng|cây xăng|bưu điện|công an|đồn|atm|karaoke|sân|hotel"
    r"|bank|café|cafe|shop|restaurant|post office|police)(?!\w))|(?i:\btrụ atm\b)"
)
_TELLING = (_LINK, _POINT, _STREET, _UNIT, _LANDMARK, _BUILT)


def plain(text: str) -> str:
    """A text without signs that nobody sees, its letters put together one way."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())


def spots(said: str) -> list[tuple[int, int]]:
    """From where to where a plain text tells; of each way of telling the first."""
    return [found.span() for pattern in _TELLING if (found := pattern.search(said)) is not None]


def link_in(text: str) -> str:
    """The first address on the net in a text."""
    found = _LINK.search(plain(text))
    return found.group() if found else ""


def telling(text: str) -> str:
    """The part of a text that tells where it is, as written; empty if nothing does."""
    said = plain(text)
    return next((said[start:end].strip() for start, end in spots(said)), "")
