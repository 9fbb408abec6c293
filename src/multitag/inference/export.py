"""A trained model as ONNX graphs: fp32, and int8 where the processor multiplies bytes faster."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.extras import import_extra
from multitag.inference.onnx import INPUTS, OUTPUT
from multitag.quiet import quiet_transformers

OPSET = 17
LAYER = re.compile(r"/layer\.(\d+)/")  # in the names of the traced nodes, of DistilBERT, BERT and RoBERTa alike


def export_onnx(model_folder: Path, target: Path) -> None:
    """Write the fp32 graph of a model folder.

    The graph takes ``input_ids`` and ``attention_mask`` of shape (batch, tokens), int64, any batch and any number
    of tokens up to the model's limit, and gives ``logits`` (batch, n_labels), float32.

    Parameters
    ----------
    model_folder : Path
        A Hugging Face folder, as a bundle's ``model``.
    target : Path
        The .onnx file to write.

    Raises
    ------
    MissingExtraError
        If torch, transformers or onnx is not installed.
    """
    torch: Any = import_extra("torch", "train")
    transformers: Any = import_extra("transformers", "train")
    import_extra("onnx", "train")
    with quiet_transformers():
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            model_folder, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
        )
    input_ids = torch.ones((2, 8), dtype=torch.int64)
    mask = torch.ones_like(input_ids)
    mask[1, 5:] = 0  # a mask of ones only would be traced away
    axes = {0: "batch", 1: "tokens"}
    # The tracing exporter: the newer one (dynamo=True) takes 17 s instead of 3.4 s for minilm and gives a graph that
    # onnxruntime's quantiser does not take (DESIGN.md).
    with torch.inference_mode(), _quiet_exporter():
        torch.onnx.export(
            _logits_only(model).eval(), (input_ids, mask), str(target), dynamo=False, opset_version=OPSET,
            input_names=INPUTS, output_names=[OUTPUT],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, OUTPUT: {0: "batch"}},
        )  # fmt: skip


def _logits_only(model: Any) -> Any:
    torch: Any = import_extra("torch", "train")

    class LogitsOnly(torch.nn.Module):  # type: ignore[misc]
        """transformers' models take more inputs and give more outputs than the graph has."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.model(input_ids=input_ids, attention_mask=attention_mask).logits

    return LogitsOnly()


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """The exporter warns that it is the older one, and of shape checks that are constant for our inputs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def quantise_int8(source: Path, target: Path, fp32_layers: int = 0) -> None:
    """Quantise the weights of the matrix multiplications, per channel, and their inputs as they come.

    The embeddings and the head stay fp32: they cost next to nothing, and the folded head's inputs are far from zero.

    Parameters
    ----------
    source : Path
        An fp32 graph of :func:`export_onnx`.
    target : Path
        The .onnx file to write.
    fp32_layers : int, default 0
        The first so many layers of the encoder are left as they are: an error there passes through all others.
    """
    onnx: Any = import_extra("onnx", "train")
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(str(source))
    # Named one by one, since the quantiser would take the head's Gemm for a MatMul too.
    chosen = [
        node.name
        for node in graph.graph.node
        if node.op_type == "MatMul" and (layer := LAYER.search(node.name)) and int(layer[1]) >= fp32_layers
    ]
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises, on the root logger, a preprocessing that gains nothing here
    try:
        quantize_dynamic(
            graph,
            target,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_quantize=chosen,
        )
    finally:
        root.setLevel(level)
