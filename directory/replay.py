"""A listing as it stood at any moment, from its audit alone: nothing was changed that is not written down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from directory import drafts
from directory.drafts import Draft
from directory.editing import look_up
from directory.freshness import CHANGED
from directory.tables import directory_audit, notice, place_of_service, verification

Said = tuple[str, str, str, str]  # text, code, first and last day


@dataclass
class Standing:
    """Everything about a listing that a deed can change."""

    draft: Draft | None = None
    state: str = ""
    is_under_review: bool = False
    is_hidden: bool = False
    friendly: tuple[str, str] | None = None
    consent: tuple[str, str] | None = None
    merged_into: str | None = None
    checked: dict[str, tuple[str, str, int | None]] = field(default_factory=dict)
    notices: list[Said] = field(default_factory=list)


def replay(connection: Connection, place_id: str, *, until: int | None = None) -> Standing | None:
    """The listing after change `until`, or after the last. None: it was not begun by a deed (made-up listings)."""
    mine = select(directory_audit).where(directory_audit.c.place_id == place_id).order_by(directory_audit.c.seq)
    if until is not None:
        mine = mine.where(directory_audit.c.seq <= until)
    standing = Standing()
    for row in connection.execute(mine):
        _apply(standing, row)
    return standing if standing.draft is not None else None


def stands(connection: Connection, place_id: str) -> Standing | None:
    """The same, as the tables have it now."""
    known = look_up(connection, place_id)
    if known is None:
        return None
    row = connection.execute(select(place_of_service).where(place_of_service.c.id == place_id)).one()
    checks = connection.execute(select(verification).where(verification.c.place_id == place_id))
    said = connection.execute(select(notice).where(notice.c.place_id == place_id).order_by(notice.c.id))
    return Standing(
        known.draft,
        row.state,
        row.under_review_at is not None,
        row.hidden_at is not None,
        (row.friendly_why, row.friendly_on.isoformat()) if row.friendly_why else None,
        (row.consent_how, row.consent_on.isoformat()) if row.consent_on else None,
        row.merged_into,
        {one.field_group: (one.verified_on.isoformat(), one.method, one.staff_id) for one in checks},
        [(one.text, one.code or "", one.starts_on.isoformat(), one.ends_on.isoformat()) for one in said],
    )


_STATES = {
    "propose": "draft",
    "publish": "published",
    "restore": "published",
    "withdraw": "withdrawn",
    "grow_old": "stale",
}


def _apply(standing: Standing, row: Any) -> None:
    after: Mapping[str, Any] = row.after or {}
    standing.state = _STATES.get(row.deed, standing.state)
    match row.deed:
        case "propose" | "save":
            standing.draft = drafts.from_json(after)
        case "hide":
            standing.state, standing.is_hidden = "stale", True
        case "restore":
            standing.state = after.get("state", standing.state)
            standing.is_hidden = after.get("is_hidden", standing.is_hidden)
        case "report_wrong":
            standing.is_under_review = True
        case "review_over":
            standing.is_under_review = False
        case "verify":
            _verified(standing, after, row.staff_id)
        case "unchecked":
            for group in after["groups"]:
                standing.checked[group] = (standing.checked[group][0], CHANGED, None)
        case "friendly":
            standing.friendly = (after["why"], after["on"])
        case "unfriendly":
            standing.friendly = None
        case "consent":
            standing.consent = (after["how"], after["on"])
        case "consent_ended":
            standing.consent = None
        case "merge":
            standing.state, standing.merged_into = "withdrawn", after["into"]
        case "unmerge":
            standing.state, standing.merged_into = after["state"], None
            standing.is_hidden = after.get("is_hidden", standing.is_hidden)
        case _:
            standing.notices = _noticed(standing.notices, row.deed, after)


def _verified(standing: Standing, after: Mapping[str, Any], staff_id: int | None) -> None:
    for group in after["groups"]:
        standing.checked[group] = (after["on"], after["method"], staff_id)
    if standing.state in ("published", "stale"):
        standing.state, standing.is_hidden = after.get("state", "published"), after.get("is_hidden", False)
        standing.is_under_review = standing.is_under_review and bool(after.get("keeps_review"))


def _noticed(before: Iterable[Said], deed: str, after: Mapping[str, Any]) -> list[Said]:
    kept = list(before)
    if deed == "notice":
        code = after["code"] or ""
        kept = [one for one in kept if not code or one[1] != code]
        return [*kept, (after["text"], code, after["starts_on"], after["ends_on"])]
    if deed == "notice_over":
        return [one for one in kept if one[3] >= after["before"]]
    return [] if deed == "notice_ended" else kept
