"""The texts on which the model is furthest from the truth."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.metrics.mistakes import most_wrong
from multitag.report.pieces import Cell, HtmlTable, Paragraph, Section, text_cell

_HEADING = "Largest errors"


def mistakes_section(held_out: HeldOut) -> Section:
    """List the most wrong rows with their texts.

    Parameters
    ----------
    held_out : HeldOut
        Of the side that is shown.
    """
    mistakes = most_wrong(held_out)
    if not mistakes:
        return Section("mistakes", _HEADING, [Paragraph("Every label of every held-out text was predicted right.")])
    rows = [
        [
            Cell(str(mistake.row), mistake.row), text_cell(mistake.text),
            Cell(", ".join(mistake.true) or "none", words=True), _named(mistake.missed), _named(mistake.wrong),
            Cell(f"{mistake.distance:.2f}", mistake.distance),
        ]
        for mistake in mistakes
    ]  # fmt: skip
    caption = (
        f"The {len(mistakes)} held-out texts whose probabilities are furthest from their true labels (the sum of "
        "squared differences). Each is a hard text, a mistake of the model, or a wrong label in the data: worth a look."
    )
    header = ["Row", "Text", "True labels", "Missed", "Wrongly predicted", "Distance"]
    return Section("mistakes", _HEADING, [HtmlTable("mistake-table", caption, header, rows)])


def _named(labels: Sequence[tuple[str, float]]) -> Cell:
    return Cell(", ".join(f"{name} ({probability:.2f})" for name, probability in labels) or "-", words=True)
