"""Labels and texts of the data that look wrong."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.evaluation.label_audit.audit import AuditSummary, DoubtedLabel
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Section, as_sentence, text_cell


def audit_section(audit: AuditSummary) -> Section:
    """Return how many findings there are of each kind, and the surest."""
    counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in audit.counts.items() if count)
    heading, notes = "Labels to check", [Paragraph(as_sentence(note)) for note in audit.notes]
    if not counts:
        return Section("audit", heading, [Paragraph("Nothing in the held-out rows looks wrong."), *notes])
    words = f"Found in the held-out rows: {counts}. “multitag audit” with the folder of this run lists all."
    parts: list[Paragraph | HtmlTable] = [Paragraph(words), *notes]
    if audit.first:
        parts.append(_table(audit.first))
    return Section("audit", heading, parts)


def _table(findings: Sequence[DoubtedLabel]) -> HtmlTable:
    rows = [
        [
            Cell(str(doubt.row), doubt.row), text_cell(doubt.text), Cell(doubt.label or "-", words=True),
            Cell(doubt.kind.replace("_", " "), words=True), Cell(f"{doubt.confidence:.2f}", doubt.confidence),
        ]
        for doubt in findings
    ]  # fmt: skip
    caption = (
        "The most doubtful labels. Confidence: the probability that the given label is wrong, from a model that was "
        "not trained on the row. The model may be wrong too."
    )
    return HtmlTable("audit-table", caption, ["Row", "Text", "Label", "Finding", "Confidence"], rows)
