"""The fp32 graph of a tiny model in OpenVINO, beside ONNX Runtime; skipped where OpenVINO is not installed."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import multitag
from fuzz.targets import base_bundle
from multitag.errors import BundleError, MissingExtraError
from multitag.export.trace import export_onnx
from multitag.extras import is_installed
from multitag.inference.backends.backend import open_backend
from multitag.inference.backends.onnx import OnnxBackend
from multitag.inference.backends.openvino import OpenVinoBackend
from multitag.inference.encoding import pad_batch
from multitag.inference.scoring import sigmoid
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer, save_model
from multitag.model.mean_block import build_pooled_model, set_linear_head
from multitag.quiet import quiet_transformers

# Held to AVX2, its kernels fail on a processor that has more: OpenVINO itself still sees what the processor has.
is_held = os.environ.get("ONEDNN_MAX_CPU_ISA") == "AVX2"
needs_openvino = pytest.mark.skipif(
    not is_installed("openvino") or is_held, reason="needs the extra openvino, and kernels that fit the processor"
)
N_LABELS = 20
MAX_DIFFERENCE = 0.02  # of a probability, by bf16's 8 bits through two layers
FP32_DIFFERENCE = 1e-4  # the gate's, where there is no bf16


def export_graph(base_folder, folder):
    """Export the graph of a DistilBERT with a head that was never trained."""
    base = resolve_base_model(str(base_folder))
    with quiet_transformers():
        model = build_pooled_model(base, LabelSet(tuple(map(str, range(N_LABELS)))))
        weights = np.random.default_rng(0).normal(size=(N_LABELS, model.config.dim))
        set_linear_head(model, weights * np.sqrt(32 / model.config.dim), np.zeros(N_LABELS))
        save_model(model, load_tokenizer(base, 40), folder / "model")
    export_onnx(folder / "model", folder / "model.onnx")


@pytest.fixture(scope="module")
def graph(tiny_distilbert, make_once):
    """The graph of a tiny DistilBERT."""
    return make_once("openvino", lambda folder: export_graph(tiny_distilbert, folder)) / "model.onnx"


@pytest.fixture(scope="module")
def wide_graph(tiny_distilbert, tmp_path_factory):
    """The graph of two blocks as wide as distilbert-base's, for which other kernels are chosen."""
    from transformers import AutoConfig, AutoTokenizer, DistilBertModel

    folder = tmp_path_factory.mktemp("wide")
    config = AutoConfig.from_pretrained(tiny_distilbert, dim=768, hidden_dim=3072, n_heads=12)
    with quiet_transformers():
        DistilBertModel(config).save_pretrained(folder / "base")
        AutoTokenizer.from_pretrained(tiny_distilbert).save_pretrained(folder / "base")
    export_graph(folder / "base", folder)
    return folder / "model.onnx"


@pytest.fixture(scope="module")
def backend(graph):
    return OpenVinoBackend(graph, threads=2)


@needs_openvino
@pytest.mark.parametrize("which", ["graph", pytest.param("wide_graph", marks=pytest.mark.slow)])
def test_its_probabilities_are_near_those_of_fp32_in_any_batch_by_any_threads(which, request):
    path = request.getfixturevalue(which)
    backend, exact = OpenVinoBackend(path, threads=2), OnnxBackend(path, "onnx")
    random = np.random.default_rng(0)
    for batch, tokens in ((1, 1), (1, 48), (3, 7), (33, 20), (8, 31)):
        ids = random.integers(5, 600, (batch, tokens))
        mask = (np.arange(tokens) < random.integers(1, tokens + 1, batch)[:, None]).astype(np.int64)
        expected = sigmoid(exact(ids, mask))
        for score in (backend, backend.alone):
            logits = score(ids, mask)
            assert logits.dtype == np.float32
            assert np.abs(sigmoid(logits) - expected).max() < (MAX_DIFFERENCE if backend.has_bf16 else FP32_DIFFERENCE)


@needs_openvino
def test_a_result_stays_when_the_next_batch_is_scored(backend):
    batches = [pad_batch([[2, token, 3]], 0) for token in (40, 300, 500)]
    kept = [backend(*batch) for batch in batches]
    np.testing.assert_array_equal(kept, [backend(*batch) for batch in batches])
    assert np.ptp(kept, axis=0).max() > 0


@needs_openvino
@pytest.mark.parametrize(("ids", "message"), [
    ([[2, 10**6, 3]], "the tokenizer returns token 1000000, but the model has"),
    ([[5] * 2000], "a text has 2000 tokens, but the model has 64 positions"),
])  # fmt: skip
def test_a_text_that_the_model_cannot_take_is_one_line(backend, ids, message):
    with pytest.raises(BundleError, match=message) as caught:
        backend(np.array(ids), np.ones_like(ids))
    assert str(caught.value).isprintable()
    assert backend(*pad_batch([[2, 40, 3]], 0)).shape == (1, N_LABELS)  # and the next one is scored


@needs_openvino
def test_a_bundle_is_predicted_with_it_and_the_arithmetic_is_told(tmp_path):
    bundle = base_bundle()
    with multitag.load(bundle, backend="openvino") as classifier, multitag.load(bundle) as exact:
        assert classifier.backend == "openvino"
        assert classifier.device in ("cpu (OpenVINO, bf16)", "cpu (OpenVINO, fp32)")
        texts = ["a film about love", "war"]
        assert classifier.predict_proba(texts).shape == exact.predict_proba(texts).shape


@needs_openvino
def test_importing_it_writes_nothing_and_tells_nobody(tmp_path):
    code = """
import sys
from multitag.inference.backends.openvino import import_openvino
import_openvino().Core()
print([name for name in sys.modules if name.startswith("openvino_telemetry")])
"""
    environment = {**os.environ, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"
    assert [*tmp_path.iterdir()] == []


def test_without_the_extra_it_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(MissingExtraError, match=r"install it with: pip install 'multitag\[openvino\]'"):
        open_backend(base_bundle(), "openvino")
