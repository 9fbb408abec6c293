"""Load a service of a bundle and print what it held: ``python -m benchmarks.serving BUNDLE [--quick]``.

On loopback, with clients on the same cores: on two of them the figures of overload are of the server and its clients
together. ``--quick`` takes a minute and says only whether the scenarios run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from benchmarks.serving import scenarios
from benchmarks.serving.scenarios import Bench, Row
from benchmarks.serving.server import running

import multitag

SECONDS, QUICK = 60.0, 6.0


async def measure(bench: Bench) -> list[Row]:
    """Run all scenarios, one after the other."""
    async with running(bench.bundle) as server:
        most = await scenarios.capacity(bench, server)
        rows = [Row("capacity, 32 clients, one text a request", f"{most:.0f} texts/s", "", True)]
        rows += await scenarios.steady(bench, server, most)
        rows += await scenarios.overhead(bench, server)
        rows += await scenarios.overload(bench, server, most)
        rows += await scenarios.cancelling(bench, server)
        rows += await scenarios.slow_loris(bench, server)
        rows += await scenarios.reloading(bench, server)
    return rows + await scenarios.batching(bench, most)


def table(rows: list[Row]) -> str:
    """Return the rows in Markdown."""
    lines = ["| | Got | Asked for | |", "| :-- | --: | --: | :-- |"]
    lines += [f"| {row.what} | {row.got} | {row.asked} | {'' if row.holds else '**missed**'} |" for row in rows]
    return "\n".join(lines)


def main() -> int:
    """Print the table; 1 if anything was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--quick", action="store_true", help="seconds instead of minutes")
    chosen = parser.parse_args()
    texts = list(multitag.read_table("sample").texts)
    rows = asyncio.run(measure(Bench(chosen.bundle, texts, QUICK if chosen.quick else SECONDS)))
    print(table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
