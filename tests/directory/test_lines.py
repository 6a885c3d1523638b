"""Numbers are shown by the rules alone: what is first, what is never shown, what is said before."""

import csv
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from directory import lines
from directory.wording import keys, t

MONDAY_MORNING = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)  # 9:00 in Vietnam
MONDAY_NIGHT = datetime(2026, 12, 7, 15, 0, tzinfo=UTC)  # 22:00 in Vietnam
SUNDAY = datetime(2026, 12, 6, 3, 0, tzinfo=UTC)
NEEDS = [*lines.rules()["by_need"], "papers.id", "health.sti"]
PROVINCES = [None, "01", "22", "38", "56", "79"]
HOURS = [MONDAY_MORNING, MONDAY_NIGHT, SUNDAY]
GENDERS = [None, "woman", "man", "trans"]
RECORDED = [None, (), ("N18001768", "N18001233")]


def ids(**asked: object) -> list[str]:
    question: dict[str, object] = {"needs": (), "province": None, "now": MONDAY_MORNING, "recorded": None, **asked}
    return [line.id for line in lines.for_trouble(**question)]  # type: ignore[arg-type]


@pytest.mark.parametrize("need", NEEDS)
def test_whatever_the_trouble_the_police_are_never_first_and_every_number_has_a_source(need: str) -> None:
    with (lines.SEED / "national-lines.csv").open(encoding="utf-8", newline="") as file:
        sourced = {row["number"] for row in csv.DictReader(file) if row["status"] == "SOURCED"}
    asked = product(PROVINCES, HOURS, GENDERS, RECORDED, [(), ("minor_harmed",)])
    for province, now, gender, recorded, situation in asked:
        shown = lines.for_trouble(
            needs=[need], situations=situation, province=province, now=now, gender=gender, recorded=recorded
        )
        found = [line.id for line in shown]
        assert found[:1] != ["N113"], (need, province, gender, recorded)
        assert {line.number for line in shown} <= sourced
        assert len(found) == len(set(found))
        if need in ("legal.police", "legal.detained", "violence.authority"):
            assert "N113" not in found
        if gender == "man":
            assert not {"N18001768", "N1900969680", "N1900545559"} & set(found)
        if recorded is not None:
            assert set(found) <= {"N111", "N113", "N114", "N115", *recorded}


def test_of_111_she_reads_what_it_does_whom_it_receives_and_that_it_is_free_as_a_source_says() -> None:
    told = lines.card(lines.for_trouble(
        needs=(), situations=("minor_harmed",), province=None, now=MONDAY_MORNING, recorded=()
    ))  # fmt: skip
    note, number = told.splitlines()[:2]
    assert "ghi âm" in note and "chuyển cho công an" in note and "người bị mua bán" in note
    assert number == "☎ 111 – tổng đài quốc gia 111 (miễn phí)"
    assert "113 – công an\n" in f"{told}\n"  # what 113 and 115 cost no source says


@pytest.mark.parametrize("pair", list(product(lines.rules()["by_need"], repeat=2)))
def test_two_troubles_together_keep_the_rules(pair: tuple[str, str]) -> None:
    for now, gender, recorded in product(HOURS, ["man", None], RECORDED):
        found = ids(needs=pair, now=now, gender=gender, recorded=recorded)
        assert found[:1] != ["N113"]
        if set(pair) & {"legal.police", "legal.detained", "violence.authority"}:
            assert "N113" not in found


def test_trouble_with_an_authority_never_leads_to_the_police_line() -> None:
    assert "N113" not in ids(needs=["violence.physical"], situations=["police"])


def test_first_numbers_are_those_of_the_rules() -> None:
    assert ids(needs=["violence.physical"]) == ["N115", "N18001768", "N1900969680", "N113"]
    assert ids(needs=["violence.digital"]) == []
    assert ids(needs=["papers.id"]) == ["N115"]
    assert ids(needs=[], situations=["minor_harmed"]) == ["N111", "N115", "N113"]


def test_a_provincial_line_is_shown_in_its_province_only_and_before_the_police() -> None:
    found = ids(needs=["violence.partner"], province="22")
    assert found.index("N18001769") < found.index("N113")
    assert "N18001769" not in ids(needs=["violence.partner"], province="79")
    assert "N18001769" not in ids(needs=["legal.aid"], province="22")


def test_abroad_no_number_at_home_is_shown_and_the_question_they_ask_is_said() -> None:
    shown = lines.for_trouble(
        needs=["violence.physical"], situations=["abroad", "thailand"], province=None, now=SUNDAY, recorded=None
    )
    assert [line.id for line in shown] == ["N_MFA1", "N_MFA2", "N_EMB_TH"]
    assert "Họ sẽ hỏi bạn là ai" in lines.card(shown)


def test_abroad_without_test_calls_shows_nothing_rather_than_a_number_that_fails() -> None:
    assert ids(needs=["violence.physical"], situations=["abroad"], recorded=()) == []


@pytest.mark.parametrize("moment", [MONDAY_NIGHT, SUNDAY, datetime(2027, 2, 8, 3, 0, tzinfo=UTC)])
def test_a_closed_line_comes_last_and_says_that_nobody_answers(moment: datetime) -> None:
    shown = lines.for_trouble(needs=["legal.aid", "health.emergency"], province=None, now=moment, recorded=None)
    assert [line.id for line in shown] == ["N115", "N18001233"]
    assert not shown[-1].is_open
    assert "chưa có người nghe" in lines.card(shown)


def test_the_legal_aid_line_is_open_on_a_working_day_until_five() -> None:
    nine = lines.for_trouble(needs=["legal.aid"], province=None, now=MONDAY_MORNING, recorded=None)
    five = lines.for_trouble(needs=["legal.aid"], province=None, now=MONDAY_MORNING + timedelta(hours=8), recorded=None)
    assert (nine[0].is_open, five[0].is_open) == (True, False)


def test_what_may_follow_is_said_before_the_number() -> None:
    text = lines.card(lines.for_trouble(needs=["violence.trafficking"], province=None, now=SUNDAY, recorded=None))
    assert text.index("ghi âm") < text.index("☎ 111")
    assert text.index("bạn quyết định") < text.index("☎ 113")


def test_every_number_that_the_rules_name_has_a_row_and_a_name_in_both_languages() -> None:
    rules = lines.rules()
    parts = ("by_need", "by_situation", "abroad_by_country", "by_province")
    named = {id for part in parts for row in rules[part].values() for id in row}
    assert named <= set(lines.rows())
    for language in ("vi", "en"):
        assert {f"lines.name.{id}" for id in named} <= keys(language)


def test_no_number_without_a_source_can_be_shown() -> None:
    assert not {"N_DV", "N_HIV", "N_NGAYMAI", "N_ANHDUONG", "N_ANHDUONG_DN"} & set(lines.rows())


def test_of_every_number_that_the_rules_name_it_is_said_whom_it_receives_or_what_it_does_and_what_it_costs() -> None:
    tables = ("by_need", "by_situation", "abroad_by_country", "by_province")
    named = {id for table in tables for ids in lines.rules()[table].values() for id in ids}
    shown = {
        line.id: line
        for need in lines.rules()["by_need"]
        for situation in [(), ("minor_harmed",), ("abroad",), *((one,) for one in lines.rules()["abroad_by_country"])]
        for province in PROVINCES
        for line in lines.for_trouble(
            needs=[need], situations=situation, province=province, now=MONDAY_MORNING, recorded=None
        )
    }
    assert named == set(shown), "no number is named that nobody is ever shown"
    for language, charged in (("vi", "có thể mất phí"), ("en", "may cost money")):
        for id, line in shown.items():
            assert f"lines.note.{id}" in keys(), id
            said = lines.card([line], language)
            assert (t("lines.free", language) in said) == line.is_free, id
            assert (charged in said.lower()) == line.number.startswith("1900"), id
