"""A bundle on a GPU; what needs one is skipped where there is none."""

from __future__ import annotations

import logging
import re

import numpy as np
import pytest
import torch

import multitag
from multitag.errors import BundleError
from multitag.inference import classifier as classifier_module
from multitag.inference.backends import compared
from multitag.inference.backends.device import Gpu, NoGpuError, why_not_onnx
from multitag.inference.backends.gpu import open_on
from multitag.inference.backends.limits import DeviceMemoryError
from multitag.inference.backends.onnx import OUT_OF_MEMORY
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import pad_batch

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that torch sees")
needs_onnx_gpu = pytest.mark.skipif(why_not_onnx() is not None, reason="needs onnxruntime-gpu and a GPU")
BATCH = pad_batch([[2, 40, 50, 3]], 0)


@pytest.mark.skipif(torch.cuda.is_available(), reason="is about a machine whose GPU cannot be used")
@pytest.mark.filterwarnings("ignore")  # torch's own, of the driver
def test_a_gpu_that_torch_cannot_use_is_an_error_only_if_it_was_asked_for(finished_run, caplog, monkeypatch):
    def refuse(model, place):
        raise RuntimeError("CUDA error: all CUDA-capable devices are busy")

    monkeypatch.setattr(torch.nn.Module, "to", refuse)
    with pytest.raises(NoGpuError, match=r"torch cannot use the GPU: .* busy; install"):
        open_on(Gpu("torch", required=True), finished_run.bundle, "torch", 1, None)
    with caplog.at_level(logging.WARNING, "multitag"):
        backend = open_on(Gpu("torch", required=False), finished_run.bundle, "torch", 1, None)
    assert (backend.name, backend.device) == ("torch", "cpu")
    assert "predicting on the CPU" in caplog.text


def test_a_bundle_without_a_graph_is_nothing_for_onnx_runtime(finished_run):
    backend = open_on(Gpu("onnx", required=False), finished_run.bundle, "auto", 1, None)
    assert (backend.name, backend.device) == ("torch", "cpu")
    with pytest.raises(BundleError, match=r"has no model.onnx, .*; add it with multitag export"):
        open_on(Gpu("onnx", required=True), finished_run.bundle, "auto", 1, None)


def test_memory_that_torch_runs_out_of_is_told_apart_from_a_text_that_it_cannot_score(finished_run):
    class Model:
        device = "cpu"

        def __init__(self, error: Exception) -> None:
            self.error = error

        def __call__(self, **tensors: torch.Tensor) -> None:
            raise self.error

    backend = TorchBackend(finished_run.bundle / "model")
    for error, expected in ((torch.OutOfMemoryError("full"), DeviceMemoryError), (RuntimeError("odd"), BundleError)):
        backend.model = Model(error)
        with pytest.raises(expected):
            backend(*BATCH)


@pytest.mark.skipif(why_not_onnx() is None, reason="is about an ONNX Runtime that cannot use a GPU")
@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_does_not_start_is_an_error_only_if_a_gpu_was_asked_for(train_once, caplog):
    bundle = train_once(onnx=True).bundle
    with pytest.raises(NoGpuError, match="cannot start its CUDA provider"):
        open_on(Gpu("onnx", required=True), bundle, "auto", 1, None)
    with caplog.at_level(logging.WARNING, "multitag"):
        backend = open_on(Gpu("onnx", required=False), bundle, "auto", 1, None)
    assert (backend.name, backend.device) == ("onnx", "cpu")
    assert "predicting on the CPU" in caplog.text


@pytest.mark.parametrize("message", [
    "Failed to allocate memory for requested buffer of size 12", "CUDA failure 2: out of memory",
    "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
])  # fmt: skip
def test_how_onnx_runtime_says_that_memory_ran_out(message):
    assert OUT_OF_MEMORY.search(message)


@pytest.mark.parametrize(("allowed", "device"), [
    (0.5, r"cuda \(stand-in, bf16\)"), (0.0, r"cpu, as bf16 changed \d\.\d% of the decisions")
])  # fmt: skip
def test_bf16_is_compared_before_it_answers(finished_run, classifier, texts, monkeypatch, allowed, device):
    """All of the way to a GPU but the move itself: bf16 on the CPU, said to be one."""
    monkeypatch.setattr(TorchBackend, "_move", lambda backend: None)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "stand-in")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **options: True)
    monkeypatch.setattr(classifier_module, "find_gpu", lambda device, backend: Gpu("torch", required=True))
    monkeypatch.setattr(compared, "MAX_FLIPPED", allowed)
    expected = classifier.predict_proba(texts)
    with multitag.load(finished_run.bundle, device="cuda") as pretended:
        first = pretended.predict_proba(texts)  # 60: not enough to settle it
        assert pretended.device.startswith("cpu, with which cuda (stand-in, bf16) is compared")
        pretended.predict_proba(texts[:4])
        later = pretended.predict_proba(texts)
        assert re.fullmatch(device, pretended.device)
    np.testing.assert_allclose(first, expected, atol=1e-6)
    difference = np.abs(later - expected).max()
    assert 1e-5 < difference < 0.05 if allowed else difference < 1e-6


@needs_gpu
def test_torch_predicts_on_the_gpu_as_on_the_cpu(finished_run, texts):
    with multitag.load(finished_run.bundle, device="cpu") as on_cpu:
        expected = on_cpu.predict_proba(texts * 3)
    with multitag.load(finished_run.bundle, device="cuda", backend="torch") as on_gpu:
        y_prob = on_gpu.predict_proba(texts * 3)
        assert on_gpu.device.startswith("cuda (")
        cuts = on_gpu.cuts
    np.testing.assert_allclose(y_prob, expected, atol=0.05)
    assert np.mean((y_prob >= cuts) != (expected >= cuts)) <= 0.02


@needs_gpu
def test_fp32_on_the_gpu_is_that_of_the_cpu(finished_run):
    backend = open_on(Gpu("torch", required=True), finished_run.bundle, "torch", 1, None)
    assert "fp32" in backend.device
    np.testing.assert_allclose(backend(*BATCH), TorchBackend(finished_run.bundle / "model")(*BATCH), atol=1e-4)


@needs_onnx_gpu
def test_onnx_runtime_predicts_on_the_gpu_as_on_the_cpu(train_once, texts):
    bundle = train_once(onnx=True).bundle
    with multitag.load(bundle, device="cpu") as on_cpu, multitag.load(bundle, device="cuda", backend="onnx") as on_gpu:
        assert on_gpu.device == "cuda (ONNX Runtime, fp32)"
        np.testing.assert_allclose(on_gpu.predict_proba(texts), on_cpu.predict_proba(texts), atol=1e-4)
