"""Texts to token ids, with the tokenizer.json that training saved and without transformers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from multitag.data.table import Table
from multitag.data.texts import Text
from multitag.data.unknown_tokens import UnknownTokenCounter, UnknownTokens
from multitag.errors import BundleError, DataError, describe_error

# A WordPiece or BPE token covers at most about this many characters. A text is cut to max_length times as many before
# it is tokenised, since the tokenizer takes 17 s for 10 MB, of which little is kept.
MAX_CHARACTERS_PER_TOKEN = 200
OVERLAP = 4  # neighbouring windows share a quarter of their tokens, so that a sentence is whole in one of them


@dataclass(frozen=True)
class EncodedText:
    """The tokens of one text.

    Parameters
    ----------
    windows : list of list of int
        Token ids of each window, at least one, including special tokens, without padding.
    truncated : bool
        Whether the text has more tokens, which are not read.
    """

    windows: list[list[int]]
    truncated: bool

    @property
    def n_tokens(self) -> int:
        """Tokens in all windows."""
        return sum(map(len, self.windows))


class TextEncoder:
    """Tokenises texts as in training.

    Parameters
    ----------
    model_folder : Path
        A Hugging Face model folder with config.json, tokenizer.json and tokenizer_config.json.

    Raises
    ------
    BundleError
        If the tokenizer cannot be read.
    """

    def __init__(self, model_folder: Path) -> None:
        from tokenizers import Tokenizer

        self.path = model_folder / "tokenizer.json"
        settings = json.loads((model_folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        config = json.loads((model_folder / "config.json").read_text(encoding="utf-8"))
        self.max_length = int(settings["model_max_length"])
        self.pad_id = int(config["pad_token_id"])
        with _tokenizer_errors(self.path):
            self.tokenizer = Tokenizer.from_file(str(self.path))
            self.tokenizer.enable_truncation(self.max_length, stride=self.max_length // OVERLAP)
            self.tokenizer.no_padding()

    def encode(self, texts: Sequence[Text]) -> list[list[int]]:
        """Tokenise texts, cut to ``max_length`` tokens.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
            A pair is read in two segments.

        Returns
        -------
        list of list of int, length n_texts
            Token ids, including special tokens, without padding.

        Raises
        ------
        DataError
            If a text is not a string, or holds half of a surrogate pair, which no encoding of text allows.
        BundleError
            If the tokenizer fails at a text, or returns no token for one.
        """
        return [windows[0] for windows in self.encode_windows(texts, 1)]

    def encode_windows(self, texts: Sequence[Text], max_windows: int) -> list[list[list[int]]]:
        """Tokenise texts in overlapping windows of ``max_length`` tokens.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
        max_windows : int
            Per text, from its start; what is beyond the last window is not read.

        Returns
        -------
        list of list of list of int, length n_texts
            The windows of each text, at least one: token ids, including special tokens, without padding.

        Raises
        ------
        DataError, BundleError
            As :meth:`encode`.
        """
        return [encoded.windows for encoded in self.encode_texts(texts, max_windows)]

    def encode_texts(self, texts: Sequence[Text], max_windows: int) -> list[EncodedText]:
        """Tokenise texts as :meth:`encode_windows`, and tell which of them were cut.

        Parameters
        ----------
        texts : sequence of str or of (str, str), length n_texts
        max_windows : int

        Returns
        -------
        list of EncodedText, length n_texts

        Raises
        ------
        DataError, BundleError
            As :meth:`encode`.
        """
        texts = list(texts)
        longest = self.max_length * MAX_CHARACTERS_PER_TOKEN * max_windows
        for number, text in enumerate(texts):
            check_text(text, number)
        cut = [
            text[:longest] if isinstance(text, str) else (text[0][:longest], text[1][:longest]) for text in texts
        ]
        with _tokenizer_errors(self.path):
            encoded = self.tokenizer.encode_batch_fast(cut)
            beyond = [first.overflowing for first in encoded]  # copied out of the library at every look
        rows = [
            EncodedText(
                [first.ids, *(window.ids for window in more[: max_windows - 1])],
                truncated=len(more) >= max_windows or start != text,
            )
            for first, more, start, text in zip(encoded, beyond, cut, texts, strict=True)
        ]
        if not all(all(row.windows) for row in rows):
            raise BundleError(f"{self.path}: returns no token for a text; expected at least the special ones")
        return rows

    def extent(self, text: str, max_windows: int = 1) -> tuple[int, int]:
        """Measure how far into a text its windows reach.

        Parameters
        ----------
        text : str
        max_windows : int
            As in :meth:`encode_windows`.

        Returns
        -------
        read : int
            Characters up to the end of the last token that is read.
        needed : int
            Characters up to where the windows would reach if any part of what is read were left out.

        Raises
        ------
        DataError, BundleError
            As :meth:`encode`.
        """
        check_text(text, 0)
        with _tokenizer_errors(self.path):
            first = self.tokenizer.encode(text[: self.max_length * MAX_CHARACTERS_PER_TOKEN * max_windows])
            ends = [max((end for _, end in part.offsets), default=0) for part in (first, *first.overflowing)]
        # Twice as many windows, and one for the overlap, hold twice as many tokens.
        return max(ends[:max_windows]), max(ends[: 2 * max_windows + 1])

    def count_unknown(self, texts: Sequence[Sequence[Sequence[int]]]) -> UnknownTokens:
        """Count the unknown tokens of texts as :meth:`encode_windows` returns them."""
        return self._counter.count([windows[0] if len(windows) == 1 else [*chain(*windows)] for windows in texts])

    @cached_property
    def _counter(self) -> UnknownTokenCounter:
        return UnknownTokenCounter(self.tokenizer)


@contextmanager
def _tokenizer_errors(path: Path) -> Iterator[None]:
    """Turn what the Rust library raises on a tokenizer that it cannot use, panics included, into one line."""
    try:
        yield
    except BaseException as error:
        # It raises bare Exception, and panics as a BaseException that is not Ctrl-C.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise BundleError(f"{path}: not a usable tokenizer: {describe_error(error)}") from error


def check_texts(texts: object, column: str = "text") -> None:
    """Refuse what is not a row of texts, though it can be iterated: a string, a table, keys and values, bytes, a set.

    Parameters
    ----------
    texts : object
    column : str
        The column of a table that holds the texts, for the message.

    Raises
    ------
    DataError
        Says what came and what to pass instead.
    """
    kind = type(texts).__name__
    article = "an" if kind[0].lower() in "aeiou" else "a"
    if isinstance(texts, str):
        raise DataError("expected a list of texts, got one str; write [text]")
    if isinstance(texts, Mapping):
        raise DataError(f"expected a list of texts, got a {kind}; pass the texts, such as [record[{column!r}]]")
    names = getattr(texts, "columns", getattr(texts, "column_names", None))
    if names is not None and not callable(names):
        if column not in list(names):
            column = "COLUMN"
        raise DataError(f'expected a list of texts, got {article} {kind}; pass df["{column}"]')
    if isinstance(texts, Table):
        raise DataError("expected a list of texts, got a Table; pass table.texts")
    dimensions = getattr(texts, "ndim", 1)
    if dimensions != 1:
        raise DataError(f"expected a list of texts, got {article} {kind} of {dimensions} dimensions; pass one column")
    if isinstance(texts, (bytes, bytearray, memoryview, set, frozenset, Path)) or not isinstance(texts, Iterable):
        raise DataError(f"expected a list of texts, got {article} {kind}")


def check_text(text: object, number: int) -> None:
    """Refuse anything but a text or a pair of texts.

    Raises
    ------
    DataError
        Names the position (from 0) and what is there.
    """
    for part in text if isinstance(text, tuple) and len(text) == 2 else (text,):
        if not isinstance(part, str):
            raise DataError(f"text {number}: expected str, got {type(part).__name__}")
        try:
            part.encode("utf-8")
        except UnicodeEncodeError as error:
            raise DataError(
                f"text {number}: character {error.start} is half of a surrogate pair; "
                "decode the text as UTF-8 first"
            ) from error


def pad_batch(
    rows: Sequence[Sequence[int]], pad_id: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pad token ids to the longest row.

    Returns
    -------
    input_ids, attention_mask : ndarray of int64, shape (batch, tokens)
        The mask is 1 on tokens and 0 on padding.

    Examples
    --------
    >>> ids, mask = pad_batch([[5, 6], [7]], pad_id=0)
    >>> ids.tolist(), mask.tolist()
    ([[5, 6], [7, 0]], [[1, 1], [1, 0]])
    """
    lengths = np.array([len(row) for row in rows])
    mask = (np.arange(lengths.max()) < lengths[:, None]).astype(np.int64)  # (batch, tokens)
    ids = np.full(mask.shape, pad_id, dtype=np.int64)
    ids[mask.astype(bool)] = np.concatenate([np.asarray(row, dtype=np.int64) for row in rows])
    return ids, mask
