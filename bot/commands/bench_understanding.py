"""`donghanh bench understanding`: all of `understand` beside a tokeniser alone and a full fuzzy scan, same messages."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import cycle, islice
from typing import Any

from rapidfuzz import fuzz, process

from bot import memory, understanding
from bot.understanding.rules import rules
from directory import needs, places
from directory.reading import fold

MESSAGES = (
    "xet nghiem hiv o cau giay",
    "e bi danh o quan hoang mai, can cho tron",
    "muốn tìm chỗ học nghề ở Ninh Kiều",
    "chi oi cho em hoi prep la gi vay",
    "bi ko che tung anh nong phai lam sao",
    "nó khoá cửa đi rồi, em ngồi đây từ hôm kia, điện thoại sắp hết pin",
    "hom nay troi dep qua di uong ca phe khong may ba",
    "bij ddanhs owr quaanj 10, cuwus em vowis",
    "con em 5 tuoi muon tiem ngua thi ra tram nao, minh moi len thanh pho chua co giay to gi het, nho chi chi giup",
    "alo",
)
# Run in a process of its own: how long the import takes, and how much memory it holds above the bare interpreter.
START = """
import json, time
def rss():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
before, started = rss(), time.perf_counter()
from bot import understanding
understanding.read("e bi danh o quan hoang mai")
took, held = time.perf_counter() - started, (rss() - before) / 1024
print(json.dumps({"import_and_tables_s": round(took, 3), "memory_mb": round(held, 1)}))
"""


def measure(seconds: float) -> list[dict[str, Any]]:
    """Milliseconds a message, ours and the peers', each on its own turn of the same messages; start and memory."""
    phrases = [fold(unit.name) for unit in places.units().values()]
    phrases += [fold(phrase) for need in needs.all_needs().values() for phrase in need.phrases]
    phrases += [fold(text) for rule in rules() for text in rule.examples]
    memory.settle()  # as every process that serves
    told: dict[str, Any] = {"bench": "understanding", "ours": _times(understanding.read, seconds)}
    told["start"] = _start()
    told["rapidfuzz full scan, same phrases"] = _times(
        lambda text: process.extractOne(fold(text), phrases, scorer=fuzz.partial_ratio), seconds
    )
    try:
        tokenise = import_module("underthesea").word_tokenize
    except ModuleNotFoundError:
        told["underthesea, tokenising alone"] = "not installed: `make bench` installs it"
    else:
        told["underthesea, tokenising alone"] = _times(tokenise, seconds)
    return [told]


def _start() -> Any:
    """As every start but the first: what Python and the tables keep beside the code is there already."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(2):
        told = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, env=own).stdout
    return json.loads(told)


def _times(deed: Callable[[str], object], seconds: float, messages: Sequence[str] = MESSAGES) -> dict[str, float]:
    """p50 and p99 in milliseconds; every message a little different, so that nothing is remembered from before."""
    for message in messages:
        deed(message)
    found: list[float] = []
    until = time.perf_counter() + seconds
    for turn, message in enumerate(islice(cycle(messages), 200_000)):
        started = time.perf_counter()
        deed(f"{message} {turn}")
        ended = time.perf_counter()
        found.append(ended - started)
        if ended > until and len(found) >= 100:
            break
    found.sort()
    return {
        "p50_ms": round(found[len(found) // 2] * 1000, 3),
        "p99_ms": round(found[len(found) * 99 // 100] * 1000, 3),
        "messages": len(found),
    }
