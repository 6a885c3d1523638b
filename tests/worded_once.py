"""Statements are put into SQL once for all houses of a test process, not once for each of the thousands it opens."""

from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

MOST = 3000  # statements; all tests together have fewer


def _kind(dialect: Dialect) -> tuple[Any, ...]:
    """What a statement's words depend on: two dialects of one kind say the same."""
    return type(dialect), dialect.driver, dialect.paramstyle, dialect.server_version_info


class _Kept(LRUCache[Any, Any]):
    """SQLAlchemy's own cache of an engine, in which the place of the dialect in each key is taken by its kind."""

    __slots__ = ()

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((_kind(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__((_kind(key[0]), *key[1:]), value)


def word_once() -> None:
    """Every engine of this process shares one cache from now on."""
    kept = _Kept(MOST)
    assert "_compiled_cache" in Engine.__annotations__, "SQLAlchemy keeps its statements elsewhere"
    Engine._compiled_cache = property(lambda engine: kept, lambda engine, own: None)  # type: ignore[assignment]
