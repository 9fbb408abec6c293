"""The torch backend: the fine-tuned weights in transformers."""

from __future__ import annotations

from copy import copy, deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.errors import BundleError, describe_error
from multitag.extras import import_extra
from multitag.inference.backends.device import CPU, REMEDY, NoGpuError
from multitag.inference.backends.limits import GPU_TEXTS, GPU_TOKENS, BatchLimits, DeviceMemoryError
from multitag.quiet import quiet_transformers
from multitag.threads import import_torch


class TorchBackend:
    """The fine-tuned weights in transformers, fp32, on the CPU, or on a GPU.

    Parameters
    ----------
    model_folder : Path
    threads : int, optional
        Threads of torch in this process; by default one per core.
    gpu : bool, default False
        Compute on the current GPU.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    BundleError
        If transformers cannot load the folder, or weights are missing.
    NoGpuError
        If the GPU does not take the weights.
    """

    name = "torch"
    batches_at_once = 1  # torch's own threads spin while they wait: two calls at once hinder each other

    def __init__(self, model_folder: Path, threads: int | None = None, *, gpu: bool = False) -> None:
        self.limits, self.device = BatchLimits(), CPU
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
        if gpu:
            self._move()

    @property
    def has_bf16(self) -> bool:
        """Whether the GPU computes in bf16 itself, not by way of fp32."""
        return bool(self.torch.cuda.is_bf16_supported(including_emulation=False))

    def in_bf16(self) -> TorchBackend:
        """Return a copy on the same GPU that computes in bf16."""
        twin = copy(self)
        twin.model = deepcopy(self.model).to(self.torch.bfloat16)
        twin.device = _describe(self.torch, "bf16")
        return twin

    def _move(self) -> None:
        """Put the weights on the GPU."""
        try:
            self.model.to("cuda")
            self.device = _describe(self.torch, "fp32")
        except RuntimeError as error:  # another process has it, or all of its memory
            raise NoGpuError(f"device: torch cannot use the GPU: {describe_error(error)}; {REMEDY}") from error
        self.limits = BatchLimits(GPU_TOKENS, GPU_TEXTS)

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch; see :class:`~multitag.inference.backends.backend.Backend`."""
        try:
            with self.torch.inference_mode():
                place = self.model.device
                output = self.model(
                    input_ids=self.torch.from_numpy(input_ids).to(place),
                    attention_mask=self.torch.from_numpy(attention_mask).to(place),
                )
                logits: NDArray[np.float32] = output.logits.float().cpu().numpy()
        except self.torch.OutOfMemoryError as error:
            raise DeviceMemoryError(
                f"the memory of {self.device} does not hold {input_ids.size} tokens; end what else uses it, or use the "
                "device cpu"
            ) from error
        except (IndexError, RuntimeError) as error:
            raise BundleError(f"the model cannot score a text: {describe_error(error)}") from error
        return logits

    alone = __call__  # torch always uses all its threads


def _describe(torch: Any, arithmetic: str) -> str:
    return f"cuda ({torch.cuda.get_device_name()}, {arithmetic})"
