"""``multitag audit``: the labels of a run's held-out rows that are likely wrong, missing or at odds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from multitag.cli.show import print_lines, print_notes
from multitag.errors import ConfigError, printable

if TYPE_CHECKING:
    from multitag.evaluation.label_audit import LabelFinding

SHOWN = 20
WORDS = {
    "likely_wrong": "labels that may be wrong",
    "likely_missing": "labels that may be missing",
    "conflicting_duplicates": "labels that differ between rows with equal or nearly equal texts",
    "duplicates_across_splits": "texts that are, equal or nearly, on two sides or folds",
}


def audit(run: Path, /, *, output: Path | None = None) -> None:
    """List labels of a run's held-out rows that are likely wrong or missing, and duplicated texts.

    Every row is checked where the run was trained with --folds; otherwise the validation and test rows.

    Parameters
    ----------
    run
        Folder of a finished run.
    output
        CSV file for all findings; replaced if it exists.
    """
    from multitag.evaluation.held_out import HeldOut
    from multitag.evaluation.label_audit import audit_held_out
    from multitag.training.run_folder import RunFolder

    if output is not None and output.suffix.lower() != ".csv":
        raise ConfigError(f"{output}: expected a name that ends in .csv")
    found = audit_held_out(HeldOut.load(RunFolder(run).probabilities))
    if output is not None:
        found.save(output)
    print_lines(f"{found.n_rows} rows checked:")
    print_lines(*(f"{count:>6}  {WORDS[kind]}" for kind, count in found.counts().items()))
    print_notes(found.notes)
    doubted = found.doubted()[:SHOWN]
    _print(doubted)
    if output is not None:
        print_lines(f"wrote {len(found.findings)} findings to {output}, the surest first")
    elif len(found.findings) > len(doubted):
        print_lines(f"all {len(found.findings)} findings: --output FILE.csv")


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
    for finding in findings:
        doubt = finding.kind.removeprefix("likely_") + "?"
        texts = (printable(finding.label), doubt, printable(finding.text))
        cells = (f"{finding.confidence:.3f}", str(finding.row), *texts)
        table.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells))
    Console().print(table)
    print_lines("Confidence: the model's probability that the given label is wrong.", "The model may be wrong too.")
