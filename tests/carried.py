"""How many statements each journey to PostgreSQL carries."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.wire import Wire


@contextmanager
def carried(monkeypatch: pytest.MonkeyPatch, *, by: str = "") -> Iterator[list[int]]:
    """Journeys from now on, one number each; `by`: of the thread of this name alone."""
    found: list[int] = []
    reading = Wire.reading

    def counted(self: Wire) -> Iterator[bool]:
        if self._sent and threading.current_thread().name.startswith(by):
            found.append(len(self._sent))
        return reading(self)

    with monkeypatch.context() as patched:
        patched.setattr(Wire, "reading", counted)
        yield found
