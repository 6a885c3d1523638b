"""The work list of a lawyer, doctor or peer as printed pages: every text in its words, with room for what to mend."""

import json
from datetime import date
from typing import Any

from directory import facts
from directory.exchange import setting
from directory.exchange.setting import NotPrinted
from directory.review_list import Piece, Work
from directory.wording import FALLBACK, day, t

__all__ = ["NotPrinted", "make"]
_LABELS = ("rests", "sources", "amounts", "right", "mend", "by", "on", "in_danger", "facts")


def make(work: Work, *, today: date, language: str = FALLBACK) -> bytes:
    """The PDF, A4: a box to tick and lines to write on for each text. Raises NotPrinted."""
    if not (work.pieces or work.sentences):
        raise NotPrinted(t("command.review.nothing", language))
    told: dict[str, Any] = {
        "language": language,
        "head": work.head,
        "how": setting.soft(t("command.review.sheet", language)),
        "printed": t("command.review.printed", language, head=work.head, day=day(today, language)),
        "labels": {name: t(f"command.review.{name}", language) for name in _LABELS},
        "pieces": [_piece(one, today) for one in work.pieces],
        "sentences": [
            {
                "key": one.key,
                "said": [[code, setting.soft(said)] for code, said in one.said],
                "rests": list(one.rests_on),
            }
            for one in work.sentences
        ],
        "facts": [[id, mark, setting.soft(said)] for id, mark, said in work.facts],
    }
    return setting.make("reviews", {"reviews.json": json.dumps(told, ensure_ascii=False)})


def _piece(piece: Piece, today: date) -> dict[str, Any]:
    article = piece.article
    first, more = (
        [setting.soft_lines(facts.fill(one, article.language, today)) for one in said]
        for said in (article.body, article.more)
    )
    return {
        "title": setting.soft(article.title),
        "id": article.id,
        "until": piece.until,
        "first": first,
        "more_title": t("ask.more", article.language),
        "more": more,
        "rests": [setting.soft(one) for one in piece.rests_on],
        "sources": [setting.soft(one) for one in piece.sources],
        "amounts": [setting.soft(one) for one in piece.amounts],
    }
