"""The base model is chosen once, when a run begins, and is that of every training of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from multitag.errors import BaseModelError, ConfigError
from multitag.jobs.train import setup
from multitag.model.base import resolve_base_model

pytestmark = pytest.mark.slow  # each starts a process, or trains

BASE_MODEL = "base_model.json"


@pytest.fixture
def auto(tiny_distilbert, monkeypatch):
    """Have ``auto`` choose the tiny DistilBERT, and count how often it is asked to choose."""
    base = resolve_base_model(str(tiny_distilbert))
    asked = []

    def resolve(asked_for):
        asked.append(asked_for)
        return replace(base, asked_for=asked_for, reason="the hub did not answer")

    monkeypatch.setattr(setup, "resolve_base_model", resolve)
    return asked


def manifest(run):
    return json.loads((run.bundle / "manifest.json").read_text(encoding="utf-8"))


def weights(run):
    return (run.bundle / "model" / "model.safetensors").read_bytes()


def test_folds_and_refit_take_what_was_chosen_once(auto, train_tiny, tmp_path):
    run = train_tiny(tmp_path / "run", base_model="auto", folds=2)
    assert auto == ["auto"]
    record = json.loads((run.folder / BASE_MODEL).read_text(encoding="utf-8"))
    facts = manifest(run)["base_model"]
    assert facts["origin"] == record["origin"] == "folder"
    for key in ("name", "asked_for", "weights_sha256", "reason"):
        assert facts[key] == record[key]
    assert [path.parent.name for path in run.folder.rglob(BASE_MODEL)] == ["run"]


def stop(*_, **__):
    raise KeyboardInterrupt


@pytest.fixture
def begun(auto, train_tiny, monkeypatch, tmp_path):
    """The folder of a run that was stopped as its training began."""
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(setup, "fine_tune", stop)
        train_tiny(tmp_path / "run", base_model="auto")
    return tmp_path / "run"


def test_a_resumed_run_goes_on_with_what_it_was_begun_with(begun, train_tiny, finished_run, monkeypatch):
    monkeypatch.setattr(setup, "resolve_base_model", stop)  # whatever auto would choose now, it is not asked
    run = train_tiny(begun, base_model="auto", resume=True)
    assert weights(run) == weights(finished_run)
    assert manifest(run)["base_model"]["reason"] == "the hub did not answer"


def test_a_folder_of_an_older_multitag_resumes_by_choosing_and_gets_a_record(begun, auto, train_tiny):
    record = (begun / BASE_MODEL).read_bytes()
    (begun / BASE_MODEL).unlink()
    data = json.loads((begun / "data.json").read_text(encoding="utf-8"))
    del data["trained_on"]
    (begun / "data.json").write_text(json.dumps(data), encoding="utf-8")
    run = train_tiny(begun, base_model="auto", resume=True)
    assert auto == ["auto", "auto"]
    assert (run.folder / BASE_MODEL).read_bytes() == record


def test_weights_that_cannot_be_had_any_more_are_an_error(begun, auto, train_tiny):
    path = begun / BASE_MODEL
    record = json.loads(path.read_text(encoding="utf-8")) | {"weights_sha256": "ab" * 32}
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(BaseModelError, match=r"\(SHA-256 abababababab\.\.\.\) cannot be had any more: "):
        train_tiny(begun, base_model="auto", resume=True)
    assert auto == ["auto"]
    assert json.loads(path.read_text(encoding="utf-8")) == record


def test_another_base_model_is_another_setting(begun, train_tiny):
    with pytest.raises(ConfigError, match=r"other settings: model\.base_model was 'auto', now 'minilm'"):
        train_tiny(begun, base_model="minilm", resume=True)


@pytest.mark.parametrize("trainer_args", [{"eval_strategy": "epoch"}, {"load_best_model_at_end": True}], ids=str)
def test_what_only_the_last_training_would_refuse_is_told_before_the_first(trainer_args, train_tiny, tmp_path):
    with pytest.raises(ConfigError, match="trainer argument"):
        train_tiny(tmp_path / "run", refit=True, trainer_args=trainer_args)
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_is_overruled_is_a_line_and_a_note(train_tiny, tmp_path, caplog):
    run = train_tiny(tmp_path / "run", epochs=2, trainer_args={"num_train_epochs": 1})
    told = "epochs is 1, as the trainer argument 'num_train_epochs' says, not 2"
    assert told in caplog.messages
    assert told in json.loads((run.bundle / "metrics.json").read_text(encoding="utf-8"))["notes"]
