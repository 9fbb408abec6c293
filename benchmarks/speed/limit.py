"""The limit: how fast this machine multiplies matrices of a model's very shapes, in fp32, bf16 and int8.

Each product is measured alone, with its operands where they are and its result's memory reused; the fastest of all
shapes is the limit, so that a share of it is a lower bound. torch and ONNX Runtime bring their own kernels: where both
have an arithmetic, the faster one counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.speed.worker import Link

Product = Callable[[], object]
Shape = tuple[int, int, int]  # rows of the left operand, inner size, columns of the right one


def shapes(dim: int, hidden_dim: int, tokens: Iterable[int], training: bool) -> list[Shape]:
    """List the products of a block: those of its layers and, in training, of their weights' gradients.

    Gradients of the inputs have the shapes of the layers themselves.
    """
    layers = [(dim, dim), (dim, hidden_dim), (hidden_dim, dim)]
    found = [(batch, inner, outer) for batch in tokens for inner, outer in layers]
    if training:
        found += [(inner, batch, outer) for batch in tokens for inner, outer in layers]
    return found


def measure(link: Link, spec: Mapping[str, Any]) -> None:
    """Contender: time every product once a round.

    ``spec``: ``dim``, ``hidden_dim``, ``tokens`` (batch sizes in tokens), ``training``, ``seconds`` for each product.
    """
    chosen = shapes(spec["dim"], spec["hidden_dim"], spec["tokens"], spec["training"])
    products = [(kind, shape, product) for shape in chosen for kind, product in _products(shape, spec["training"])]
    link.ready()
    while link.next_order() is not None:
        started = time.perf_counter()
        gemms = [
            {"arithmetic": kind, "library": library, "shape": shape, "gflops": _rate(shape, product, spec["seconds"])}
            for (kind, library), shape, product in products
        ]
        link.report(gemms=gemms, seconds=time.perf_counter() - started)


def best(reports: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Find the fastest product of each arithmetic over all rounds."""
    found: dict[str, dict[str, Any]] = {}
    for gemm in (gemm for report in reports for gemm in report["gemms"]):
        if gemm["gflops"] > found.get(gemm["arithmetic"], {"gflops": 0.0})["gflops"]:
            found[gemm["arithmetic"]] = dict(gemm)
    return found


def _rate(shape: Shape, product: Product, seconds: float) -> float:
    """Return the rate of the fastest of as many calls as fit."""
    product()  # the first call packs weights and touches memory
    fastest, end = float("inf"), time.perf_counter() + seconds
    while True:
        started = time.perf_counter()
        product()
        now = time.perf_counter()
        fastest = min(fastest, now - started)
        if now >= end:
            return 2 * shape[0] * shape[1] * shape[2] / fastest / 1e9


def _products(shape: Shape, training: bool) -> list[tuple[tuple[str, str], Product]]:
    kinds = [(("fp32", "torch"), _torch(shape, "float32")), (("bf16", "torch"), _torch(shape, "bfloat16"))]
    if not training:
        kinds += [
            (("fp32", "onnxruntime"), _onnxruntime(shape, "MatMul")),
            (("int8", "onnxruntime"), _onnxruntime(shape, "MatMulInteger")),
        ]
    return kinds


def _torch(shape: Shape, dtype: str) -> Product:
    import torch

    rows, inner, columns = shape
    kind = getattr(torch, dtype)
    left, right = torch.randn(rows, inner).to(kind), torch.randn(columns, inner).to(kind).t()  # as a Linear's weight
    out = torch.empty(rows, columns, dtype=kind)
    return lambda: torch.mm(left, right, out=out)


def _onnxruntime(shape: Shape, operator: str) -> Product:
    """One node with constant weights, which the session packs as it packs a model's."""
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    rows, inner, columns = shape
    integer = operator == "MatMulInteger"
    rng = np.random.default_rng(0)
    kinds = (TensorProto.UINT8, TensorProto.INT32) if integer else (TensorProto.FLOAT, TensorProto.FLOAT)
    left = rng.integers(0, 255, (rows, inner)).astype(np.uint8 if integer else np.float32)
    right = rng.integers(-127, 127, (inner, columns)).astype(np.int8 if integer else np.float32)
    graph = helper.make_graph(
        [helper.make_node(operator, ["left", "right"], ["out"])], "product",
        [helper.make_tensor_value_info("left", kinds[0], [rows, inner])],
        [helper.make_tensor_value_info("out", kinds[1], [rows, columns])],
        [numpy_helper.from_array(right, "right")],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    out = np.empty((rows, columns), dtype=np.int32 if integer else np.float32)
    binding = session.io_binding()
    binding.bind_ortvalue_input("left", onnxruntime.OrtValue.ortvalue_from_numpy(left))
    binding.bind_ortvalue_output("out", onnxruntime.OrtValue.ortvalue_from_numpy(out))
    return lambda: session.run_with_iobinding(binding)
