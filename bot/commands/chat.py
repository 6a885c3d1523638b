"""`donghanh chat`: talk with the bot in the terminal, in a throw-away house with the demonstration directory."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from bot.rehearsal import Rehearsal


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("chat", help="talk with the bot in the terminal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Until the end of the input. Nothing of the talk is kept."""
    return asyncio.run(_talk())


async def _talk() -> int:
    async with Rehearsal(at=datetime.now(UTC)) as rehearsal:
        while True:
            print("> ", end="", file=sys.stderr, flush=True)
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                return 0
            for said in await rehearsal.play({"as": "person:you", "text": line.strip()}):
                mark = "" if said["to"] == "person:you" else f"[{said['to']}] "
                labels = "".join(f"\n  {number}. {one['label']}" for number, one in enumerate(said["choices"], 1))
                print(f"{mark}{said['text']}{labels}\n")
