"""The arithmetic of a DistilBERT classifier, counted on real tokens only.

A multiplication with an addition counts as two operations. Counted are the matrix products; biases, norms, softmax,
GELU, dropout and the optimiser are not: together they are below 1% of the operations, if not of the time.

For a text of n tokens, L blocks of width d with a feed-forward part of width h, and k labels:

* a whole block: ``n (8 d^2 + 4 d h)`` for query, key, value, output and the two feed-forward layers, and ``4 n^2 d``
  for the scores and the weighted sums of attention;
* the last block, as far as it must be done: the head reads the first token only, so that the others need keys and
  values and nothing else: ``4 n d^2 + 4 d^2 + 4 d h + 4 n d``;
* the head: ``2 d k``; the stock class has one more layer there, ``2 d^2``, that a linear head does without.

``stock`` counts what the stock class computes on these tokens; ``needed`` what must be computed. A training step takes
three times its forward pass: gradients of the inputs and of the weights are two more products of the same size each.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TRAINING_STEP = 3  # times the forward pass


@dataclass(frozen=True)
class Geometry:
    """The sizes that arithmetic depends on."""

    layers: int
    dim: int
    hidden_dim: int
    n_labels: int

    @classmethod
    def read(cls, folder: Path, n_labels: int) -> Geometry:
        """Read a DistilBERT folder's config.json."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return cls(config["n_layers"], config["dim"], config["hidden_dim"], n_labels)


@dataclass(frozen=True)
class Tokens:
    """Sums over texts of n tokens each: all that the counts need to know of them.

    Parameters
    ----------
    rows, tokens, squares : float
        Sums of 1, n and n squared. The special tokens count, padding does not.
    """

    rows: float
    tokens: float
    squares: float

    @classmethod
    def of(cls, lengths: Iterable[int]) -> Tokens:
        """Sum over lengths."""
        lengths = list(lengths)
        return cls(len(lengths), sum(lengths), sum(length**2 for length in lengths))


def stock(geometry: Geometry, texts: Tokens) -> float:
    """Count the forward pass of the stock class."""
    d = geometry.dim
    head = texts.rows * (2 * d**2 + 2 * d * geometry.n_labels)
    return geometry.layers * _block(geometry, texts) + head


def needed(geometry: Geometry, texts: Tokens) -> float:
    """Count the forward pass as far as it must be done."""
    d, h = geometry.dim, geometry.hidden_dim
    last = texts.tokens * (4 * d**2 + 4 * d) + texts.rows * (4 * d**2 + 4 * d * h)
    head = texts.rows * 2 * d * geometry.n_labels
    return (geometry.layers - 1) * _block(geometry, texts) + last + head


def _block(geometry: Geometry, texts: Tokens) -> float:
    d, h = geometry.dim, geometry.hidden_dim
    return texts.tokens * (8 * d**2 + 4 * d * h) + texts.squares * 4 * d
