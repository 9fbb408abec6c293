from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from multitag.errors import BaseModelError, ConfigError

pytestmark = pytest.mark.slow


def test_the_encoder_and_the_head_learn_and_the_frozen_layer_does_not(tune, tiny_distilbert, tmp_path):
    from safetensors.torch import load_file

    tuned = tune(tmp_path / "run")
    before, after = load_file(tiny_distilbert / "model.safetensors"), tuned.fit.model.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[f"distilbert.{name}"])}
    assert changed == before.keys()
    frozen = tune(tmp_path / "longer", epochs=2).fit.model.state_dict()["pre_classifier.weight"]
    assert torch.equal(after["pre_classifier.weight"], frozen)
    assert not tuned.fit.model.training


def test_it_learns(tune, tmp_path):
    losses = [entry["loss"] for entry in tune(tmp_path / "run", epochs=15).fit.history if "loss" in entry]
    assert losses[-1] < 0.8 * losses[0]


def test_bf16_trains_and_leaves_fp32_weights(tune, tmp_path):
    tuned = tune(tmp_path / "run", precision="bf16")
    weights = tuned.fit.model.state_dict().values()
    assert {tensor.dtype for tensor in weights} == {torch.float32}
    assert all(torch.isfinite(tensor).all() for tensor in weights)
    fp32 = tune(tmp_path / "other", precision="fp32").fit.model
    assert not torch.equal(tuned.fit.model.classifier.weight, fp32.classifier.weight)


def test_the_history_has_losses_and_the_figures_of_each_evaluation(tune, tmp_path):
    fit = tune(tmp_path / "run", epochs=3).fit
    assert [entry["step"] for entry in fit.history if "loss" in entry] == [10]
    evaluated = [entry for entry in fit.history if "validation_loss" in entry]
    assert [(entry["epoch"], entry["step"]) for entry in evaluated] == [(1.0, 4), (2.0, 8), (3.0, 12)]
    for entry in evaluated:
        assert entry.keys() == {"epoch", "step", "validation_loss", "validation_macro_average_precision"}
        assert 0 < entry["validation_macro_average_precision"] < 1
    assert fit.seconds > 0


def test_the_validation_figure_is_the_macro_ap_over_labels_with_a_positive(tune, table, tmp_path):
    import numpy as np
    from sklearn.metrics import average_precision_score

    from multitag.config import Config
    from multitag.data.task import Task
    from multitag.inference.backends.torch import TorchBackend
    from multitag.inference.encoding import TextEncoder
    from multitag.inference.scoring import score_texts

    tuned = tune(tmp_path / "run")
    tuned.save(tmp_path / "model")
    task = Task.prepare(table, Config().override(validation_size=20, test_size=12, seed=0))
    y_true = task.y_true("validation")
    encoder, backend = TextEncoder(tmp_path / "model"), TorchBackend(tmp_path / "model")
    y_prob = score_texts(encoder, backend, task.texts("validation"), len(task.label_set))
    each = [average_precision_score(y_true[:, i], y_prob[:, i]) for i in range(y_true.shape[1]) if y_true[:, i].any()]
    assert len(each) < y_true.shape[1]
    found = tuned.fit.history[-1]["validation_macro_average_precision"]
    assert found == pytest.approx(np.mean(each), abs=5e-3)  # folding may swap two that are nearly equal


def test_trainer_args_and_save_total_limit_reach_the_trainer(tune, tmp_path):
    tune(tmp_path / "run", epochs=4, save_total_limit=1)
    assert [path.name for path in (tmp_path / "run" / "checkpoints").glob("checkpoint-*")] == ["checkpoint-16"]
    tune(tmp_path / "other", epochs=4, trainer_args={"max_steps": 3, "train_sampling_strategy": "random"})
    assert [path.name for path in (tmp_path / "other" / "checkpoints").glob("checkpoint-*")] == ["checkpoint-3"]


def test_texts_that_are_cut_are_counted_in_a_note(tune, tmp_path):
    (note,) = tune(tmp_path / "run", max_length=16).notes
    assert note == "28 of 28 training texts fill 16 tokens; what is beyond is not read"


def test_the_manifest_is_told_the_base_model(tune, tiny_distilbert, tmp_path):
    tuned = tune(tmp_path / "run")
    tuned.save(tmp_path / "model")
    facts = tuned.base_facts()
    assert facts["name"] == facts["asked_for"] == str(tiny_distilbert)
    assert len(facts["weights_sha256"]) == 64
    assert (facts["origin"], facts["reason"]) == ("folder", "a local folder, asked for by name")
    assert facts["architecture"] == "DistilBertForSequenceClassification"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"base_model": "no such/folder at all"}, BaseModelError),
        ({"max_length": 65}, BaseModelError),
        ({"trainer_args": {"xyzzy": 1}}, ConfigError),
        ({"trainer_args": {"eval_strategy": "epoch"}, "validation_size": 0}, ConfigError),
        ({"early_stopping": 1, "validation_size": 0}, ConfigError),
    ],
    ids=str,
)
def test_a_mistake_is_told_before_anything_is_written(changed, error, tune, tmp_path):
    with pytest.raises(error):
        tune(tmp_path / "run", **changed)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sizes", [{}, {"validation_size": 0}], ids=str)
def test_a_training_that_diverges_is_one_line(sizes, tune, tmp_path):
    with pytest.raises(ConfigError, match=r"^training diverged: .*; lower --learning-rate$"):
        tune(tmp_path / "run", learning_rate=1e30, head_learning_rate=1e30, epochs=2, **sizes)


def test_labels_without_a_training_row_do_not_trip_it(tune, table, tmp_path):
    labels = (("Never Seen Again",), *table.labels[1:])
    tuned = tune(tmp_path / "run", rows=replace(table, labels=labels))
    assert tuned.fit.model.config.num_labels == 21


def test_a_table_that_is_cached_on_disk_trains_to_the_same_weights(tune, monkeypatch, tmp_path):
    in_memory = tune(tmp_path / "memory").fit.model.state_dict()
    monkeypatch.setattr("multitag.training.token_cache.CACHED_FROM", 1)
    cached = tune(tmp_path / "disk").fit.model.state_dict()
    assert not (tmp_path / "memory" / "tokens").exists()
    assert len(list((tmp_path / "disk" / "tokens").iterdir())) == 2  # training and validation rows
    assert all(torch.equal(cached[name], tensor) for name, tensor in in_memory.items())
