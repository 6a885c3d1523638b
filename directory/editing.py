"""Changing what we know: one deed each, with what stood there before, so that every change can be taken back."""

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from directory import copies, notices, parts
from directory.drafts import FOR_COLLEAGUES, NO_NEED, TELLS, Draft, DraftProblem, Problem, as_json, from_json, problems
from directory.freshness import Age
from directory.known import Known as Known
from directory.known import NotNow as NotNow
from directory.known import look_up as look_up
from directory.known import refuse, standing
from directory.listing_rows import columns, put_lists
from directory.owners import owner_after, owner_of
from directory.shelf import SHOWN
from directory.showing import is_asked, lacks, lacks_yes, no_stands, too_old
from directory.tables import (
    directory_audit,
    place_of_service,
    service,
)
from directory.verification import age_of, changed_since, end_checks, note
from directory.wording import HCMC

RESTORE_ALONE = timedelta(hours=24)
TAKEN_DOWN = ("withdraw", "consent_ended")  # whoever did the last of these does not bring it back


class EditedMeanwhile(Exception):
    """Somebody else changed this listing while you were writing: look at it again, nothing of theirs is lost."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a listing's history."""

    seq: int
    at: datetime
    deed: str
    staff_id: int | None
    can_revert: bool
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    place_id: str = ""
    role: str = ""
    source: str = ""


def propose(
    connection: Connection,
    draft: Draft,
    *,
    staff_id: int | None,
    now: datetime,
    is_demo: bool = False,
    place_id: str | None = None,
    service_id: str | None = None,
    consent_kinds: Collection[str] = (),
) -> str:
    """Write a new listing down, hidden until it is published; returns its id. Raises DraftProblem.

    With the id of a service it is one more place of that service, or its first.
    """
    refuse(problems(draft, is_demo=is_demo))
    new_id, of = place_id or str(uuid.uuid4()), service_id or str(uuid.uuid4())
    _others_follow(connection, of, draft, _anyone, consent_kinds, staff_id=staff_id, now=now)
    owner = owner_of(connection, draft.organisation, is_demo)
    told = {"name": draft.service, "kind": draft.kind, "organisation_id": owner}
    if connection.execute(update(service).where(service.c.id == of).values(told)).rowcount == 0:
        connection.execute(insert(service).values(id=of, **told))
    row = {"id": new_id, "service_id": of, "state": "draft", "is_demo": is_demo, "modified_at": now}
    connection.execute(insert(place_of_service).values(**row, **columns(draft)))
    put_lists(connection, new_id, of, draft)
    note(connection, "propose", new_id, staff_id=staff_id, now=now, after=as_json(draft))
    return new_id


def _anyone(other: Known) -> bool:
    return True


def save(
    connection: Connection, place_id: str, draft: Draft, *, expected: int, staff_id: int | None, now: datetime,
    may_touch: Callable[[Known], bool] = _anyone, consent_kinds: Collection[str] = (), may_unseal: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """Change a listing that still stands at revision `expected`. Raises DraftProblem, EditedMeanwhile, NotNow.

    What is shared by all places of a service changes at each of them that `may_touch` allows, or not at all;
    returns the others. `may_unseal`: two persons want it open, see directory.unsealing.
    """
    known = standing(connection, place_id)
    refuse(hindrances(connection, known, draft, may_unseal=may_unseal, consent_kinds=consent_kinds))
    mine = (place_of_service.c.id == place_id, place_of_service.c.revision == expected)
    values = {"revision": expected + 1, "modified_at": now, **columns(draft)}
    if connection.execute(update(place_of_service).where(*mine).values(values)).rowcount != 1:
        raise EditedMeanwhile
    of = select(place_of_service.c.service_id).where(place_of_service.c.id == place_id)
    service_id = connection.execute(of).scalar_one()
    moved = _others_follow(
        connection, service_id, draft, may_touch, consent_kinds, but=place_id, staff_id=staff_id, now=now
    )
    owner = owner_after(connection, service_id, draft.organisation, known.is_demo, now=now)
    renamed = {"name": draft.service, "kind": draft.kind, "organisation_id": owner}
    connection.execute(update(service).where(service.c.id == service_id).values(renamed))
    put_lists(connection, place_id, service_id, draft)
    before, after = as_json(known.draft), as_json(draft)
    end_checks(connection, place_id, parts.changed(known.draft, draft), staff_id=staff_id, now=now)
    note(connection, "save", place_id, staff_id=staff_id, now=now, before=before, after=after)
    return moved


def hindrances(
    connection: Connection, known: Known, draft: Draft, *, may_unseal: bool = False,
    consent_kinds: Collection[str] = (),
) -> tuple[Problem, ...]:  # fmt: skip
    """Everything for which a listing cannot become what the draft says: what `save` refuses, and a file asks before."""
    found = problems(draft, is_demo=known.is_demo)
    if known.merged_into is not None:
        found += (Problem("state", "listing.problem.merged"),)
    if known.draft.is_sealed and not draft.is_sealed and not may_unseal:
        found += (Problem("is_sealed", "listing.problem.unseal"),)
    found += _as_shown(connection, known, draft, consent_kinds)
    return found + (notices.telling_in(connection, known.id, draft.place) if draft.is_sealed else ())


def hindrances_elsewhere(
    connection: Connection, service_id: str, draft: Draft, *, but: str = "", consent_kinds: Collection[str] = ()
) -> tuple[Problem, ...]:
    """The same for the other places of a service, which change with the draft: what shown ones would lack then."""
    told, others = shared(draft), [standing(connection, id) for id in places_of(connection, service_id, but=but)]
    moved = [(one, replace(one.draft, **told)) for one in others if shared(one.draft) != told]
    found = [lack for one, after in moved for lack in _at_another_place(connection, one, after, consent_kinds)]
    return tuple(dict.fromkeys(found))


def _at_another_place(
    connection: Connection, known: Known, draft: Draft, consent_kinds: Collection[str]
) -> tuple[Problem, ...]:
    """What a change of the whole service would break there: its name must not tell where a sealed place is, and what is
    for colleagues only must not take a need away from what is not."""
    broken = (NO_NEED, FOR_COLLEAGUES, *((TELLS,) if draft.is_sealed else ()))
    found = [one for one in problems(draft, is_demo=known.is_demo) if one.key in broken]
    return (*found, *_as_shown(connection, known, draft, consent_kinds))


def _as_shown(
    connection: Connection, known: Known, draft: Draft, consent_kinds: Collection[str]
) -> tuple[Problem, ...]:
    if known.state not in SHOWN:
        return ()
    found = lacks(connection, known.id, draft, is_demo=known.is_demo)
    if "contact" in changed_since(connection, known.id).get(known.id, ()):  # it waits for a call on the work list
        found = tuple(one for one in found if one.key != "listing.problem.not_verified")
    if is_asked(known.draft.kind, consent_kinds):  # it was shown before the question was put
        return found
    return found + lacks_yes(draft, known.consent, consent_kinds)


def shared(draft: Draft) -> dict[str, Any]:
    """What a service says wherever it is offered."""
    return {
        "organisation": draft.organisation, "service": draft.service, "kind": draft.kind,
        "needs": tuple(dict.fromkeys(draft.needs)),
    }  # fmt: skip


def places_of(connection: Connection, service_id: str, *, but: str = "") -> tuple[str, ...]:
    """Every place at which a service is offered, in whatever state, by id."""
    mine = (place_of_service.c.service_id == service_id, place_of_service.c.id != but)
    ids = connection.execute(select(place_of_service.c.id).where(*mine).order_by(place_of_service.c.id)).scalars()
    return tuple(map(str, ids))


def _others_follow(
    connection: Connection, service_id: str, draft: Draft, may_touch: Callable[[Known], bool],
    consent_kinds: Collection[str], *, staff_id: int | None, now: datetime, but: str = "",
) -> tuple[str, ...]:  # fmt: skip
    """Write down at each other place of a service what changes there too; returns their ids."""
    told, others = shared(draft), places_of(connection, service_id, but=but)
    if not others or shared(standing(connection, others[0]).draft) == told:
        return ()
    for id in others:
        other = standing(connection, id)
        if other.state != "withdrawn" and not may_touch(other):  # what is down belongs to nobody who could object
            raise DraftProblem((Problem("service", "listing.problem.shared_far"),))
        after = replace(other.draft, **told)
        refuse(_at_another_place(connection, other, after, consent_kinds))
        mine = (place_of_service.c.id == other.id, place_of_service.c.revision == other.revision)
        values = {"revision": other.revision + 1, "modified_at": now}
        if connection.execute(update(place_of_service).where(*mine).values(values)).rowcount != 1:
            raise EditedMeanwhile
        before, then = as_json(other.draft), as_json(after)
        end_checks(connection, other.id, parts.changed(other.draft, after), staff_id=staff_id, now=now)
        note(connection, "save", other.id, staff_id=staff_id, now=now, before=before, after=then)
    return others


def publish(
    connection: Connection,
    place_id: str,
    *,
    staff_id: int,
    now: datetime,
    fresh_days: Callable[[str], int] | None = None,
    consent_kinds: Collection[str] = (),
    is_alone: bool = False,
) -> None:
    """Show a listing to persons. It needs a way to reach it, a need, somebody who checked the contact, and not longer
    ago than `fresh_days` of its kind; and its own yes, if its kind is of `consent_kinds`.

    Raises DraftProblem with what is missing, NotNow if it is not a draft, or if it looks like a place that this
    colleague took down and may not bring back yet.
    """
    known = standing(connection, place_id)
    refuse(problems(known.draft, is_demo=known.is_demo))
    missing = lacks(connection, place_id, known.draft, is_demo=known.is_demo)
    if fresh_days is not None:
        missing += too_old(connection, place_id, known.draft, fresh_days, now.astimezone(HCMC).date())
    refuse(missing + lacks_yes(known.draft, known.consent, consent_kinds))
    if known.state == "draft":
        _refuse_copy(connection, known, staff_id=staff_id, is_alone=is_alone, now=now)
    _move(connection, place_id, ("draft",), "published", now)
    note(connection, "publish", place_id, staff_id=staff_id, now=now)


def withdraw(connection: Connection, place_id: str, *, staff_id: int, now: datetime) -> None:
    """Take a listing down at once. One tap; asks nobody. Raises NotNow if it is down already."""
    _move(connection, place_id, ("published", "stale", "draft"), "withdrawn", now)
    note(connection, "withdraw", place_id, staff_id=staff_id, now=now)


def restore(
    connection: Connection,
    place_id: str,
    *,
    staff_id: int,
    is_alone: bool,
    fresh_days: Callable[[str], int],
    now: datetime,
    consent_kinds: Collection[str] = (),
) -> None:
    """Bring back what was taken down: another colleague, or the same one after a day where there is no other.

    It comes back as old as its checks are; after its own no, with a new yes only, whatever its kind.
    """
    if _may_not_restore(connection, place_id, staff_id=staff_id, is_alone=is_alone, now=now):
        raise NotNow("listing.problem.restore_alone" if is_alone else "listing.problem.restore_other")
    known = standing(connection, place_id)
    if known.merged_into is not None:
        raise NotNow("listing.problem.merged")
    _refuse_copy(connection, known, staff_id=staff_id, is_alone=is_alone, now=now)
    refuse(lacks(connection, place_id, known.draft, is_demo=known.is_demo))
    refuse(lacks_yes(known.draft, known.consent, consent_kinds) or no_stands(connection, place_id, known.consent))
    age = age_of(connection, place_id, fresh_days, now.astimezone(HCMC).date())
    state, is_hidden = "stale" if age in (Age.OLD, Age.HIDDEN) else "published", age is Age.HIDDEN
    _move(connection, place_id, ("withdrawn",), state, now)
    hidden = update(place_of_service).where(place_of_service.c.id == place_id)
    connection.execute(hidden.values(hidden_at=now if is_hidden else None))
    after: dict[str, object] = {"state": state, "is_hidden": is_hidden}
    note(connection, "restore", place_id, staff_id=staff_id, now=now, after=after)


def revert(
    connection: Connection, place_id: str, seq: int, *, expected: int, staff_id: int, now: datetime, only: str = "",
    may_touch: Callable[[Known], bool] = _anyone, consent_kinds: Collection[str] = (),
) -> None:  # fmt: skip
    """Take back what change `seq` changed, or write one field as it stood before it. Raises NotNow, DraftProblem,
    EditedMeanwhile. What was changed again since is named, and then nothing is taken back; nor is what `may_touch`
    forbids as it would stand then.
    """
    mine = (directory_audit.c.seq == seq, directory_audit.c.place_id == place_id)
    row = connection.execute(select(directory_audit.c.before, directory_audit.c.after).where(*mine)).one_or_none()
    if row is None or not row.before:
        raise NotNow("listing.problem.nothing_before")
    before, known = from_json(row.before), standing(connection, place_id)
    if only:
        if only not in {one.name for one in fields(Draft)}:
            raise NotNow("listing.problem.nothing_before")
        draft = replace(known.draft, **{only: getattr(before, only)})
    else:
        draft = _without(before, from_json(row.after or row.before), known.draft)
    if not may_touch(replace(known, draft=draft)):
        raise DraftProblem((Problem("place", "console.import.problem.far"),))
    rules: dict[str, Any] = {"may_touch": may_touch, "consent_kinds": consent_kinds}
    save(connection, place_id, draft, expected=expected, staff_id=staff_id, now=now, **rules)


def _without(before: Draft, after: Draft, now: Draft) -> Draft:
    """A draft of now without one earlier change. Raises DraftProblem with each part that was changed again since."""
    back: dict[str, Any] = {}
    again: list[str] = []
    for name in (one.name for one in fields(Draft)):
        was, then, stands = getattr(before, name), getattr(after, name), getattr(now, name)
        if isinstance(was, Mapping):  # by language
            moved = {key for key in {*was, *then} if was.get(key) != then.get(key)}
            again += [f"{name}.{key}" for key in sorted(moved) if then.get(key) != stands.get(key)]
            kept = {key: text for key, text in stands.items() if key not in moved}
            back[name] = kept | {key: was[key] for key in moved if key in was}
        elif was != then:
            again += [name] if then != stands else []
            back[name] = was
    refuse(tuple(Problem(name, "listing.problem.changed_since") for name in again))
    return replace(now, **back)


def history(
    connection: Connection, place_id: str, *, limit: int = 30, with_: tuple[str, ...] = (),
    before: int | None = None, only: str = "",
) -> tuple[Change, ...]:  # fmt: skip
    """What was done to a listing, newest first; `with_`: and to those that were merged into it.

    `before`: what is older than that change; `only`: the changes of this field.
    """
    mine = select(directory_audit).where(directory_audit.c.place_id.in_((place_id, *with_)))
    if before is not None:
        mine = mine.where(directory_audit.c.seq < before)
    if only:
        mine = mine.where(directory_audit.c.deed == "save")
    found = connection.execute(mine.order_by(directory_audit.c.seq.desc()).limit(None if only else limit))
    rows = [row for row in found if not only or (row.before or {}).get(only) != (row.after or {}).get(only)][:limit]
    return tuple(
        Change(
            row.seq, row.at, row.deed, row.staff_id, bool(row.before) and row.place_id == place_id,
            row.before or {}, row.after or {}, row.place_id, row.role or "", row.source or "",
        )
        for row in rows
    )  # fmt: skip


# --- below ------------------------------------------------------------------------------------------------------------


def _may_not_restore(connection: Connection, place_id: str, *, staff_id: int, is_alone: bool, now: datetime) -> bool:
    """Whoever took it down does not bring it back, or after a day where there is nobody else."""
    last = connection.execute(
        select(directory_audit.c.staff_id, directory_audit.c.at)
        .where(directory_audit.c.place_id == place_id, directory_audit.c.deed.in_(TAKEN_DOWN))
        .order_by(directory_audit.c.seq.desc())
        .limit(1)
    ).one_or_none()
    is_mine = last is not None and last.staff_id == staff_id
    return is_mine and not (is_alone and last is not None and now - last.at >= RESTORE_ALONE)


def _refuse_copy(connection: Connection, known: Known, *, staff_id: int, is_alone: bool, now: datetime) -> None:
    """Raises NotNow if it looks like a place that this colleague took down and may not bring back yet."""
    for down in copies.taken_down(connection, known):
        if _may_not_restore(connection, down, staff_id=staff_id, is_alone=is_alone, now=now):
            raise NotNow("listing.problem.copy_of_taken_down")


def _move(connection: Connection, place_id: str, states: tuple[str, ...], to: str, now: datetime) -> None:
    mine = (place_of_service.c.id == place_id, place_of_service.c.state.in_(states))
    values = {"state": to, "revision": place_of_service.c.revision + 1, "modified_at": now}
    if connection.execute(update(place_of_service).where(*mine).values(values)).rowcount != 1:
        raise NotNow("listing.problem.not_now")
