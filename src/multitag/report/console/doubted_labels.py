"""Labels that may be wrong or missing, on the console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from multitag.errors import printable

if TYPE_CHECKING:
    from multitag.evaluation.label_audit.audit import LabelFinding


def print_findings(findings: Sequence[LabelFinding]) -> None:
    """Print labels that may be wrong or missing, one a line, however long their texts are."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

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
