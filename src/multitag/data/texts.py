"""The text of a row: one column, several joined, or a pair of two; and texts that are of no row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from multitag.data.cells import CellError, RowError, is_missing, read_text
from multitag.data.label_formats.cells.formats import text_without_labels
from multitag.data.phrases import join_phrase

Text = str | tuple[str, str]  # a pair is read in two segments

BETWEEN = "\n\n"  # texts that are joined


def join_text(text: Text) -> str:
    r"""Return a text as one string, for what needs no segments.

    Examples
    --------
    >>> join_text(("A title", "A plot"))
    'A title\n\nA plot'
    """
    return text if isinstance(text, str) else BETWEEN.join(part for part in text if part.strip())


@dataclass(frozen=True)
class TextColumns:
    """Where the text of a row stands.

    Parameters
    ----------
    names : tuple of str
    pair : bool
        Two columns stay two segments.
    with_labels : bool
        The labels are words of the text, as in fastText's files, and are taken out of it.
    """

    names: tuple[str, ...]
    pair: bool = False
    with_labels: bool = False

    @classmethod
    def of_bundle(cls, facts: Mapping[str, Any], names: Sequence[str] | None = None) -> Self:
        """Return where a bundle's texts stand: in other columns if named, as a pair if it was trained on pairs.

        Parameters
        ----------
        facts : mapping
            ``data`` of the bundle's manifest.
        names : sequence of str, optional
        """
        trained = tuple(facts.get("text_columns", (facts["text_column"],)))
        chosen = tuple(names or trained)
        with_labels = facts.get("label_shape") == "fasttext" and trained == tuple(facts["label_columns"])
        return cls(chosen, facts.get("text_pair", False) and len(chosen) == 2, with_labels)

    def read(self, cells: Sequence[object]) -> Text | None:
        """Read the text of a row.

        Parameters
        ----------
        cells : sequence of object
            Of the columns, in their order.

        Returns
        -------
        str, tuple of (str, str), or None
            As it stands in the cells, the missing ones left out; None if all are.

        Raises
        ------
        RowError
            If a cell holds no text; names its column.
        """
        parts = []
        for name, cell in zip(self.names, cells, strict=True):
            try:
                part = "" if is_missing(cell) else read_text(cell)
            except CellError as error:
                raise RowError(name, str(error)) from error
            parts.append(text_without_labels(part) if self.with_labels else part)
        if not any(parts):
            return None
        if self.pair:
            return parts[0], parts[1]
        return BETWEEN.join(filter(None, parts))

    def describe(self) -> str:
        """Return the columns and what becomes of them, as in ``columns 'title' and 'plot', joined``."""
        columns = join_phrase(list(map(repr, self.names)))
        if len(self.names) == 1:
            return f"column {columns}"
        return f"columns {columns}, {'as a pair' if self.pair else 'joined'}"


@dataclass(frozen=True)
class Unlabelled:
    """Texts to learn from that nobody labelled.

    Parameters
    ----------
    texts : tuple of str or of (str, str)
    n_left_out : int
        Texts of the file that are equal, or nearly, to a text of the table or to one before them.
    source : str
        What the file is called; empty where there is none.
    """

    texts: tuple[Text, ...] = ()
    n_left_out: int = 0
    source: str = ""

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.texts)

    def facts(self) -> dict[str, Any]:
        """Describe them for the run's folder and the manifest; nothing where there are none."""
        if not self.source:
            return {}
        digest = hashlib.sha256(json.dumps(self.texts).encode()).hexdigest()
        counts = {"source": self.source, "texts": len(self), "left_out": self.n_left_out}
        return {"unlabelled": {**counts, "fingerprint": digest}}


NO_TEXTS = Unlabelled()
