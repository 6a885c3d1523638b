"""Who names only a kind of place is shown places of that kind, and no need is guessed for it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.commands.bench_search import _blank
from bot.understanding import searching
from directory import bare_kinds, drafts
from directory.listing_index import KINDS, build
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.reading import read
from directory.search import Found, search
from directory.shelf import Shelf
from directory.wording import t

AT = datetime(2026, 12, 7, 3, tzinfo=UTC)
CAU_GIAY, QUAN_3, DA_NANG = (PlaceKey(Tier.OLD_DISTRICT, code) for code in ("005", "770", "490"))


def one(id: str, kind: str, place: PlaceKey, *needs: str, name: str = "") -> Listing:
    province = {CAU_GIAY: "01", QUAN_3: "79", DA_NANG: "48"}[place]
    told = {"id": id, "service_id": id, "service": name or f"Nơi {id}", "organisation": f"Đơn vị {id}"}
    return replace(_blank(), **told, kind=kind, place=place, province=province, needs=needs)


SHELF = Shelf(
    build([
        one("arv", "hiv_clinic", CAU_GIAY, "health.arv"),
        one("pills", "pharmacy", CAU_GIAY, "health.contraception"),
        one("clinic", "srh_clinic", QUAN_3, "health.general"),
        one("private", "private_clinic", QUAN_3, "health.sti"),
        one("group", "ngo", DA_NANG, "mind.distress"),
        one("listener", "psychologist", DA_NANG, "mind.distress"),
        one("big", "hospital", CAU_GIAY, "health.emergency"),
        one("loans", "ngo", CAU_GIAY, "livelihood.loan"),
        one("union", "women_union", CAU_GIAY, "violence.partner"),
        one("centre", "social_work_centre", DA_NANG, "relief.emergency"),
    ])
)  # fmt: skip


def found(text: str) -> Found:
    return search(SHELF, searching.question(text, at=AT))


def ids(text: str) -> list[str]:
    return [hit.listing.id for hit in found(text).results]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("nhà thuốc ở cầu giấy", "pills"),
        ("nha thuoc o cau giay", "pills"),
        ("chị ơi cho em hỏi hiệu thuốc ở quận Cầu Giấy với ạ", "pills"),
        ("phòng khám tư ở quận 3", "private"),
        ("pk tu q3", "private"),
        ("bác sĩ tâm lý đà nẵng", "listener"),
        ("bs tam ly o da nang", "listener"),
        ("bệnh viện ở cầu giấy", "big"),
        ("bv cau giay", "big"),
        ("hội phụ nữ ở cầu giấy", "union"),
        ("trung tâm ctxh đà nẵng", "centre"),
        ("tìm trung tâm công tác xã hội ở Đà Nẵng", "centre"),
    ],
)
def test_a_kind_named_barely_finds_that_kind_and_nothing_else(text: str, wanted: str) -> None:
    assert ids(text) == [wanted] and found(text).widened is None and not found(text).dropped


@pytest.mark.parametrize("text", ["bệnh viện gần đây", "benh vien gan nhat", "hiệu thuốc gần đây", "hospital near me"])
def test_how_near_is_no_name_of_a_place(text: str) -> None:
    asked = searching.question(text, at=AT)
    assert asked.kind in ("hospital", "pharmacy") and not asked.places


@pytest.mark.parametrize(
    "text",
    [
        "nhà thuốc bán prep ở cầu giấy", "bệnh viện khám hiv ở thanh hoá", "nhà thuốc Minh Khuê", "phòng khám ba đình",
        "xét nghiệm hiv ở bệnh viện nào", "hút thuốc trong bệnh viện phạt bao nhiêu", "tư vấn tâm lý hà đông",
        "bệnh viện tâm thần ở đâu", "gần bệnh viện Từ Dũ", "em đang ở bệnh viện", "chị là bác sĩ tâm lý hả",
    ],
)  # fmt: skip
def test_whoever_says_more_is_asked_about_that(text: str) -> None:
    assert searching.question(text, at=AT).kind == ""


def test_where_none_of_the_kind_is_near_that_is_said_and_nothing_is_guessed() -> None:
    far = found("nhà thuốc ở đà nẵng")
    assert not far.results and far.nothing is not None and far.nothing["reason"] == "none_near"
    assert far.nothing["nearest"][0]["id"] == "pills"
    none = search(
        Shelf(build([one("arv", "hiv_clinic", CAU_GIAY, "health.arv")])), searching.question("cdc hà nội", at=AT)
    )
    assert not none.results and none.nothing == {"reason": "none_known", "nearest": []}


def test_what_a_hospital_or_a_psychologist_is_for_is_shown_where_none_is_known_and_that_is_said() -> None:
    shelf = Shelf(
        build([one("group", "ngo", DA_NANG, "mind.distress"), one("ward", "srh_clinic", QUAN_3, "health.general")])
    )
    for text, other, kind in (("bac si tam ly da nang", "group", "psychologist"), ("benh vien q3", "ward", "hospital")):
        told = search(shelf, searching.question(text, at=AT))
        assert [hit.listing.id for hit in told.results] == [other] and told.dropped == {kind}


def test_a_place_called_so_goes_before_places_of_that_kind() -> None:
    called = one("own", "pharmacy", QUAN_3, "health.contraception", name="Nhà thuốc Cầu Giấy")
    shelf = Shelf(build([*SHELF.index.by_id.values(), called]))
    assert (
        next(hit.listing.id for hit in search(shelf, searching.question("nhà thuốc cầu giấy", at=AT)).results) == "own"
    )


def test_every_such_kind_is_one_of_ours_and_has_words_and_a_name_in_both_languages() -> None:
    assert set(drafts.KINDS) >= KINDS and set(bare_kinds.MEANS) <= KINDS
    for kind in KINDS:
        assert bare_kinds.only(read(t(f"console.kind.{kind}")), frozenset()) == kind
    for kind in bare_kinds.MEANS:
        assert t(f"find.wish.{kind}") != t(f"find.wish.{kind}", "en")
