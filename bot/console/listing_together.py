"""Two colleagues who have the form of one listing open: whoever saves second finds the changes of both in it."""

from bot.console.layout import Console, Visit
from bot.console.listing_form import Form, show_draft
from bot.console.own_group import may_edit
from directory import both, editing
from directory.drafts import Draft, Problem
from directory.editing import Known


async def newest(console: Console, known: Known | None) -> int:
    """What had happened to it when this form was made: an answer to it may come late."""
    return await console.db.read(lambda connection: both.last_change(connection, known.id)) if known else 0


async def put(
    console: Console, visit: Visit, known: Known, form: Form, mine: Draft
) -> tuple[Known, Form, tuple[Problem, ...]]:
    """The listing as it is now, the form with both changes, and what both changed: one more tap saves it.

    Who may not edit it as it is now, or may not see all of it, keeps what was typed and sees nothing more.
    """
    told, member = visit.given("seen"), visit.seat.member
    theirs = await console.db.read(lambda connection: editing.look_up(connection, known.id))
    is_told = told.isdecimal() and len(told) < 12
    if theirs is None or not is_told or not may_edit(member, theirs.draft):
        return known, form, ()
    base = await console.db.read(lambda connection: both.stood_at(connection, known.id, int(told), theirs.draft))
    merged, clashing = both.together(base, mine, theirs.draft)
    found = tuple(Problem(name, "listing.problem.both") for name in clashing)
    return theirs, show_draft(merged, visit.language), found
