"""The engines that `donghanh bench search` compares: ours, and those that everybody knows, on the same folded text."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from rapidfuzz import fuzz, process

from bot.settings import load
from bot.understanding import searching
from directory import needs, places, search
from directory.listing_index import build
from directory.listings import Listing
from directory.reading import fold
from directory.shelf import Shelf

AT = datetime(2026, 12, 7, 3, tzinfo=UTC)
MINISEARCH = Path("build/minisearch")  # filled by `make bench` from the lock beside the engine
Engine = Callable[[str], Sequence[str]]
Listings = dict[str, Listing]


def _words(one: Listing) -> str:
    unit = places.units()[one.place]
    said = (
        one.service,
        one.organisation,
        unit.kind,
        unit.name,
        places.name_of(one.place),
        *(needs.label(code) for code in one.needs),
    )
    return fold(" ".join(said))


def tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def _ours(listings: Listings) -> Engine:
    shelf = Shelf(build(listings.values()))
    return lambda text: [hit.listing.id for hit in search.search(shelf, searching.question(text, at=AT)).results]


def _fts5(tokenizer: str) -> Callable[[Listings], Engine]:
    def make(listings: Listings) -> Engine:
        file = sqlite3.connect(":memory:")
        file.execute(f"CREATE VIRTUAL TABLE listing USING fts5(id UNINDEXED, words, tokenize='{tokenizer}')")
        rows = ((one.id, _words(one)) for one in listings.values())
        file.executemany("INSERT INTO listing VALUES (?, ?)", rows)
        query = "SELECT id FROM listing WHERE listing MATCH ? ORDER BY rank LIMIT 3"

        def look(text: str) -> list[str]:
            said = " ".join(tokens(text))
            parts = [said[at : at + 3] for at in range(len(said) - 2)] if tokenizer == "trigram" else said.split()
            words = " OR ".join(f'"{part}"' for part in dict.fromkeys(parts))
            return [row[0] for row in file.execute(query, (words,))]

        return look

    return make


def _tantivy(listings: Listings) -> Engine | None:
    try:
        import tantivy
    except ImportError:
        print("tantivy is not installed (make bench installs it): left out.", file=sys.stderr)
        return None
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("words")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(50_000_000)
    for one in listings.values():
        writer.add_document(tantivy.Document(id=one.id, words=_words(one)))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def look(text: str) -> list[str]:
        parts = []
        for token in dict.fromkeys(tokens(text)):
            exact = tantivy.Query.term_query(schema, "words", token)
            near = tantivy.Query.fuzzy_term_query(schema, "words", token, distance=1)
            parts.append((tantivy.Occur.Should, exact if len(token) < 4 else near))
        found = searcher.search(tantivy.Query.boolean_query(parts), 3)
        return [str(searcher.doc(address)["id"][0]) for _, address in found.hits]

    return look


def _rapidfuzz(listings: Listings) -> Engine:
    ids, texts = list(listings), [_words(one) for one in listings.values()]

    def look(text: str) -> list[str]:
        best = process.extract(fold(text), texts, scorer=fuzz.token_set_ratio, limit=3)
        return [ids[at] for _, _, at in best]

    return look


def _pg_trgm(url: str) -> Callable[[Listings], Engine]:
    """PostgreSQL over its socket; its own processor time is not seen here, only ours."""

    def make(listings: Listings) -> Engine:
        link = psycopg.connect(url, autocommit=True)
        link.execute("DROP TABLE IF EXISTS bench_listing")
        link.execute("CREATE TABLE bench_listing (id text, words text)")
        with link.cursor().copy("COPY bench_listing FROM STDIN") as rows:
            for one in listings.values():
                rows.write_row((one.id, _words(one)))
        link.execute("CREATE INDEX bench_words ON bench_listing USING gist (words gist_trgm_ops)")
        link.execute("ANALYZE bench_listing")
        query = "SELECT id FROM bench_listing ORDER BY %s <<-> words LIMIT 3"
        return lambda text: [str(row[0]) for row in link.execute(query, (fold(text),))]

    return make


@dataclass(slots=True)
class Outside:
    """MiniSearch in a process of its own, which measures itself: lines of JSON on the way are not its time."""

    node: subprocess.Popen[str]
    build_s: float = 0
    ms: float = 0  # of the last question
    cpu_ms: float = 0

    def fill(self, listings: Listings) -> None:
        for one in listings.values():
            self._say({"id": one.id, "words": _words(one)})
        self._say({"build": True})
        self.build_s = self._told()["ms"] / 1000

    def __call__(self, text: str) -> Sequence[str]:
        self._say({"ask": " ".join(tokens(text))})
        told = self._told()
        self.ms, self.cpu_ms = told["ms"], told["cpu_ms"]
        return [str(id) for id in told["ids"]]

    def _say(self, told: dict[str, Any]) -> None:
        assert self.node.stdin is not None
        self.node.stdin.write(json.dumps(told) + "\n")

    def _told(self) -> dict[str, Any]:
        assert self.node.stdin is not None and self.node.stdout is not None
        self.node.stdin.flush()
        told: dict[str, Any] = json.loads(self.node.stdout.readline())
        return told


def _minisearch(listings: Listings, open_until: ExitStack) -> Engine | None:
    node, folder = shutil.which("node"), MINISEARCH.resolve()
    if node is None or not (folder / "node_modules" / "minisearch").is_dir():
        print("MiniSearch is not installed (make bench installs it where npm is): left out.", file=sys.stderr)
        return None
    command = [node, str(Path(__file__).parent / "minisearch" / "engine.mjs"), str(folder)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    engine = Outside(open_until.enter_context(started))  # its questions end with the block, and it with them
    engine.fill(listings)
    return engine


@contextmanager
def engines() -> Iterator[Mapping[str, Callable[[Listings], Engine | None]]]:
    """All engines; pg_trgm where a server with it is there: the one of the settings, or Debian's, started for this."""
    with _server() as url, ExitStack() as open_until:
        if url is None:
            print("No PostgreSQL with pg_trgm (Debian: postgresql): left out.", file=sys.stderr)
        beside = {"minisearch fuzzy": partial(_minisearch, open_until=open_until)}
        yield {**ENGINES, **beside} if url is None else {**ENGINES, **beside, "postgresql pg_trgm": _pg_trgm(url)}


@contextmanager
def _server() -> Iterator[str | None]:
    if url := load().test_database_url:
        plain = url.replace("postgresql+psycopg://", "postgresql://")
        yield plain if _has_trigrams(plain) else None
        return
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        owner = _owner(folder)
        data = f"{folder}/data"
        run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        run([str(programs), "-D", data, "-U", "bench", "--auth=trust", "-E", "UTF8", "--no-sync"], user=owner)
        control, options = str(programs.with_name("pg_ctl")), f"-c listen_addresses='' -k {folder} -c fsync=off"
        run([control, "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start"], user=owner)
        try:
            url = f"postgresql://bench@/postgres?host={folder}"
            yield url if _has_trigrams(url) else None
        finally:
            run([control, "-D", data, "-w", "-m", "immediate", "stop"], user=owner)


def _owner(folder: str) -> str | None:
    """PostgreSQL does not run as root: there it is the user that Debian made for it."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "postgres")
    return "postgres"


def _has_trigrams(url: str) -> bool:
    try:
        with psycopg.connect(url, autocommit=True) as link:
            link.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except psycopg.Error:
        return False
    return True


ENGINES: dict[str, Callable[[Listings], Engine | None]] = {
    "ours": _ours,
    "fts5 trigram": _fts5("trigram"),
    "fts5 unicode61": _fts5("unicode61"),
    "tantivy fuzzy": _tantivy,
    "rapidfuzz token_set": _rapidfuzz,
}
