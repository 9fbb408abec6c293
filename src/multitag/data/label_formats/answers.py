"""What rows say about all labels, where each names those that were judged on it: ``{"War": 1, "Sport": 0}``."""

from __future__ import annotations

from collections.abc import Sequence

from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.row_labels import ON, RowLabels


def complete_answers(rows: Sequence[RowLabels], shape: LabelColumns) -> Sequence[RowLabels]:
    """Find the labels that a row does not name, where rows name those that they have not as well.

    Parameters
    ----------
    rows : sequence of RowLabels
        As ``shape`` read them.
    shape : LabelColumns

    Returns
    -------
    sequence of RowLabels
        The same, but where labels are objects: a label that a row does not name is unknown there, if any row names one
        to say no. Where none does, what is not named is a no, and so is what is null.
    """
    if not isinstance(shape, CellColumns) or not shape.objects.have_answers:
        return rows
    every: dict[str, None] = {}
    for row in rows:
        every.update(dict.fromkeys(name for name, _ in row.shares))
        every.update(dict.fromkeys(row.unknown))
    says_no = any(share < ON for row in rows for _, share in row.shares)
    soft = shape.objects.indicator.soft
    return [_complete(row, tuple(every) if says_no else (), soft=soft) for row in rows]


def _complete(row: RowLabels, every: tuple[str, ...], *, soft: bool) -> RowLabels:
    shares = row.shares if soft else ()
    if not every:
        return RowLabels(row.names, (), shares, row.judged)
    if len(row.shares) == len(every):
        return row if soft else row._replace(shares=())
    answered = {name for name, _ in row.shares}
    return RowLabels(row.names, tuple(name for name in every if name not in answered), shares, row.judged)
