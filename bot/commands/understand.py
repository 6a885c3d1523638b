"""`donghanh understand`: what the reader makes of a message, one line in, one JSON object out."""

import argparse
import json
import sys

from bot import understanding


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("understand", help="what is understood of each line of the input")
    parser.add_argument("--explain", action="store_true", help="say also why")
    parser.add_argument("--lines", action="store_true", help="one message a line (the default)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Data to standard output; nothing is kept."""
    for line in sys.stdin:
        meaning = understanding.read(line.rstrip("\n"))
        told = understanding.as_json(meaning)
        if arguments.explain:
            told = {**told, "explanation": understanding.explain(meaning)}
        print(json.dumps(told, ensure_ascii=False), flush=True)
    return 0
