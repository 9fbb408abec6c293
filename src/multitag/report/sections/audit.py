"""Labels and texts of the data that look wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from multitag.report.pieces import Cell, HtmlTable, Paragraph, Section, text_cell


def audit_section(audit: Mapping[str, Any]) -> Section:
    """Say how much was found, and list the surest findings.

    Parameters
    ----------
    audit : mapping
        As in ``metrics.json``.
    """
    counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in audit["counts"].items() if count)
    heading, notes = "Labels to check", [Paragraph(f"{each}.") for each in audit["notes"]]
    if not counts:
        return Section("audit", heading, [Paragraph("Nothing in the held-out rows looks wrong."), *notes])
    words = f"Found in the held-out rows: {counts}. “multitag audit” with the folder of this run lists all."
    parts: list[Paragraph | HtmlTable] = [Paragraph(words), *notes]
    if audit["first"]:
        parts.append(_table(audit["first"]))
    return Section("audit", heading, parts)


def _table(findings: Sequence[Mapping[str, Any]]) -> HtmlTable:
    rows = [
        [
            Cell(str(each["row"]), each["row"]), text_cell(each["text"]), Cell(each["label"] or "-", words=True),
            Cell(each["kind"].replace("_", " "), words=True), Cell(f"{each['confidence']:.2f}", each["confidence"]),
        ]
        for each in findings
    ]  # fmt: skip
    caption = "The labels that are doubted most, by models that were not trained on these rows. They may be wrong."
    return HtmlTable("audit-table", caption, ["Row", "Text", "Label", "Finding", "Confidence"], rows)
