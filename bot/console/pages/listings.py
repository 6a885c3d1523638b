"""The directory: finding a listing, changing it, showing it, taking it down, and saying that it is still right."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import staff
from bot.bells import SHELF
from bot.console import filters, listing_together, veil
from bot.console import listing_beside as beside
from bot.console import listing_deeds as deeds
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.listing_form import LISTS, TEXTS, Form, all_of, by_field, read_form, show_draft
from bot.console.listing_marks import MARKS, marked
from bot.console.own_group import may_edit, strays
from bot.console.permissions import About, Deed, may
from bot.db import Tx
from bot.helpline import taken_down
from bot.keeping import remarks
from bot.keeping.signing import signed
from bot.staff import StaffMember
from directory import (
    catalogue,
    drafts,
    editing,
    friendly,
    merging,
    needs,
    notices,
    places,
    showing,
    spoken,
    verification,
)
from directory.drafts import DraftProblem, Problem
from directory.editing import EditedMeanwhile, Known, NotNow
from directory.exchange import rows
from directory.listings import NOTICES, STATES
from directory.wording import HCMC, day

SHOWN = 60
SAID = frozenset(
    {
        "saved", "proposed", "published", "withdrawn", "restored", "verified", "reverted", "noticed", "ended",
        "friendly", "unfriendly", "agreed", "agreed_no_more", "merged_here", "unmerged", "unseal_asked", "unsealed",
        "kept_sealed",
    }
)  # fmt: skip
NOTICE_DAYS = (1, 3, 7, 14, 30)
METHODS = ("call", "visit", "peer", "document")


async def find(console: Console, visit: Visit) -> web.Response:
    """All listings, those to look after first."""
    text, language = visit.given("text", most=100), visit.language
    wanted, unknown = filters.chosen(visit, state=STATES, province=places.provinces(), mark=MARKS)
    state, province, mark = wanted["state"], wanted["province"], wanted["mark"]
    rows = await console.db.read(
        lambda connection: marked(
            connection,
            catalogue.rows(connection, text=text, state=state, province=province, language=language),
            mark,
        )
    )
    shown: dict[str, Any] = {
        "rows": rows[:SHOWN],
        "total": len(rows),
        "text": text,
        "state": state,
        "province": province,
        "states": STATES,
        "mark": mark,
        "marks": MARKS,
        "provinces": sorted(places.provinces().items(), key=lambda one: one[1]),
        "day": lambda value: day(value, language),
        "may_withdraw": lambda row: may(visit.seat.member, Deed.WITHDRAW_LISTING, About(row.province)),
        "said": "withdrawn" if visit.given("said") == "withdrawn" else "",
        "unknown": [f"console.listing.{name}" for name in unknown],
    }
    return render(visit.request, "listings.html", visit.seat, **shown)


async def show(console: Console, visit: Visit) -> web.Response:
    """One listing as it stands, with its form for those who may change it."""
    known = await _known(console, visit)
    if known is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    if known.merged_into is not None and not visit.given("old"):
        leads_to = await console.db.read(lambda connection: merging.resolve(connection, known.id))
        return go(f"/console/listings/{leads_to}", "merged_here")
    return await _page(console, visit, known, show_draft(veil.seen_by(visit.seat.member, known), visit.language))


async def new(console: Console, visit: Visit) -> web.Response:
    """An empty form."""
    return await _page(console, visit, None, Form())


async def _known(console: Console, visit: Visit) -> Known | None:
    place_id = visit.request.match_info["listing"]
    return await console.db.read(lambda connection: editing.look_up(connection, place_id))


async def _page(
    console: Console, visit: Visit, known: Known | None, form: Form, *, status: int = 200, key: str = "",
    found: tuple[Problem, ...] = (), revision: int | None = None, one_more: Known | None = None,
) -> web.Response:  # fmt: skip
    member, said, language = visit.seat.member, visit.given("said"), visit.language
    about = About(province=known.province if known else None)
    part = {"before": visit.given("before"), "only": visit.given("field")} if visit.form is None else {}
    read = console.db.read
    changes = await read(lambda connection: beside.changes(connection, known, member, **part)) if known else []
    checks = await console.db.read(lambda connection: beside.checks(connection, known)) if known else []
    standing = await console.db.read(lambda connection: notices.of(connection, known.id)) if known else ()
    asked = await console.db.read(lambda connection: beside.asked(connection, known, console)) if known else None
    down = known.id if known is not None and known.state == "withdrawn" else ""
    sent = await console.db.read(lambda connection: taken_down.affected(connection, down)) if down else ()
    elsewhere = await console.db.read(lambda connection: beside.elsewhere(connection, known, language)) if known else ()
    is_new = known is not None and known.state == "draft" and veil.keeps(member, known)
    alike = await console.db.read(lambda connection: beside.alike(connection, known)) if known and is_new else ()
    today = console.clock.now().astimezone(HCMC).date()
    shown: dict[str, Any] = {
        "known": known,
        "one_more": one_more,
        "elsewhere": elsewhere,
        "form": form,
        "seen": visit.given("seen") if revision is not None else await listing_together.newest(console, known),
        "revision": revision if revision is not None else known.revision if known else 0,
        "kinds": drafts.KINDS,
        "groups": grouped(language),
        "lists": LISTS,
        "spoken": [(code, spoken.name(code, language)) for code in spoken.table()],
        "texts": _texts(language),
        "edits": known is None or may_edit(member, known.draft),
        "allowed": {deed: may(member, deed, about) for deed in Deed},
        "methods": METHODS,
        "ways": showing.WAYS,
        "parts": verification.BY_RINGING if member.role == "peer" else verification.GROUPS,
        "is_asked": known is not None and showing.is_asked(known.draft.kind, console.policy.consent_kinds),
        "changes": changes,
        "older": changes[-1][0].seq if len(changes) == beside.MOST else 0,
        "fields": [(one, beside.field_name(one, language)) for one in beside.FIELDS],
        "field": part.get("only", ""),
        "checks": checks,
        "alike": alike,
        "sent": sent,
        "column": lambda name: rows.header_of(name, language),
        "whys": friendly.WHYS,
        "notices": standing,
        "asked": asked,
        "usual": NOTICES,
        "days": [(n, today + timedelta(days=n - 1)) for n in NOTICE_DAYS],
        "day": lambda value: day(value, language),
        "mistakes": by_field(found, language),
        "key": key,
        "said": said if said in SAID else "",
        "today": today.isoformat(),
    }
    return render(visit.request, "listing.html", visit.seat, status=status, **shown)


def _texts(language: str) -> list[tuple[str, str]]:
    """(field, label) of every text in every language that has a folder."""
    named = [(f"{what}.{spoken}", what, spoken) for what in TEXTS for spoken in drafts.LANGUAGES]
    return [(name, rows.text_label(what, spoken, language)) for name, what, spoken in named]


def grouped(language: str) -> dict[str, list[tuple[str, str]]]:
    """The needs by their groups, as boxes to tick."""
    found: dict[str, list[tuple[str, str]]] = {}
    for need in needs.all_needs().values():
        found.setdefault(need.group, []).append((need.code, needs.label(need.code, language)))
    return found


# --- what can be done -------------------------------------------------------------------------------------------------


async def propose(console: Console, visit: Visit) -> web.StreamResponse:
    """A new listing; it stays hidden until somebody has called there and publishes it."""
    member, now = visit.seat.member, console.clock.now()
    form, draft, found = read_form(visit, None)
    if not found and not _may_write(member, draft.place):
        return refused(visit.request, visit.seat, status=403)
    is_demo = console.policy.is_demo
    try:
        if found:
            raise DraftProblem(all_of(found, draft, is_demo=is_demo))
        place_id = await console.db.write(
            signed(
                member,
                lambda tx: editing.propose(tx.connection, draft, staff_id=member.id, now=now, is_demo=is_demo),
            ),
            urgent=False,
        )
    except DraftProblem as problem:
        return await _page(console, visit, None, form, status=400, key="console.listing.mend", found=problem.problems)
    return go(f"/console/listings/{place_id}", "proposed")


async def save(console: Console, visit: Visit) -> web.StreamResponse:
    known = await _known(console, visit)
    if known is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    member, now = visit.seat.member, console.clock.now()
    form, draft, found = read_form(visit, known.draft)
    found += strays(member, known.draft, draft)
    if not may_edit(member, known.draft) or (not found and not may_edit(member, draft)):
        return refused(visit.request, visit.seat, status=403)
    told = visit.given("revision")
    expected = int(told) if told.isdecimal() and len(told) < 9 else -1
    try:
        if found:
            raise DraftProblem(all_of(found, draft, is_demo=known.is_demo))
        await console.db.write(
            signed(
                member,
                lambda tx: editing.save(
                    tx.connection,
                    known.id,
                    draft,
                    expected=expected,
                    staff_id=member.id,
                    now=now,
                    may_touch=lambda other: may_edit(member, other.draft),
                    consent_kinds=console.policy.consent_kinds,
                ),
            ),
            urgent=False,
        )
    except DraftProblem as problem:
        return await _page(
            console, visit, known, form, status=400, key="console.listing.mend", found=problem.problems,
            revision=expected,
        )  # fmt: skip
    except EditedMeanwhile:
        theirs, form, found = await listing_together.put(console, visit, known, form, draft)
        key = "console.listing.meanwhile_both" if found else "console.listing.meanwhile"
        return await _page(console, visit, theirs, form, status=409, key=key, found=found)
    return go(f"/console/listings/{known.id}", "saved")


def _may_write(member: StaffMember, place: places.PlaceKey | None) -> bool:
    """Nobody writes a listing down in a province that is not theirs."""
    return may(member, Deed.NEW_LISTING, About(places.province_of(place) if place else None))


Do = Callable[[Connection, Known, Visit, Console], None]


def _deed(
    deed: Deed, do: Do, said: str, *, is_takedown: bool = False
) -> Callable[[Console, Visit], Awaitable[web.StreamResponse]]:
    """A button of the listing's page."""

    async def page(console: Console, visit: Visit) -> web.StreamResponse:
        known = await _known(console, visit)
        if known is None:
            return refused(visit.request, visit.seat, status=404, key="console.not_found")
        if not may(visit.seat.member, deed, About(known.province)):
            return refused(visit.request, visit.seat, status=403)

        def done(tx: Tx) -> None:
            do(tx.connection, known, visit, console)
            if is_takedown:
                me, now = visit.seat.member.id, console.clock.now()
                taken_down.after_takedown(tx, known.id, staff_id=me, now=now)
            tx.ring(SHELF)

        try:
            await console.db.write(signed(visit.seat.member, done), urgent=False)
        except DraftProblem as problem:
            form = show_draft(veil.seen_by(visit.seat.member, known), visit.language)
            return await _page(
                console, visit, known, form, status=400, key="console.listing.mend", found=problem.problems
            )
        except (NotNow, EditedMeanwhile) as problem:
            key = problem.key if isinstance(problem, NotNow) else "console.listing.meanwhile"
            form = show_draft(veil.seen_by(visit.seat.member, known), visit.language)
            return await _page(console, visit, known, form, status=409, key=key)
        back = {"work": "/console/to-do", "list": "/console/listings"}.get(visit.given("back"))
        return go(back or f"/console/listings/{known.id}", said)

    return page


def _publish(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    me, now, policy = visit.seat.member.id, console.clock.now(), console.policy
    days, kinds = policy.fresh_days_of, policy.consent_kinds
    editing.publish(
        connection, known.id, staff_id=me, now=now, fresh_days=days, consent_kinds=kinds,
        is_alone=_is_alone(connection, known),
    )  # fmt: skip


def _is_alone(connection: Connection, known: Known) -> bool:
    """Whether nobody else could publish it."""
    others = (one for one in staff.everyone(connection) if one.state == "active")
    return len([one for one in others if may(one, Deed.PUBLISH_LISTING, About(known.province))]) < 2


def _withdraw(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    editing.withdraw(connection, known.id, staff_id=visit.seat.member.id, now=console.clock.now())


def _restore(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    is_alone = _is_alone(connection, known)
    me, now, policy = visit.seat.member.id, console.clock.now(), console.policy
    editing.restore(
        connection, known.id, staff_id=me, is_alone=is_alone, fresh_days=policy.fresh_days_of, now=now,
        consent_kinds=policy.consent_kinds,
    )  # fmt: skip


def _verify(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    groups = tuple(one for one in visit.every("group") if one in verification.GROUPS) or verification.GROUPS
    method = visit.given("method") if visit.given("method") in METHODS else "call"
    if visit.seat.member.role == "peer" and method == "call":  # "it rang and somebody answered" says no more than that
        groups = tuple(one for one in groups if one in verification.BY_RINGING)
    me, now = visit.seat.member.id, console.clock.now()
    remarks.checked(connection, known.id, groups, method=method, staff_id=me, now=now, policy=console.policy)


def _revert(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    seq, told = visit.given("seq"), visit.given("revision")
    if not all(one.isdecimal() and len(one) <= 9 for one in (seq, told)):
        raise NotNow("listing.problem.nothing_before")
    member, now, only = visit.seat.member, console.clock.now(), visit.given("only")
    editing.revert(
        connection, known.id, int(seq), expected=int(told), staff_id=member.id, now=now, only=only,
        may_touch=lambda other: may_edit(member, other.draft),
        consent_kinds=console.policy.consent_kinds,
    )  # fmt: skip


def _notice(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    try:
        starts, ends = date.fromisoformat(visit.given("starts_on")), date.fromisoformat(visit.given("ends_on"))
    except ValueError:
        raise DraftProblem((Problem("notice", "listing.problem.notice_days"),)) from None
    text, me, now = visit.given("notice"), visit.seat.member.id, console.clock.now()
    notices.put(connection, known.id, text, starts_on=starts, ends_on=ends, staff_id=me, now=now)


def _usual_notice(connection: Connection, known: Known, visit: Visit, console: Console) -> None:
    """Two taps: which sentence, and for how long."""
    code, days = visit.given("code"), visit.given("days")
    if days not in {str(one) for one in NOTICE_DAYS}:
        raise DraftProblem((Problem("notice", "listing.problem.notice_days"),))
    me, now = visit.seat.member.id, console.clock.now()
    today = now.astimezone(HCMC).date()
    ends = today + timedelta(days=int(days) - 1)
    notices.put(connection, known.id, code=code, starts_on=today, ends_on=ends, staff_id=me, now=now)


listing_page = _page  # the page of one more place of a service is the same form
_ONE = "/listings/{listing}"
ROUTES = (
    Route("GET", "/listings", Deed.SEE_LISTINGS, find),
    Route("GET", "/new-listing", Deed.NEW_LISTING, new),
    Route("POST", "/new-listing", Deed.NEW_LISTING, propose),
    Route("GET", _ONE, Deed.SEE_LISTINGS, show),
    Route("POST", _ONE, Deed.EDIT_LISTING, save),
    Route("POST", f"{_ONE}/publish", Deed.PUBLISH_LISTING, _deed(Deed.PUBLISH_LISTING, _publish, "published")),
    Route(
        "POST",
        f"{_ONE}/withdraw",
        Deed.WITHDRAW_LISTING,
        _deed(Deed.WITHDRAW_LISTING, _withdraw, "withdrawn", is_takedown=True),
    ),
    Route("POST", f"{_ONE}/restore", Deed.PUBLISH_LISTING, _deed(Deed.PUBLISH_LISTING, _restore, "restored")),
    Route("POST", f"{_ONE}/verify", Deed.VERIFY_LISTING, _deed(Deed.VERIFY_LISTING, _verify, "verified")),
    Route("POST", f"{_ONE}/friendly", Deed.VERIFY_LISTING, _deed(Deed.VERIFY_LISTING, deeds.friendly, "friendly")),
    Route("POST", f"{_ONE}/unfriendly", Deed.EDIT_LISTING, _deed(Deed.EDIT_LISTING, deeds.unfriendly, "unfriendly")),
    Route("POST", f"{_ONE}/agreed", Deed.VERIFY_LISTING, _deed(Deed.VERIFY_LISTING, deeds.agreed, "agreed")),
    Route(
        "POST",
        f"{_ONE}/agrees-no-more",
        Deed.WITHDRAW_LISTING,
        _deed(Deed.WITHDRAW_LISTING, deeds.agrees_no_more, "agreed_no_more", is_takedown=True),
    ),
    Route("POST", f"{_ONE}/unmerge", Deed.EDIT_LISTING, _deed(Deed.EDIT_LISTING, deeds.unmerge, "unmerged")),
    Route("POST", f"{_ONE}/ask-unseal", Deed.EDIT_LISTING, _deed(Deed.EDIT_LISTING, deeds.ask_unseal, "unseal_asked")),
    Route("POST", f"{_ONE}/unseal", Deed.VERIFY_LISTING, _deed(Deed.VERIFY_LISTING, deeds.unseal, "unsealed")),
    Route(
        "POST",
        f"{_ONE}/keep-sealed",
        Deed.VERIFY_LISTING,
        _deed(Deed.VERIFY_LISTING, deeds.keep_sealed, "kept_sealed"),
    ),
    Route("POST", f"{_ONE}/revert", Deed.EDIT_LISTING, _deed(Deed.EDIT_LISTING, _revert, "reverted")),
    Route("POST", f"{_ONE}/notice", Deed.PUT_NOTICE, _deed(Deed.PUT_NOTICE, _notice, "noticed")),
    Route("POST", f"{_ONE}/usual-notice", Deed.PUT_NOTICE, _deed(Deed.PUT_NOTICE, _usual_notice, "noticed")),
    Route("POST", f"{_ONE}/end-notices", Deed.PUT_NOTICE, _deed(Deed.PUT_NOTICE, deeds.end_notices, "ended")),
)
