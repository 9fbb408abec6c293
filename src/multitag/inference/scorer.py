"""What computes a bundle's probabilities: its tokenizer and a backend, or the fastest of several."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.config import BackendName, Pool
from multitag.data.texts import Text
from multitag.data.unknown_tokens import UnknownTally
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.inference.backends.backend import Backend, open_backend
from multitag.inference.backends.device import Gpu
from multitag.inference.backends.gpu import open_on
from multitag.inference.encoding import EncodedText, TextEncoder, check_text
from multitag.inference.fastest import WORTH_CHOOSING, choose_fastest, draw_texts, faster_names
from multitag.inference.options import DEFAULT_BATCH_SIZE
from multitag.inference.scoring import MAX_WINDOWS, score_encoded, score_texts, sigmoid


class Scorer:
    """Scores texts with a bundle's model.

    Parameters
    ----------
    bundle : Bundle
        Opened and verified.
    backend, threads
        As in :func:`multitag.load`.
    cuts : ndarray of float64, shape (n_labels,)
        Calibrated probability from which each label is predicted: a backend may take another's place if it decides
        alike.
    pool : {"mean", "max"}, optional
        As in :func:`~multitag.inference.scoring.score_texts`.
    gpu : Gpu, optional
        What computes on a GPU; by default the CPU computes.
    exact : bool
        Whether nothing but fp32 may compute.
    """

    def __init__(
        self, bundle: Bundle, backend: BackendName, threads: int | None, *, cuts: NDArray[np.float64],
        pool: Pool | None, gpu: Gpu | None, exact: bool,
    ) -> None:  # fmt: skip
        self._bundle, self._threads, self._cuts, self._pool = bundle, threads, cuts, pool
        self._encoder = TextEncoder(bundle.folder / "model")
        self._backend = open_on(gpu, bundle.folder, backend, threads, None if exact else self._decide_logits)
        # Which backend is the fastest is decided on texts; a GPU is as fast as it gets.
        self._undecided, self._deciding, self._reason = backend == "fast" and gpu is None, Lock(), ""
        self._texts_seen = 0

    @property
    def backend(self) -> str:
        """Name of the backend in use."""
        return self._backend.name

    @property
    def undecided(self) -> bool:
        """Whether the fastest backend was asked for, and too few texts have come to tell which it is."""
        return self._undecided

    @property
    def device(self) -> str:
        """What computes, such as ``"cpu"`` or ``"cuda (NVIDIA H200, bf16)"``, and why if the fastest was asked for."""
        waiting = f", as {self._texts_seen} texts are too few to load others for" if self._undecided else ""
        return f"{self._backend.device}{self._reason}{waiting}"

    @property
    def max_length(self) -> int:
        """Tokens that the model reads of a text, or of each of its windows, the special ones included."""
        return self._encoder.max_length

    @property
    def max_windows(self) -> int:
        """Windows that a text is read in at most."""
        return 1 if self._pool is None else MAX_WINDOWS

    @property
    def batches_at_once(self) -> int:
        """As many threads calling :meth:`score_encoded` at once are faster than one after the other."""
        return self._backend.batches_at_once

    def encode(self, texts: Sequence[Text]) -> list[EncodedText]:
        """Tokenise texts for :meth:`score_encoded`."""
        return self._encoder.encode_texts(texts, self.max_windows)

    def extent(self, text: str) -> tuple[int, int]:
        """Measure how much of a text is read; see :meth:`~multitag.inference.encoding.TextEncoder.extent`."""
        return self._encoder.extent(text, self.max_windows)

    def score_encoded(self, encoded: Sequence[EncodedText], *, alone: bool) -> NDArray[np.float32]:
        """Score tokenised texts in the calling thread; see :func:`~multitag.inference.scoring.score_encoded`."""
        windows = [text.windows for text in encoded]
        n_labels = len(self._bundle.label_set)
        return score_encoded(windows, self._backend, self._encoder.pad_id, n_labels, self._pool, alone=alone)

    def score(
        self, texts: Sequence[Text], batch_size: int = DEFAULT_BATCH_SIZE, tally: UnknownTally | None = None
    ) -> NDArray[np.float32]:
        """Score texts; see :func:`~multitag.inference.scoring.score_texts`."""
        return self._score_by(self._backend, texts, batch_size, tally)

    def choose_fastest(self, texts: Sequence[Text]) -> None:
        """Let the fastest backend that decides as the exact one compute from now on, once there are texts enough."""
        for number, text in enumerate(texts):
            check_text(text, number)  # or an error would tell a bad text's place in the sample
        sample = draw_texts(texts, self._backend.batches_at_once)
        with self._deciding:
            self._texts_seen += len(texts)
            if not (self._undecided and sample) or self._texts_seen < WORTH_CHOOSING:
                return
            folder = self._bundle.folder
            others = {name: partial(open_backend, folder, name, self._threads) for name in faster_names(folder)}
            fastest = choose_fastest(self._backend, others, partial(self._score_by, texts=sample), self._decide)
            self._bundle.check_unchanged()  # what was loaded is what was verified
            self._backend, self._reason, self._undecided = fastest.backend, fastest.reason, False

    def _score_by(
        self, backend: Backend, texts: Sequence[Text], batch_size: int = DEFAULT_BATCH_SIZE,
        tally: UnknownTally | None = None,
    ) -> NDArray[np.float32]:  # fmt: skip
        return score_texts(self._encoder, backend, texts, len(self._bundle.label_set), batch_size, self._pool, tally)

    def _decide(self, y_raw: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        y_prob = self._bundle.calibration.apply(y_raw)
        return y_prob, apply_thresholds(y_prob, self._cuts)

    def _decide_logits(self, logits: NDArray[np.float32]) -> NDArray[np.int64]:
        return self._decide(sigmoid(logits))[1]
