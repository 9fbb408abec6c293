from __future__ import annotations

import logging

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from multitag.export.quantise import quantise_int8


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def graph(rng):
    """Give a graph of two layers: two products of one tensor, one of them by a weight that is tiny in one channel."""
    weights = {name: rng.normal(size=(24, 16)).astype(np.float32) for name in ("a", "b")}
    weights["c"] = rng.normal(size=(16, 8)).astype(np.float32)
    weights["a"][:, 3] = 0
    weights["b"][:, 5] *= 1e-42
    nodes = [
        helper.make_node("MatMul", ["x", "a"], ["xa"], name="/layer.0/a/MatMul"),
        helper.make_node("MatMul", ["x", "b"], ["xb"], name="/layer.0/b/MatMul"),
        helper.make_node("Add", ["xa", "xb"], ["sum"], name="/layer.0/sum"),
        helper.make_node("MatMul", ["sum", "c"], ["y"], name="/layer.1/c/MatMul"),
    ]
    sizes = {"x": 24, "y": 8}
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["rows", size]) for name, size in sizes.items()
    ]
    constants = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    made = helper.make_graph(nodes, "two", values[:1], values[1:], constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


@pytest.mark.parametrize("fp32_layers", [0, 1])
def test_as_the_library_quantises_bit_for_bit(graph, tmp_path, rng, fp32_layers):
    ours, theirs = tmp_path / "ours.onnx", tmp_path / "theirs.onnx"
    before = graph.SerializeToString()
    quantise_int8(graph, ours, fp32_layers)
    assert graph.SerializeToString() == before  # it is tried with more layers in fp32
    chosen = [node.name for node in graph.graph.node if "MatMul" in node.name and int(node.name[7]) >= fp32_layers]
    logging.disable()  # it advises a preprocessing
    quantize_dynamic(
        graph, theirs, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8,
        nodes_to_quantize=chosen,
    )  # fmt: skip
    logging.disable(logging.NOTSET)
    x = rng.normal(size=(5, 24)).astype(np.float32)
    results = []
    for path in (ours, theirs):
        onnx.checker.check_model(str(path))
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        results.append(session.run(None, {"x": x})[0])
    np.testing.assert_array_equal(*results)
    constants = [
        {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}
        for path in (ours, theirs)
    ]
    assert constants[0].keys() == constants[1].keys()
    for name, value in constants[0].items():
        np.testing.assert_array_equal(value, constants[1][name])
        assert value.dtype == constants[1][name].dtype
