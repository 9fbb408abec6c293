"""What turns token ids into logits. A backend is a callable on one padded batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.layout import ONNX, ONNX_INT8
from multitag.config import BackendName
from multitag.errors import BundleError, ConfigError, said_by
from multitag.extras import import_extra
from multitag.quiet import quiet_transformers
from multitag.threads import import_torch


class Backend(Protocol):
    """Token ids to logits."""

    name: str
    batches_at_once: int  # calls from so many threads at once are faster than one after the other

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

    def alone(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch, as above, with all threads: nothing else is scored meanwhile."""


class TorchBackend:
    """The fine-tuned weights in transformers, fp32, on the CPU.

    Parameters
    ----------
    model_folder : Path
    threads : int, optional
        Threads of one run, for all of torch in this process; by default one a core.

    Raises
    ------
    MissingExtraError
        If torch or transformers is not installed.
    BundleError
        If transformers cannot load the folder, or the weights are not all there.
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
                model, found = transformers.AutoModelForSequenceClassification.from_pretrained(
                    model_folder, use_safetensors=True, trust_remote_code=False, dtype=self.torch.float32,
                    output_loading_info=True,
                )  # fmt: skip
        except Exception as error:  # a config.json can make a model's code fail in any way
            raise BundleError(
                f"{model_folder}: transformers cannot load it: {said_by(error)}"
            ) from error
        lacking = sorted(map(str, [*found["missing_keys"], *found["mismatched_keys"]]))
        if lacking:  # transformers would go on with random weights
            raise BundleError(f"{model_folder}: its weights do not fit its config.json: {lacking[0][:100]} is missing")
        self.model = model.eval()

    def __call__(
        self, input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Score one batch; see :class:`Backend`."""
        try:
            with self.torch.inference_mode():
                output = self.model(
                    input_ids=self.torch.from_numpy(input_ids),
                    attention_mask=self.torch.from_numpy(attention_mask),
                )
        except (IndexError, RuntimeError) as error:
            raise BundleError(f"the model cannot take a text: {said_by(error)}") from error
        logits: NDArray[np.float32] = output.logits.float().numpy()
        return logits

    alone = __call__  # torch's threads are always all of them


def open_backend(bundle_folder: Path, name: BackendName = "auto", threads: int | None = None) -> Backend:
    """Load what a bundle is to be scored with.

    Parameters
    ----------
    bundle_folder : Path
        Of a verified bundle.
    name : {"auto", "onnx", "onnx-int8", "torch"}
        ``auto`` takes the fp32 graph, which gives the model's own probabilities (within 1e-4), and torch where the
        bundle has none. int8 is faster and changes up to 1% of the decisions: it is taken only if asked for.
    threads : int, optional
        Threads of one run; by default one a core.

    Raises
    ------
    ConfigError
        If the name or the number of threads is not one of those allowed.
    BundleError
        If the bundle does not have what was asked for.
    MissingExtraError
        If torch is needed and not installed.
    """
    if name not in get_args(BackendName):
        raise ConfigError(f"backend: expected one of {', '.join(get_args(BackendName))}, got {name!r}")
    if threads is not None and threads < 1:
        raise ConfigError(f"threads: expected at least 1, got {threads}")
    if name == "auto":
        name = "onnx" if (bundle_folder / ONNX).is_file() else "torch"
    if name == "torch":
        return TorchBackend(bundle_folder / "model", threads)
    from multitag.inference.onnx import OnnxBackend

    path = bundle_folder / {"onnx": ONNX, "onnx-int8": ONNX_INT8}[name]
    if not path.is_file():
        raise BundleError(
            f"{bundle_folder}: has no {path.name}; add it with multitag export, or use --backend torch "
            "(why it may have been left out is in onnx/parity.json)"
        )
    return OnnxBackend(path, name, threads)
