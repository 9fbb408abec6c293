"""``multitag inspect``: what is in a table, before anything is trained on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multitag.cli.data_options import (
    AllowUnlabelled,
    Delimiter,
    Encoding,
    LabelColumns,
    LabelKey,
    LabelNames,
    Labels,
    LabelSeparator,
    LabelShape,
    NoHeader,
    Quarantine,
    Strict,
    TableFiles,
    TextColumns,
    TextPair,
    UnlabelledRows,
    data_settings,
    table_source,
)

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table as Grid

    from multitag.data.audit.table import Audit, TableAudit

LABELS_SHOWN = 50
ROWS_NAMED = 5
SHOWN_AS_ROWS = {"duplicated_texts", "conflicting_labels", "rows_without_labels"}  # findings, with other counts
BAR_WIDTH = 24
NO_TOKENS = "tokens are counted with: pip install 'multitag[minilm]'"


def inspect(
    data: TableFiles,
    text: TextColumns = None,
    text_pair: TextPair = None,
    labels: Labels = None,
    label_columns: LabelColumns = None,
    label_shape: LabelShape = None,
    label_separator: LabelSeparator = None,
    label_key: LabelKey = None,
    label_names: LabelNames = None,
    allow_unlabelled: AllowUnlabelled = None,
    unlabelled: UnlabelledRows = None,
    strict: Strict = None,
    quarantine: Quarantine = None,
    delimiter: Delimiter = None,
    encoding: Encoding = None,
    no_header: NoHeader = False,
    min_support: Annotated[
        int | None, typer.Option("--min-support", help="Labels on fewer rows are rare; default 5.", show_default=False)
    ] = None,
    max_length: Annotated[
        int | None,
        typer.Option("--max-length", help="Tokens of a text that training reads; default 256.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Show what is in a table, and what is wrong or odd with it: rows, columns, labels, duplicates, text lengths."""
    from json import dumps

    given = data_settings(
        text=text, text_pair=text_pair, labels=labels, label_columns=label_columns, label_shape=label_shape,
        label_separator=label_separator, label_key=label_key, label_names=label_names,
        allow_unlabelled=allow_unlabelled, unlabelled=unlabelled, strict=strict, delimiter=delimiter,
        encoding=encoding, no_header=no_header,
    )  # fmt: skip
    sizes = {"min_support": min_support, "max_length": max_length}
    given.update({name: value for name, value in sizes.items() if value is not None})
    name, lines, audit = _look(table_source(data), given, quarantine)
    if json:
        said = {"read": lines} if lines else {}
        typer.echo(dumps({"source": name, **said, **audit.to_dict()}, ensure_ascii=False, indent=2))
    else:
        _print(name, lines, audit)


def _look(
    data: str | Sequence[str], given: dict[str, Any], quarantine: Path | None
) -> tuple[str, tuple[str, ...], Audit]:
    from multitag.config import Config
    from multitag.data.audit.table import audit_table
    from multitag.data.audit.token_counter import packaged_token_counter
    from multitag.data.build import build_table, check_columns, with_known_columns
    from multitag.data.left_out import write_quarantine
    from multitag.data.read import read_options, refuse_source
    from multitag.data.readers.source import open_source
    from multitag.data.table import refuse_defects

    settings = Config().override(**given)
    source = open_source(data, read_options(settings.data))
    config = with_known_columns(settings.data, source)
    table = None
    if check_columns(config, source):
        table = build_table(source, config, keep_content=quarantine is not None)
        if quarantine is not None:
            refuse_source(quarantine, [data])
            write_quarantine(quarantine, table.left_out)
        if config.strict:
            refuse_defects(table)
    audit = audit_table(
        source.columns, table, packaged_token_counter(),
        min_support=config.min_support, max_length=settings.model.max_length,
    )  # fmt: skip
    lines = source.lines() if table is None else table.lines()
    return source.name, (*(f"note: {note}" for note in source.notes), *lines), audit


def _print(name: str, lines: Sequence[str], audit: Audit) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    _print_columns(console, name, audit)
    if lines:
        console.print("", *map(_plain, lines), sep="\n", soft_wrap=True)
    if audit.table is None:
        console.print("\nTo see texts and labels, name their columns: --text COLUMN --labels COLUMN")
        return
    _print_rows(console, audit, audit.table)
    _print_findings(console, audit.table)
    _print_labels(console, audit.table)
    _print_lengths(console, audit.table)
    _print_pairs(console, audit.table)


def _print_columns(console: Console, name: str, audit: Audit) -> None:
    from rich.text import Text

    console.print(f"[bold]{_plain(name)}[/bold]: {audit.rows} rows, {len(audit.columns)} columns")
    grid = _grid("Column", "Kind", "Missing", "Example", right={"Missing"})
    for column in audit.columns:
        example = Text.from_markup(_plain(column.example or ""), overflow="ellipsis")
        example.no_wrap = True  # cut at the edge of the screen
        grid.add_row(_plain(column.name), column.kind, str(column.missing), example)
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
    shown = [each.message for each in table.findings if each.kind not in SHOWN_AS_ROWS]
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
