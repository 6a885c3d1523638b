"""`donghanh understand`: what the reader makes of a message, one line in, one JSON object out."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from bot import understanding
from bot.understanding import comparing, examples, judging


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("understand", help="what is understood of each line of the input")
    parser.add_argument("--explain", action="store_true", help="say also why")
    parser.add_argument("--lines", action="store_true", help="one message a line (the default)")
    parser.add_argument("--judge", type=Path, metavar="FOLDER", help="how well labelled messages are understood")
    parser.add_argument("--misses", action="store_true", help="with --judge: what was misjudged, word for word")
    parser.add_argument("--compare", type=Path, metavar="OLD_TABLES", help="what earlier tables would say differently")
    parser.add_argument("--examples", type=Path, metavar="FOLDER", help="with --compare: other messages than the input")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Data to standard output; nothing is kept."""
    try:
        if arguments.judge:
            return _judge(arguments.judge, show_misses=arguments.misses)
        if arguments.compare:
            return _compare(arguments.compare, arguments.examples)
    except (examples.ExamplesUnreadable, comparing.TablesUnreadable, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    for line in sys.stdin:
        meaning = understanding.read(line.rstrip("\n"))
        told = understanding.as_json(meaning)
        if arguments.explain:
            told = {**told, "explanation": understanding.explain(meaning)}
        _say(told)
    return 0


def _judge(folder: Path, *, show_misses: bool) -> int:
    many = examples.load(folder)
    if show_misses:
        for miss in judging.misses(judging.judge(many, _read)):
            _say(miss)
        return 0
    for told in judging.report(many, _read):
        _say(told)
    return 0


def _compare(old: Path, folder: Path | None) -> int:
    """Each message that the earlier tables and the present ones see differently, then how many."""
    texts = [one.text for one in examples.load(folder)] if folder else [line.rstrip("\n") for line in sys.stdin]
    changed = 0
    for difference in comparing.compare(texts, old):
        changed += 1
        _say(difference)
    _say({"messages": len(texts), "changed": changed})
    return 0


def _read(text: str) -> Mapping[str, object]:
    return understanding.as_json(understanding.read(text))


def _say(told: Mapping[str, object]) -> None:
    print(json.dumps(told, ensure_ascii=False), flush=True)
