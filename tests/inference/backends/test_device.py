from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from multitag.errors import ConfigError
from multitag.inference.backends import device as module
from multitag.inference.backends.device import Gpu, find_gpu

DRIVER, TORCH, ONNX = "has_driver", "why_not_torch", "why_not_onnx"


@pytest.fixture
def machine(monkeypatch):
    """Return a function that makes this machine one with, or without, a driver and what sees a GPU through it."""

    def machine(driver: bool, torch: str | None, onnx: str | None) -> None:
        for name, answer in ((DRIVER, driver), (TORCH, torch), (ONNX, onnx)):
            monkeypatch.setattr(module, name, lambda answer=answer: answer)

    return machine


@pytest.mark.parametrize(("torch", "onnx", "backend", "engine"), [
    (None, None, "auto", "torch"), (None, None, "onnx", "onnx"), (None, None, "torch", "torch"),
    ("no", None, "auto", "onnx"), ("no", "no", "auto", None), (None, "no", "onnx", None), ("no", None, "torch", None),
    (None, None, "onnx-int8", None), (None, None, "openvino", None), (None, None, "fast", "torch"),
])  # fmt: skip
def test_auto_takes_torch_then_onnx_runtime_then_the_cpu(machine, torch, onnx, backend, engine):
    machine(True, torch, onnx)
    assert find_gpu("auto", backend) == (engine and Gpu(engine, required=False))
    assert find_gpu("cpu", backend) is None


def test_without_a_driver_auto_asks_nothing_else(machine, monkeypatch):
    machine(False, None, None)
    monkeypatch.setattr(module, TORCH, lambda: pytest.fail("torch would be imported, which takes seconds"))
    monkeypatch.setattr(module, ONNX, lambda: pytest.fail("not needed"))
    assert find_gpu("auto") is None


def test_a_gpu_asked_for_in_vain_is_one_line_of_what_was_looked_for(machine):
    machine(False, "torch 2.9 is built without CUDA", "onnxruntime 1.30 has no CUDA provider")
    with pytest.raises(ConfigError) as caught:
        find_gpu("cuda")
    message = str(caught.value)
    for part in ("libcuda", "torch 2.9 is built without CUDA", "no CUDA provider", "onnxruntime-gpu", "device cpu"):
        assert part in message
    assert "\n" not in message
    machine(True, None, None)
    assert find_gpu("cuda") == Gpu("torch", required=True)


@pytest.mark.parametrize(("device", "backend", "message"), [
    ("gpu", "auto", "expected one of auto, cpu, cuda, got 'gpu'"), (["cpu"], "auto", "expected one of"),
    ("cuda", "onnx-int8", "onnx-int8 is for the CPU"), ("cuda", "openvino", "openvino is for the CPU"),
])  # fmt: skip
def test_other_devices_are_refused(device, backend, message):
    with pytest.raises(ConfigError, match=message):
        find_gpu(device, backend)


def test_why_torch_is_not_taken(monkeypatch):
    built, seen = SimpleNamespace(cuda=None), SimpleNamespace(is_available=lambda: False)
    torch = SimpleNamespace(__version__="2.9", version=built, cuda=seen)
    monkeypatch.setattr(module, "import_torch", lambda: torch)
    assert module.why_not_torch() == "torch 2.9 is built without CUDA"
    built.cuda = "12.8"
    assert module.why_not_torch() == "torch 2.9 sees no GPU"
    seen.is_available = lambda: True
    assert module.why_not_torch() is None
    monkeypatch.setattr(module, "is_installed", lambda name: name != "transformers")
    assert module.why_not_torch() == "transformers is not installed"


def test_why_onnx_runtime_is_not_taken(monkeypatch):
    providers = ["CPUExecutionProvider"]
    onnxruntime = SimpleNamespace(__version__="1.30", get_available_providers=lambda: providers)
    monkeypatch.setitem(sys.modules, "onnxruntime", onnxruntime)
    monkeypatch.setattr(module, DRIVER, lambda: False)
    assert module.why_not_onnx() == "onnxruntime 1.30 has no CUDA provider"
    providers.insert(0, "CUDAExecutionProvider")
    assert module.why_not_onnx() == "ONNX Runtime needs the driver"
    monkeypatch.setattr(module, DRIVER, lambda: True)
    assert module.why_not_onnx() is None
