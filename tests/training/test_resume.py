"""The same weights, bit for bit: twice from one seed, and from any checkpoint of an interrupted run."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from multitag.errors import ConfigError, OutputError
from multitag.training.callbacks.stopwatch import Stopwatch

pytestmark = pytest.mark.slow

# 28 training rows in batches of 8 are 4 steps an epoch.
WITH_VALIDATION = {"epochs": 3}
WITHOUT = {"epochs": 3, "validation_size": 0, "test_size": 0.5}
IN_STEPS = {"epochs": 3, "save_steps": 3, "save_total_limit": 10}


def weights(tuned: Any) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in tuned.fit.model.state_dict().items()}


def assert_identical(left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]) -> None:
    assert left.keys() == right.keys()
    assert [name for name in left if not torch.equal(left[name], right[name])] == []


def without_loss(tuned: Any) -> list[dict[str, float]]:
    """Give the history; a logged loss is the mean since the last log, which a resumed run cannot know."""
    return [{key: value for key, value in entry.items() if key != "loss"} for entry in tuned.fit.history]


@pytest.fixture(scope="module")
def undisturbed(tune: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Give a function that trains to the end, once with the same settings: one seed gives one model."""

    @cache
    def train(**changed: Any) -> Any:
        return tune(tmp_path_factory.mktemp("undisturbed") / "run", **changed)

    return train


def test_one_seed_gives_one_model_and_another_seed_another(tune, tmp_path):
    first, second = (weights(tune(tmp_path / name)) for name in ("first", "second"))
    assert_identical(first, second)
    other = weights(tune(tmp_path / "other", seed=1))
    assert not torch.equal(first["classifier.weight"], other["classifier.weight"])


def test_a_run_may_be_interrupted_again_and_again(tune, undisturbed, interrupt, tmp_path):
    whole = undisturbed(**IN_STEPS)
    for step in (4, 7, 10):  # resumes from none, 3 and 6, the second in the epoch that it then leaves
        interrupt(step)
        with pytest.raises(KeyboardInterrupt):
            tune(tmp_path / "stopped", resume=step > 4, **IN_STEPS)
    assert_identical(weights(whole), weights(tune(tmp_path / "stopped", resume=True, **IN_STEPS)))


@pytest.mark.parametrize(
    ("changed", "step", "resumed_from"),
    [
        (WITH_VALIDATION, 1, None),
        (WITH_VALIDATION, 5, "checkpoint-4"),
        (WITH_VALIDATION, 11, "checkpoint-8"),
        (WITHOUT, 5, "checkpoint-4"),
        (IN_STEPS, 5, "checkpoint-3"),  # in the middle of an epoch
        (IN_STEPS, 11, "checkpoint-9"),
    ],
    ids=str,
)
def test_an_interrupted_run_resumes_to_the_weights_of_one_that_was_not(
    changed, step, resumed_from, tune, undisturbed, interrupt, tmp_path, caplog
):
    whole = undisturbed(**changed)
    interrupt(step)
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", **changed)
    with caplog.at_level(logging.INFO, logger="multitag"):
        resumed = tune(tmp_path / "stopped", resume=True, **changed)
    assert_identical(weights(whole), weights(resumed))
    assert without_loss(resumed) == without_loss(whole)
    where = resumed_from or "the start, as there is no whole checkpoint"
    assert caplog.messages == [f"resuming from {where}"]


def test_seconds_before_a_kill_count_too(tune, interrupt, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stopwatch, "seconds", lambda self: 1000.0)
        interrupt(9)
        with pytest.raises(KeyboardInterrupt):
            tune(tmp_path / "run", epochs=3)
    for _ in range(2):  # in the middle, and from its end
        assert 1000 < tune(tmp_path / "run", epochs=3, resume=True).fit.seconds < 1500


def test_a_checkpoint_of_before_seconds_were_counted_is_resumed(tune, interrupt, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stopwatch, "save", lambda self, state: None)
        interrupt(9)
        with pytest.raises(KeyboardInterrupt):
            tune(tmp_path / "run", **STOPPING)
    assert 0 < tune(tmp_path / "run", resume=True, **STOPPING).fit.seconds < 500


def test_a_damaged_newest_checkpoint_is_passed_over_and_said(tune, undisturbed, interrupt, tmp_path, caplog):
    whole = undisturbed(epochs=3)
    interrupt(9)
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", epochs=3)
    state = tmp_path / "stopped" / "checkpoints" / "checkpoint-8" / "optimizer.pt"
    state.write_bytes(state.read_bytes()[:-100])
    with caplog.at_level(logging.INFO, logger="multitag"):
        resumed = tune(tmp_path / "stopped", resume=True, epochs=3)
    assert caplog.messages == [
        "checkpoint-8 is not whole (optimizer.pt is damaged) and is now damaged-checkpoint-8; trying the one before",
        "resuming from checkpoint-4",
    ]
    assert_identical(weights(whole), weights(resumed))


@pytest.mark.parametrize("epochs", [1, 1.5])
def test_a_run_that_was_trained_to_its_end_resumes_to_the_same_model(epochs, tune, tmp_path):
    whole = tune(tmp_path / "run", epochs=epochs)
    again = tune(tmp_path / "run", epochs=epochs, resume=True)
    assert_identical(weights(whole), weights(again))


def evaluations(tuned: Any) -> list[float]:
    key = "validation_macro_average_precision"
    return [entry[key] for entry in tuned.fit.history if key in entry]


# So high a rate that the model gets worse soon.
STOPPING = {"epochs": 12, "early_stopping": 2, "learning_rate": 0.05, "head_learning_rate": 0.05}


def test_early_stopping_stops_and_keeps_the_best_weights(tune, undisturbed, tmp_path):
    tuned = undisturbed(**STOPPING)
    figures = evaluations(tuned)
    best = figures.index(max(figures))
    assert best + 1 + 2 == len(figures) < 12  # two evaluations without a better one
    same_start = tune(tmp_path / "whole", **{**STOPPING, "early_stopping": None, "save_total_limit": 20})
    at_best = load_file(tmp_path / "whole" / "checkpoints" / f"checkpoint-{4 * (best + 1)}" / "model.safetensors")
    kept = weights(tuned)
    name = "distilbert.embeddings.word_embeddings.weight"
    assert len(at_best.pop(name)) < len(kept.pop(name))  # a checkpoint has the rows of the tokens that occur
    assert_identical(at_best, kept)
    assert evaluations(same_start)[: len(figures)] == figures


def test_early_stopping_remembers_its_patience_when_resumed(tune, undisturbed, interrupt, tmp_path):
    whole = undisturbed(**STOPPING)
    steps = 4 * len(evaluations(whole))
    interrupt(steps - 1)  # one evaluation without a better one is in the checkpoint
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", **STOPPING)
    resumed = tune(tmp_path / "stopped", resume=True, **STOPPING)
    assert evaluations(resumed) == evaluations(whole)
    assert_identical(weights(whole), weights(resumed))


def test_a_run_that_was_moved_resumes_to_its_best_weights(tune, undisturbed, interrupt, tmp_path):
    whole = undisturbed(**STOPPING)
    interrupt(4 * len(evaluations(whole)) - 1)
    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path / "stopped", **STOPPING)
    (tmp_path / "stopped").rename(tmp_path / "moved")
    for _ in range(2):  # in the middle, and from its end
        assert_identical(weights(whole), weights(tune(tmp_path / "moved", resume=True, **STOPPING)))
    shutil.move(tmp_path / "moved", tmp_path / "again")
    assert_identical(weights(whole), weights(tune(tmp_path / "again", resume=True, **STOPPING)))


def test_a_run_that_had_stopped_early_trains_no_further_when_resumed(tune, tmp_path):
    whole = tune(tmp_path / "run", **STOPPING)
    again = tune(tmp_path / "run", resume=True, **STOPPING)
    assert again.fit.history == whole.fit.history
    assert_identical(weights(whole), weights(again))


def test_resuming_needs_an_unfinished_run(tune, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "note.txt").touch()
    with pytest.raises(OutputError, match="no run to resume; start one without --resume"):
        tune(tmp_path / "other", resume=True)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["note.txt"]
    tune(tmp_path / "run")
    with pytest.raises(OutputError, match=r"already exists; choose another --out, delete it, or .* --resume"):
        tune(tmp_path / "run")
    (tmp_path / "run" / "bundle").mkdir()
    with pytest.raises(OutputError, match="this run is finished; its bundle is "):
        tune(tmp_path / "run", resume=True)


def test_resuming_with_other_settings_or_rows_is_refused_by_name(tune, table, tmp_path):
    tune(tmp_path / "run")
    before = _files(tmp_path / "run")
    for name, was, now in [("batch_size", 8, 4), ("seed", 0, 1), ("epochs", 1.0, 2.0)]:
        with pytest.raises(ConfigError, match=rf"other settings: (training\.)?{name} was {was}, now {now}$"):
            tune(tmp_path / "run", resume=True, **{name: now})
    changed = replace(table, texts=("another text", *table.texts[1:]))
    with pytest.raises(ConfigError, match=r"other rows: they differ from those in data\.json"):
        tune(tmp_path / "run", resume=True, rows=changed)
    assert _files(tmp_path / "run") == before


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_the_run_was_started_with_is_in_its_folder(tune, table, tmp_path):
    from multitag.config import Config

    tuned = tune(tmp_path / "run")
    assert Config.from_yaml(tmp_path / "run" / "settings.yaml") == tuned.settings
    assert tuned.settings.training.learning_rate == pytest.approx(2e-4 * 384 / 32)
    data = json.loads((tmp_path / "run" / "data.json").read_text(encoding="utf-8"))
    assert data["fingerprint"] == table.fingerprint()
    split = json.loads((tmp_path / "run" / "split.json").read_text(encoding="utf-8"))
    assert sorted(row for rows in split.values() for row in rows) == sorted(table.rows)
    assert {side: len(rows) for side, rows in split.items()} == {"train": 28, "validation": 20, "test": 12}


def test_a_training_that_is_out_of_time_ends_and_stays_as_it_is(tiny_config, table, tiny_distilbert, tmp_path):
    from multitag.data.task import Task
    from multitag.model.base import resolve_base_model
    from multitag.training.fine_tune import fine_tune, resolve_settings

    task, base = Task.prepare(table, tiny_config), resolve_base_model(str(tiny_distilbert))
    settings, checkpoints = resolve_settings(task, base, tiny_config), tmp_path / "checkpoints"
    stopped = fine_tune(task, base, settings, checkpoints, seconds=0.0)
    assert 0 < stopped.fit.epochs < settings.training.epochs
    assert any("its time was over" in note for note in stopped.notes)
    (newest,) = checkpoints.glob("checkpoint-*")
    again = fine_tune(task, base, settings, checkpoints, newest, seconds=1e9)
    assert_identical(weights(stopped), weights(again))
    assert again.fit.epochs == stopped.fit.epochs


def test_the_best_epoch_on_the_validation_rows_is_kept(tune, tmp_path):
    tuned = tune(tmp_path / "run", epochs=3, best_epoch=True, learning_rate=1e-2, save_total_limit=1)
    watched = [entry for entry in tuned.fit.history if "validation_macro_average_precision" in entry]
    assert len(watched) == 3
    best = max(watched, key=lambda entry: entry["validation_macro_average_precision"])  # the first of equal ones
    assert tuned.fit.epochs == best["epoch"]
