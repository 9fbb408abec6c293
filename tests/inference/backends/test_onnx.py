"""Real exports of tiny models: the graphs, the backend that runs them, the gate that lets them out."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest

import multitag
from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.read import open_bundle
from multitag.errors import BundleError, ConfigError
from multitag.export.gate import parity_notes
from multitag.export.quantise import arrange_for_int8, quantise_int8
from multitag.export.trace import export_onnx
from multitag.inference.backends.backend import open_backend
from multitag.inference.backends.onnx import OnnxBackend
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts
from multitag.jobs.export import export_bundle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def onnx_run(train_once):
    return train_once(onnx=True)


@pytest.fixture(scope="module")
def graphs(onnx_run, texts, tmp_path_factory):
    """Both graphs of the tiny model, whatever the gate would say of them."""
    folder = tmp_path_factory.mktemp("graphs")
    export_onnx(onnx_run.bundle / "model", folder / "model.onnx")
    graph = arrange_for_int8(onnx_run.bundle / "model", folder / "model.onnx", texts)
    onnx.save(graph, str(folder / "arranged.onnx"))
    quantise_int8(graph, folder / "int8.onnx")
    quantise_int8(graph, folder / "int8-but-first.onnx", fp32_layers=1)
    return folder


def test_training_exports_what_passes_the_gate_and_says_so(onnx_run):
    parity = json.loads((onnx_run.bundle / ONNX_PARITY).read_text())
    assert [*parity][:2] == ["onnx", "onnx-int8"]  # and what OpenVINO computes of the first, where it is installed
    assert parity["onnx"]["passed"]
    assert parity["onnx"]["max_difference"] <= 1e-4
    for name, graph in ((ONNX, "onnx"), (ONNX_INT8, "onnx-int8")):
        assert (onnx_run.bundle / name).exists() is parity[graph]["passed"]
    assert sum("graph" in note for note in onnx_run.metrics.notes) == 2
    with open_bundle(onnx_run.bundle) as bundle:
        assert ONNX in bundle.manifest.files


@pytest.mark.parametrize("base", ["tiny_distilbert", "tiny_bert", "tiny_roberta"])
def test_graph_gives_the_models_logits_for_any_batch_and_length(base, request, train_once, tmp_path):
    run = train_once(base_model=str(request.getfixturevalue(base)), epochs=2)
    export_onnx(run.bundle / "model", tmp_path / "model.onnx")
    graph, model = OnnxBackend(tmp_path / "model.onnx", "onnx"), TorchBackend(run.bundle / "model")
    random = np.random.default_rng(0)
    for batch, tokens in ((1, 1), (1, 48), (3, 7), (33, 20)):
        ids = random.integers(5, 600, (batch, tokens))
        mask = (np.arange(tokens) < random.integers(1, tokens + 1, batch)[:, None]).astype(np.int64)
        assert np.abs(graph(ids, mask) - model(ids, mask)).max() < 1e-5


def test_int8_quantises_the_encoder_and_not_the_head(graphs):
    def quantised(name):
        return [node.name for node in onnx.load(str(graphs / name)).graph.node if node.op_type == "MatMulInteger"]

    # Layers times (query, key, value, output, and two of the feed-forward for quiet and for loud channels).
    assert len(quantised("int8.onnx")) == 2 * 8
    assert all("/layer." in name for name in quantised("int8.onnx"))
    assert len(quantised("int8-but-first.onnx")) == 8
    assert all("/layer.1/" in name for name in quantised("int8-but-first.onnx"))


def test_arranging_for_int8_changes_nothing_but_rounding(graphs):
    backends = [OnnxBackend(graphs / name, "x") for name in ("model.onnx", "arranged.onnx")]
    ids = np.random.default_rng(0).integers(5, 600, (9, 17))
    mask = (np.arange(17) < np.arange(3, 12)[:, None]).astype(np.int64)
    plain, arranged = (backend(ids, mask) for backend in backends)
    assert np.abs(plain - arranged).max() < 1e-5


def test_int8_is_near_the_model_and_smaller(graphs, onnx_run, texts):
    encoder = TextEncoder(onnx_run.bundle / "model")
    backends = [OnnxBackend(graphs / name, "x") for name in ("model.onnx", "int8.onnx")]
    fp32, int8 = (score_texts(encoder, backend, texts, 20) for backend in backends)
    assert 0 < np.abs(fp32 - int8).max() < 0.05
    assert (graphs / "int8.onnx").stat().st_size < (graphs / "model.onnx").stat().st_size


def test_auto_is_the_fp32_graph_and_torch_where_there_is_none(onnx_run, finished_run, texts):
    auto, torch = (multitag.load(onnx_run.bundle, backend=name) for name in ("auto", "torch"))
    assert (auto.backend, torch.backend) == ("onnx", "torch")
    assert np.abs(auto.predict_proba(texts) - torch.predict_proba(texts)).max() < 1e-4
    assert multitag.load(finished_run.bundle).backend == "torch"


def test_backend_that_is_not_there_or_unknown_is_refused(finished_run):
    with pytest.raises(BundleError, match=r"has no model\.int8\.onnx; add it with multitag export"):
        multitag.load(finished_run.bundle, backend="onnx-int8")
    with pytest.raises(ConfigError, match="backend: expected one of auto, fast, onnx"):
        open_backend(finished_run.bundle, "tensorrt")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="threads: expected at least 1"):
        open_backend(finished_run.bundle, threads=0)


def test_graph_that_is_damaged_foreign_or_points_outside_is_refused(graphs, tmp_path):
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes((graphs / "model.onnx").read_bytes()[:1000])
    with pytest.raises(BundleError, match="the graph is damaged"):
        OnnxBackend(damaged, "onnx")

    model = onnx.load(str(graphs / "model.onnx"))
    model.graph.output[0].name = "other"
    foreign = tmp_path / "foreign.onnx"
    foreign.write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match=r"ONNX Runtime cannot load it|expected inputs"):
        OnnxBackend(foreign, "onnx")

    outside = tmp_path / "outside.onnx"
    onnx.save(
        onnx.load(str(graphs / "model.onnx")), str(outside), save_as_external_data=True, location="weights.bin"
    )
    with pytest.raises(BundleError, match="refers to weights in another file"):
        OnnxBackend(outside, "onnx")


def test_export_adds_graphs_to_a_bundle_and_leaves_the_rest(train_tiny, films_csv, texts, tmp_path):
    run = train_tiny(tmp_path / "run", onnx=False)
    before = multitag.load(run.bundle).predict_proba(texts)
    parities = export_bundle(run.bundle, films_csv, text="Plot", labels="Genre")
    assert [parity.graph for parity in parities][:2] == ["onnx", "onnx-int8"]
    assert len(parity_notes(parities)) == len(parities)
    after = multitag.load(run.bundle)
    assert after.backend == "onnx"
    assert np.abs(after.predict_proba(texts) - before).max() < 1e-4
    export_bundle(run.bundle, "sample")  # again, on other rows
    with pytest.raises(BundleError, match="expected the folder of a bundle"):
        export_bundle(tmp_path / "bundle.zip", "sample")


def test_predicting_needs_only_the_core(onnx_run, texts):
    code = f"""
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {{"torch", "transformers", "sklearn", "pyarrow", "yaml", "onnx", "scipy"}}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Block())
import multitag
with multitag.load({str(onnx_run.bundle)!r}) as classifier:
    print(classifier.backend, *classifier.predict_proba([{texts[0]!r}])[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    backend, *values = done.stdout.split()
    assert backend == "onnx"
    expected = multitag.load(onnx_run.bundle).predict_proba([texts[0]])[0]
    assert np.abs(np.array(values, dtype=float) - expected).max() < 1e-6


def test_evaluating_needs_only_the_core(onnx_run, films_csv):
    code = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "transformers", "sklearn", "pyarrow", "yaml", "onnx", "scipy", "jinja2"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
from multitag.cli.main import run
run()
"""
    arguments = ["evaluate", onnx_run.bundle, films_csv, "--text", "Plot", "--labels", "Genre", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments), "--resamples", "100"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    values = json.loads(done.stdout)["fixed"]["values"]
    assert 0 < values["macro_f1"] < 1
    assert 0 < values["macro_roc_auc"] <= 1


def test_a_batch_alone_gets_the_same_logits_by_all_threads(graphs):
    random = np.random.default_rng(1)
    backend = OnnxBackend(graphs / "model.onnx", "onnx", threads=2)
    for shape in ((1, 5), (8, 40)):
        ids = random.integers(5, 500, shape)
        logits = backend(ids, np.ones_like(ids))
        np.testing.assert_allclose(backend.alone(ids, np.ones_like(ids)), logits, rtol=0, atol=1e-5)
