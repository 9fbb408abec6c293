"""Lines on the console."""

from __future__ import annotations

import sys
from collections.abc import Iterable

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
