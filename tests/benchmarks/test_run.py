"""The harness itself, from rows to tables, with a tiny model."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace

import pytest
from benchmarks.speed import rounds, tables, together, worker
from benchmarks.speed.cold import measure_cold
from benchmarks.speed.compare import compare_predicting, compare_training
from benchmarks.speed.growth import measure_growth
from benchmarks.speed.plan import FULL, QUICK
from benchmarks.speed.prepare import Bundle, Data, make_bundle
from benchmarks.speed.rounds import Rounds
from benchmarks.speed.run import predict_profile_of, write_results
from benchmarks.speed.together import measure_together

from accidents.driver import WARM
from multitag.quiet import quiet_transformers
from undrawn import plots_undrawn

pytestmark = pytest.mark.slow

TWO = Rounds(2, 2, 0)
MODEL = replace(
    QUICK.models[0], training_rows=16, plain_steps={16: 1, 32: 1}, training=TWO, predicting=TWO, subset=12,
)  # fmt: skip
GROWTH = replace(
    FULL.growth, predict_rows=(1, 8), predict_lengths=(8, 32), predict_labels=(5,), train_rows=(8,), train_lengths=(),
    train_labels=(5,), rows=12, rounds=TWO,
)  # fmt: skip
PLAN = replace(
    QUICK, models=(MODEL,), gemm_tokens=(16,), gemm_seconds=0.0, whole_file=TWO, whole_file_seconds=1e9,
    together_rows=16, together=TWO, cold_runs=1, profile_rows=12, growth=GROWTH,
)  # fmt: skip
TRAINING = {"epochs": 1, "validation_size": 0, "test_size": 0, "threshold": 0.9}


def quiet(what):
    pass


@pytest.fixture(scope="module", autouse=True)
def imported_once():
    """Fork the workers from a process that has imported torch and all else they need, 5 s for each of them."""
    preload = ["sklearn.linear_model", "onnxruntime", *WARM]
    multiprocessing.get_context("forkserver").set_forkserver_preload(preload)
    with plots_undrawn(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "START_METHOD", "forkserver")
        for module in (rounds, together):
            patch.setattr(module, "PAUSE", 0.0)
        yield


@pytest.fixture(scope="module")
def data(table, tmp_path_factory):
    rows = [(text, list(labels)) for text, labels in zip(table.texts, table.labels, strict=True)]
    return Data(rows, rows, tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def base(tiny_distilbert, tmp_path_factory):
    """The tiny DistilBERT with room for as many tokens as multitag takes by default."""
    from transformers import AutoConfig, AutoTokenizer, DistilBertModel

    folder = tmp_path_factory.mktemp("base") / "distilbert"
    config = AutoConfig.from_pretrained(tiny_distilbert, max_position_embeddings=256)
    with quiet_transformers():
        DistilBertModel(config).save_pretrained(folder)
        AutoTokenizer.from_pretrained(tiny_distilbert, model_max_length=256).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bundle(data, base):
    return make_bundle("tiny", base, data.training_csv(40), TRAINING, data.folder, quiet)


def test_training(data, base):
    found = compare_training(MODEL, PLAN, base, data, quiet)
    plain, ours = found["contenders"]["plain_16"], found["contenders"]["multitag"]
    assert [report["rows"] for report in plain["rounds"]] == [8, 8]  # a step
    assert [report["rows"] for report in ours["rounds"]] == [16, 16]  # an epoch
    assert [report["positions"] for report in plain["rounds"]] == [128, 128]
    assert plain["padding"] == 0 and 0 <= ours["padding"] < 1  # the texts have more than 16 tokens
    assert ours["share_of_limit"] > 0 and ours["ratios"].keys() == {"plain_16", "plain_32"}
    assert sum(found["profile"].values()) == pytest.approx(1, abs=0.1)
    assert "| multitag |" in tables.training({"training": {"tiny": found}})


def test_predicting(data, bundle):
    found = compare_predicting(MODEL, PLAN, bundle, data, quiet)
    contenders = found["contenders"]
    assert {"pipeline", "pipeline_32", "sorted", "multitag_onnx", "multitag_torch", "tfidf"} <= contenders.keys()
    for name in ("pipeline_32", "sorted", "multitag_onnx", "multitag_torch"):
        assert contenders[name]["difference"] < 1e-4, name
    assert contenders["tfidf"]["fit_rows"] == len(data.netflix)
    assert [report["rows"] for report in found["whole_file"]["multitag_onnx"]["rounds"]] == [60, 60]
    assert "| multitag, onnx |" in tables.predicting({"predicting": {"tiny": found}})


def test_the_rest(data, bundle, base, tmp_path):
    backend = "onnx"
    at_once = measure_together(PLAN, bundle, [backend, "torch"], data, quiet)
    assert [(each["backend"], each["processes"], each["threads"]) for each in at_once["measured"]] == [
        *((backend, of, threads) for threads in (None, 1) for of in (1, 2, 4)), ("torch", 1, None), ("torch", 2, None),
    ]  # fmt: skip
    cold = measure_cold({"tiny": bundle.path}, 1, None, quiet)
    assert cold[0]["command"] == "multitag --help" and cold[1]["peak_bytes"] > cold[0]["peak_bytes"]
    profile = predict_profile_of(PLAN, bundle, backend, data)
    assert {"GEMM, attention's too", "tokenizer"} <= profile.keys()
    assert sum(profile.values()) == pytest.approx(1, abs=0.2)
    points = measure_growth(GROWTH, base, bundle, data, quiet)
    assert {(point["what"], point["by"]) for point in points} == {
        ("predict", "rows"), ("predict", "length"), ("predict", "labels"), ("train", "rows"), ("train", "labels"),
    }  # fmt: skip
    results = {"together": at_once, "cold": cold, "growth": points}
    write_results(results, tmp_path / "results" / "speed.json")
    assert json.loads((tmp_path / "results" / "speed.json").read_text(encoding="utf-8")) == results
    for part in (tables.together, tables.cold, tables.growth):
        assert part(results).count("\n|") >= 2


def test_a_graph_that_the_gate_refused_is_left_out(bundle, tmp_path):
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "parity.json").write_text(json.dumps({"onnx": {"passed": False}}), encoding="utf-8")
    assert not Bundle(tmp_path).has("onnx") and not Bundle(tmp_path).has("onnx-int8")
    assert Bundle(tmp_path).has("torch") and bundle.has("onnx")
