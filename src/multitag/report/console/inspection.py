"""What is in a table, on the console."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

    from multitag.data.audit.table import Audit, TableAudit
    from multitag.data.first_look.suggestion import Suggestion

LABELS_SHOWN = 50
ROWS_NAMED = 5
SHOWN_AS_ROWS = {"duplicated_texts", "conflicting_labels", "rows_without_labels"}  # findings, with other counts
BAR_WIDTH = 24
NO_TOKENS = "tokens are counted with: pip install 'multitag[minilm]'"


def print_audit(
    name: str, lines: Sequence[str], audit: Audit, suggestion: Suggestion | None = None, command: str | None = None
) -> None:
    """Print what is in a table, and what is wrong or odd with it.

    Parameters
    ----------
    name : str
        What the table is called.
    lines : sequence of str
        What is to be said of how it was read.
    audit : Audit
    suggestion : Suggestion, optional
        What the columns may be, where they are not named.
    command : str, optional
        The command that trains so.
    """
    from rich.console import Console

    console = Console(highlight=False)
    _print_columns(console, name, audit, {} if suggestion is None else suggestion.roles)
    if lines:
        console.print("", *map(_plain, lines), sep="\n", soft_wrap=True)
    if audit.table is not None:
        _print_rows(console, audit, audit.table)
        _print_findings(console, audit.table)
        _print_labels(console, audit.table)
        _print_lengths(console, audit.table)
        _print_pairs(console, audit.table)
    if suggestion is not None and command is not None:
        _print_suggestion(console, suggestion, command)


def _print_suggestion(console: Console, suggestion: Suggestion, command: str) -> None:
    """Print what is in doubt, and as the last line the command, whole and on one line, as it is to be copied."""
    for note in suggestion.notes:
        console.print(f"note: {_plain(note)}", soft_wrap=True)
    if suggestion.doubts:
        console.print("\n[bold]To be decided[/bold]")
    for doubt in suggestion.doubts:
        console.print(f"- {_plain(doubt)}", soft_wrap=True)
    console.print(f"\nTo train on {'it' if not suggestion.doubts else 'it, once that is settled'}:\n")
    console.print(_plain(command), soft_wrap=True)


def _print_columns(console: Console, name: str, audit: Audit, roles: Mapping[str, str]) -> None:
    from rich.text import Text

    console.print(f"[bold]{_plain(name)}[/bold]: {audit.rows} rows, {len(audit.columns)} columns")
    likely = ("Likely",) if roles else ()
    grid = _grid("Column", "Kind", "Missing", *likely, "Example", right={"Missing"})
    for column in audit.columns:
        example = Text.from_markup(_plain(column.example or ""), overflow="ellipsis")
        example.no_wrap = True  # cut at the edge of the screen
        role = (roles.get(column.name.strip(), roles.get(column.name, "")),) if roles else ()
        grid.add_row(_plain(column.name), column.kind, str(column.missing), *role, example)
    _print_section(console, None, grid)
    if audit.table is None:
        console.print(f"\n{audit.duplicated_rows} duplicated rows")


def _print_rows(console: Console, audit: Audit, table: TableAudit) -> None:
    facts = _grid("", "", "")
    facts.show_header = False
    facts.columns[0].justify = "right"
    facts.add_row(str(audit.duplicated_rows), "duplicated rows", "")
    facts.add_row(str(table.duplicated_texts), "duplicated texts", "equal after case and space folding")
    conflicts = ["=".join(map(str, rows)) for rows in table.conflicts]
    facts.add_row(str(len(conflicts)), "texts with different labels", _named(conflicts))
    facts.add_row(str(len(table.unlabelled)), "rows without labels", _named(table.unlabelled))
    reasons: dict[str, list[int]] = {}
    for row, reason in table.left_out:
        reasons.setdefault(reason, []).append(row)
    for reason, rows in reasons.items():
        facts.add_row(str(len(rows)), "rows left out", f"{_plain(reason)}: {_named(rows)}")
    _print_section(console, "Rows", facts)
    if table.problem:
        console.print(f"\n[yellow]Not fit to train on:[/yellow] {_plain(table.problem)}", soft_wrap=True)


def _print_findings(console: Console, table: TableAudit) -> None:
    shown = [finding.message for finding in table.findings if finding.kind not in SHOWN_AS_ROWS]
    if shown:
        console.print("\n[bold]Worth a look[/bold]")
    for message in shown:
        console.print(f"- {_plain(message)}", soft_wrap=True)


def _print_labels(console: Console, table: TableAudit) -> None:
    bar = "█" if console.encoding.lower().startswith("utf") else "#"
    grid = _grid("Label", "Rows", "Share", "", right={"Rows", "Share"})
    most = max(table.labels.values(), default=0)
    shown = list(table.labels.items())[:LABELS_SHOWN]
    for name, count in shown:
        length = max(1, round(BAR_WIDTH * count / most))
        grid.add_row(_plain(name), str(count), f"{count / table.rows:.1%}", bar * length)
    title = "1 label" if len(table.labels) == 1 else f"{len(table.labels)} labels"
    if table.cardinality is not None and table.density is not None:
        title += f", {table.cardinality:.2f} a row (cardinality), density {table.density:.3f}"
    _print_section(console, f"{title}, {table.label_sets} different sets", grid)
    if hidden := len(table.labels) - len(shown):
        console.print(f"and {hidden} more; --json lists all")


def _print_lengths(console: Console, table: TableAudit) -> None:
    grid = _grid("", "Min", "Median", "Mean", "p95", "Max", right={"Min", "Median", "Mean", "p95", "Max"})
    for unit, lengths in (("words", table.words), ("tokens", table.tokens)):
        if lengths is not None:
            figures = (lengths.min, lengths.median, lengths.mean, lengths.p95, lengths.max)
            grid.add_row(unit, *(f"{figure:.0f}" for figure in figures))
    _print_section(console, "Text length", grid)
    if table.rows and table.tokens is None:
        console.print(NO_TOKENS, markup=False)


def _print_pairs(console: Console, table: TableAudit) -> None:
    grid = _grid("Labels", "Rows", "Share", right={"Rows", "Share"})
    for first, second, count in table.pairs:
        grid.add_row(f"{_plain(first)} + {_plain(second)}", str(count), f"{count / table.rows:.1%}")
    _print_section(console, "Labels most often together", grid)


def _grid(*headers: str, right: Collection[str] = ()) -> Grid:
    from rich.table import Table as Grid

    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for header in headers[:-1]:
        grid.add_column(header, justify="right" if header in right else "left", no_wrap=True)
    grid.add_column(headers[-1], justify="right" if headers[-1] in right else "left")
    return grid


def _print_section(console: Console, title: str | None, grid: Grid) -> None:
    if not grid.row_count:
        return
    console.print(f"\n[bold]{title}[/bold]" if title else "")
    console.print(grid)


def _named(rows: Sequence[int | str]) -> str:
    if not rows:
        return ""
    more = f" and {len(rows) - ROWS_NAMED} more" if len(rows) > ROWS_NAMED else ""
    noun = "row" if len(rows) == 1 and isinstance(rows[0], int) else "rows"  # "1=2" is two
    return f"{noun} {', '.join(map(str, rows[:ROWS_NAMED]))}{more}"


def _plain(text: str) -> str:
    """Make text from a file safe to print: no control characters, no markup."""
    from rich.markup import escape

    return escape("".join(letter if letter.isprintable() else " " for letter in text))
