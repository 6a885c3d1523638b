"""None in this ward, so many in the old district, the nearest about so far: counted and said before what is farther."""

from datetime import UTC, datetime

from directory import places
from directory.listing_index import build
from directory.listings import Listing
from directory.places import PlaceKey, Tier
from directory.search import Question, question, search
from directory.search_json import as_json
from directory.shelf import Shelf
from directory.widening import district_of
from tests.directory.test_listing_text import listing

NOW = datetime(2026, 12, 7, 2, 0, tzinfo=UTC)
DICH_VONG, NGHIA_DO = PlaceKey(Tier.OLD_WARD, "00166"), PlaceKey(Tier.OLD_WARD, "00157")
CAU_GIAY, HOANG_MAI = PlaceKey(Tier.OLD_DISTRICT, "005"), PlaceKey(Tier.OLD_DISTRICT, "008")


def at(place: PlaceKey, id: str, **told: object) -> Listing:
    return listing(id=id, place=place, service=f"Phòng khám {id}", **told)


def shelf_of(*listings: Listing) -> Shelf:
    return Shelf(build(listings))


def asked(place: PlaceKey, **told: object) -> Question:
    return Question(("health.hiv_test",), (place,), at=NOW, **told)  # type: ignore[arg-type]


def test_none_in_the_ward_so_the_old_district_around_it_is_counted() -> None:
    many = [at(NGHIA_DO, f"n{n}") for n in range(2)] + [at(CAU_GIAY, "c"), at(HOANG_MAI, "h")]
    found = search(shelf_of(*many), asked(DICH_VONG, limit=9))
    assert found.widened is not None and found.widened["count"] == 3
    assert found.widened["to"] == {"tier": "old_district", "code": "005"}
    assert {hit.listing.id for hit in found.results} == {"n0", "n1", "c"}
    assert all(hit.distance_km is not None for hit in found.results)
    assert as_json(asked(DICH_VONG), found)["widened"]["why"] == "none_in_place"


def test_a_place_in_the_ward_itself_is_no_widening() -> None:
    found = search(shelf_of(at(DICH_VONG, "d"), at(CAU_GIAY, "c")), asked(DICH_VONG))
    assert found.widened is None and found.results[0].listing.id == "d"


def test_a_commune_of_today_widens_to_the_district_that_was_there() -> None:
    commune = PlaceKey(Tier.NEW_COMMUNE, "00160")  # Nghĩa Đô
    assert district_of(commune) == CAU_GIAY
    found = search(shelf_of(at(DICH_VONG, "d")), asked(commune))
    assert found.widened is not None and found.widened["to"]["code"] == "005" and found.widened["count"] == 1


def test_only_those_that_fulfil_the_wishes_are_counted() -> None:
    many = [at(NGHIA_DO, "a", attributes=("free",)), at(NGHIA_DO, "b"), at(NGHIA_DO, "c")]
    found = search(shelf_of(*many), asked(DICH_VONG, wishes=frozenset({"free"})))
    assert found.widened is not None and found.widened["count"] == 1


def test_none_in_the_district_either_goes_on_as_before() -> None:
    found = search(shelf_of(at(HOANG_MAI, "h")), asked(DICH_VONG))
    assert found.widened is not None and "count" not in found.widened
    assert found.widened["to"] == {"tier": "old_district", "code": "008"}


def test_a_sealed_place_is_never_counted_into_a_district() -> None:
    sealed = at(CAU_GIAY, "s", is_sealed=True)
    for ward in (DICH_VONG, NGHIA_DO, PlaceKey(Tier.OLD_WARD, "00001")):
        assert "s" in {hit.listing.id for hit in search(shelf_of(sealed), asked(ward)).results}
        found = search(shelf_of(sealed, at(NGHIA_DO, "n")), asked(ward, limit=9))
        assert found.widened is None or found.widened.get("count") != 2


def test_every_ward_of_the_list_lies_in_a_district() -> None:
    wards = [key for key in places.units() if key.tier is Tier.OLD_WARD and places.units()[key].parent]
    assert len(wards) > 9_000
    assert all(district_of(key) == PlaceKey(Tier.OLD_DISTRICT, places.units()[key].parent) for key in wards[::50])


def test_what_is_typed_is_read_as_the_ward() -> None:
    found = search(shelf_of(at(CAU_GIAY, "c")), question("xn hiv phuong dich vong cau giay", at=NOW))
    assert found.widened is not None and found.widened["count"] == 1
