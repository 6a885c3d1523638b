"""Which model of the programme a place that helps belongs to, and whether it teaches a trade or finds work."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, bindparam, select

from directory import needs
from directory.reading import SEED
from directory.seedfiles import load_table
from directory.tables import place_of_service, service, service_need

TRAINING = "livelihood.training"  # learning a trade, or finding work


@dataclass(frozen=True, slots=True)
class Model:
    """One of the programme's ways of working, with the kinds of listings that belong to it."""

    code: str
    labels: Mapping[str, str]
    kinds: frozenset[str]


@cache
def models() -> Mapping[str, Model]:
    """The models by code. Source: `seed/programmes.yaml`."""
    rows = load_table(SEED / "programmes.yaml")["models"]
    return {row["code"]: Model(row["code"], row["label"], frozenset(row["kinds"])) for row in rows}


def label(code: str, language: str = "vi") -> str:
    """What people call this model."""
    labels = models()[code].labels
    return labels.get(language) or labels["vi"]


def model_of(kind: str) -> str:
    """The model that a listing of this kind belongs to; empty where its kind is not sorted yet."""
    return next((one.code for one in models().values() if kind in one.kinds), "")


@dataclass(frozen=True, slots=True)
class Work:
    """What a place counts as when somebody is sent there."""

    model: str = ""
    is_training: bool = False


_KIND = (
    select(service.c.id, service.c.kind)
    .join(place_of_service, place_of_service.c.service_id == service.c.id)
    .where(place_of_service.c.id == bindparam("place"))
)
_TEACHES = select(service_need.c.need).where(
    service_need.c.service_id == bindparam("service"), service_need.c.need == TRAINING
)


def work_of(connection: Connection, place_id: str, sought: str | None = None) -> Work:
    """A school or job centre is training; so is any place that offers it, for whoever sought just this."""
    row = connection.execute(_KIND, {"place": place_id}).one_or_none()
    if row is None:
        return Work()
    is_training = row.kind in needs.all_needs()[TRAINING].kinds
    if not is_training and sought == TRAINING:
        is_training = connection.execute(_TEACHES, {"service": row.id}).first() is not None
    return Work(model_of(row.kind), is_training)
