"""The index finds exactly what a look at every listing finds, also after changes, and hides where sealed ones are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from directory import places
from directory.listing_index import EMPTY, ListingIndex, build
from directory.listings import Listing
from directory.places import PlaceKey, Tier

NEEDS = ("health.hiv_test", "legal.aid", "shelter.refuge")
PLACES = tuple(PlaceKey(Tier.OLD_DISTRICT, code) for code in ("001", "005", "008", "760", "916"))


def listing(number: int, need: str, place: PlaceKey, *, is_sealed: bool = False, name: str = "") -> Listing:
    return Listing(
        id=f"id-{number}",
        service_id=f"s-{number}",
        organisation="Tổ chức",
        service=name or f"Chỗ số {number}",
        kind="ngo",
        needs=(need,),
        place=place,
        province=places.province_of(place) or "",
        hours=None,
        phones=("0000 000 001",),
        reception={},
        price={},
        papers={},
        audience=(),
        languages=("vi",),
        attributes=(),
        verified_on={},
        state="published",
        is_sealed=is_sealed,
        is_demo=True,
        is_under_review=False,
        revision=1,
        street=None,
        directions="",
        notices=(),
    )


LISTINGS = st.lists(
    st.builds(
        listing,
        st.integers(0, 8),
        st.sampled_from(NEEDS),
        st.sampled_from(PLACES),
        is_sealed=st.booleans(),
        name=st.sampled_from(["Phòng khám Hoa Sen", "Nhóm Ánh Dương", "Văn phòng Lá Xanh", ""]),
    ),
    max_size=12,
)


def everything(index: ListingIndex) -> dict[object, object]:
    found: dict[object, object] = {}
    for need in NEEDS:
        for key in PLACES:
            found[need, key] = {one.id for one in index.inside(need, key)}
        found[need] = {one.id for one in index.of_need(need)}
    for word in ("hoa", "sen", "anh", "phong"):
        found[word] = set(index.by_word.get(word, ()))
    return found


@given(LISTINGS, LISTINGS, st.sets(st.integers(0, 8).map(lambda number: f"id-{number}")))
@settings(max_examples=60, deadline=None)
def test_changes_end_where_a_new_index_begins(before: list[Listing], come: list[Listing], gone: set[str]) -> None:
    old = build(before)
    seen = everything(old)
    kept = {one.id: one for one in before if one.id not in gone}
    kept |= {one.id: one for one in come}
    assert everything(old.changed(gone, come)) == everything(build(kept.values()))
    assert everything(old) == seen, "whoever is reading the old one is not disturbed"


@given(LISTINGS, st.sampled_from(NEEDS), st.sampled_from(PLACES))
@settings(max_examples=60, deadline=None)
def test_inside_is_what_a_look_at_every_listing_says(some: list[Listing], need: str, key: PlaceKey) -> None:
    known = {one.id: one for one in some}.values()
    open_ones = {
        one.id
        for one in known
        if need in one.needs and not one.is_sealed and places.communes_of(one.place) & places.communes_of(key)
    }
    province = places.province_of(key)
    sealed = {one.id for one in known if need in one.needs and one.is_sealed and one.province == province}
    assert {one.id for one in build(known).inside(need, key)} == open_ones | sealed


def test_a_sealed_place_is_found_by_its_province_and_by_nothing_finer() -> None:
    hidden = listing(1, "shelter.refuge", PLACES[1], is_sealed=True)
    index = build([hidden])
    assert all(index.inside("shelter.refuge", key) == [hidden] for key in PLACES[:3])
    assert index.around("shelter.refuge", (21.03, 105.79), km=100) == []
    assert {word for word in index.by_word if " " not in word} == {"cho", "so", "1", "to", "chuc"}


def test_a_slip_in_a_name_is_forgiven() -> None:
    index = build([listing(1, NEEDS[0], PLACES[0], name="Phòng khám Bình Minh")])
    assert index.words_like("minnh") == {"minh"}
    assert index.words_like("mih") == frozenset()
    assert index.words_like("minh") == {"minh"}
    assert EMPTY.words_like("minh") == frozenset()


def test_a_letter_lost_doubled_or_swapped_is_nearer_than_another_letter_and_a_number_is_itself() -> None:
    index = build([listing(1, NEEDS[0], PLACES[0], name="Thua Tia B12")])
    near = index.near("tua")
    assert near.keys() == {"thua", "tia"}
    assert near["thua"] > near["tia"]
    assert index.near("b13") == index.near("b1") == {}
