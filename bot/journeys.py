"""Journeys: conversations anyone can read and write, played by `rehearse` and by the tests.

`>>` what the person types, `<<` what must come back (a part of one message is enough), `!` a JSON line of `rehearse`;
in it `{case}` is the newest case, `{code}` the newest return code. `<<!` names words that must not come back.
Everything else is a comment.
"""

import json
import re
from datetime import datetime
from typing import Any

from bot.rehearsal import START, Rehearsal, parse

_CODE = re.compile(r"^[a-z]+(?: [a-z]+){3}$", re.MULTILINE)


class JourneyBroken(Exception):
    """Something else came back than the journey says."""


async def walk(text: str, *, at: datetime = START, database_url: str | None = None) -> None:
    """Play one journey to its end. Raises JourneyBroken, naming the line."""
    case, code = "", ""
    known: set[str] = set()
    said: list[dict[str, Any]] = []
    async with Rehearsal(at=at, database_url=database_url) as rehearsal:
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith(">>"):
                said = await rehearsal.play({"as": "person:a", "text": line[2:].strip()})
            elif line.startswith("!"):
                said = await rehearsal.play(parse(line[1:].strip().replace("{case}", case).replace("{code}", code)))
            elif line.startswith("<<!"):
                _must_not(said, line[3:].strip(), number)
            elif line.startswith("<<"):
                _must(said, line[2:].strip(), number)
            for one in said:  # of several called about at once any may be told last: what counts is which is new
                if one.get("case") and one["case"] not in known:
                    case = one["case"]
                    known.add(case)
            code = next((found[0] for one in said if (found := _CODE.search(one["text"]))), code)


def _everything(said: list[dict[str, Any]]) -> list[str]:
    return [" ".join([one["to"], one["text"], *(choice["label"] for choice in one["choices"])]) for one in said]


def _must(said: list[dict[str, Any]], wanted: str, number: int) -> None:
    if not any(wanted in one for one in _everything(said)):
        came = json.dumps([one["text"] for one in said], ensure_ascii=False)
        raise JourneyBroken(f"line {number}: “{wanted}” did not come back; this did: {came}")


def _must_not(said: list[dict[str, Any]], unwanted: str, number: int) -> None:
    if any(unwanted in one for one in _everything(said)):
        raise JourneyBroken(f"line {number}: “{unwanted}” came back and must not.")
