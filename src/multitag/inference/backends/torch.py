"""The torch backend: the fine-tuned weights in transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError, describe_error
from multitag.extras import import_extra
from multitag.quiet import quiet_transformers
from multitag.threads import import_torch


class TorchBackend:
    """The fine-tuned weights in transformers, fp32, on the CPU.

    Parameters
    ----------
    model_folder : Path
    threads : int, optional
        Threads of torch in this process; by default one per core.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    BundleError
        If transformers cannot load the folder, or weights are missing.
    """

    name = "torch"
    batches_at_once = 1  # torch's own threads spin while they wait: two calls at once hinder each other

    def __init__(self, model_folder: Path, threads: int | None = None) -> None:
        self.torch: Any = import_torch()
        transformers: Any = import_extra("transformers", "train")
        if threads is not None:
            self.torch.set_num_threads(threads)
        try:
            with quiet_transformers():
                model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
                    model_folder, use_safetensors=True, trust_remote_code=False, dtype=self.torch.float32,
                    output_loading_info=True,
                )  # fmt: skip
        except Exception as error:  # a config.json can make a model's code fail in any way
            raise BundleError(
                f"{model_folder}: transformers cannot load it: {describe_error(error)}"
            ) from error
        lacking = sorted(map(str, [*loading["missing_keys"], *loading["mismatched_keys"]]))
        if lacking:  # transformers would go on with random ones
            raise BundleError(f"{model_folder}: its weights do not fit its config.json: {lacking[0][:100]} is missing")
        self.model = model.eval()

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.backend.Backend`."""
        try:
            with self.torch.inference_mode():
                output = self.model(
                    input_ids=self.torch.from_numpy(input_ids),
                    attention_mask=self.torch.from_numpy(attention_mask),
                )
        except (IndexError, RuntimeError) as error:
            raise BundleError(f"the model cannot score a text: {describe_error(error)}") from error
        logits: NDArray[np.float32] = output.logits.float().numpy()
        return logits

    alone = __call__  # torch always uses all its threads
