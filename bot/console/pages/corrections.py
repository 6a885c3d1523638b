"""What somebody in the chat told of a place, beside what stands there: written into its field, or refused."""

from dataclasses import dataclass

from aiohttp import web

from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.permissions import About, Deed, may
from bot.keeping import corrections, hours_said
from bot.keeping.corrections import FIELDS, Correction
from bot.keeping.signing import signed
from directory import editing
from directory.drafts import Draft, DraftProblem, Problem
from directory.editing import EditedMeanwhile, Known, NotNow
from directory.exchange.rows import tidy
from directory.exchange.said_cells import whole
from directory.wording import t

TO_DO = "/console/to-do"


@dataclass(frozen=True, slots=True)
class _Looked:
    """A correction and the listing it is about."""

    told: Correction
    known: Known


async def show(console: Console, visit: Visit) -> web.StreamResponse:
    """What stands there, what was told, and the field as it could be."""
    found = await _look(console, visit)
    if not isinstance(found, _Looked):
        return found
    return _page(visit, found, "\n".join(proposed(found.told, found.known.draft)))


async def fill(console: Console, visit: Visit) -> web.StreamResponse:
    """The field is written like any change, with every check; if one fails nothing is decided."""
    found = await _look(console, visit, Deed.EDIT_LISTING)
    if not isinstance(found, _Looked):
        return found
    written, told = visit.given("value", most=2_000), visit.given("revision")
    lines = tuple(line.strip() for line in written.splitlines() if line.strip())
    is_of_this = visit.given("place") in ("", found.known.id)  # another one, if it was merged since the page was shown
    expected = int(told) if is_of_this and told.isdecimal() and len(told) < 9 else -1
    member, now = visit.seat.member, console.clock.now()
    try:
        is_mine = await console.db.write(
            signed(
                member,
                lambda tx: corrections.take_over(
                    tx, found.told, lines, expected=expected, staff_id=member.id, now=now
                ),
            ),
            urgent=False,
        )
    except DraftProblem as problem:
        return _page(visit, found, written, found=problem.problems, status=400)
    except (EditedMeanwhile, NotNow):
        return _page(visit, found, written, key="console.listing.meanwhile", status=409)
    return go(TO_DO, "decided" if is_mine else "first")


async def refuse(console: Console, visit: Visit) -> web.StreamResponse:
    """It is not so; the words go at once."""
    found = await _look(console, visit)
    if not isinstance(found, _Looked):
        return found
    me, now = visit.seat.member.id, console.clock.now()
    done = await console.db.write(
        lambda tx: corrections.refuse(tx, found.told.id, staff_id=me, now=now), urgent=False
    )
    return go(TO_DO, "decided" if done else "first")


def proposed(told: Correction, draft: Draft) -> tuple[str, ...]:
    """The field as it could be: a new number in place of the only one, before several; hours where they are plain."""
    if told.part == "hours":
        return hours_said.lines_of(told.words) or (told.words,)
    if told.part == "address":
        return (tidy(told.words),)
    fresh = tuple(whole(tidy(one)) for one in told.words.split(", "))
    return fresh if len(draft.phones) < 2 else tuple(dict.fromkeys((*fresh, *draft.phones)))


async def _look(
    console: Console, visit: Visit, deed: Deed = Deed.DECIDE_REMARK
) -> _Looked | web.StreamResponse:
    """The correction and its listing; or what is answered instead: gone, decided, or not this colleague's."""
    number = visit.number("number")
    told = await console.db.read(
        lambda connection: corrections.waiting(connection, console.db.seals, number=number)
    )
    known = (
        await console.db.read(lambda connection: editing.look_up(connection, told[0].place_id)) if told else None
    )
    if known is None:
        return go(TO_DO, "first")
    if not may(visit.seat.member, deed, About(known.province)):
        return refused(visit.request, visit.seat, status=403)
    return _Looked(told[0], known)


def _page(
    visit: Visit, looked: _Looked, value: str, *, found: tuple[Problem, ...] = (), key: str = "", status: int = 200
) -> web.Response:
    language, told = visit.language, looked.told
    return render(
        visit.request, "correction.html", visit.seat, status=status,
        told=told,
        known=looked.known,
        label=t(f"console.listing.{FIELDS[told.part]}", language),
        before="\n".join(corrections.stands(told.part, looked.known.draft)),
        value=value,
        hint=t("console.listing.hours_hint", language) if told.part == "hours" else "",
        mistakes=[t(one.key, language, what=one.what) for one in found],
        key=key,
    )  # fmt: skip


ROUTES = (
    Route("GET", "/to-do/corrections/{number}", Deed.DECIDE_REMARK, show),
    Route("POST", "/to-do/corrections/{number}/fill", Deed.DECIDE_REMARK, fill),
    Route("POST", "/to-do/corrections/{number}/refuse", Deed.DECIDE_REMARK, refuse),
)
