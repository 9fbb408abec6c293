"""A bundle that scores thousands of texts a second, and inputs of known rows."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ray", reason="needs the ray extra")

import pyarrow as pa
import pyarrow.parquet as pq

from multitag.bundle.write import replace_files

PACKED = Path(__file__).parents[1] / "bundle" / "fixtures" / "format-2.zip"
WORDS = ("war", "love", "a", "ship", "the", "moon", "cook", "and")


@pytest.fixture(scope="session")
def bundle(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The bundle of tests/bundle with a graph that adds up what each token says; not to be changed."""

    def make(folder: Path) -> None:
        with zipfile.ZipFile(PACKED) as packed:
            packed.extractall(folder.with_name("of-scale"))
        replace_files(folder.with_name("of-scale"), {"onnx/model.onnx": graph()}, out=folder)

    return make_once("bundle-of-scale", make)


def graph(vocabulary: int = 200, n_labels: int = 3) -> bytes:
    """An ONNX graph: the logits of a text are the mean of those of its tokens."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(0).normal(size=(vocabulary, n_labels)).astype(np.float32) * 3
    nodes = [
        helper.make_node("Gather", ["weights", "input_ids"], ["each"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
        helper.make_node("Mul", ["each", "wide"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "tokens"], ["total"], keepdims=0),
        helper.make_node("ReduceSum", ["wide", "tokens"], ["count"], keepdims=0),
        helper.make_node("Div", ["total", "count"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", n_labels])
    constants = [
        numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(np.array([2]), "last"),
        numpy_helper.from_array(np.array([1]), "tokens"),
    ]  # fmt: skip
    made = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def description(number: int) -> str:
    """The text of a row; no two of the first 4096 are the same."""
    return " ".join(WORDS[(number >> shift) % len(WORDS)] for shift in (0, 3, 6, 9))


def write_parquet(path: Path, start: int, stop: int, row_group_size: int = 1000) -> Path:
    numbers = range(start, stop)
    table = pa.table({"show": list(numbers), "Description": list(map(description, numbers))})
    pq.write_table(table, path, row_group_size=row_group_size)
    return path


def write_json_lines(path: Path, start: int, stop: int) -> Path:
    lines = (json.dumps({"show": number, "Description": description(number)}) for number in range(start, stop))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def scored(output: Path) -> pa.Table:
    """Read the parts of an output, in order."""
    return pa.concat_tables([pq.read_table(path) for path in sorted((output / "parts").iterdir())])


def set_aside(output: Path) -> list[dict[str, object]]:
    lines = [line for path in sorted((output / "quarantine").iterdir()) for line in path.read_text().splitlines()]
    return [json.loads(line) for line in lines]
