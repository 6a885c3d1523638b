"""What of a listing is for those who keep it only: where a sealed one is, and the notes of how we know."""

from collections.abc import Sequence
from dataclasses import replace

from bot.console.own_group import may_edit
from bot.console.permissions import About, Deed, may
from bot.staff import StaffMember
from directory.drafts import Draft
from directory.editing import Known
from directory.exchange.leaving import veiled


def keeps(member: StaffMember, known: Known) -> bool:
    """Whether this colleague keeps this listing: those of the province, or of the own group."""
    return may_edit(member, known.draft)


def seen_by(member: StaffMember, known: Known) -> Draft:
    """The listing as this colleague may read it."""
    return known.draft if keeps(member, known) else replace(veiled(known.draft), source="")


def hidden_from(member: StaffMember, known: Known) -> frozenset[str]:
    """The columns whose changes this colleague does not read in the history."""
    return frozenset() if keeps(member, known) else frozenset({"source"})


def carried_by(member: StaffMember, everything: Sequence[Known]) -> tuple[Known, ...]:
    """The listings that stand in the table this colleague takes along."""
    return tuple(one for one in everything if may(member, Deed.EXPORT_LISTINGS, About(one.province)))


def left_out_for(member: StaffMember) -> frozenset[str]:
    """The columns that are missing in it: who keeps no listings has no use for notes of how we know."""
    return frozenset() if may(member, Deed.EDIT_LISTING, About()) else frozenset({"source"})
