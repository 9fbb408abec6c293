"""Labels and texts of the data that look wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.evaluation.report.pieces import Cell, Paragraph, Section, Table, text_cell


def audit_section(audit: Mapping[str, Any]) -> Section:
    """Say how much was found, and list the surest findings.

    Parameters
    ----------
    audit : mapping
        As in ``metrics.json``.
    """
    counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in audit["counts"].items() if count)
    heading = "Labels to check"
    if not counts:
        return Section("audit", heading, [Paragraph("Nothing in the held-out rows looks wrong.")])
    words = Paragraph(f"Found in the held-out rows: {counts}. “multitag audit” with the folder of this run lists all.")
    rows = [
        [
            Cell(str(each["row"]), each["row"]), text_cell(each["text"]), Cell(each["label"] or "-", words=True),
            Cell(each["kind"].replace("_", " "), words=True), Cell(f"{each['confidence']:.2f}", each["confidence"]),
        ]
        for each in audit["first"]
    ]  # fmt: skip
    caption = (
        "The surest findings first. The model is asked about rows that it was not trained on; it may be wrong itself."
    )
    return Section(
        "audit",
        heading,
        [words, Table("audit-table", caption, ["Row", "Text", "Label", "Finding", "Confidence"], rows)],
    )
