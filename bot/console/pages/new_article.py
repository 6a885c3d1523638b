"""A topic that nobody has written about: begun here with its name, who must look at it and where it comes from."""

from typing import Any

from aiohttp import web

from bot import audit
from bot.console.layout import Console, Route, Visit, go, render
from bot.console.permissions import Deed
from bot.db import Tx
from directory import needs, publishing, wording
from directory.findings import Finding
from directory.overlay import ChangedMeanwhile

FIELDS = ("id", "title", "review", "sources")


async def page(console: Console, visit: Visit) -> web.StreamResponse:
    """The empty form."""
    return _page(visit, {}, (), ())


async def begin(console: Console, visit: Visit) -> web.StreamResponse:
    """Keep the topic and go on to its page, where its words, phrasings and next steps are written."""
    form = {name: visit.given(name, most=2_000).strip() for name in FIELDS}
    chosen, member, now = tuple(visit.every("needs")), visit.seat.member, console.clock.now()
    sources = tuple(" ".join(line.split()) for line in form["sources"].splitlines() if line.strip())

    def deed(tx: Tx) -> tuple[Finding, ...]:
        found = publishing.begin_topic(
            tx.connection, form["id"], title=" ".join(form["title"].split()), needs=chosen, review=form["review"],
            sources=sources, staff_id=member.id, now=now,
        )  # fmt: skip
        if not found:
            audit.write(tx, member.id, "article_begun", f"article:{form['id']}"[:60], now=now)
        return found

    try:
        found = await console.db.write(deed, urgent=False)
    except ChangedMeanwhile:  # somebody begins the same topic at this moment
        found = (Finding("id", form["id"], "id_taken", {"id": form["id"]}),)
    if found:
        return _page(visit, form, chosen, found)
    return go(f"/console/articles/{form['id']}/{wording.FALLBACK}", "to_mend")


def _page(
    visit: Visit, form: dict[str, str], chosen: tuple[str, ...], found: tuple[Finding, ...]
) -> web.StreamResponse:
    mistakes: dict[str, list[str]] = {}
    for one in found:
        mistakes.setdefault(one.field, []).append(one.says(visit.language))
    shown: dict[str, Any] = {
        "form": {name: form.get(name, "") for name in FIELDS},
        "chosen": chosen,
        "mistakes": mistakes,
        "roles": publishing.ROLES,
        "needs": [(code, needs.label(code, visit.language)) for code in needs.all_needs()],
    }
    return render(visit.request, "article-new.html", visit.seat, status=400 if found else 200, **shown)


ROUTES = (
    Route("GET", "/article-new", Deed.EDIT_ARTICLE, page),
    Route("POST", "/article-new", Deed.EDIT_ARTICLE, begin),
)
