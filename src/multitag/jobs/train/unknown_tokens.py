"""Before a run begins: whether the base model knows the tokens of the texts."""

from __future__ import annotations

import logging

import numpy as np

from multitag.config import Config
from multitag.data.task import Task
from multitag.data.tokens import Tokens
from multitag.data.unknown_tokens import ANOTHER_MODEL, REFUSED_ABOVE, UnknownTokenCounter, UnknownTokens
from multitag.errors import DataError
from multitag.model.base import BaseModel
from multitag.model.build import load_tokenizer

logger = logging.getLogger("multitag")

MOST_TEXTS = 10_000  # evenly spread over the table: a second, and the share of them all to within a percent


def check_unknown_tokens(task: Task, base: BaseModel, config: Config) -> tuple[UnknownTokens, tuple[str, ...]]:
    """Count what the base model does not know of the texts, as far as it reads them; log a note where it is much.

    Parameters
    ----------
    task : Task
        All of its texts are counted, or 10,000 of them where there are more.
    base : BaseModel
    config : Config

    Returns
    -------
    unknown : UnknownTokens
    notes : tuple of str
        One where more than 5% of the tokens is unknown.

    Raises
    ------
    DataError
        If more than 30% is, unless the settings allow it.
    """
    n_texts = len(task.table.texts)
    rows = np.linspace(0, n_texts - 1, min(n_texts, MOST_TEXTS)).astype(int)
    texts = [task.table.texts[row] for row in rows]
    tokenizer = load_tokenizer(base, config.model.max_length)
    tokens = Tokens.from_texts(texts, tokenizer, config.model.max_length)
    counter = UnknownTokenCounter(tokenizer.backend_tokenizer)
    unknown = UnknownTokens.of(*counter.per_text(tokens.ids, np.diff(tokens.offsets)))
    if unknown.share > REFUSED_ABOVE and not config.model.allow_unknown_tokens:
        raise DataError(
            f"{task.table.source}: {unknown.describe(base.name)}; take {ANOTHER_MODEL}, or train all the same with "
            "--allow-unknown-tokens"
        )
    note = unknown.note(base.name, f"take {ANOTHER_MODEL}")
    if note is None:
        return unknown, ()
    logger.warning("%s", note)
    return unknown, (note,)
