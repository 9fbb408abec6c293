"""What turns token ids into logits. A backend is a callable on one padded batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError
from multitag.extras import import_extra
from multitag.quiet import quiet_transformers


class Backend(Protocol):
    """Token ids to logits."""

    name: str

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch.

        Parameters
        ----------
        input_ids, attention_mask : ndarray of int64, shape (batch, tokens)

        Returns
        -------
        ndarray of float32, shape (batch, n_labels)
            Logits.
        """


class TorchBackend:
    """The fine-tuned weights in transformers, fp32, on the CPU.

    Parameters
    ----------
    model_folder : Path

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    BundleError
        If transformers cannot load the folder.
    """

    name = "torch"

    def __init__(self, model_folder: Path) -> None:
        self.torch: Any = import_extra("torch", "train")
        transformers: Any = import_extra("transformers", "train")
        damaged: type[Exception] = import_extra("safetensors", "train").SafetensorError
        try:
            with quiet_transformers():
                self.model = transformers.AutoModelForSequenceClassification.from_pretrained(
                    model_folder, use_safetensors=True, trust_remote_code=False, dtype=self.torch.float32
                ).eval()
        except (ValueError, OSError, KeyError, RuntimeError, damaged) as error:
            raise BundleError(
                f"{model_folder}: transformers cannot load it: {' '.join(str(error).split())[:300]}"
            ) from error

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch; see :class:`Backend`."""
        with self.torch.inference_mode():
            output = self.model(
                input_ids=self.torch.from_numpy(input_ids),
                attention_mask=self.torch.from_numpy(attention_mask),
            )
        logits: NDArray[np.float32] = output.logits.float().numpy()
        return logits
