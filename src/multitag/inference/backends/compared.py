"""bf16 on a GPU, used once it decided as fp32 does: compared on the first texts of a job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from multitag.inference.backends.backend import Backend

log = logging.getLogger("multitag")

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
        self._fast, self._decide = fast, decide
        self._others: tuple[Backend, Backend] | None = (exact, reference)  # until it is settled
        self._chosen = fast
        self._texts = self._cells = self._flipped = 0
        self._comparing = Lock()
        self.name, self.limits = fast.name, fast.limits

    @property
    def device(self) -> str:
        """The device and its arithmetic, and what the comparison said."""
        if self._others is not None:
            return f"cpu, as {self._fast.device} is compared with it on {COMPARED_TEXTS} texts first, {self._texts} so far"
        if self._chosen is self._fast:
            return self._fast.device
        return f"{self._chosen.device}, as bf16 changed {self._flipped / self._cells:.1%} of the decisions"

    def __call__(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.backend.Backend`."""
        with self._comparing:
            if self._others is None:
                return self._chosen(input_ids, attention_mask)
            count = min(len(input_ids), COMPARED_TEXTS - self._texts)
            logits = self._compare(self._others[1], input_ids[:count], attention_mask[:count])
            if self._texts == COMPARED_TEXTS:
                self._settle(self._others[0])
            if count == len(input_ids):
                return logits
            return np.concatenate([logits, self._chosen(input_ids[count:], attention_mask[count:])])

    alone = __call__

    def _compare(
        self, reference: Backend, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Count the decisions that differ, and return the reference's logits."""
        logits = reference.alone(input_ids, attention_mask)
        decisions = [self._decide(each) for each in (logits, self._fast(input_ids, attention_mask))]
        self._texts += len(input_ids)
        self._cells += decisions[0].size
        self._flipped += int(np.sum(decisions[0] != decisions[1]))
        return logits

    def _settle(self, exact: Backend) -> None:
        self._others = None  # frees their memory
        if self._flipped > MAX_FLIPPED * self._cells:
            self._chosen = exact
            log.warning("predicting on %s", self.device)
        self._fast = self._chosen
