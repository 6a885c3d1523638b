"""What may leave the house in a file: of a sealed place its province and front-gate phone, and no more."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from directory import places
from directory.drafts import TEXTS, Draft
from directory.listings import Hours, Listing, ListingProblem
from directory.places import PlaceKey, Tier
from directory.sealing import cut, silent
from directory.shelf import SHOWN, read_listings, withdrawn
from directory.tables import place_of_service


def shown(connection: Connection) -> tuple[Listing, ...]:
    """Everything that persons may be shown, as it stands now."""
    return tuple(read_listings(connection, states=SHOWN))


def is_current(connection: Connection, listings: Sequence[Listing]) -> bool:
    """Whether all of these may be shown still, and as open as they are here: making a book of them takes a while."""
    if withdrawn(connection, [one.id for one in listings]):
        return False
    sealed = set(connection.execute(select(place_of_service.c.id).where(place_of_service.c.is_sealed)).scalars())
    return not any(one.id in sealed for one in listings if not one.is_sealed)


def packed(files: Mapping[str, str]) -> bytes:
    """Several files in one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def veiled(draft: Draft) -> Draft:
    """A draft as a file may carry it. What a sealed one hides is left out, and comes back by `unveiled`."""
    if not draft.is_sealed or draft.place is None:
        return draft
    province = places.province_of(draft.place)
    place = PlaceKey(Tier.NEW_PROVINCE, province) if province else None
    names: dict[str, Any] = {"organisation": cut(draft.organisation, draft.place)}
    names["service"] = cut(draft.service, draft.place)
    texts: dict[str, Any] = {name: silent(getattr(draft, name), draft.place) for name in TEXTS}
    return replace(draft, place=place, street="", directions="", point="", source="", **names, **texts)


def unveiled(told: Draft, known: Draft) -> Draft:
    """What a file says of a listing that we know: what the file could not carry stays as it stands here."""
    kept = replace(told, hours=known.hours) if _same_hours(told, known) else told
    if not (told.is_sealed and known.is_sealed):
        return kept
    hidden = veiled(known)
    if kept.place == hidden.place:
        kept = replace(kept, place=known.place)
    same: dict[str, Any] = {
        name: getattr(known, name)
        for name in ("organisation", "service", *TEXTS)
        if getattr(kept, name) == getattr(hidden, name)
    }
    return replace(kept, source=kept.source or known.source, **same)


def _same_hours(told: Draft, known: Draft) -> bool:
    """Whether both mean the same week and the same holidays, however it is written down."""
    try:
        a = Hours.parse(list(told.hours or ()))
        b = Hours.parse(list(known.hours or ()))
    except ListingProblem:
        return False
    return a is not None and b is not None and (sorted(a.spans), a.apart) == (sorted(b.spans), b.apart)
