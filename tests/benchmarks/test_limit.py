import pytest
from benchmarks.speed.limit import best, measure, shapes


def test_shapes_of_a_block():
    assert shapes(8, 32, [64], training=False) == [(64, 8, 8), (64, 8, 32), (64, 32, 8)]
    gradients = [(8, 64, 8), (8, 64, 32), (32, 64, 8)]  # of the weights: transposed inputs by gradients of outputs
    assert shapes(8, 32, [64], training=True)[3:] == gradients


class Once:
    """A link that gives one order and keeps the report."""

    def __init__(self):
        self.orders = [{}]

    def ready(self, **facts):
        pass

    def next_order(self):
        return self.orders.pop() if self.orders else None

    def report(self, **figures):
        self.figures = figures


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        (True, {("fp32", "torch"), ("bf16", "torch")}),
        (False, {("fp32", "torch"), ("bf16", "torch"), ("fp32", "onnxruntime"), ("int8", "onnxruntime")}),
    ],
)
def test_every_arithmetic_is_measured_at_every_shape(training, expected):
    link = Once()
    measure(link, {"dim": 8, "hidden_dim": 16, "tokens": [4], "training": training, "seconds": 0.0})
    gemms = link.figures["gemms"]
    assert {(gemm["arithmetic"], gemm["library"]) for gemm in gemms} == expected
    assert len(gemms) == len(expected) * len(shapes(8, 16, [4], training))
    assert all(0 < gemm["gflops"] < 1e5 for gemm in gemms)


def test_the_best_is_over_all_rounds_and_libraries():
    def gemm(kind, library, rate):
        return {"arithmetic": kind, "library": library, "shape": [1, 1, 1], "gflops": rate}

    reports = [
        {"gemms": [gemm("fp32", "torch", 50.0), gemm("int8", "onnxruntime", 200.0)]},
        {"gemms": [gemm("fp32", "onnxruntime", 70.0), gemm("int8", "onnxruntime", 150.0)]},
    ]
    found = best(reports)
    assert found["fp32"] == gemm("fp32", "onnxruntime", 70.0)
    assert found["int8"]["gflops"] == 200.0
