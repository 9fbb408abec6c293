"""The rows a run was measured on, with what was predicted for them: probabilities.parquet of a run's folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from multitag.atomic import new_file
from multitag.errors import DataError, describe_error
from multitag.evaluation.arrays import judged_cells
from multitag.extras import import_extra
from multitag.labels import UNKNOWN

OUT_OF_FOLD = "out_of_fold"
ARRAYS = ("rows", "fold", "y_true", "y_raw", "y_prob", "y_pred")
PREFIXES = ("true_", "probability_", "calibrated_", "predicted_")
INDEX = "index"  # a column that older files lack


def probability_column(label: str) -> str:
    """Name the column of a label's probability."""
    return f"probability_{label}"


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Rows that the model which scored them was not trained on.

    Parameters
    ----------
    label_names : tuple of str, length n_labels
    rows : ndarray of int64, shape (n_rows,)
        Their numbers in the source.
    texts : tuple of str, length n_rows
    side : tuple of str, length n_rows
        ``"validation"``, ``"test"`` or ``"out_of_fold"``.
    fold : ndarray of int64, shape (n_rows,)
        From 0, which fold a row was held out of; -1 on the other sides.
    y_true : ndarray of int8, shape (n_rows, n_labels)
        0 and 1, and :data:`~multitag.labels.UNKNOWN` where nobody judged.
    y_raw : ndarray of float32, shape (n_rows, n_labels)
        Probabilities of the model, in [0, 1].
    y_prob : ndarray of float32, shape (n_rows, n_labels)
        The same, calibrated. Out of fold, by what the other folds' rows gave.
    y_pred : ndarray of uint8, shape (n_rows, n_labels)
        What was predicted at the tuned thresholds, or at the fixed one where none were tuned. Out of fold, at those
        that were tuned on the other folds' rows.
    index : ndarray of int64, shape (n_rows,), or None
        Where the rows stand in the table that the run was made of, from 0; None where an older multitag saved them.
    """

    label_names: tuple[str, ...]
    rows: NDArray[np.int64]
    texts: tuple[str, ...]
    side: tuple[str, ...]
    fold: NDArray[np.int64]
    y_true: NDArray[np.int8]
    y_raw: NDArray[np.float32]
    y_prob: NDArray[np.float32]
    y_pred: NDArray[np.uint8]
    index: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def of_side(self, side: str) -> Self:
        """Return the rows of one side, in their order; there may be none."""
        if set(self.side) == {side}:
            return self  # no second copy of what may be large
        return self.taken(np.flatnonzero(np.array(self.side, dtype=object) == side))

    def taken(
        self, chosen: NDArray[np.int64], *, side: str | None = None, fold: NDArray[np.int64] | None = None
    ) -> Self:
        """Return the chosen rows, in that order, on request with another side (one for all) and other folds."""
        arrays: dict[str, Any] = {name: getattr(self, name)[chosen] for name in ARRAYS}
        arrays["index"] = None if self.index is None else self.index[chosen]
        if fold is not None:
            arrays["fold"] = fold
        return replace(
            self, texts=tuple(self.texts[index] for index in chosen),
            side=tuple(side or self.side[index] for index in chosen), **arrays,
        )  # fmt: skip

    def with_decisions(self, y_prob: NDArray[np.float32], y_pred: NDArray[np.uint8]) -> Self:
        """Return the same rows with other calibrated probabilities and predictions."""
        return replace(self, y_prob=y_prob, y_pred=y_pred)

    def joined(self, *others: Self) -> Self:
        """Return these rows, then those of others, of the same labels."""
        parts = (self, *others)
        arrays: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
        indices = [part.index for part in parts if part.index is not None]
        arrays["index"] = np.concatenate(indices) if len(indices) == len(parts) else None
        texts = tuple(text for part in parts for text in part.texts)
        return replace(self, texts=texts, side=tuple(side for part in parts for side in part.side), **arrays)

    def headline(self) -> Self:
        """Return the rows that the headline is of: out of fold, else test, else validation."""
        side = next((side for side in (OUT_OF_FOLD, "test", "validation") if side in self.side), "test")
        return self.of_side(side)

    def save(self, path: Path) -> None:
        """Write as Parquet: a row a text; ``row``, ``side``, ``fold``, ``text``, four columns a label, and ``index``.

        ``true_X`` and ``predicted_X`` are true or false, the first also null, where nobody judged; ``probability_X`` is
        the model's and ``calibrated_X`` what thresholds are applied to.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        pa: Any = import_extra("pyarrow", "train")
        columns: dict[str, Any] = {"row": self.rows, "side": list(self.side), "fold": self.fold}
        columns["text"] = list(self.texts)
        unknown = ~judged_cells(self.y_true)
        arrays = (self.y_true == 1, self.y_raw, self.y_prob, self.y_pred.astype(bool))
        for prefix, values in zip(PREFIXES, arrays, strict=True):
            for index, name in enumerate(self.label_names):
                mask = unknown[:, index] if prefix == "true_" else None
                columns[prefix + name] = pa.array(values[:, index], mask=mask)
        if self.index is not None:
            columns[INDEX] = self.index
        with new_file(path, replace=True) as file:
            import_extra("pyarrow.parquet", "train").write_table(pa.table(columns), file)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        DataError
            If the file is missing, or not what :meth:`save` writes.
        """
        pa: Any = import_extra("pyarrow", "train")
        try:
            file = import_extra("pyarrow.parquet", "train").ParquetFile(path)
            columns = file.schema_arrow.names
            table = file.read([name for name in columns if not name.startswith(PREFIXES)])
        except FileNotFoundError as error:
            raise DataError(f"{path}: missing; give the folder of a finished run that held rows out") from error
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{path}: not a file of probabilities: {describe_error(error)}") from error
        names = [column.removeprefix("probability_") for column in columns if column.startswith("probability_")]
        expected = ["row", "side", "fold", "text", *(prefix + name for prefix in PREFIXES for name in names)]
        if not names or columns not in (expected, [*expected, INDEX]):
            raise DataError(f"{path}: not the columns that multitag train writes; train again in another --out")

        def stacked(prefix: str, kind: Any) -> Any:  # a kind of column at once: thousands of labels are much memory
            array = np.empty((len(table), len(names)), dtype=kind)
            for index, column in enumerate(file.read([prefix + name for name in names]).columns):
                array[:, index] = column.cast(pa.int8()).fill_null(UNKNOWN) if prefix == "true_" else column.to_numpy()
            return array

        return cls(
            tuple(names), table["row"].to_numpy().astype(np.int64), tuple(table["text"].to_pylist()),
            tuple(table["side"].to_pylist()), table["fold"].to_numpy().astype(np.int64), stacked("true_", np.int8),
            stacked("probability_", np.float32), stacked("calibrated_", np.float32), stacked("predicted_", np.uint8),
            table[INDEX].to_numpy().astype(np.int64) if INDEX in columns else None,
        )  # fmt: skip
