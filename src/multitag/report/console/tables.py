"""Tables of metrics on the console."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.errors import printable


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
