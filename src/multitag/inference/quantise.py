"""An fp32 graph to int8, where the processor multiplies bytes faster."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from multitag.data.texts import Text
from multitag.extras import import_extra
from multitag.inference.encoding import TextEncoder
from multitag.inference.graph import Ranges, build_graph, is_distilbert, ranged_tensors, read_config
from multitag.inference.onnx import INPUTS
from multitag.inference.scoring import token_batches

LAYER = re.compile(r"/layer\.(\d+)/")  # in the names of the nodes, of DistilBERT, BERT and RoBERTa alike
RANGE_TEXTS = 256  # seconds of scoring; only the size of the channels beside each other matters


def arrange_for_int8(model_folder: Path, fp32: Path, texts: Sequence[Text]) -> Any:
    """Give the graph to quantise: for DistilBERT one arranged by the ranges of its activations, else ``fp32`` itself.

    Parameters
    ----------
    model_folder : Path
    fp32 : Path
        Its graph by :func:`~multitag.inference.export.export_onnx`.
    texts : sequence of str, length n_texts
        Like those it will be used on; the first 256 are.

    Returns
    -------
    onnx.ModelProto
    """
    config = read_config(model_folder)
    graph = import_extra("onnx", "train").load(str(fp32))
    if not is_distilbert(config) or not texts:
        return graph
    return build_graph(model_folder, _measure_ranges(graph, config["n_layers"], TextEncoder(model_folder), texts))


def _measure_ranges(graph: Any, n_layers: int, encoder: TextEncoder, texts: Sequence[Text]) -> Ranges:
    """Find the largest magnitude of each channel of the tensors that will be quantised."""
    import onnxruntime

    helper: Any = import_extra("onnx", "train").helper
    names = ranged_tensors(n_layers)
    graph.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ranges: dict[str, Any] = {}
    for _, *batch in token_batches(encoder.encode(texts[:RANGE_TEXTS]), encoder.pad_id):
        found = session.run(names, dict(zip(INPUTS, batch, strict=True)))  # (batch, tokens, channels) each
        for name, values in zip(names, found, strict=True):
            ranges[name] = np.maximum(ranges.get(name, 0), np.abs(values).max(axis=(0, 1)))
    return ranges


def quantise_int8(graph: Any, target: Path, fp32_layers: int = 0) -> None:
    """Quantise the weights of the matrix multiplications, per output channel, and their inputs as they come.

    The embeddings and the head stay fp32: they cost next to nothing, and an error in the head goes straight into the
    logits.

    Parameters
    ----------
    graph : onnx.ModelProto
        Of :func:`arrange_for_int8`.
    target : Path
        The .onnx file to write.
    fp32_layers : int, default 0
        The first so many layers of the encoder are left as they are: an error there passes through all others.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

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
