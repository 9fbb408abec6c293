"""An fp32 graph quantised to int8, which processors multiply faster."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multitag.data.texts import Text
from multitag.export.distilbert import Ranges, build_graph, is_distilbert, ranged_tensors, read_config
from multitag.extras import import_extra
from multitag.inference.backends.onnx import INPUTS
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import token_batches
from multitag.threads import available_cores

LAYER = re.compile(r"/layer\.(\d+)/")  # in the names of the nodes, of DistilBERT, BERT and RoBERTa alike
LARGEST_INT8 = 127
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
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ranges: dict[str, Any] = {}
    for _, *batch in token_batches(encoder.encode(texts[:RANGE_TEXTS]), encoder.pad_id):
        activations = session.run(names, dict(zip(INPUTS, batch, strict=True)))  # of (batch, tokens, channels)
        for name, values in zip(names, activations, strict=True):
            ranges[name] = np.maximum(ranges.get(name, 0), np.abs(values).max(axis=(0, 1)))
    return ranges


def quantise_int8(graph: Any, target: Path, fp32_layers: int = 0) -> None:
    """Quantise the weights of matrix multiplications per output channel, and their inputs dynamically.

    ``onnxruntime.quantization.quantize_dynamic`` writes the same integers and scales, channel by channel: 3.5 CPU
    seconds for minilm instead of 0.2.

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
    onnx: Any = import_extra("onnx", "train")
    constants = {tensor.name: tensor for tensor in graph.graph.initializer}
    made: dict[str, Any] = {}  # constants by their names
    nodes, quantised = [], set()
    for node in graph.graph.node:
        layer = LAYER.search(node.name)
        if node.op_type == "MatMul" and layer and int(layer[1]) >= fp32_layers and node.input[1] in constants:
            weight = node.input[1]
            quantised.add(weight)
            nodes += _multiply_integers(onnx, node, made)
            if f"{weight}_quantized" not in made:
                made.update(_quantise_weight(onnx, weight, onnx.numpy_helper.to_array(constants[weight])))
        else:
            nodes.append(node)
    kept = {name for node in nodes for name in node.input}
    weights = [tensor for tensor in constants.values() if tensor.name in kept or tensor.name not in quantised]
    small = onnx.helper.make_graph(
        nodes, graph.graph.name, graph.graph.input, graph.graph.output, [*weights, *filter(None, made.values())]
    )
    model = onnx.helper.make_model(
        small, opset_imports=graph.opset_import, ir_version=graph.ir_version, producer_name="multitag"
    )
    onnx.save(model, str(target))


def _multiply_integers(onnx: Any, node: Any, made: dict[str, Any]) -> list[Any]:
    """Return the nodes that take a MatMul's place; its input is quantised once for all that read it.

    They are those of ``onnxruntime.quantization.quantize_dynamic``, which ONNX Runtime fuses into one kernel.
    """
    make = onnx.helper.make_node
    tensor, weight = node.input
    parts = [f"{tensor}_{part}" for part in ("quantized", "scale", "zero_point")]
    product, scales = f"{node.output[0]}_product", f"{node.output[0]}_scales"
    nodes = []
    if parts[0] not in made:
        made[parts[0]] = None  # by a node, not a constant
        nodes.append(make("DynamicQuantizeLinear", [tensor], parts, name=parts[0]))
    integers = [parts[0], f"{weight}_quantized", parts[2], f"{weight}_zero_point"]
    return [
        *nodes,
        make("MatMulInteger", integers, [product], name=f"{node.name}_integers"),
        make("Cast", [product], [f"{product}_float"], name=f"{product}_float", to=onnx.TensorProto.FLOAT),
        make("Mul", [parts[1], f"{weight}_scale"], [scales], name=scales),
        make("Mul", [f"{product}_float", scales], list(node.output), name=f"{node.name}_scaled"),
    ]


def _quantise_weight(onnx: Any, name: str, weight: NDArray[np.float32]) -> dict[str, Any]:
    """Round a weight, shape (inputs, outputs), to -127 to 127 by a scale for each output."""
    largest = np.abs(weight).max(axis=0).astype(np.float64)
    exact = largest / LARGEST_INT8
    scale = np.where(exact < np.finfo(np.float32).tiny, 1, exact).astype(np.float32)
    values = {
        "quantized": np.clip(np.round(weight / scale), -LARGEST_INT8, LARGEST_INT8).astype(np.int8),
        "scale": scale, "zero_point": np.zeros(len(scale), np.int8),
    }  # fmt: skip
    return {f"{name}_{part}": onnx.numpy_helper.from_array(value, f"{name}_{part}") for part, value in values.items()}
