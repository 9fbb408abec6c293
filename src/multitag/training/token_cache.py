"""Tokens of large tables on disk: written once, whole or not at all, and mapped into memory as they are read."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from multitag.atomic import new_folder, remove_leftovers, system_errors_as_output_errors
from multitag.data.tokens import Tokens, offsets_of, tokenise
from multitag.digests import sha256_of_files

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from multitag.data.texts import Text

logger = logging.getLogger("multitag")

CACHED_FROM = 100_000  # texts; fewer are tokenised in memory, in seconds
FORMAT = 1  # of the files; another number makes them anew
IDS, OFFSETS, DIGEST = "ids.int32", "offsets.int64", "ids.sha256"


def load_or_tokenise(
    texts: Sequence[Text], tokenizer: PreTrainedTokenizerFast, max_length: int, folder: Path
) -> Tokens:
    """Tokenise texts in memory, or where they are 100,000 or more into files that are then mapped.

    Files that are there already are used if they were made from the same texts in the same order, the same tokenizer
    and the same length, and are not damaged.

    Parameters
    ----------
    texts : sequence of str or of (str, str), length n_rows
    tokenizer : PreTrainedTokenizerFast
    max_length : int
        Longer texts are cut off after this many tokens, special ones counted.
    folder : Path
        Where files go; its parent must exist.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    if len(texts) < CACHED_FROM:
        return Tokens.from_texts(texts, tokenizer, max_length)
    target = folder / made_from(texts, tokenizer, max_length)
    if target.exists():
        if (tokens := _read(target)) is not None:
            return tokens
        logger.warning("%s: the tokens kept there are damaged; they are made again", target)
        shutil.rmtree(target)
    with system_errors_as_output_errors(folder):
        folder.mkdir(exist_ok=True)
    remove_leftovers(folder, ["*"])
    with new_folder(target) as partial:
        _write(partial, texts, tokenizer, max_length)
    return _map(target)


def made_from(texts: Sequence[Text], tokenizer: PreTrainedTokenizerFast, max_length: int) -> str:
    """Name what tokens are made from, by a SHA-256 over the texts, the tokenizer and the length."""
    rules = json.loads(tokenizer.backend_tokenizer.to_str())
    rules["truncation"] = rules["padding"] = None  # as it was last used, which says nothing
    digest = hashlib.sha256(json.dumps([FORMAT, max_length, rules]).encode())
    for text in texts:
        digest.update(json.dumps(text).encode())
    return digest.hexdigest()[:32]


def _write(folder: Path, texts: Sequence[Text], tokenizer: PreTrainedTokenizerFast, max_length: int) -> None:
    counted, digest = [], hashlib.sha256()
    with (folder / IDS).open("wb") as file:
        for ids, lengths in tokenise(texts, tokenizer, max_length):
            content = ids.astype("<i4").tobytes()
            file.write(content)
            digest.update(content)
            counted.append(lengths)
    content = offsets_of(counted).astype("<i8").tobytes()
    (folder / OFFSETS).write_bytes(content)
    digest.update(content)
    (folder / DIGEST).write_text(digest.hexdigest() + "\n", encoding="ascii")


def _read(folder: Path) -> Tokens | None:
    """Map the files of a folder; None if they are not what was written."""
    try:
        digest = sha256_of_files(folder / IDS, folder / OFFSETS)
        noted = (folder / DIGEST).read_bytes().strip()
    except OSError:
        return None
    return _map(folder) if noted == digest.encode() else None


def _map(folder: Path) -> Tokens:
    return Tokens(np.memmap(folder / IDS, dtype="<i4", mode="r"), np.fromfile(folder / OFFSETS, dtype="<i8"))
