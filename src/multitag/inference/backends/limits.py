"""How much of the texts a backend takes at once."""

from __future__ import annotations

from dataclasses import dataclass

from multitag.errors import MultitagError
from multitag.inference.options import DEFAULT_BATCH_SIZE

CPU_TOKENS = 512  # the working memory of a batch then stays in the processor's cache
GPU_TOKENS = 32_768  # a guess, not measured: enough to keep a GPU busy, little enough for small ones
GPU_TEXTS = 4096


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

    def halve(self, tokens: int) -> None:
        """Take half of a batch of so many tokens from now on."""
        self.tokens = max(1, min(self.tokens, tokens // 2))
