"""Lines and tables on the console."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from multitag.errors import printable


def print_lines(*lines: str) -> None:
    """Print lines at once, so that who reads a file or a pipe need not wait for the end."""
    for line in lines:
        print(line, flush=True)


def print_notes(notes: Iterable[str]) -> None:
    """Print what is to be known of the rest."""
    print_lines(*(f"note: {printable(note)}" for note in notes))


def print_beside(lines: Iterable[str]) -> None:
    """Print lines on standard error: on standard output there are results only."""
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column left, the others right-aligned; nothing where there are no rows."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(box=box.SIMPLE_HEAD)
    for column, title in enumerate(header):
        table.add_column(Text(title), justify="right" if column else "left")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))  # Text: a label such as [red] is no markup
    Console().print(table)
