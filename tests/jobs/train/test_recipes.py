"""Runs by each recipe: what is in their bundles, and which recipe is kept where both are trained."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import multitag
from multitag.config import Config
from multitag.data.task import Task
from multitag.evaluation import recipe_choice
from multitag.evaluation.baselines.models import FROZEN
from multitag.evaluation.held_out import HeldOut
from multitag.evaluation.run_metrics import Refit
from multitag.jobs.train.recipes.resolve import resolve_recipes
from multitag.labels import UNKNOWN
from multitag.model.base import resolve_base_model
from multitag.quiet import quiet_transformers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def linear(train_once):
    return train_once(recipe="linear", onnx=True, baselines=True, resamples=200)


@pytest.fixture(scope="module")
def folded(train_once):
    return train_once(recipe="auto", folds=3, baselines=True, resamples=200)


def held_out(run):
    return HeldOut.load(run.folder / "probabilities.parquet")


def test_its_bundle_is_like_any_other_and_gives_the_heads_probabilities(linear, table):
    files = {path.name for path in (linear.bundle / "model").iterdir()}
    assert files == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert (linear.bundle / "onnx" / "model.onnx").is_file()
    rows = held_out(linear)
    for backend in ("onnx", "torch"):
        with multitag.load(linear.bundle, backend=backend) as classifier:
            np.testing.assert_allclose(classifier.predict_proba(list(rows.texts)), rows.y_prob, atol=1e-5)
            assert classifier.bundle.manifest.base_model["architecture"] == "DistilBertForSequenceClassification"
    assert linear.metrics.recipe.kept == "linear"
    assert "recipe linear: without effect: epochs, batch_size" in linear.metrics.notes
    assert [model.name for model in linear.metrics.baselines.models][-1] != FROZEN  # that is itself
    assert linear.metrics.baselines.verdict.startswith(("a linear head on frozen distilbert", "TF-IDF", "label prev"))
    card = (linear.bundle / "README.md").read_text(encoding="utf-8")
    assert "trained by the recipe linear" in card


def test_transformers_own_pipeline_loads_it(linear, texts):
    from transformers import pipeline

    with quiet_transformers():
        model = str(linear.bundle / "model")
        scored = pipeline("text-classification", model=model, top_k=None, function_to_apply="sigmoid")(
            texts[:8], truncation=True
        )
    with multitag.load(linear.bundle) as classifier:
        for scores, prediction in zip(scored, classifier.predict(texts[:8]), strict=True):
            y_prob = {each["label"]: each["score"] for each in scores}
            assert y_prob == pytest.approx(prediction.probabilities, abs=1e-4)


@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_roberta"])
def test_other_encoders_hold_a_linear_head_too(kind, train_tiny, request, tmp_path):
    folder = str(request.getfixturevalue(kind))
    run = train_tiny(tmp_path / "run", recipe="linear", base_model=folder, folds=2, onnx=True)
    assert run.metrics.refit == Refit(rows=60, epochs=0.0)
    with multitag.load(run.bundle, backend="onnx") as onnx, multitag.load(run.bundle, backend="torch") as torch:
        texts = list(held_out(run).texts)
        np.testing.assert_allclose(onnx.predict_proba(texts), torch.predict_proba(texts), atol=1e-4)


@pytest.mark.parametrize("changed", [{"folds": 3}, {"refit": True}], ids=str)
def test_windows_unknown_cells_and_soft_labels(changed, train_tiny, table, monkeypatch, tmp_path):
    prepare = Task.prepare

    def prepare_masked(*arguments, **sides):
        task = prepare(*arguments, **sides)
        hidden = np.random.default_rng(0).random(task.y.shape) < 0.3
        soft = np.where(hidden, np.nan, np.where(task.y == 1, 0.8, 0.1)).astype(np.float32)
        return replace(task, y=np.where(hidden, UNKNOWN, task.y).astype(np.int8), soft=soft)

    monkeypatch.setattr(Task, "prepare", prepare_masked)
    run = train_tiny(tmp_path / "run", recipe="linear", long="windows", max_length=12, **changed)
    assert run.metrics.refit == Refit(rows=60, epochs=0.0)
    rows = held_out(run)
    assert (rows.y_true == UNKNOWN).any()
    if "refit" in changed:  # the last model is not the one that was measured
        return
    truncated = train_tiny(tmp_path / "start", recipe="linear", max_length=12, **changed)
    differ = np.abs(held_out(truncated).y_raw - rows.y_raw).max(axis=1) > 1e-4
    assert differ.sum() > 30


def test_auto_keeps_the_simple_one_of_two_that_are_worth_nothing(folded):
    choice = folded.metrics.recipe
    assert (choice.kept, choice.folds) == ("linear", {"linear": 3, "fine-tune": 0})
    # Of the last bits of its training hangs whether the other one is worse, or as good for all that can be told.
    assert re.match(
        "a linear head on frozen distilbert was kept, as fine-tuning the whole model is "
        "(not better beyond doubt|worse): ",
        choice.sentence,
    )
    for path in (folded.report, folded.bundle / "README.md"):
        assert "linear head on frozen distilbert was kept" in " ".join(path.read_text(encoding="utf-8").split())
    saved = HeldOut.load(folded.folder / "linear" / "probabilities.parquet")
    np.testing.assert_array_equal(held_out(folded).y_raw, saved.y_raw)
    assert FROZEN not in [model.name for model in folded.metrics.baselines.models]
    assert not (folded.folder / "refit").exists()  # nothing was trained in epochs again


def test_auto_keeps_the_fine_tuned_one_where_it_is_better(train_tiny, monkeypatch, tmp_path):
    better = {"macro_average_precision": (0.05, 0.02, 0.08), "macro_f1": (0.01, -0.01, 0.03)}
    monkeypatch.setattr(recipe_choice, "paired_differences", lambda *_, **__: better)
    run = train_tiny(tmp_path / "run", recipe="auto", folds=2, baselines=True, resamples=200)
    assert run.metrics.recipe.kept == "fine-tune"
    assert run.metrics.recipe.sentence == (
        "fine-tuned distilbert was kept, as it is better than a linear head on frozen distilbert: macro average "
        "precision differs by 0.050 [0.020, 0.080], macro F1 by 0.010 [-0.010, 0.030]"
    )
    assert run.metrics.refit == Refit(rows=60, epochs=1.0)
    of_linear = run.metrics.baselines.models[-1]
    assert of_linear.name == FROZEN
    fit = json.loads((run.folder / "linear" / "fit.json").read_text(encoding="utf-8"))
    assert of_linear.seconds == pytest.approx(fit["seconds"], abs=1e-3)


def test_a_killed_run_goes_on_without_the_heads_that_it_has(folded, train_tiny, monkeypatch, tmp_path):
    from multitag.jobs.train import setup
    from multitag.jobs.train.recipes.linear import LinearHead

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(setup, "fine_tune", stop)
        train_tiny(tmp_path / "run", recipe="auto", folds=3)
    assert (tmp_path / "run" / "linear" / "fit.json").is_file()
    monkeypatch.setattr(LinearHead, "_score", stop)
    again = train_tiny(tmp_path / "run", recipe="auto", folds=3, resume=True)
    np.testing.assert_array_equal(held_out(again).y_raw, held_out(folded).y_raw)
    weights = [run.bundle / "model" / "model.safetensors" for run in (again, folded)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_without_folds_the_default_is_fine_tuning_and_it_is_recorded(train_tiny, finished_run, tmp_path):
    run = train_tiny(tmp_path / "run", recipe="auto")
    assert run.metrics.recipe.to_dict() == {"kept": "fine-tune", "difference": {}, "folds": {}, "sentence": ""}
    weights = [each.bundle / "model" / "model.safetensors" for each in (run, finished_run)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"loss": "focal"}, "recipe linear: loss 'focal' would change nothing, as the base model stays as it is; "),
        ({"teacher": 0.2}, "recipe linear: teacher 0.2 would change nothing"),
        ({"early_stopping": 1}, "recipe linear: early_stopping 1 would change nothing"),
        ({"r_drop": 1.0}, "recipe linear: r_drop 1.0 would change nothing"),
    ],
)
def test_settings_of_fine_tuning_are_refused_with_the_linear_recipe(changed, message, train_tiny, tmp_path):
    with pytest.raises(multitag.ConfigError, match=f"^{message}"):
        train_tiny(tmp_path / "run", recipe="linear", **changed)
    assert not (tmp_path / "run").exists()


def test_what_cannot_hold_a_head_is_refused_or_fine_tuned_alone(table, tiny_distilbert, settings, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mpnet"}), encoding="utf-8")
    base = replace(resolve_base_model(str(tiny_distilbert)), name="all-mpnet", folder=tmp_path)
    folds = Config().override(**{**settings, "recipe": "auto", "folds": 3})
    task = Task.prepare(table, folds)
    recipes, notes = resolve_recipes(task, base, folds)
    assert recipes == ("fine-tune",)
    assert notes == [
        "no linear head was trained for comparison: the base model 'all-mpnet' is of the kind 'mpnet', whose "
        "classifier cannot hold a mean over tokens"
    ]
    with pytest.raises(multitag.ConfigError, match=r"^recipe linear: the base model 'all-mpnet' .*; take --recipe "):
        resolve_recipes(task, base, folds.override(recipe="linear"))
    described = folds.override(label_descriptions="labels.yaml")
    with pytest.raises(multitag.ConfigError, match=r"^label_descriptions: fine-tuning learns what labels are called"):
        resolve_recipes(task, base, described.override(teacher=0.0))
    assert resolve_recipes(task, base, described.override(teacher=0.4))[0] == ("fine-tune",)
    both, notes = resolve_recipes(task, resolve_base_model(str(tiny_distilbert)), described.override(teacher=0.0))
    assert both == ("linear", "fine-tune")
    assert notes == ["fine-tuning learned nothing from label_descriptions, as it has no teacher (--teacher)"]
    many = replace(task, y=np.broadcast_to(task.y[:1], (100_000, task.y.shape[1])))
    recipes, notes = resolve_recipes(many, resolve_base_model(str(tiny_distilbert)), folds)
    assert recipes == ("fine-tune",)
    assert "100000 rows with" in notes[0]
