"""What was found, in the shape that other programs read: `search --json`."""

from typing import Any

from directory import whereabouts
from directory.search import Found, Hit, Question, as_key, shown_distance
from directory.wording import HCMC


def as_json(asked: Question, found: Found, language: str = "vi") -> dict[str, Any]:
    """The shape of `search --json`."""
    return {
        "query": asked.text,
        "understood": {
            "needs": list(asked.needs),
            "places": [as_key(key) for key in asked.places],
            "words": sorted(asked.wishes),
            "open_at": asked.open_at.isoformat(timespec="minutes") if asked.open_at else None,
        },
        "widened": found.widened,
        "results": [_as_result(hit, language) for hit in found.results],
        "nothing": found.nothing,
    }


def _as_result(hit: Hit, language: str) -> dict[str, Any]:
    one, opening = hit.listing, hit.opening
    return {
        "id": one.id,
        "service": one.service,
        "organisation": one.organisation,
        "place": whereabouts.said(one, language),
        "open": opening.state,
        "closes": opening.closes.astimezone(HCMC).strftime("%H:%M") if opening.closes else None,
        "opens": opening.opens.astimezone(HCMC).strftime("%H:%M") if opening.opens else None,
        "phones": list(one.phones),
        "verified_on": one.checked_on.isoformat() if one.checked_on else None,
        "distance_km": shown_distance(hit),
        "score": round(hit.score, 2),
    }
