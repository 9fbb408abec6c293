import pytest
from benchmarks.speed.profiles import PREDICTING_PARTS, REST, TRAINING_PARTS, StepProfile, shares

GEMM = "GEMM, attention's too"


def test_shares_add_up():
    events = [("aten::addmm", 4.0), ("aten::native_dropout", 1.0), ("aten::mm", 2.0), ("aten::something_else", 1.0)]
    found = shares(events, TRAINING_PARTS, 10.0, "outside")
    assert found == pytest.approx({"GEMM": 0.6, "dropout": 0.1, REST: 0.1, "outside": 0.2})
    assert next(iter(found)) == "GEMM" and list(found)[-1] == "outside"


@pytest.mark.parametrize(
    ("operator", "part"),
    [
        ("MatMulIntegerToFloat", GEMM), ("DynamicQuantizeMatMul", GEMM), ("FusedMatMul", GEMM), ("Gemm", GEMM),
        ("DynamicQuantizeLinear", "quantising"),
        ("SkipLayerNormalization", "norms and GELU"), ("MultiHeadAttention", "attention"), ("Tanh", REST),
    ],
)  # fmt: skip
def test_operators_of_onnx_runtime(operator, part):
    assert shares([(operator, 1.0)], PREDICTING_PARTS, 1.0, "outside") == {part: 1.0, "outside": 0.0}


def test_a_real_step_is_mostly_known():
    """The products of a linear layer, its optimiser and dropout are found under their parts."""
    import time

    import torch

    model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.Dropout(0.5), torch.nn.Linear(64, 2))
    optimiser = torch.optim.AdamW(model.parameters(), fused=True)
    profile, started = StepProfile(), time.perf_counter()
    for _ in range(3):
        model(torch.randn(256, 64)).sum().backward()
        optimiser.step()
    found = profile.stop(time.perf_counter() - started)
    assert {"GEMM", "dropout", "optimiser"} <= found.keys()
    assert sum(found.values()) == pytest.approx(1, abs=0.05)
