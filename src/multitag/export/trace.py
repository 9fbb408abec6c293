"""A trained model as an fp32 ONNX graph."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.errors import ExportError, describe_error
from multitag.export.distilbert import build_graph, is_distilbert, read_config
from multitag.extras import import_extra
from multitag.inference.backends.onnx import INPUTS, OUTPUT
from multitag.quiet import quiet_transformers
from multitag.threads import import_torch

TRACED_OPSET = 17


def export_onnx(model_folder: Path, target: Path) -> None:
    """Write the fp32 graph of a model folder.

    Its inputs are ``input_ids`` and ``attention_mask`` (batch, tokens), int64, of any batch size and any number of
    tokens up to the model's limit; its output is ``logits`` (batch, n_labels), float32.

    Parameters
    ----------
    model_folder : Path
        A Hugging Face folder, as a bundle's ``model``.
    target : Path
        The .onnx file to write.

    Raises
    ------
    ExportError
        If the model is of a kind that cannot be traced.
    MissingExtraError
        If torch, transformers or onnx is not installed.
    """
    onnx: Any = import_extra("onnx", "train")
    if is_distilbert(read_config(model_folder)):
        onnx.save(build_graph(model_folder), str(target))
    else:
        _trace(model_folder, target)


def _trace(model_folder: Path, target: Path) -> None:
    torch: Any = import_torch()
    transformers: Any = import_extra("transformers", "train")
    with quiet_transformers():
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            model_folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        )
    input_ids = torch.ones((2, 8), dtype=torch.int64)
    mask = torch.ones_like(input_ids)
    mask[1, 5:] = 0  # a mask of ones only would be traced away
    axes = {0: "batch", 1: "tokens"}
    # The tracing exporter: the newer one (dynamo=True) takes 17 s instead of 3.4 s for minilm, and onnxruntime's
    # quantiser refuses its graph.
    try:
        with torch.inference_mode(), _quiet_exporter():
            torch.onnx.export(
                _logits_only(model).eval(), (input_ids, mask), str(target), dynamo=False, opset_version=TRACED_OPSET,
                input_names=INPUTS, output_names=[OUTPUT],
                dynamic_axes={"input_ids": axes, "attention_mask": axes, OUTPUT: {0: "batch"}},
            )  # fmt: skip
    except OSError:
        raise
    except Exception as error:  # an operator that ONNX lacks, or code that cannot be traced, raises anything
        target.unlink(missing_ok=True)
        reason = describe_error(error)
        raise ExportError(f"{type(model).__name__}: torch cannot write it as an ONNX graph: {reason}") from error


def _logits_only(model: Any) -> Any:
    torch: Any = import_extra("torch", "train")

    class LogitsOnly(torch.nn.Module):  # type: ignore[misc]
        """The model with the graph's inputs and output only; transformers' models have more."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    return LogitsOnly()


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Silence warnings that the exporter is the older one, and about shape checks that are constant for our inputs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
