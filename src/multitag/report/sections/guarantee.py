"""What is promised of new rows, on what conditions, and what it costs."""

from __future__ import annotations

from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.report.pieces import Facts, Paragraph, Section


def guarantee_section(guarantee: Guarantee) -> Section:
    """Return what the bundle guarantees, on what conditions and at what cost."""
    how = "To use it, predict with --policy guarantee: it gives every label whose probability reaches the cut."
    entries = [
        ("Promise", guarantee.promise),
        *(("Condition", condition) for condition in guarantee.conditions),
        ("Cut", f"{guarantee.cut:.3g}"),
        ("Fitted on", guarantee.fitted_on),
        (f"Mean {guarantee.kind} there", f"{guarantee.realised:.3f}"),
        ("Labels a row there", f"{guarantee.labels_per_row:.1f}"),
        ("Rows given no label there", f"{guarantee.empty_rows:.0%}"),
    ]
    return Section(
        "guarantee", f"Guarantee: {guarantee.kind} of {guarantee.level:g}", [Paragraph(how), Facts(entries)]
    )
