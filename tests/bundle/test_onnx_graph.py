from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto
from onnx.helper import (
    make_attribute,
    make_function,
    make_graph,
    make_model,
    make_node,
    make_opsetid,
    make_tensor,
    make_tensor_value_info,
)

from multitag.bundle.onnx_graph import MAX_NESTING, check_graph
from multitag.errors import BundleError

X, Y = (make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in ("x", "y"))
WEIGHTS = make_tensor("w", TensorProto.FLOAT, [4], [1.0, 2.0, 3.0, 4.0])


def model(nodes: list[NodeProto], weights: TensorProto = WEIGHTS, domain: str = "") -> ModelProto:
    opsets = [make_opsetid("", 17), *([make_opsetid(domain, 1)] if domain else [])]
    made: ModelProto = make_model(make_graph(nodes, "g", [X], [Y], [weights]), opset_imports=opsets)
    made.ir_version = 8
    return made


def adding(weights: TensorProto = WEIGHTS) -> ModelProto:
    return model([make_node("Add", ["x", "w"], ["y"])], weights)


def external(location: str) -> TensorProto:
    tensor = TensorProto(name="w", dims=[4], data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


def check(content: ModelProto | bytes, folder: Path) -> None:
    path = folder / "model.onnx"
    path.write_bytes(content if isinstance(content, bytes) else content.SerializeToString())
    check_graph(path, "b: onnx/model.onnx")


def refused(content: ModelProto | bytes, folder: Path) -> str:
    with pytest.raises(BundleError, match=r"^b: onnx/model\.onnx: ") as caught:
        check(content, folder)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize("raw", [False, True])
def test_a_plain_graph_passes(raw, tmp_path):
    weights = make_tensor("w", 1, [4], WEIGHTS.float_data if not raw else np.ones(4, "f4").tobytes(), raw=raw)
    check(adding(weights), tmp_path)
    check(model([make_node("MatMulNBits", ["x"], ["y"], domain="com.microsoft")], domain="com.microsoft"), tmp_path)


@pytest.mark.parametrize("location", ["weights.bin", "../weights.bin", "/etc/passwd", "C:\\weights.bin"])
def test_weights_in_another_file_are_refused(location, tmp_path):
    assert "refers to weights in another file" in refused(adding(external(location)), tmp_path)
    constant = make_node("Constant", [], ["y"], value=external(location))
    assert "refers to weights in another file" in refused(model([constant]), tmp_path)
    inner = make_graph([constant], "inner", [], [Y])
    branch = make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    assert "refers to weights in another file" in refused(model([branch]), tmp_path)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _overlong(len(content)) + content


def _overlong(number: int) -> bytes:
    """Spell a length below 128 in three bytes, as no library writes it and every one reads it."""
    assert number < 128
    return bytes([number | 0x80, 0x80, 0x00])


def test_weights_in_another_file_are_found_in_any_spelling(tmp_path):
    """By every spelling of the message that ONNX Runtime takes: it says that it tried to open the file."""
    entry = _field(2, b"weights.bin") + _field(1, b"location")  # the value before the key, lengths overlong
    tensor = b"\x08\x04\x10\x01" + _field(8, b"w") + _field(13, entry)
    for location in (b"\x70\x01", b"\x70\x81\x00", b"\x70\x81\x80\x80\x80\x10"):  # 1, 1 overlong, 2**32 + 1
        plain = adding()
        del plain.graph.initializer[:]
        # A second graph field is merged into the first.
        content = plain.SerializeToString() + _field(7, _field(5, tensor + location))
        with pytest.raises(Exception, match=r"external|path"):
            onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
        assert "refers to weights in another file" in refused(content, tmp_path)


def test_operators_of_other_domains_are_refused(tmp_path):
    node = make_node("Run", ["x"], ["y"], domain="evil.ops")
    assert "operators of the domain 'evil.ops'" in refused(model([node], domain="evil.ops"), tmp_path)


@pytest.mark.parametrize("kind", ["Loop", "Scan", "SequenceMap"])
def test_loops_are_refused(kind, tmp_path):
    node = make_node(kind, ["x"], ["y"], body=make_graph([], "body", [], []))
    assert f"has a loop ({kind})" in refused(model([node]), tmp_path)


def test_functions_training_graphs_and_sparse_tensors_are_refused(tmp_path):
    made = adding()
    made.functions.append(make_function("local", "f", ["a"], ["b"], [], [make_opsetid("", 17)]))
    assert "functions of its own" in refused(made, tmp_path)
    made = adding()
    made.training_info.add()
    assert "training graph" in refused(made, tmp_path)
    made = adding()
    made.graph.sparse_initializer.add(dims=[2**40])
    assert "sparse" in refused(made, tmp_path)
    sparse = AttributeProto(name="sparse_value", type=AttributeProto.SPARSE_TENSOR)
    sparse.sparse_tensor.dims.append(2**40)
    node = make_node("Constant", [], ["y"])
    node.attribute.append(sparse)
    assert "sparse" in refused(model([node]), tmp_path)


@pytest.mark.parametrize("dims", [[2**40], [2**31, 2**31], [1000], [1] * 17])
def test_a_tensor_larger_than_what_it_holds_is_refused(dims, tmp_path):
    tensor = TensorProto(name="w", dims=dims, data_type=TensorProto.FLOAT, raw_data=bytes(4))
    assert "declares a tensor of" in refused(adding(tensor), tmp_path)
    assert "declares a tensor of" in refused(model([make_node("Constant", [], ["y"], value=tensor)]), tmp_path)


def test_graphs_in_graphs_in_graphs_are_refused(tmp_path):
    graph: GraphProto = make_graph([], "deep", [], [])
    for _ in range(MAX_NESTING + 1):
        node = make_node("If", ["x"], ["y"])
        node.attribute.append(make_attribute("then_branch", graph))
        graph = make_graph([node], "deeper", [], [])
    made = adding()
    made.graph.CopyFrom(graph)
    assert "nests more than" in refused(made, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x80\x04\x95pickle", b"PK\3\4", b"<html>", b"\xff" * 20, b"\x3a\x7f"])
def test_what_is_no_onnx_is_refused(content, tmp_path):
    refused(content, tmp_path)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_passes_has_nothing_that_is_refused(tmp_path, data):
    """Against onnx's own parser: any damage to a hostile graph is refused, or left nothing hostile in it."""
    content = bytearray(adding(external("weights.bin")).SerializeToString())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        check(bytes(content), tmp_path)
    except BundleError:
        return
    try:
        parsed = ModelProto.FromString(bytes(content))
    except Exception:
        return  # nobody takes it
    assert not any(tensor.external_data or tensor.data_location for tensor in parsed.graph.initializer)
