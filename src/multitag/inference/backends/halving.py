"""A GPU whose memory runs out takes half of the batch, and goes on."""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from multitag.inference.backends.backend import Backend
from multitag.inference.backends.limits import BatchLimits, DeviceMemoryError

log = logging.getLogger("multitag")


class HalvingBackend:
    """A backend on a GPU that halves a batch which does not fit, and all later ones with it.

    Parameters
    ----------
    backend : Backend
        Raises DeviceMemoryError where its memory runs out.
    limits : BatchLimits
        Of the backend; lowered then.
    """

    batches_at_once = 1  # batches take turns on a GPU

    def __init__(self, backend: Backend, limits: BatchLimits) -> None:
        self._backend, self.limits = backend, limits
        self.name, self.device = backend.name, backend.device

    def __call__(self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score one batch, in halves if it must be.

        Raises
        ------
        DeviceMemoryError
            If not even one text fits.
        """
        try:
            return self._backend(input_ids, attention_mask)
        except DeviceMemoryError:
            if len(input_ids) == 1:
                raise
        # Outside of the except block: the error would keep what it was raised over, and so the memory.
        self.limits.halve(input_ids.size)
        log.warning("out of memory on %s: batches of at most %d tokens from now on", self.device, self.limits.tokens)
        middle = len(input_ids) // 2
        halves = (slice(None, middle), slice(middle, None))
        return np.concatenate([self(input_ids[half], attention_mask[half]) for half in halves])

    alone = __call__
