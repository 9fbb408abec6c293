"""How much of the texts a backend takes at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

from multitag.errors import MultitagError
from multitag.inference.options import DEFAULT_BATCH_SIZE

CPU_TOKENS = 512  # the working memory of a batch then stays in the processor's cache
GPU_TOKENS = 32_768  # a guess, not measured: enough to keep a GPU busy, little enough for small ones
GPU_TEXTS = 4096
MEASURED_TOKENS = (512, 1024, 2048, 4096)
MEASURING_SECONDS = 0.5
WORTH_MEASURING = 32_768  # tokens: a thousand texts of 32


class DeviceMemoryError(MultitagError):
    """A batch that does not fit into the memory of its device."""


@dataclass
class BatchLimits:
    """The most that a batch holds; on a GPU it shrinks while a job runs, and stays so for the rest of it.

    Parameters
    ----------
    tokens : int
        Padding included.
    texts : int
        Where the caller leaves their number at its default.
    """

    tokens: int = CPU_TOKENS
    texts: int = DEFAULT_BATCH_SIZE

    def texts_of(self, batch_size: int, longest: int) -> int:
        """Return how many texts a batch takes.

        Parameters
        ----------
        batch_size : int
            Texts at most, as the caller asked; the default leaves it to the device.
        longest : int
            Tokens of the longest text, at least 1.
        """
        most = self.texts if batch_size == DEFAULT_BATCH_SIZE else batch_size
        return min(most, max(1, self.tokens // longest))

    def expect(self, tokens: int) -> None:
        """Hear how many tokens there are to score, before the first batch of them is asked for."""

    def measured(self, tokens: int, seconds: float) -> None:
        """Hear how long a batch took, padding included."""

    def halve(self, tokens: int) -> None:
        """Take half of a batch of so many tokens from now on."""
        self.tokens = max(1, min(self.tokens, tokens // 2))


class MeasuredLimits(BatchLimits):
    """Limits that try several numbers of tokens in the first half second of a long job, and keep the fastest.

    Measured on the job's own batches, by turns, so that nothing is computed twice. Which is the fastest depends on the
    machine and what else it does, so that the probabilities of two runs may differ by what a batch changes
    (docs/performance.md).
    """

    def __init__(self, limits: BatchLimits) -> None:
        super().__init__(limits.tokens, GPU_TEXTS)
        self._worth_it = False
        self._seconds = dict.fromkeys(MEASURED_TOKENS, 0.0)
        self._tokens = dict.fromkeys(MEASURED_TOKENS, 0)
        self._turns = cycle(MEASURED_TOKENS)
        self.chosen: int | None = None

    def expect(self, tokens: int) -> None:
        """Hear how many tokens there are: few are worth neither measuring nor large batches."""
        self._worth_it = tokens >= WORTH_MEASURING

    def texts_of(self, batch_size: int, longest: int) -> int:
        """Return how many texts a batch takes; see :class:`BatchLimits`."""
        chosen = (self.chosen or next(self._turns)) if self._worth_it else self.tokens
        return BatchLimits(chosen, self.texts).texts_of(batch_size, longest)

    def measured(self, tokens: int, seconds: float) -> None:
        """Hear how long a batch took; the half second is over once all batches together took that long."""
        if self.chosen is not None or not self._worth_it:
            return
        budget = min(MEASURED_TOKENS, key=lambda budget: abs(budget - tokens))
        self._seconds[budget] += seconds
        self._tokens[budget] += tokens
        if sum(self._seconds.values()) > MEASURING_SECONDS and all(self._tokens.values()):
            self.chosen = max(MEASURED_TOKENS, key=lambda budget: self._tokens[budget] / self._seconds[budget])
