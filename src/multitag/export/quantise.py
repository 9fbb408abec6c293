"""An fp32 graph quantised to int8, which processors multiply faster."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from multitag.data.texts import Text
from multitag.export.distilbert import Ranges, build_graph, is_distilbert, ranged_tensors, read_config
from multitag.extras import import_extra
from multitag.inference.backends.onnx import INPUTS
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import token_batches
from multitag.threads import available_cores

LAYER = re.compile(r"/layer\.(\d+)/")  # in the names of the nodes, of DistilBERT, BERT and RoBERTa alike
RANGE_TEXTS = 256  # takes seconds; only the sizes of the channels relative to each other matter


def arrange_for_int8(model_folder: Path, fp32: Path, texts: Sequence[Text]) -> Any:
    """Return the graph to quantise: for DistilBERT one arranged by its activations' ranges, else ``fp32`` itself.

    Parameters
    ----------
    model_folder : Path
    fp32 : Path
        Its graph by :func:`~multitag.export.trace.export_onnx`.
    texts : sequence of str, length n_texts
        Such as the graph will be used for; the first 256 are scored.

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
    """Return the largest magnitude of each channel of the tensors that will be quantised."""
    import onnxruntime

    helper: Any = import_extra("onnx", "train").helper
    computed = {name for node in graph.graph.node for name in node.output}
    names = [name for name in ranged_tensors(n_layers) if name in computed]  # not those of a block that takes the mean
    graph.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = available_cores()  # or it takes those that others have, and waits for them
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ranges: dict[str, Any] = {}
    for _, *batch in token_batches(encoder.encode(texts[:RANGE_TEXTS]), encoder.pad_id):
        activations = session.run(names, dict(zip(INPUTS, batch, strict=True)))  # of (batch, tokens, channels)
        for name, values in zip(names, activations, strict=True):
            ranges[name] = np.maximum(ranges.get(name, 0), np.abs(values).max(axis=(0, 1)))
    return ranges


def quantise_int8(graph: Any, target: Path, fp32_layers: int = 0) -> None:
    """Quantise the weights of matrix multiplications per output channel, and their inputs dynamically.

    The embeddings and the head stay fp32: they cost next to nothing, and an error in the head goes straight into the
    logits.

    Parameters
    ----------
    graph : onnx.ModelProto
        Of :func:`arrange_for_int8`.
    target : Path
        The .onnx file to write.
    fp32_layers : int, default 0
        How many of the encoder's first layers stay in fp32: an error there passes through all later ones.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Listed node by node, since the quantiser would take the head's Gemm for a MatMul too.
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
