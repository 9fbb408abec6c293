"""Folders that ``datasets`` writes with ``save_to_disk``, read without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from multitag.data.readers.columnar import read_arrow
from multitag.data.readers.records import Chunk, Select
from multitag.data.readers.table_file import TableFile
from multitag.errors import DataError


def read_dataset(file: TableFile, chunk_rows: int, select: Select | None = None) -> Iterator[Chunk]:
    """Read the rows of a saved ``datasets.Dataset``.

    Parameters
    ----------
    file : TableFile
        The folder.
    chunk_rows : int
    select : callable, optional

    Raises
    ------
    DataError
        If it holds several splits, its list of files is damaged, or an Arrow file is.
    MissingExtraError
        If pyarrow is not installed.
    """
    splits = file.path / "dataset_dict.json"
    if splits.is_file():
        names = _read(splits).get("splits")
        paths = ", ".join(f"{file.path}/{name}" for name in names) if isinstance(names, list) else "see the folder"
        raise DataError(f"{file.name}: this folder holds several tables; name one: {paths}")
    yield from read_arrow(_arrow_files(file.path), file.name, chunk_rows, select)


def _arrow_files(folder: Path) -> list[Path]:
    state = folder / "state.json"
    content = _read(state)
    if content.get("_indices_data_files"):
        raise DataError(f"{folder}: saved with a selection of its rows; call flatten_indices() and save it again")
    entries = content.get("_data_files")
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{state}: lists no data files; save the data set again with save_to_disk")
    names = [entry.get("filename") if isinstance(entry, dict) else None for entry in entries]
    bad = next((name for name in names if not isinstance(name, str) or Path(name).name != name), "")
    missing = next((name for name in names if name and not (folder / str(name)).is_file()), None)
    if bad != "" or missing is not None:
        raise DataError(
            f"{state}: lists {bad or missing!r}, which is not a file in this folder; save the data set again"
        )
    return [folder / str(name) for name in names]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: cannot be read: {error}; save the data set again with save_to_disk") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: expected an object, got {type(content).__name__}; save the data set again")
    return content
