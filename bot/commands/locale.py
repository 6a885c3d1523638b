"""`donghanh locale`: begin a new language, and see how far each one is."""

import argparse
import sys

from directory import locale_scaffold
from directory.locale_scaffold import CodeUnclear, LanguageExists


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("locale", help="the languages persons may choose")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    new = what.add_parser("new", help="a folder with everything to translate, for any language, and how to do it")
    new.add_argument("code", help="two or three letters, for example km, tyz, hmn")
    new.add_argument("--name", default="", help="what its speakers call it")
    new.set_defaults(run=begin)
    status = what.add_parser("status", help="how far each language is")
    status.set_defaults(run=tell)


def begin(arguments: argparse.Namespace) -> int:
    """0 when the folder is there; 2 where the code is none or taken."""
    try:
        files = locale_scaffold.begin(arguments.code, arguments.name or arguments.code)
    except CodeUnclear:
        print(f"{arguments.code} is no code: use two or three small letters, such as km or tyz.", file=sys.stderr)
        return 2
    except LanguageExists:
        print(f"locales/{arguments.code} is there already; nothing was changed.", file=sys.stderr)
        return 2
    for path in files:
        print(path, flush=True)
    print(f"Read locales/{arguments.code}/TRANSLATING.md first.", file=sys.stderr)
    return 0


def tell(arguments: argparse.Namespace) -> int:
    """One line a language; 1 where a sentence lost its braces, because it would break when said."""
    found = locale_scaffold.progress()
    for one in found:
        said = f"{one.sentences}/{one.of_sentences} sentences, {one.articles}/{one.of_articles} articles"
        print(f"{one.code}\t{one.state}\t{said}, {one.recordings} recordings\t{one.name}", flush=True)
        for key in one.broken:
            print(f"{one.code}: {key} has other braces than the Vietnamese sentence", file=sys.stderr)
    return 1 if any(one.broken for one in found) else 0
