from __future__ import annotations

import numpy as np
import pytest
from benchmarks.leaderboard.contenders import CONTENDERS, parse_variant, variant
from benchmarks.leaderboard.pieces import FOLDS, prepare

from multitag.errors import ConfigError


def test_a_variant_is_named_and_typed():
    assert parse_variant("taught:learning-rate=5e-5,epochs=3,loss=bce,early-stopping=null") == (
        "taught", {"learning_rate": 5e-5, "epochs": 3, "loss": "bce", "early_stopping": None},
    )  # fmt: skip


@pytest.mark.parametrize("text", ["one", ":epochs=3", "one:epochs", "a/b:epochs=3", "one:epoch=3", "one:epochs=0"])
def test_what_is_no_variant_is_refused(text):
    with pytest.raises(ConfigError, match=r"--variant: expected|epoch"):
        parse_variant(text)


def test_baselines_score_every_row_by_the_other_folds(table, tmp_path):
    task = prepare(table, 1)
    for name in ("prevalence", "tfidf"):
        scored = CONTENDERS[name].score(task, 1, tmp_path / "work")
        np.testing.assert_array_equal(scored.fold, task.fold)
        assert scored.y_raw.shape == (len(table), len(task.label_set))


@pytest.mark.slow
def test_multitag_goes_on_at_the_fold_where_it_was_stopped(table, tiny_distilbert, tmp_path, monkeypatch):
    from multitag.jobs.train.recipes.fine_tuned import FineTuning

    task, work = prepare(table, 0), tmp_path / "work"
    settings = {"base_model": str(tiny_distilbert), "epochs": 1, "max_length": 32, "precision": "fp32", "teacher": 0}
    trained, train = [], FineTuning._train_fold

    def stop_at_third(recipe, name, *rest):
        if len(trained) == 2:
            trained.append("stopped")
            raise KeyboardInterrupt
        trained.append(name)
        train(recipe, name, *rest)

    monkeypatch.setattr(FineTuning, "_train_fold", stop_at_third)
    with pytest.raises(KeyboardInterrupt):
        variant(settings).score(task, 0, work)
    scored = variant(settings).score(task, 0, work)
    assert trained == ["folds/1", "folds/2", "stopped", "folds/3", "folds/4", "folds/5"]
    assert not work.exists()
    assert scored.settings == settings
    assert scored.seconds > 0
    np.testing.assert_array_equal(scored.fold, task.fold)
    np.testing.assert_array_equal(scored.y_true, task.y)
    assert len(np.unique(scored.fold)) == FOLDS


def test_a_variant_may_not_change_the_folds(table, tmp_path):
    with pytest.raises(ConfigError, match="has to keep the folds"):
        variant({"folds": 3}).score(prepare(table, 0), 0, tmp_path / "work")
