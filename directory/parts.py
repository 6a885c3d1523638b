"""Which parts of a listing a change touches: whatever was checked of them before says nothing of them now."""

from directory import phones
from directory.drafts import Draft

# What a check of each group vouches for; who runs a service is settled when it is written down.
_FIELDS = {
    "address": ("place", "street", "directions", "point"),
    "services": ("service", "kind", "needs", "attributes"),
    "audience": ("audience",),
    "reception": ("reception", "papers", "languages"),
    "price": ("price",),
}


def changed(before: Draft, after: Draft) -> tuple[str, ...]:
    """The groups in which two drafts differ, see directory.verification. How a number is written is no difference."""
    found = ["contact"] if _numbers(before) != _numbers(after) else []
    found += ["hours"] if set(before.hours or ()) != set(after.hours or ()) else []
    for group, names in _FIELDS.items():
        if any(_said(before, name) != _said(after, name) for name in names):
            found.append(group)
    return tuple(found)


def _numbers(draft: Draft) -> set[str]:
    return {phones.national(number) for number in draft.phones}


def _said(draft: Draft, name: str) -> object:
    value = getattr(draft, name)
    return set(value) if isinstance(value, tuple) else value
