"""A peer keeps the listing of the own group: which listing that is, and what of it stays as it is."""

from bot.console.permissions import About, Deed, may
from bot.staff import StaffMember
from directory import places
from directory.drafts import Draft, Problem


def may_edit(member: StaffMember, draft: Draft) -> bool:
    """Whether this colleague may write a listing that says this."""
    return may(member, Deed.EDIT_LISTING, about(draft))


def about(draft: Draft) -> About:
    """Where a listing is and whose it is. A sealed one is nobody's own: only those who keep the province write it."""
    province = places.province_of(draft.place) if draft.place else None
    return About(province=province, organisation="" if draft.is_sealed else draft.organisation)


def strays(member: StaffMember, before: Draft, after: Draft) -> tuple[Problem, ...]:
    """What a colleague who keeps the own group's listing only cannot make of it."""
    if may(member, Deed.EDIT_LISTING, About(about(before).province)):
        return ()
    found = []
    if after.organisation != before.organisation:
        found.append(Problem("organisation", "listing.problem.own_group"))
    if after.is_sealed:
        found.append(Problem("street", "listing.problem.own_sealed"))
    return tuple(found)
