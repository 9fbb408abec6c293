"""Texts without labels that a teacher is to label: read, and freed of those that the table has, too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from multitag.config import Config
from multitag.data.duplicates.groups import DuplicateGroups
from multitag.data.readers.records import ReadOptions
from multitag.data.readers.stream import read_chunks
from multitag.data.readers.table_file import display_name
from multitag.data.stored.views import chained
from multitag.data.task import Task
from multitag.data.texts import NO_TEXTS, Text, TextColumns, Unlabelled
from multitag.errors import ConfigError, DataError
from multitag.inference.files.rows import read_text
from multitag.paths import as_path

logger = logging.getLogger("multitag")

MOST_TEXTS = 100_000
MOST_TIMES = 20  # as many as the table has rows: more would drown what people said


def with_unlabelled(prepare: Callable[[Config], Task]) -> Callable[[Config], Task]:
    """Return what prepares a task together with its texts without labels."""

    def prepare_with(config: Config) -> Task:
        task = prepare(config)
        return replace(task, unlabelled=read_unlabelled(task, config))

    return prepare_with


def read_unlabelled(task: Task, config: Config) -> Unlabelled:
    """Read the texts that the settings name, from the columns in which the table has its own.

    None of them is a row that any side or fold holds out: what is equal, or nearly, to a text of the table is left out,
    whichever side that is on.

    Raises
    ------
    ConfigError
        If the model is not fine-tuned, or with another loss: nothing would be learned from them.
    DataError
        If the file cannot be read, has no such column or no text that is new.
    """
    if config.data.unlabelled_file is None:
        return NO_TEXTS
    if config.model.recipe == "linear" or config.training.loss != "bce":
        raise ConfigError("unlabelled_file: its texts are learned from by --recipe fine-tune with the loss bce only")
    path = as_path(config.data.unlabelled_file, "unlabelled_file")
    name, most = display_name(path), min(MOST_TEXTS, MOST_TIMES * len(task.y))
    texts: list[Text] = []
    for text in _texts(path, name, task.table.text_columns, ReadOptions.of(config.data)):
        if len(texts) == most:
            logger.warning("%s: only its first %d texts are learned from", name, most)
            break
        texts.append(text)
    if not texts:
        raise DataError(f"{name}: no text; expected some in the column {task.table.text_columns.names[0]!r}")
    new = _new_ones(task, texts, near=config.split.near_duplicates == "together")
    if not new:
        raise DataError(f"{name}: the table has all of its {len(texts)} texts, or nearly; nothing is new in them")
    return Unlabelled(tuple(new), len(texts) - len(new), path.name)


def _texts(path: Path, name: str, columns: TextColumns, reading: ReadOptions) -> Iterator[Text]:
    row = 0
    with closing(read_chunks(path, reading, lambda note: logger.warning("%s", note))) as chunks:
        for records, _ in chunks:
            for record in records:
                row += 1
                try:
                    text = read_text(record, columns)
                except DataError as error:
                    raise DataError(f"{name}, row {row}{error}") from error
                if text is not None:
                    yield text


def _new_ones(task: Task, texts: list[Text], *, near: bool) -> list[Text]:
    """Return the texts that are like no text of the table, and of those that are alike the first."""
    n_rows = len(task.y)
    groups = DuplicateGroups.find(chained(task.table.texts, texts), near=near).groups()
    _, first = np.unique(groups, return_index=True)
    return [texts[index - n_rows] for index in np.sort(first).tolist() if index >= n_rows]
