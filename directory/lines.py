"""Which telephone numbers fit which trouble, in which order, and what a person should know before dialling."""

import csv
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from directory.reading import Reading
from directory.seedfiles import load_table
from directory.wording import HCMC, keys, t

SEED = Path(__file__).resolve().parent / "seed"
POLICE = "N113"
_NUMBER = re.compile(r"\+?\d(?:[ .\-]?\d){6,13}")
# Words of a question about a number, and nothing else (folded, as `reading` smooths them).
_OF_NUMBERS_WORDS = """
so may dien thoai tong dai goi cho den toi la gi co sao khong nen duoc thi nao mat tien phi ton cuoc mien ai nghe bi
em minh e m tui neu ma cong an canh sat cap cuu hoa vay a ha the khi dau lam viec luc ban dem dung chung
biet bao ghi am thu giu kin lo chuyen voi ve
what is number who answers can i should call calling free cost does it do they ask safe to for my happens if di
"""
_OF_NUMBERS = frozenset(_OF_NUMBERS_WORDS.split())
_OF_POLICE = (
    "co bi bat", "co bi phat", "ho hoi giay to", "hoi giay to", "xem giay to", "xet giay to", "ho co", "no co",
    "bat em", "bat minh",
)  # fmt: skip
_CALLED = {"cong an": "113", "canh sat": "113", "cap cuu": "115", "xe cuu thuong": "115"}
_WHICH_WORDS = "so may nao bao nhieu can muon xin goi cho la gi em minh toi tui e m oi a vay dien thoai cua di duoc"
_WHICH = frozenset(_WHICH_WORDS.split())
_ASKS_WHICH = frozenset({"may", "nao", "nhieu", "goi", "dien", "cuu"})  # "sợ công an" asks for no number
_ASKED_LAST = frozenset({"gi", "khong", "sao", "nao", "ai", "vay", "a", "ha", "dau", "the"})
_ASKED_FIRST = frozenset({"what", "is", "who", "can", "should", "does", "do"})
MEN = frozenset({"man", "men", "male"})


class Hours(StrEnum):
    """When somebody answers: always, in office hours, or we do not know."""

    ALWAYS = "always"
    OFFICE = "office"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One number as it may be shown now; `note_key` is said before the number."""

    id: str
    name: str
    number: str
    note_key: str | None
    hours: Hours
    is_free: bool
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One number as its public source gives it."""

    id: str
    name: str
    number: str
    hours: Hours
    opens: time
    closes: time
    is_free: bool


def for_trouble(
    *,
    needs: Sequence[str],
    situations: Collection[str] = (),
    province: str | None,
    now: datetime,
    gender: str | None = None,
    recorded: Collection[str] | None,
) -> tuple[Line, ...]:
    """The numbers for this trouble, first the one to try first; 113 is never first.

    `recorded` names the lines with a recorded test call; None (the demonstration) allows all.
    `situations`: `minor_harmed`, `abroad`, `police` (the trouble is with an authority), and a country of
    `abroad_by_country`. A line that does not answer at this hour comes last and says so.
    """
    wanted = _abroad(situations) or _at_home(needs, situations, province)
    if "police" in situations or set(needs) & set(rules()["never_113"]):
        wanted = [id for id in wanted if id != POLICE]
    shown = [_line(id, now) for id in dict.fromkeys(wanted) if _may_show(id, gender=gender, recorded=recorded)]
    shown.sort(key=lambda line: not line.is_open)
    if shown and shown[0].id == POLICE:
        # Where only the police would be left, the ambulance goes first: calling the police is her own decision.
        shown = [_line(id, now) for id in rules()["default"]] + shown
    return tuple(shown)


def card(lines: Iterable[Line], language: str = "vi") -> str:
    """The numbers as a block of text: what to know stands in the line before its number. Empty for no lines."""
    parts: list[str] = []
    said = ""
    for line in lines:
        note = t(line.note_key, language) if line.note_key else ""
        before = [note] if note and note != said else []  # two numbers in a row with one warning: said once
        said = note
        if line.hours is Hours.OFFICE:
            before.append(t("lines.hours.office" if line.is_open else "lines.hours.closed", language))
        # One bullet for each group: on a small screen the warning must not look as if it belonged to the number above.
        parts += [f"• {' '.join(before)}"] if before else []
        cost = t("lines.free", language) if line.is_free else ""
        parts.append(t("lines.row", language, number=line.number, name=name(line.id, language), cost=cost).rstrip())
    return "\n".join(parts)


def asked_about(reading: Reading, *, now: datetime, recorded: Collection[str] | None) -> tuple[Line, ...]:
    """The lines whose numbers stand in these words, as they may be shown now; 113 is not the first here either.

    A number of three digits stands in many messages: it counts where nothing else is said, and something is asked.
    """
    said = [_digits(found) for found in _NUMBER.findall(reading.text)]
    said += _short_number(reading.tokens)
    if not said:
        return ()
    named = [row.id for row in rows().values() if _digits(row.number) in said]
    if named == [POLICE]:
        named = [*rules()["default"], POLICE]
    return tuple(_line(id, now) for id in named if _may_show(id, gender=None, recorded=recorded))


def is_short(line: Line) -> bool:
    """Whether its number has three digits: what it costs and what they ask, no source tells."""
    return len(_digits(line.number)) == 3


def _short_number(tokens: Sequence[str]) -> list[str]:
    """The number that "gọi 113 có sao không" is about; none where any other word stands, or nothing is asked."""
    plain = f" {' '.join(tokens)} "
    for called, number in _CALLED.items():
        if f" {called} " not in plain:
            continue
        rest = set(plain.replace(f" {called} ", " ").split())
        asks = not _ASKS_WHICH.isdisjoint((*rest, *called.split()))
        if "so" in rest and asks and _WHICH.issuperset(rest):
            return [number]  # "gọi công an số mấy"
    for phrase in _OF_POLICE:
        plain = plain.replace(f" {phrase} ", " ")
    words = plain.split()
    numbers = [word for word in words if word.isdigit()]
    is_asked = bool(words) and (words[-1] in _ASKED_LAST or words[0] in _ASKED_FIRST)
    is_only = len(numbers) == 1 and len(numbers[0]) == 3 and _OF_NUMBERS.issuperset(set(words) - set(numbers))
    return numbers if is_only and is_asked else []


def name(id: str, language: str = "vi") -> str:
    """The short name of a line in the person's language."""
    return t(f"lines.name.{id}", language)


@cache
def rules() -> Mapping[str, Any]:
    """Which number for which trouble (`lines.yaml`), and what is never done (`line-rules.yaml`)."""
    found: dict[str, Any] = {}
    for file in ("lines.yaml", "line-rules.yaml"):
        found |= load_table(SEED / file)
    return found


@cache
def rows() -> Mapping[str, Row]:
    """Every number that a public source supports, by id; numbers without such a source do not exist for us."""
    with (SEED / "national-lines.csv").open(encoding="utf-8", newline="") as file:
        sourced = [row for row in csv.DictReader(file) if row["status"] == "SOURCED" and row["number"]]
    return {row["id"]: _row(row) for row in sourced}


def _row(row: Mapping[str, str]) -> Row:
    office = re.match(r"(\d{1,2}:\d\d)–(\d{1,2}:\d\d), thứ 2–thứ 6", row["hours"])
    hours = Hours.OFFICE if office else Hours.ALWAYS if row["hours"].startswith("24/7") else Hours.UNKNOWN
    opens, closes = (_clock(office[1]), _clock(office[2])) if office else (time(), time())
    digits = _digits(row["number"])
    is_free = digits in {"111", "112", "1955"} or digits.startswith("1800")  # of 113, 114, 115 no source says it
    return Row(row["id"], row["name_vi"], row["number"], hours, opens, closes, is_free)


def _clock(written: str) -> time:
    hour, minute = written.split(":")
    return time(int(hour), int(minute))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _at_home(needs: Sequence[str], situations: Collection[str], province: str | None) -> list[str]:
    found: list[str] = []
    if "minor_harmed" in situations:
        found += rules()["by_situation"]["minor_harmed"]
    known = [need for need in needs if need in rules()["by_need"]]
    for need in known:
        found += rules()["by_need"][need]
        if province and need in rules()["provincial_needs"]:
            found += rules()["by_province"].get(province, [])
    if not known and not found:
        found += rules()["default"]
    # Numbers of last resort stay last when several troubles are put together.
    return [*(id for id in found if id != POLICE), *(id for id in found if id == POLICE)]


def _abroad(situations: Collection[str]) -> list[str]:
    countries: Mapping[str, list[str]] = rules()["abroad_by_country"]
    named = [country for country in countries if country in situations]
    if not named and "abroad" not in situations:
        return []
    return [*rules()["by_situation"]["abroad"], *(id for country in named for id in countries[country])]


def _may_show(id: str, *, gender: str | None, recorded: Collection[str] | None) -> bool:
    if id not in rows() or (id in rules()["women_only"] and gender in MEN):
        return False
    return recorded is None or id in rules()["always_allowed"] or id in recorded


def _line(id: str, now: datetime) -> Line:
    row = rows()[id]
    key = f"lines.note.{row.id}"
    note = key if key in keys() else None
    return Line(row.id, row.name, row.number, note, row.hours, row.is_free, is_open(row, now))


def is_open(row: Row, now: datetime) -> bool:
    """Whether somebody should answer at this moment; unknown hours are not called closed."""
    if row.hours is not Hours.OFFICE:
        return True
    here = now.astimezone(HCMC)
    if here.weekday() >= 5 or _is_rest_day(here.date()):
        return False
    return row.opens <= here.time() < row.closes


def _is_rest_day(day: date) -> bool:
    if day.strftime("%m-%d") in rules()["rest_days"]:
        return True
    return any(week["from"] <= day <= week["to"] for week in rules()["rest_weeks"])
