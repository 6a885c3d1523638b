"""A second way to find who is on call: every minute of every entry is painted into a list. Slow and simple."""

from datetime import date, datetime, timedelta

from bot.rota.calendar import TET, DaysOff
from bot.rota.plan import DAY_OFF, Change, Kind, OnDaysOff, Plan, Post
from directory.wording import HCMC

FIRST = datetime(2027, 2, 3, tzinfo=HCMC)  # the new year of 2027 lies inside
DAYS = 5
MINUTES = DAYS * 24 * 60


def minute_of(moment: datetime) -> int:
    return int((moment - FIRST).total_seconds() // 60)


def is_off(day: date, days: DaysOff) -> bool:
    around = {first + timedelta(days=n) for first in TET for n in range(-days.tet_before, days.tet_after + 1)}
    return day in around or day.strftime("%m-%d") in days.fixed or day.strftime("%Y-%m-%d") in days.fixed


def paint(plan: Plan, days: DaysOff) -> list[list[tuple[Post, int]]]:
    """For every minute: (post, planned colleague)."""
    board: list[list[tuple[Post, int]]] = [[] for _ in range(MINUTES)]

    def colour(begins: int, ends: int, post: Post, who: int) -> None:
        for minute in range(max(begins, 0), min(ends, MINUTES)):
            board[minute].append((post, who))

    for one in plan.shifts:
        colour(minute_of(one.starts_at), minute_of(one.ends_at), one.post, one.staff_id)
    for turn in plan.rotations:
        for ahead in range(-2, DAYS):
            day = (FIRST + timedelta(days=ahead)).date()
            wanted = {
                OnDaysOff.AS_USUAL: True,
                OnDaysOff.REST: not is_off(day, days),
                OnDaysOff.ONLY: is_off(day, days),
            }[turn.days_off]
            late = turn.last_day is not None and day > turn.last_day
            if not wanted or day < turn.first_day or late or day.isoweekday() not in turn.weekdays:
                continue
            turns = 0
            passed = turn.first_day
            while passed + timedelta(days=turn.turn_days) <= day:  # count the turns one by one
                passed += timedelta(days=turn.turn_days)
                turns += 1
            who = (list(turn.members) * (turns + 1))[turns]
            begins = ahead * 24 * 60 + turn.begins
            colour(begins, begins + turn.minutes, turn.post, who)
    return board


def open_minutes(plan: Plan, days: DaysOff, centre: int) -> set[int]:
    mine = [one for one in plan.hours if one.centre_id == centre]
    if not mine:
        return set(range(MINUTES))
    found: set[int] = set()
    for ahead in range(-1, DAYS):
        day = (FIRST + timedelta(days=ahead)).date()
        has_special = any(one.day == DAY_OFF for one in mine)
        wanted = DAY_OFF if has_special and is_off(day, days) else day.isoweekday()
        for one in mine:
            if one.day == wanted:
                found |= set(range(ahead * 1440 + one.begins, ahead * 1440 + one.ends))
    return found


def handed(in_force: list[Change], who: int, *, swaps: frozenset[str] = frozenset()) -> int:
    """Newest first: the first cover of this one counts, and then what was noted after it, without that swap."""
    for place in range(len(in_force) - 1, -1, -1):
        one = in_force[place]
        if one.staff_id == who and one.cover_id is not None and not (one.pair and one.pair in swaps):
            return handed(in_force[place + 1 :], one.cover_id, swaps=swaps | ({one.pair} if one.pair else set()))
    return who


def really(plan: Plan, minute: int, who: int) -> int | None:
    now = FIRST + timedelta(minutes=minute)
    in_force = [one for one in plan.changes if one.starts_at <= now and now < one.ends_at]
    there = handed(sorted(in_force, key=lambda one: one.id), who)
    away = [one for one in in_force if one.cover_id is None and one.staff_id == there]
    return None if away or there not in plan.active else there


def groups(plan: Plan, province: str | None) -> list[set[tuple[int | None, str | None]]]:
    """Which (centre, province) come first, second, …; a centre of None stands for any."""
    if province is None:
        return [{(None, None)}]
    posts = {one.post for one in plan.shifts} | {one.post for one in plan.rotations}
    near = {post.centre_id for post in posts if post.province == province} | set(plan.homes.get(province, ()))
    found: list[set[tuple[int | None, str | None]]] = [{(None, province)}]
    seen = set(near)
    while True:
        near = {plan.fallbacks[one] for one in near if one in plan.fallbacks} - seen
        if not near:
            break
        seen |= near
        elsewhere = {post.province for post in posts} - {None, province}
        found.append({(centre, other) for centre in near for other in elsewhere})
    return [*found, {(None, None)}]


class Oracle:
    """The ladder of any minute, by counting."""

    def __init__(self, plan: Plan, days: DaysOff, province: str | None, *, kind: Kind, any_hour: bool) -> None:
        self._plan = plan
        self._board = paint(plan, days)
        self._order = groups(plan, province)
        self._kind = kind
        posts = {post.centre_id for row in self._board for post, _ in row}
        self._open = {centre: set(range(MINUTES)) if any_hour else open_minutes(plan, days, centre) for centre in posts}

    def at(self, minute: int) -> tuple[tuple[int, ...], ...]:
        rungs: list[tuple[int, ...]] = []
        called: set[int] = set()
        for group in self._order:
            for rung in range(10):
                there = set()
                for post, planned in self._board[minute]:
                    fits = (post.centre_id, post.province) in group or (None, post.province) in group
                    if not fits or post.rung != rung or post.kind not in (Kind.ANY, self._kind):
                        continue
                    if minute not in self._open[post.centre_id]:
                        continue
                    who = really(self._plan, minute, planned)
                    if who is not None and who not in called:
                        there.add(who)
                if there:
                    rungs.append(tuple(sorted(there)))
                    called |= there
        return tuple(rungs)
