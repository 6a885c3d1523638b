"""The directory in one page for a phone without a network: searchable without accents, with a day on which it ends."""

import base64
import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache, partial
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup

from directory import duplicates, needs, places
from directory.exchange.entries import entries
from directory.listings import Listing
from directory.wording import day, t

LASTS = timedelta(days=30)  # as long as the shortest limit between two checks
_CHAT = {"xn": "xet nghiem", "bcs": "bao cao su", "sg": "ho chi minh", "tphcm": "ho chi minh"}
TEMPLATES = Path(__file__).parent / "templates"


def page(listings: Iterable[Listing], *, on: date, language: str = "vi") -> str:
    """The whole page; it asks nothing of any other place."""
    made = entries(listings, on=on, language=language)
    names = places.provinces()
    used = {code for one in made for code in one.needs}
    style, script = (_part(f"offline.{kind}") for kind in ("css", "js"))
    return _template().render(
        language=language,
        t=partial(_said, language),
        provinces=[(code, names[code], list(many)) for code, many in groupby(made, key=lambda one: one.province)],
        needs=[(code, needs.label(code, language)) for code in needs.NEEDS if code in used],
        until=on + LASTS,
        made_said=day(on, language),
        until_said=day(on + LASTS, language),
        short=json.dumps(duplicates.SHORT | _CHAT),
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


@cache  # to compile it takes longer than to fill it
def _template() -> Template:
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=False)
    return made.get_template("offline.html")


def _said(language: str, key: str, **values: object) -> str:
    return t(key, language, **values)


def _part(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _hash(part: str) -> str:
    """Only this very part may run or style the page."""
    return base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
