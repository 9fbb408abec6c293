"""What rows say about all labels, where each names those that were judged on it: ``{"War": 1, "Sport": 0}``."""

from __future__ import annotations

from dataclasses import replace

from multitag.data.label_formats.label_columns import CellColumns, LabelColumns
from multitag.data.row_labels import ON, RowLabels


def complete_answers(rows: list[RowLabels], shape: LabelColumns) -> tuple[list[RowLabels], LabelColumns]:
    """Find the labels that a row does not name, where rows name those that they have not as well.

    Parameters
    ----------
    rows : list of RowLabels
        As ``shape`` read them.
    shape : LabelColumns

    Returns
    -------
    rows : list of RowLabels
        The same, but where labels are objects: a label that a row does not name is unknown there, if any row names one
        to say no. Where none does, what is not named is a no, and so is what is null.
    shape : LabelColumns
        With the labels of which rows say yes or no.
    """
    if not isinstance(shape, CellColumns) or not shape.objects.have_answers:
        return rows, shape
    every: dict[str, None] = {}
    for row in rows:
        every.update(dict.fromkeys(name for name, _ in row.shares))
        every.update(dict.fromkeys(row.unknown))
    says_no = any(share < ON for row in rows for _, share in row.shares)
    answered, soft = tuple(every) if says_no else (), shape.objects.indicator.soft
    return [_complete(row, answered, soft=soft) for row in rows], replace(shape, answered=answered)


def _complete(row: RowLabels, every: tuple[str, ...], *, soft: bool) -> RowLabels:
    shares = row.shares if soft else ()
    if not every:
        return RowLabels(row.names, (), shares, row.judged)
    if len(row.shares) == len(every):
        return row if soft else row._replace(shares=())
    answered = {name for name, _ in row.shares}
    return RowLabels(row.names, tuple(name for name in every if name not in answered), shares, row.judged)
