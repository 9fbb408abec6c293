"""bf16 on a GPU, used once it decided as fp32 does: compared on the first texts of a job."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from multitag.inference.backends.backend import Backend

COMPARED_TEXTS = 64
MAX_FLIPPED = 0.01  # share of (text, label) decisions that a faster arithmetic may change

Decide = Callable[[NDArray[np.float32]], NDArray[np.int64]]  # of logits, both of shape (n_texts, n_labels)


class ComparedBackend:
    """Two backends on a GPU, of which the fast one is kept if it decides as a third one does.

    A bundle holds no texts, so that the first 64 of the job are compared, or as many windows of texts. Until then the
    answers are the reference's own: none comes of an arithmetic that may yet be refused.

    Parameters
    ----------
    fast : Backend
        bf16 on the GPU.
    exact : Backend
        fp32 on the GPU, with the same limits; used if more than 1% of the fast one's decisions differ.
    reference : Backend
        fp32 on the CPU.
    decide : callable
        Logits to decisions of 0 and 1, as the bundle makes them.
    """

    batches_at_once = 1

    def __init__(self, fast: Backend, exact: Backend, reference: Backend, decide: Decide) -> None:
        self._decide = decide
        self._reference: Backend | None = reference  # until it is settled
        self._chosen, self._exact = fast, exact
        self._texts = self._cells = self._flipped = 0
        self._comparing = Lock()
        self.limits = fast.limits

    @property
    def name(self) -> str:
        """Name of the backend that answers."""
        return (self._reference or self._chosen).name

    @property
    def device(self) -> str:
        """The device and its arithmetic, and what the comparison said."""
        if self._reference is not None:
            first = f"{COMPARED_TEXTS} texts first, {self._texts} so far"
            return f"{self._reference.device}, with which {self._chosen.device} is compared on {first}"
        refused = f", as bf16 changed {self._flipped / self._cells:.1%} of the decisions" if self._is_refused() else ""
        return f"{self._chosen.device}{refused}"

    def __call__(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.backend.Backend`."""
        with self._comparing:
            if self._reference is None:
                return self._chosen(input_ids, attention_mask)
            count = min(len(input_ids), COMPARED_TEXTS - self._texts)
            logits = self._compare(self._reference, input_ids[:count], attention_mask[:count])
            if self._texts == COMPARED_TEXTS:
                self._settle()
            if count == len(input_ids):
                return logits
            return np.concatenate([logits, self._chosen(input_ids[count:], attention_mask[count:])])

    alone = __call__

    def _compare(
        self, reference: Backend, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Count the decisions that differ, and return the reference's logits."""
        logits = reference.alone(input_ids, attention_mask)
        decisions = [self._decide(each) for each in (logits, self._chosen(input_ids, attention_mask))]
        self._texts += len(input_ids)
        self._cells += decisions[0].size
        self._flipped += int(np.sum(decisions[0] != decisions[1]))
        return logits

    def _is_refused(self) -> bool:
        return self._flipped > MAX_FLIPPED * self._cells

    def _settle(self) -> None:
        """Keep the one of the two that is to be used, and let go of the others, and so of their memory."""
        if self._is_refused():
            self._chosen = self._exact
        self._reference, self._exact = None, self._chosen
