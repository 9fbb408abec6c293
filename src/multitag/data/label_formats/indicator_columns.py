"""One column per label: each cell says yes, no, how likely, or that nobody knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from multitag.data.cells import CellError, RowError, shorten
from multitag.data.label_formats.cells.objects import WITH_SOFT, NotLabelsError
from multitag.data.label_formats.indicators import (
    YES_MARKS,
    Indicator,
    Kind,
    count_cells,
    count_kinds,
    is_indicator,
    kind_of,
)
from multitag.data.phrases import describe_columns, list_first
from multitag.data.row_labels import RowLabels, of_answers

Cells = Callable[[str], Sequence[object]]  # the cells of a column

SWITCHES = 0.8  # share of the cells that must be 0 and 1 for all to be; the others are slips, not names
MIN_SHARES, FEW_SHARES = 3, 0.02  # cells with probabilities; fewer are slips


@dataclass(frozen=True)
class IndicatorColumns:
    """One column per label, with 0 and 1 in it.

    Parameters
    ----------
    columns : tuple of str
        Also the names of the labels.
    indicators : tuple of Indicator, as long as ``columns``
        How the cells of each are read.
    """

    columns: tuple[str, ...]
    indicators: tuple[Indicator, ...]

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self.columns

    @property
    def soft(self) -> bool:
        """Whether cells may hold probabilities."""
        return any(indicator.soft for indicator in self.indicators)

    def read(self, cells: Sequence[object]) -> RowLabels:
        """Read the labels of a row; see :meth:`LabelColumns.read`."""
        answers = []
        for column, indicator, cell in zip(self.columns, self.indicators, cells, strict=True):
            try:
                answers.append(indicator.read(cell))
            except CellError as error:
                raise RowError(column, error) from error
        labels = of_answers(self.columns, answers, soft=self.soft)
        if labels.judged and not labels.names and all(kind_of(cell) == "blank" for cell in cells):
            return labels._replace(judged=False)  # an empty row is no answer
        return labels

    def describe(self) -> str:
        """Return the columns; see :meth:`LabelColumns.describe`."""
        return f"{describe_columns(self.columns)}, one per label" + (", with probabilities" if self.soft else "")

    def facts(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        return {"shape": "columns", "key": None, "names": None}

    def notes(self) -> list[str]:
        """Return what empty cells mean, where it is not the same in all columns."""
        yes_only = [name for name, each in zip(self.columns, self.indicators, strict=True) if each.blank_is_no]
        if not yes_only or len(yes_only) == len(self.columns):
            return []
        verb = "holds" if len(yes_only) == 1 else "hold"
        return [
            f"{list_first([*map(repr, yes_only)])} {verb} yes alone, so that an empty cell there is a no; "
            "elsewhere it is a label that nobody judged"
        ]


def find_indicators(columns: tuple[str, ...], cells_of: Cells, *, soft: bool) -> IndicatorColumns:
    """Detect what -1 and empty cells mean in columns of 0 and 1.

    Parameters
    ----------
    columns : tuple of str
    cells_of : callable
    soft : bool
        Take probabilities.

    Returns
    -------
    IndicatorColumns
        -1 says no where there is no 0, and so does a dash where there is no -1 either, or beside x or a
        tick alone. An empty cell says no in a column that has no other word for it but a yes.

    Raises
    ------
    NotLabelsError
        If they hold probabilities, which were not asked for.
    """
    kinds = {column: count_kinds(cells_of(column)) for column in columns}
    total = sum(kinds.values(), Counter[Kind]())
    present = total.total() - total["blank"]
    if not soft and total["share"] >= max(MIN_SHARES, FEW_SHARES * present):
        column = next(name for name in columns if kinds[name]["share"])
        example = next(cell for cell in cells_of(column) if kind_of(cell) == "share")
        raise NotLabelsError(
            f"holds probabilities such as {shorten(example)} in column {column!r}; {WITH_SOFT}, "
            "or write 0 or 1 for each label first"
        )
    minus_is_no = not total["off"] and not total["share"]
    says_no = total["off"] + total["share"] + (total["minus"] + total["dash"]) * minus_is_no > 0
    indicators = []
    for name in columns:
        own = kinds[name]
        is_mark = _are_marks(name, cells_of(name)) and not own["off"] + own["share"] + own["minus"]
        dash_is_no = is_mark or (minus_is_no and not total["minus"])
        indicators.append(Indicator(minus_is_no, dash_is_no, _blank_is_no(own, says_no), soft))
    return IndicatorColumns(columns, tuple(indicators))


def _are_marks(column: str, cells: Sequence[object]) -> bool:
    """Return whether a column says yes with an ``x`` or a tick, beside which a dash is a no.

    Raises
    ------
    NotLabelsError
        If it has both, as an ``x`` says no beside a tick.
    """
    words = {str(cell).strip().casefold()[:1] for cell, _ in count_cells(cells) if kind_of(cell) == "on"}
    ticks = words & YES_MARKS
    if ticks and "x" in words:
        raise NotLabelsError(
            f"holds {min(ticks)} and x in column {column!r}, where x may say yes or no; write 0 or 1 in its place"
        )
    return bool(words) and words <= YES_MARKS | {"x"}


def _blank_is_no(kinds: Counter[Kind], says_no: bool) -> bool:
    """Return whether empty cells of a column say no: it has a yes and no other word, or no column has one."""
    own = kinds["off"] + kinds["share"] + kinds["minus"] + kinds["dash"] + kinds["unknown"]
    return not own and (kinds["on"] > 0 or not says_no)


def are_indicators(columns: Sequence[str], cells_of: Cells) -> bool:
    """Return whether columns that may hold names hold 0 and 1 for a label each, but for a few cells.

    Letters alone, which may be names, count as neither; nor does -1, which pads lists of ids.
    """
    sure = present = 0
    for column in columns:
        for cell, count in count_cells(cells_of(column)):
            kind = kind_of(cell)
            if kind in ("blank", "minus", "dash", "unknown"):
                continue
            present += count
            is_pair = isinstance(cell, str) and "," in cell  # of ids, rather than a share with a decimal comma
            sure += count * (not is_pair and (kind == "share" or is_indicator(cell)))
    return present > 0 and sure >= SWITCHES * present

