"""What maintainers have added beside the tables in the console: carried with the shelf, looked at by those who read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AddedLandmark:
    """A row of `landmarks.yaml`; `town` is the old district and its old province, `Quận Hoàn Kiếm / Hà Nội`."""

    name: str
    town: str
    ward: str = ""
    also: tuple[str, ...] = ()
    is_led: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Added:
    """Words beside the tables. Never changes once made, and is known by its identity: caches are kept by it.

    `shortenings`: form typed, words meant; `needs` and `topics`: phrases by code."""

    shortenings: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    landmarks: tuple[AddedLandmark, ...] = ()


NOTHING = Added()
_current: ContextVar[Added] = ContextVar("added", default=NOTHING)


def current() -> Added:
    """What is added here: by whoever reads just now, for the messages of this house or for a trial."""
    return _current.get()


@contextmanager
def using(added: Added) -> Iterator[None]:
    """Read with these additions, in this thread or task only."""
    token = _current.set(added)
    try:
        yield
    finally:
        _current.reset(token)
