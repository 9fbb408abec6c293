"""The options that say how a table is read: the same for every command that reads one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from multitag.config import ShapeName, Unlabelled

PANEL = "Table"


def data_option(name: str, text: str) -> Any:
    """Describe an option of this panel; a bare ``--flag`` has no ``--no-flag`` beside it."""
    return typer.Option(name, help=text, rich_help_panel=PANEL, show_default=False)


TableFiles = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA...", show_default=False,
        help="CSV, TSV, JSON, JSONL, Parquet or Arrow files, or patterns, that make one table; - for standard input; "
        "or sample, or imdb.",
    ),
]  # fmt: skip
TextColumns = Annotated[
    list[str] | None, data_option("--text", "Column of the texts; repeat it to join several columns.")
]
TextPair = Annotated[
    bool | None, data_option("--text-pair", "Read two --text columns as a pair of segments.")
]
Labels = Annotated[
    list[str] | None, data_option("--labels", "Column of the labels; repeat it where several hold some each.")
]
LabelColumns = Annotated[
    list[str] | None,
    data_option("--label-columns", "Instead: columns with 0 and 1, one a label: A,B,C or SDG1..SDG17 or 'SDG*'."),
]
LabelShape = Annotated[
    ShapeName | None, data_option("--label-shape", "How a cell holds labels; found if left out.")
]
LabelSeparator = Annotated[
    str | None, data_option("--label-separator", "What stands between labels in a cell; found if left out.")
]
LabelKey = Annotated[
    str | None, data_option("--label-key", "Key of the names, where labels are objects; found if left out.")
]
LabelNames = Annotated[Path | None, data_option("--label-names", "File with the names of label ids.")]
AllowUnlabelled = Annotated[
    bool | None, data_option("--allow-unlabelled", "Keep rows without a label, as examples of none.")
]
UnlabelledRows = Annotated[
    Unlabelled | None, data_option("--unlabelled", "Rows without a label: error (default), keep or drop.")
]
Strict = Annotated[
    bool | None, data_option("--strict", "Refuse the table for the first row that cannot be used.")
]
Quarantine = Annotated[
    Path | None, data_option("--quarantine", "CSV file for the rows that cannot be used, with their reasons.")
]
Delimiter = Annotated[str | None, data_option("--sep", "What stands between cells of a CSV; found if left out.")]
Encoding = Annotated[str | None, data_option("--encoding", "Of the file; found if left out.")]
NoHeader = Annotated[bool, data_option("--no-header", "The first row is data; columns are named 1, 2, 3.")]


def table_source(data: Sequence[str]) -> str | Sequence[str]:
    """Give what :func:`multitag.data.readers.source.open_source` takes: a name that it knows, or paths."""
    return data[0] if len(data) == 1 else list(data)


def data_settings(
    *,
    text: Sequence[str] | None,
    labels: Sequence[str] | None,
    label_names: Path | None,
    no_header: bool,
    **others: Any,
) -> dict[str, Any]:
    """Give the settings of :class:`multitag.config.DataConfig` that were given as options.

    Parameters
    ----------
    text, labels : sequence of str, optional
        One column is a setting of its own, several are a list.
    label_names : Path, optional
    no_header : bool
    **others
        Settings by their own names; None where the option was not given.
    """
    given = {
        "text": _columns(text),
        "labels": _columns(labels),
        "label_names": None if label_names is None else str(label_names),
        "header": False if no_header else None,
        **others,
    }
    return {name: value for name, value in given.items() if value is not None and value != []}


def _columns(given: Sequence[str] | None) -> str | tuple[str, ...] | None:
    if not given:
        return None
    return given[0] if len(given) == 1 else tuple(given)
