"""``multitag audit``: the labels of a run's held-out rows that are likely wrong, missing or at odds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from multitag.errors import printable

if TYPE_CHECKING:
    from multitag.evaluation.label_audit.audit import LabelFinding

SHOWN = 20
WORDS = {
    "likely_wrong": "labels that may be wrong",
    "likely_missing": "labels that may be missing",
    "conflicting_duplicates": "labels that rows with equal or nearly equal texts differ in",
    "duplicates_across_splits": "texts that are, equal or nearly, on two sides or folds",
}


def audit(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="CSV file for all findings; replaced if it exists.", show_default=False),
    ] = None,
) -> None:
    """List the labels of a run's held-out rows that are likely wrong or missing, and texts that come twice.

    Every row is looked over where the run was trained with --folds; else the validation and test rows.
    """
    from multitag.jobs.audit import audit_run

    found = audit_run(run, output)
    typer.echo(f"{found.n_rows} rows looked over:")
    for kind, count in found.counts().items():
        typer.echo(f"{count:>6}  {WORDS[kind]}")
    for note in found.notes:
        typer.echo(f"note: {printable(note)}")
    doubted = found.doubted()
    _print(doubted[:SHOWN])
    if output is not None:
        typer.echo(f"wrote {len(found.findings)} findings to {output}, the surest first")
    elif len(found.findings) > len(doubted[:SHOWN]):
        typer.echo(f"all {len(found.findings)} findings: --output FILE.csv")


def _print(findings: list[LabelFinding]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not findings:
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("Confidence", "Row", "Label", ""):
        table.add_column(title, justify="right" if title in ("Confidence", "Row") else "left", no_wrap=True)
    table.add_column("Text")
    for each in findings:
        doubt = each.kind.removeprefix("likely_") + "?"
        cells = (f"{each.confidence:.3f}", str(each.row), printable(each.label), doubt, printable(each.text))
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    Console().print(table)
    typer.echo("Confidence: the model's, against what stands there. It may be wrong itself.")
