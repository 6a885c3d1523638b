"""Type a message, see what is understood and why; add a word, a phrase or a landmark after seeing what it changes.

What is typed to be tried is answered and gone: it is sent as a form, stands in no address, no log and no table.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import audit, staff, understanding
from bot.bells import SHELF
from bot.console import reasons
from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed
from bot.db import Tx
from bot.understanding import Meaning, safeguard, trying
from bot.understanding.trying import Changed
from directory import added, adding, articles, needs, places
from directory.added import Added
from directory.adding import Addition, Kept, NotAdded
from directory.exchange import tables
from directory.exchange.leaving import packed
from directory.overlay import ChangedMeanwhile
from directory.places import Tier

HERE = "/console/understood"
SAID = frozenset({"added", "taken_back"})
LONGEST = 1_000  # characters of a message to try
SHOWN = 60  # changed examples that are shown; the others are counted
Form = Mapping[str, str]
_EMPTY: Form = {"kind": "", "words": "", "means": "", "ward": "", "also": "", "led": ""}


@dataclass(frozen=True, slots=True)
class Trial:
    """What would be different with one more addition."""

    addition: Addition
    changed: tuple[Changed, ...]
    before: Meaning | None
    after: Meaning | None


async def page(console: Console, visit: Visit) -> web.Response:
    """An empty field, and everything that was added."""
    return await _page(console, visit)


async def understand(console: Console, visit: Visit) -> web.Response:
    """What one message is understood as, and why."""
    return await _page(console, visit, message=visit.given("message", most=LONGEST))


async def look(console: Console, visit: Visit) -> web.Response:
    """What would change: the message in the field, and every shipped example that is read otherwise."""
    form, message = _form(visit), visit.given("message", most=LONGEST)
    try:
        addition = await asyncio.to_thread(_checked, form)
        own = await console.db.read(adding.kept)
        if any(one.is_in and (one.addition.kind, one.addition.key) == (addition.kind, addition.key) for one in own):
            raise NotAdded("console.understood.problem.known", "words", means=addition.means)
    except NotAdded as problem:
        return await _page(console, visit, message=message, form=form, problem=problem, status=400)
    trial = await asyncio.to_thread(_tried, addition, [one.addition for one in reversed(own) if one.is_in], message)
    return await _page(console, visit, message=message, form=form, trial=trial)


async def add(console: Console, visit: Visit) -> web.StreamResponse:
    """It counts from now on, in every process."""
    form, me, now = _form(visit), visit.seat.member.id, console.clock.now()
    message = visit.given("message", most=LONGEST)

    def deed(tx: Tx, addition: Addition) -> None:
        number = adding.add(tx.connection, addition, staff_id=me, now=now)
        audit.write(tx, me, "word_added", f"overlay:{number}", addition.kind, now=now)
        tx.ring(SHELF)

    try:
        addition = await asyncio.to_thread(_checked, form)  # before the deed: nobody waits for it
        await console.db.write(partial(deed, addition=addition), urgent=False)
    except NotAdded as problem:
        return await _page(console, visit, message=message, form=form, problem=problem, status=400)
    except ChangedMeanwhile:
        return await _page(console, visit, message=message, form=form, key="console.understood.meanwhile", status=409)
    return go(HERE, "added")


async def take_back(console: Console, visit: Visit) -> web.StreamResponse:
    """It counts no more; its revisions stay."""
    me, now, told = visit.seat.member.id, console.clock.now(), visit.given("revision")
    kind, key = visit.given("kind"), visit.given("key")
    expected = int(told) if told.isdecimal() and len(told) < 9 else -1

    def deed(tx: Tx) -> None:
        number = adding.take_back(tx.connection, kind, key, expected=expected, staff_id=me, now=now)
        audit.write(tx, me, "word_taken_back", f"overlay:{number}", kind, now=now)
        tx.ring(SHELF)

    try:
        await console.db.write(deed, urgent=False)
    except (NotAdded, ChangedMeanwhile):
        return await _page(console, visit, key="console.understood.meanwhile", status=409)
    return go(HERE, "taken_back")


async def export(console: Console, visit: Visit) -> web.Response:
    """The tables with everything that was added, packed, to be sent on."""
    made = tables.files(await console.db.read(adding.added))
    headers = {"Content-Disposition": 'attachment; filename="tables.zip"'}
    return web.Response(body=packed(made), content_type="application/zip", headers=headers)


# --- below ------------------------------------------------------------------------------------------------------------


def _form(visit: Visit) -> Form:
    form = {name: visit.given(name, most=400) for name in _EMPTY}
    target = visit.given("target")
    return {**form, "means": target} if form["kind"] == "phrase" else form


def _checked(form: Form) -> Addition:
    """The addition that a form means. Raises NotAdded, also where a rule of danger would lose a word."""
    also = tuple(line for line in form["also"].splitlines() if line.strip())
    given = Addition(form["kind"], form["words"], form["means"], form["ward"], also, form["led"] == "yes")
    addition = adding.checked(given)
    if addition.kind == "teencode" and (harmed := safeguard.rules_harmed(addition.words, addition.means)):
        raise NotAdded("console.understood.problem.harms", "words", rules=", ".join(harmed))
    return addition


def _tried(addition: Addition, own: list[Addition], message: str) -> Trial:
    now, later = adding.gathered(own), adding.gathered([*own, addition])
    said = [name.split() for name in (addition.words, *addition.also)]
    changed = trying.changed(said, now, later)
    if not message:
        return Trial(addition, changed, None, None)
    return Trial(addition, changed, _read(message, now), _read(message, later))


def _read(message: str, own: Added) -> Meaning:
    with added.using(own):
        return understanding.read(message)


def _understood(message: str, own: Added) -> reasons.Shown:
    with added.using(own):
        return reasons.of(understanding.read(message))


async def _page(
    console: Console, visit: Visit, *, message: str = "", form: Form = _EMPTY, trial: Trial | None = None,
    problem: NotAdded | None = None, key: str = "", status: int = 200,
) -> web.Response:  # fmt: skip
    language, said = visit.language, visit.given("said")

    def read(connection: Connection) -> tuple[list[tuple[Kept, str]], Added]:
        names = {one.id: one.alias for one in staff.everyone(connection)}
        return [(one, names.get(one.staff_id or 0, "–")) for one in adding.kept(connection)], adding.added(connection)

    kept, own = await console.db.read(read)
    shown: dict[str, Any] = {
        "message": message,
        "understood": await asyncio.to_thread(_understood, message, own) if message else None,
        "trial": trial,
        "changes": [reasons.change(one, language) for one in trial.changed[:SHOWN]] if trial else [],
        "tried": reasons.between(trial.before, trial.after, language) if trial and trial.before and trial.after else [],
        "form": form,
        "problem": problem,
        "key": key,
        "said": said if said in SAID else "",
        "kept": kept,
        "needs": [(code, needs.label(code, language)) for code in needs.NEEDS],
        "topics": [(one.id, one.title(language)) for one in articles.topics().values()],
        "towns": _towns(),
        "label": lambda one: reasons.target(one, language),
        "described": lambda field, meaning: reasons.said(field, meaning, language),
        "longest": LONGEST,
    }
    return render(visit.request, "understood.html", visit.seat, status=status, **shown)


def _towns() -> tuple[str, ...]:
    return tuple(adding.town_name(key) for key in places.units() if key.tier is Tier.OLD_DISTRICT)


ROUTES = (
    Route("GET", "/understood", Deed.TRY_WORDS, page),
    Route("POST", "/understood", Deed.TRY_WORDS, understand),
    Route("POST", "/understood/look", Deed.ADD_WORDS, look),
    Route("POST", "/understood/add", Deed.ADD_WORDS, add),
    Route("POST", "/understood/take-back", Deed.ADD_WORDS, take_back),
    Route("GET", "/understood/tables", Deed.TRY_WORDS, export),
)
