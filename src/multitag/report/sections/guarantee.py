"""What is promised of new rows, on what conditions, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from multitag.report.pieces import Facts, Paragraph, Section


def guarantee_section(guarantee: Mapping[str, Any]) -> Section:
    """Say what the guarantee of the bundle is.

    Parameters
    ----------
    guarantee : mapping
        As in ``metrics.json``.
    """
    how = "Predict with --policy guarantee to have it: every label whose probability reaches the cut is then given."
    entries = [
        ("Promise", guarantee["promise"]),
        *(("Condition", each) for each in guarantee["conditions"]),
        ("Cut", f"{guarantee['cut']:.3g}"),
        ("Fitted on", guarantee["fitted_on"]),
        (f"Mean {guarantee['kind']} there", f"{guarantee['realised']:.3f}"),
        ("Labels a row there", f"{guarantee['labels_per_row']:.1f}"),
        ("Rows given no label there", f"{guarantee['empty_rows']:.0%}"),
    ]
    return Section(
        "guarantee", f"Guarantee: {guarantee['kind']} of {guarantee['level']:g}", [Paragraph(how), Facts(entries)]
    )
