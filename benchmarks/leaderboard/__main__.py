"""Run the leaderboard's pieces that are not there yet, then write its page.

Rows that were measured on another machine, and of which no more draws are here, stay as they were recorded.

``python -m benchmarks.leaderboard [--tables sample,tmdb] [--draws 0,1,2] [--contenders frozen,multitag]``. A variant of
multitag is ``--variant NAME:teacher=0.8,epochs=3``, as often as wanted; once its pieces are there, its NAME is enough.
A call that is killed is repeated: it goes on with the fold in which it was.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from benchmarks.leaderboard.board import collect, known_contenders, load_table
from benchmarks.leaderboard.contenders import CONTENDERS, MORE_CONTENDERS, parse_variant, variant
from benchmarks.leaderboard.over_tables import over_tables
from benchmarks.leaderboard.pieces import Piece, run_pieces
from benchmarks.leaderboard.recorded import with_recorded
from benchmarks.leaderboard.report import as_page
from benchmarks.leaderboard.tables import TABLES
from benchmarks.leaderboard.tools import tool_contenders
from benchmarks.record import ROOT, Record

from multitag.errors import ConfigError

RECORD = Record("leaderboard", ROOT / "docs" / "leaderboard.md")
DRAWS = "0,1,2"
Item = TypeVar("Item")


def main() -> None:
    """Run what is asked for, and write the page of all that is there."""
    options = _parser().parse_args()
    logging.basicConfig(format="%(asctime)s   %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("multitag").setLevel(logging.INFO)
    contenders = CONTENDERS | MORE_CONTENDERS | tool_contenders(options.tool_minutes)
    for name, _ in options.variant:
        if name in contenders:
            raise SystemExit(f"--variant: {name!r} is a contender already; choose another name")
    named = known_contenders() | dict(options.variant)
    contenders |= {name: variant(settings) for name, settings in named.items() if name not in contenders}
    chosen = options.contenders or [*CONTENDERS, *(name for name, _ in options.variant)]
    for name in chosen:
        if name not in contenders:
            raise SystemExit(f"--contenders: {name!r} is none of {', '.join(contenders)}, nor a --variant")
    if not options.only_figures:
        order = [(table, draw, name) for draw in options.draws for table in options.tables for name in chosen]
        run_pieces(
            [Piece(*each) for each in order], contenders, cache(lambda name: TABLES[name].read()),
            minutes=options.minutes, say=lambda line: print(line, flush=True),
        )  # fmt: skip
    titles = {name: each.title for name, each in contenders.items()}
    board = {table: measured for table in TABLES if (measured := load_table(table, titles))}
    measured = collect(board, titles, CONTENDERS, _list(int)(DRAWS), options.reference)
    results = with_recorded(measured, json.loads(RECORD.results.read_bytes()))
    results["over_tables"] = over_tables(results["tables"])
    RECORD.save(results, as_page(results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tables = [name for name, entry in TABLES.items() if entry.by_default]
    but = " and ".join(name for name in TABLES if name not in tables)
    parser.add_argument("--tables", type=_names, default=tables, help=f"of {','.join(TABLES)}; all but {but}")
    parser.add_argument("--draws", type=_list(int), default=_list(int)(DRAWS), help=f"seeds, {DRAWS} by default")
    parser.add_argument("--contenders", type=_list(str), help="names; all but other tools by default")
    parser.add_argument("--variant", type=_variant, action="append", default=[], metavar="NAME:SETTING=VALUE,...")
    parser.add_argument("--reference", default="multitag", help="the contender that the others are compared to")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no piece after that")
    parser.add_argument("--tool-minutes", type=float, default=30.0, help="give up a piece of another tool after that")
    parser.add_argument("--only-figures", action="store_true", help="of the pieces that are there")
    return parser


def _list(kind: Callable[[str], Item]) -> Callable[[str], list[Item]]:
    return lambda text: [kind(part.strip()) for part in text.split(",")]


def _names(text: str) -> list[str]:
    names = _list(str)(text)
    unknown = [name for name in names if name not in TABLES]
    if unknown:
        raise argparse.ArgumentTypeError(f"no table {unknown[0]!r}; expected some of {', '.join(TABLES)}")
    return names


def _variant(text: str) -> tuple[str, dict[str, object]]:
    try:
        return parse_variant(text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    main()
