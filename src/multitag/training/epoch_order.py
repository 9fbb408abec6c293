"""The order of the rows within an epoch, drawn again when a run resumes in the middle of one.

The Trainer draws the order of a length-grouped epoch from torch's global random state, and a checkpoint holds
that state as it is after some of the epoch's dropout: a run that resumes there would skip the first batches
of another order. So the state that the order was drawn from is kept beside each checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import Sampler
from transformers import TrainerCallback

EPOCH_ORDER_FILE = "epoch_order.safetensors"


class EpochOrder(TrainerCallback):
    """Keep the random state of an epoch's order with each checkpoint, and start from it when resumed.

    Parameters
    ----------
    checkpoint : Path, optional
        What the run resumes from.
    """

    def __init__(self, checkpoint: Path | None) -> None:
        self.state = torch.get_rng_state()
        self.restored = None if checkpoint is None else load_file(checkpoint / EPOCH_ORDER_FILE)["state"]

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Draw a new order where the checkpoint is at the end of an epoch."""
        if state.epoch is None or float(state.epoch).is_integer():
            self.restored = None

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Write the state beside the checkpoint that was just saved."""
        checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        save_file({"state": self.state}, checkpoint / EPOCH_ORDER_FILE)

    def before_drawing(self) -> None:
        """Note the state that the next order is drawn from, or put back the one that was noted."""
        if self.restored is not None:
            torch.set_rng_state(self.restored)
            self.restored = None
        self.state = torch.get_rng_state()


class RememberedOrder(Sampler[int]):
    """A sampler whose draws are noted in an :class:`EpochOrder`."""

    def __init__(self, sampler: Sampler[int], order: EpochOrder) -> None:
        self.sampler, self.order = sampler, order

    def __len__(self) -> int:
        """Count the rows of an epoch."""
        return len(self.sampler)  # type: ignore[arg-type]  # torch leaves it to the kinds of sampler

    def __iter__(self) -> Iterator[int]:
        """Draw an order."""
        self.order.before_drawing()
        return iter(self.sampler)
