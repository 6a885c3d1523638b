"""Random rotas: shifts over midnight, rotations, leave, swaps, hours, two centres that stand in for each other."""

from datetime import timedelta

from hypothesis import strategies as st

from bot.rota.calendar import DaysOff
from bot.rota.plan import DAY_OFF, Change, Hours, Kind, OnDaysOff, Plan, Post, Rotation, Shift
from tests.bot.rota.oracle import FIRST, MINUTES

STAFF = st.integers(1, 6)
CENTRES = st.integers(1, 3)
PROVINCES = st.sampled_from([None, "01", "79"])
MOMENTS = st.integers(-600, MINUTES + 600).map(lambda minute: FIRST + timedelta(minutes=minute))
posts = st.builds(Post, CENTRES, PROVINCES, st.sampled_from(list(Kind)), st.integers(0, 3))


@st.composite
def shifts(draw: st.DrawFn) -> Shift:
    starts = draw(MOMENTS)
    return Shift(draw(posts), draw(STAFF), starts, starts + timedelta(minutes=draw(st.integers(1, 3_000))))


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    first = FIRST.date() + timedelta(days=draw(st.integers(-30, 3)))
    return Rotation(
        post=draw(posts),
        members=tuple(draw(st.lists(STAFF, min_size=1, max_size=4))),
        first_day=first,
        begins=draw(st.integers(0, 1439)),
        minutes=draw(st.integers(1, 1440)),
        turn_days=draw(st.integers(1, 7)),
        weekdays=draw(st.frozensets(st.integers(1, 7), min_size=1)),
        days_off=draw(st.sampled_from(list(OnDaysOff))),
        last_day=draw(st.one_of(st.none(), st.integers(0, 40).map(lambda n: first + timedelta(days=n)))),
    )


@st.composite
def changes(draw: st.DrawFn, number: int) -> Change:
    starts = draw(MOMENTS)
    ends = starts + timedelta(minutes=draw(st.integers(1, 3_000)))
    pair = draw(st.sampled_from([None, "a", "b"]))
    return Change(number, draw(STAFF), draw(st.one_of(st.none(), STAFF)), starts, ends, pair)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    begins = draw(st.integers(0, 1439))
    day = draw(st.integers(1, DAY_OFF))
    return Hours(draw(CENTRES), day, begins, begins + draw(st.integers(1, 1440)))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    swaps = draw(st.integers(0, 6))
    return Plan(
        shifts=tuple(draw(st.lists(shifts(), max_size=4))),
        rotations=tuple(draw(st.lists(rotations(), max_size=4))),
        changes=tuple(draw(changes(number)) for number in range(swaps)),
        hours=tuple(draw(st.lists(hours(), max_size=4))),
        fallbacks=draw(st.dictionaries(CENTRES, CENTRES, max_size=3)),
        homes=draw(st.dictionaries(st.sampled_from(["01", "79"]), st.frozensets(CENTRES, max_size=2), max_size=2)),
        active=draw(st.frozensets(STAFF, min_size=3)),
    )


days_off = st.builds(
    DaysOff, st.integers(0, 3), st.integers(0, 3), st.frozensets(st.sampled_from(["02-03", "2027-02-04"]))
)
