"""The articles: finding one, changing it, seeing it as the person will, approving, showing and taking it back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection

from bot import audit, events, staff
from bot.bells import SHELF
from bot.console import article_form, filters
from bot.console.layout import Console, Route, Visit, go, refused, render
from bot.console.pages import exports
from bot.console.permissions import Deed, has
from bot.db import Tx
from bot.dialogues import ask, opinions
from directory import (
    answers,
    article_check,
    articles,
    behind,
    differences,
    facts,
    languages,
    overlay,
    publishing,
    wording,
)
from directory.findings import Finding
from directory.overlay import ChangedMeanwhile
from directory.publishing import Desk, NotYet
from directory.reading import fold
from directory.wording import day

BY_PEERS = ("peer", "none")  # what a colleague who is a peer may approve; for others somebody outside has looked
OPINION_DAYS = 90  # so far back it is told what readers thought
SAID = frozenset({"saved", "to_mend", "approved", "published", "due", "withdrawn", "brought_back", "kept_ours"})

_FILTERS = {
    "state": "console.listing.state", "role": "console.article.who_reviews", "language": "console.article.language"
}  # fmt: skip


async def find(console: Console, visit: Visit) -> web.Response:
    """Every article by its state, those that need somebody first."""
    wanted, unknown = filters.chosen(visit, state=articles.STATES, role=publishing.ROLES, language=wording.languages())
    wanted["text"], spoken = visit.given("text", most=100), wanted["language"] or wording.FALLBACK
    today = _today(console)

    def look(connection: Connection) -> tuple[tuple[Desk, ...], Mapping[tuple[str, str], behind.Apart]]:
        return publishing.desks(connection, [spoken]), behind.with_originals(behind.among(connection))

    rows, apart = await console.db.read(look)
    found = [
        one
        for one in rows
        if (not wanted["state"] or one.state(today) == wanted["state"])
        and (not wanted["role"] or one.working.review == wanted["role"])
        and fold(wanted["text"]) in fold(f"{one.id} {one.working.title}")
    ]
    order = ("due", "reviewed", "draft", "withdrawn", "published")
    shown: dict[str, Any] = {
        "rows": sorted(found, key=lambda one: order.index(one.state(today))),
        "states": articles.STATES,
        "roles": publishing.ROLES,
        "languages": languages.known().values(),
        "wanted": {**wanted, "language": spoken},
        "unknown": [_FILTERS[name] for name in unknown],
        "today": today,
        "apart": apart,
        "day": lambda value: day(value, visit.language),
    }
    return render(visit.request, "articles.html", visit.seat, **shown)


async def show(console: Console, visit: Visit) -> web.Response:
    """One article with its form for those who may change it."""
    desk = await _desk(console, visit)
    if desk is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    return await _page(console, visit, desk)


async def preview(console: Console, visit: Visit) -> web.Response:
    """The words and the choices exactly as a person gets them, first and behind "read more"."""
    desk = await _desk(console, visit)
    if desk is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    article = desk.shown if visit.given("of") == "shown" else desk.working
    said: list[tuple[str, list[str]]] = []
    today, days = _today(console), console.policy.law_shown_days
    is_hidden = article is None or articles.is_hidden(article, today, days=days)
    if article is not None and article.body:
        library = await console.db.read(overlay.library)
        for is_all in (False, True) if article.more else (False,):
            text, options = ask.told(article, desk.language, library, today=today, days=days, is_all=is_all)
            said.append((text, [label for _, label in options]))
    shown: dict[str, Any] = {"desk": desk, "said": said, "is_hidden": is_hidden, "is_there": article is not None}
    return render(visit.request, "article-preview.html", visit.seat, **shown)


async def compare(console: Console, visit: Visit) -> web.Response:
    """Two revisions of one article, in words."""
    desk = await _desk(console, visit)
    if desk is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    old, new = _number(visit.given("from")), _number(visit.given("to"))
    new = desk.revision if new is None else new
    old = max(new - 1, 0) if old is None else old

    def look(connection: Connection) -> tuple[differences.Changed, ...]:
        before = publishing.at_revision(connection, desk.id, desk.language, old)
        after = publishing.at_revision(connection, desk.id, desk.language, new)
        return differences.articles_between(before, after)

    fields = await console.db.read(look)
    shown: dict[str, Any] = {"desk": desk, "old": old, "new": new, "fields": fields}
    return render(visit.request, "article-compare.html", visit.seat, **shown)


async def save(console: Console, visit: Visit) -> web.StreamResponse:
    """Keep what was typed as a draft; what is still to mend is named by its field."""
    desk = await _desk(console, visit)
    if desk is None:
        return refused(visit.request, visit.seat, status=404, key="console.not_found")
    form, article, wrong = article_form.read(visit, desk.working)
    expected, member, now = _number(visit.given("revision")), visit.seat.member, console.clock.now()
    if wrong or expected is None:
        return await _page(console, visit, desk, form=form, found=wrong, status=400, key="console.article.mend")

    library = console.keeper.shelf.library or answers.shipped()
    await asyncio.to_thread(lambda: tuple(article_check.shared_cues(article, library)))  # so that the deed is short

    def deed(tx: Tx) -> tuple[Finding, ...]:
        found = publishing.save(tx.connection, article, expected=expected, staff_id=member.id, now=now)
        _note(tx, visit, console, "article_saved", desk, expected + 1)
        return found

    try:
        found = await console.db.write(deed, urgent=False)
    except ChangedMeanwhile:
        now_there = await _desk(console, visit) or desk
        return await _page(
            console, visit, now_there, form=form, status=409, key="console.article.meanwhile", since=expected
        )
    return go(_here(desk), "to_mend" if found else "saved")


async def _page(
    console: Console, visit: Visit, desk: Desk, *, form: article_form.Form | None = None,
    found: tuple[Finding, ...] = (), status: int = 200, key: str = "", since: int | None = None,
) -> web.Response:  # fmt: skip
    """`since`: the revision from which on somebody else has changed the article."""
    today, language = _today(console), visit.language

    def look(connection: Connection) -> tuple[Any, ...]:
        names = {one.id: one.alias for one in staff.everyone(connection)}
        past = publishing.history(connection, desk.id, desk.language)
        mend = found or (publishing.check(connection, desk.working, today) if desk.working.body else ())
        apart = sorted((language, how) for (id, language), how in behind.among(connection).items() if id == desk.id)
        kinds = {name: opinions.kind(name, desk.id) for name in opinions.ALL}
        told = events.counted(connection, kinds.values(), since=today - timedelta(days=OPINION_DAYS))
        thought = {name: told[known] for name, known in kinds.items()}
        return [(one, names.get(one.staff_id or 0, "–")) for one in past], mend, apart, thought

    past, mend, apart, thought = await console.db.read(look)
    mistakes: dict[str, list[str]] = {}
    for one in mend:
        mistakes.setdefault(one.field, []).append(one.says(language))
    said = visit.given("said")
    shown: dict[str, Any] = {
        "desk": desk,
        "is_begun": articles.is_begun(desk.id),
        "state": desk.state(today),
        "form": form or article_form.show(desk.working),
        "mistakes": mistakes,
        "past": past,
        "apart": apart,
        "thought": thought,
        "opinion_days": OPINION_DAYS,
        "since": since,
        "key": key,
        "said": said if said in SAID else "",
        "facts": [facts.facts()[id] for id in desk.working.facts if id in facts.facts()],
        "languages": wording.languages(),
        "warns": desk.shown is not None and articles.may_be_over(desk.shown, today),
        "may_approve": _may_approve(visit, desk),
        "can_print": exports.can_print() and desk.shown is not None,
        "today": today.isoformat(),
        "day": lambda value: day(value, language),
    }
    return render(visit.request, "article.html", visit.seat, status=status, **shown)


# --- what can be done -------------------------------------------------------------------------------------------------

Do = Callable[[Tx, Desk, Visit, Console, int], None]


def _deed(do: Do, said: str) -> Callable[[Console, Visit], Awaitable[web.StreamResponse]]:
    """A button of the article's page."""

    async def page(console: Console, visit: Visit) -> web.StreamResponse:
        desk = await _desk(console, visit)
        if desk is None:
            return refused(visit.request, visit.seat, status=404, key="console.not_found")
        expected = _number(visit.given("revision"))
        try:
            if expected is None:
                raise ChangedMeanwhile
            await console.db.write(lambda tx: do(tx, desk, visit, console, expected), urgent=False)
        except NotYet as problem:
            return await _page(console, visit, desk, found=problem.findings, status=409, key=problem.key)
        except ChangedMeanwhile:
            return await _page(console, visit, desk, status=409, key="console.article.meanwhile")
        return go(_here(desk), said)

    return page


def _approve(tx: Tx, desk: Desk, visit: Visit, console: Console, expected: int) -> None:
    if not _may_approve(visit, desk):
        raise NotYet("console.article.other_role")
    try:
        on, until = date.fromisoformat(visit.given("on")), date.fromisoformat(visit.given("review_by"))
    except ValueError:
        raise NotYet("console.article.days") from None
    role, me, now = visit.given("role"), visit.seat.member.id, console.clock.now()
    publishing.approve(tx.connection, desk, role, on=on, review_by=until, expected=expected, staff_id=me, now=now)
    _note(tx, visit, console, f"article_approved_{role}", desk, expected + 1)


def _publish(tx: Tx, desk: Desk, visit: Visit, console: Console, expected: int) -> None:
    publishing.publish(tx.connection, desk, expected=expected, staff_id=visit.seat.member.id, now=console.clock.now())
    _note(tx, visit, console, "article_published", desk, expected + 1)


def _due(tx: Tx, desk: Desk, visit: Visit, console: Console, expected: int) -> None:
    publishing.mark_due(tx.connection, desk, expected=expected, staff_id=visit.seat.member.id, now=console.clock.now())
    _note(tx, visit, console, "article_due", desk, expected + 1)


def _withdraw(tx: Tx, desk: Desk, visit: Visit, console: Console, expected: int) -> None:
    """In every language at once, unless only one translation is wrong."""
    me, now = visit.seat.member.id, console.clock.now()
    publishing.withdraw(tx.connection, desk, expected=expected, staff_id=me, now=now)
    _note(tx, visit, console, "article_withdrawn", desk, expected + 1)
    if visit.given("only") == "yes":
        return
    for language in wording.languages():
        other = publishing.look_up(tx.connection, desk.id, language)
        if language != desk.language and other.shown is not None:
            publishing.withdraw(tx.connection, other, expected=other.revision, staff_id=me, now=now)
            _note(tx, visit, console, "article_withdrawn", other, other.revision + 1)


def _keep_ours(tx: Tx, desk: Desk, visit: Visit, console: Console, expected: int) -> None:
    publishing.keep_ours(tx.connection, desk, expected=expected, staff_id=visit.seat.member.id, now=console.clock.now())
    _note(tx, visit, console, "article_kept", desk, expected + 1)


def _bring_back(tx: Tx, desk: Desk, visit: Visit, console: Console, expected: int) -> None:
    old, me, now = _number(visit.given("old")), visit.seat.member.id, console.clock.now()
    if old is None:
        raise NotYet("console.article.no_revision")
    publishing.bring_back(tx.connection, desk, old, expected=expected, staff_id=me, now=now)
    _note(tx, visit, console, "article_saved", desk, expected + 1)


def _note(tx: Tx, visit: Visit, console: Console, deed: str, desk: Desk, revision: int) -> None:
    """Into the chain of what colleagues did; and every process looks at its shelf."""
    subject, me = f"article:{desk.id}:{desk.language}"[:60], visit.seat.member.id
    audit.write(tx, me, deed, subject, f"revision:{revision}", now=console.clock.now())
    tx.ring(SHELF)


def _may_approve(visit: Visit, desk: Desk) -> bool:
    member = visit.seat.member
    is_peer = member.role == "peer"
    return has(member, Deed.APPROVE_ARTICLE) and (not is_peer or desk.working.review in BY_PEERS)


async def _desk(console: Console, visit: Visit) -> Desk | None:
    id, language = visit.request.match_info["article"], visit.request.match_info["language"]
    if language not in wording.languages():
        return None
    try:
        return await console.db.read(lambda connection: publishing.look_up(connection, id, language))
    except NotYet:
        return None


def _here(desk: Desk) -> str:
    return f"/console/articles/{desk.id}/{desk.language}"


def _number(told: str) -> int | None:
    return int(told) if told.isdecimal() and len(told) < 9 else None


def _today(console: Console) -> date:
    return console.clock.now().astimezone(wording.HCMC).date()


_ONE = "/articles/{article}/{language}"
ROUTES = (
    Route("GET", "/articles", Deed.SEE_ARTICLES, find),
    Route("GET", _ONE, Deed.SEE_ARTICLES, show),
    Route("GET", f"{_ONE}/preview", Deed.SEE_ARTICLES, preview),
    Route("GET", f"{_ONE}/compare", Deed.SEE_ARTICLES, compare),
    Route("POST", _ONE, Deed.EDIT_ARTICLE, save),
    Route("POST", f"{_ONE}/approve", Deed.APPROVE_ARTICLE, _deed(_approve, "approved")),
    Route("POST", f"{_ONE}/publish", Deed.PUBLISH_ARTICLE, _deed(_publish, "published")),
    Route("POST", f"{_ONE}/due", Deed.WITHDRAW_ARTICLE, _deed(_due, "due")),
    Route("POST", f"{_ONE}/withdraw", Deed.WITHDRAW_ARTICLE, _deed(_withdraw, "withdrawn")),
    Route("POST", f"{_ONE}/keep-ours", Deed.EDIT_ARTICLE, _deed(_keep_ours, "kept_ours")),
    Route("POST", f"{_ONE}/bring-back", Deed.EDIT_ARTICLE, _deed(_bring_back, "brought_back")),
)
