"""The graph of a model that takes the mean over tokens: the same probabilities, and no matrices of zeros and ones."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from safetensors.numpy import load_file

from multitag.export.distilbert import is_mean_block
from multitag.export.quantise import arrange_for_int8, quantise_int8
from multitag.export.trace import export_onnx
from multitag.inference.backends.onnx import OnnxBackend
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts
from multitag.labels import LabelSet
from multitag.model.base import resolve_base_model
from multitag.model.build import load_tokenizer, save_model
from multitag.model.mean_block import build_pooled_model, set_linear_head
from multitag.quiet import quiet_transformers

N_LABELS = 4


@pytest.fixture(scope="module")
def folder(tiny_distilbert, make_once):
    """A tiny DistilBERT with the block and a head, saved."""

    def save(target):
        base = resolve_base_model(str(tiny_distilbert))
        with quiet_transformers():
            model = build_pooled_model(base, LabelSet(tuple("ABCD")))
            rng = np.random.default_rng(0)
            set_linear_head(model, 8 * rng.normal(size=(N_LABELS, 32)), rng.normal(size=N_LABELS))
            save_model(model, load_tokenizer(base, 40), target)

    return make_once("mean-block", save)


def score(backend, folder, texts):
    return score_texts(TextEncoder(folder), backend, texts, N_LABELS)


def test_the_graphs_give_the_models_probabilities(folder, texts, tmp_path):
    y_prob = score(TorchBackend(folder), folder, texts)
    fp32, int8 = tmp_path / "model.onnx", tmp_path / "model.int8.onnx"
    export_onnx(folder, fp32)
    np.testing.assert_allclose(score(OnnxBackend(fp32, "onnx"), folder, texts), y_prob, atol=1e-5)
    quantise_int8(arrange_for_int8(folder, fp32, texts), int8)
    np.testing.assert_allclose(score(OnnxBackend(int8, "onnx-int8"), folder, texts), y_prob, atol=0.1)


def test_the_block_is_written_as_a_mean_and_stays_fp32(folder, texts, tmp_path):
    export_onnx(folder, tmp_path / "model.onnx")
    quantise_int8(arrange_for_int8(folder, tmp_path / "model.onnx", texts), tmp_path / "model.int8.onnx")
    for name in ("model.onnx", "model.int8.onnx"):
        graph = onnx.load(str(tmp_path / name)).graph
        multiplied = [node.name for node in graph.node if "MatMul" in node.op_type]
        assert not any(name.startswith("/layer.2/") for name in multiplied)  # two layers, and then the block
        assert [node.op_type for node in graph.node if node.name == "/mean/mean"] == ["MatMul"]


def test_a_block_that_differs_in_one_number_is_not_a_mean(folder):
    weights = load_file(folder / "model.safetensors")
    assert is_mean_block(weights, 2)
    assert not is_mean_block(weights, 1)
    for name in ("attention.q_lin.bias", "attention.v_lin.weight", "ffn.lin2.weight", "output_layer_norm.weight"):
        key = f"distilbert.transformer.layer.2.{name}"
        changed = weights[key].copy()
        changed.flat[1] += 0.5
        assert not is_mean_block({**weights, key: changed}, 2)
