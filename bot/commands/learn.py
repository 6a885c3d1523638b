"""`donghanh learn FOLDER`: trains the model of understanding from invented examples; development only."""

import argparse
import json
import sys
from pathlib import Path

from bot.understanding import examples, training, training_english


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("learn", help="train the model of understanding (development only)")
    parser.add_argument("folder", type=Path, help="where the examples lie, one file an author")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints what rules and model together do on each author's messages when the model had not read that author."""
    try:
        many = examples.load(arguments.folder)
        english = arguments.folder.parent / "english"
        own = training_english.train(english, examples.load(english))
        told = {f"english {author}": row for author, row in own.items()}
        told |= training.train(arguments.folder, many)
    except (examples.ExamplesUnreadable, ModuleNotFoundError) as problem:
        print(f"{problem} The packages of `make bench` are needed.", file=sys.stderr)
        return 1
    for author, figures in told.items():
        print(json.dumps({"left out": author, **figures}, ensure_ascii=False))
    return 0
