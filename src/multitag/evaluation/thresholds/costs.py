"""Costs of wrong decisions, label by label: a table with the columns label, false_positive and false_negative."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from multitag.errors import ConfigError, DataError

COLUMNS = ["label", "false_positive", "false_negative"]


@dataclass(frozen=True)
class Costs:
    """The costs of each label's wrong decisions, in any unit.

    Parameters
    ----------
    false_positive : tuple of float, length n_labels
        Cost of predicting the label for a row that does not have it; above 0.
    false_negative : tuple of float, length n_labels
        Cost of missing the label on a row that has it; above 0.

    Raises
    ------
    ConfigError
        If their numbers differ, or a cost is not a number above 0.
    """

    false_positive: tuple[float, ...]
    false_negative: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check numbers: at a cost of 0 any threshold would do."""
        if len(self.false_positive) != len(self.false_negative):
            raise ConfigError(
                f"costs: expected as many of false positives as of false negatives, got {len(self.false_positive)} and "
                f"{len(self.false_negative)}"
            )
        for cost in (*self.false_positive, *self.false_negative):
            if not (cost > 0 and math.isfinite(cost)):
                raise ConfigError(f"costs: expected numbers above 0, got {cost!r}")

    @classmethod
    def same(cls, false_positive: float, false_negative: float, n_labels: int) -> Self:
        """Return the same two costs for all labels."""
        return cls((false_positive,) * n_labels, (false_negative,) * n_labels)


def read_costs(path: str | Path, label_names: Sequence[str]) -> Costs:
    """Read the costs of all labels from a CSV file.

    Parameters
    ----------
    path : str or Path
        UTF-8, with the header ``label,false_positive,false_negative`` and a row for each label.
    label_names : sequence of str, length n_labels
        The order of the costs returned.

    Raises
    ------
    DataError
        If the file cannot be read, a label is missing, unknown or repeated, or a cost is not a number above 0.
    """
    costs: dict[str, tuple[float, float]] = {}
    for number, cells in _read_rows(path):
        where = f"{path}, row {number}"
        name = cells[0].strip()
        if name not in label_names:
            raise DataError(f"{where}, column 'label': {name[:60]!r} is not a label of the model; remove the row")
        if name in costs:
            raise DataError(f"{where}, column 'label': {name[:60]!r} appears twice; remove one of the rows")
        false_positive, false_negative = (
            _read_cost(cell, f"{where}, column {column!r}") for cell, column in zip(cells[1:], COLUMNS[1:], strict=True)
        )
        costs[name] = false_positive, false_negative
    if missing := [name for name in label_names if name not in costs]:
        raise DataError(f"{path}: {len(missing)} label(s) without costs, such as {missing[0][:60]!r}; add their rows")
    return Costs(tuple(costs[name][0] for name in label_names), tuple(costs[name][1] for name in label_names))


def _read_rows(path: str | Path) -> list[tuple[int, list[str]]]:
    """Read the rows under the header with their numbers, from 1; all have a cell for each column."""
    if not Path(path).is_file():
        raise DataError(f"{path}: no such file; expected a CSV file with the header {','.join(COLUMNS)}")
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            header, *rows = [*csv.reader(file)] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as a CSV file in UTF-8: {error}") from error
    if [column.strip() for column in header] != COLUMNS:
        raise DataError(f"{path}: expected the header {','.join(COLUMNS)}, got {','.join(header)[:100]!r}")
    numbered = [(number, cells) for number, cells in enumerate(rows, start=1) if cells]  # blank lines have none
    for number, cells in numbered:
        if len(cells) != len(COLUMNS):
            raise DataError(f"{path}, row {number}: expected {len(COLUMNS)} cells, got {len(cells)}")
    return numbered


def _read_cost(cell: str, where: str) -> float:
    try:
        cost = float(cell)
    except ValueError:
        cost = math.nan
    if not (cost > 0 and math.isfinite(cost)):
        raise DataError(f"{where}: expected a number above 0, got {cell[:60]!r}")
    return cost
