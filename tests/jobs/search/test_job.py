"""A whole search: what it leaves, that it goes on, and what it refuses."""

from __future__ import annotations

import json
import shutil

import pytest

import multitag
from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ConfigError, DataError, MissingExtraError, OutputError
from multitag.jobs.search.folder import SearchFolder
from multitag.training.callbacks.progress import ProgressCallback


@pytest.fixture
def count_trainings(monkeypatch):
    begun = []
    original = ProgressCallback.on_train_begin

    def on_train_begin(self, *args, **options):
        begun.append(1)
        original(self, *args, **options)

    monkeypatch.setattr(ProgressCallback, "on_train_begin", on_train_begin)
    return begun


@pytest.mark.slow
def test_a_search_that_is_interrupted_goes_on_and_ends_in_settings_that_train_takes(
    search_tiny, table, tmp_path, count_trainings, monkeypatch
):
    out = tmp_path / "search"
    original = ProgressCallback.on_step_end

    def interrupt(self, args, state, control, **options):
        original(self, args, state, control, **options)
        if len(count_trainings) == 2:  # the second fold of the defaults
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ProgressCallback, "on_step_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            search_tiny(out, trials=1)
    assert {path.name for path in out.iterdir()} == {"search-start.json", "study.db", "fits"}
    with pytest.raises(OutputError, match=r"already exists; .* continue its search with --resume"):
        search_tiny(out, trials=1)
    with pytest.raises(ConfigError, match=r"cannot resume with other settings: seed was 0, now 1"):
        search_tiny(out, trials=1, resume=True, seed=1)

    count_trainings.clear()
    first = search_tiny(out, trials=1, resume=True)
    assert len(count_trainings) == 2  # the second fold again, and the defaults on all inner rows
    assert (first.result.best, first.result.defaults, len(first.result.trials)) == (1, 1, 1)
    assert first.result.trials[0].values["head_dropout"] == 0.5
    (value,) = {first.result.comparison.differences[name][0] for name in ("macro_f1", "macro_average_precision")}
    assert value == 0

    more = search_tiny(out, trials=2, resume=True).result
    assert more.trials[0] == first.result.trials[0]
    assert [trial.state for trial in more.trials] == ["complete", "complete"]
    assert more.trial(more.best).mean == max(trial.mean for trial in more.trials)
    assert (more.n_rows, more.n_outer_rows, more.comparison.n_rows) == (36, 24, 24)

    settings = Config.from_yaml(out / "settings.yaml")
    best = more.trial(more.best).values
    assert {name: getattr(settings.training, name) for name in best} == pytest.approx(best)
    assert settings.split.folds == 2
    task = Task.prepare(table, settings)
    assert task.n_folds == 2  # train --config takes them
    assert json.loads((out / "search.json").read_text())["best"] == more.best
    page = (out / "search.html").read_text()
    assert "Search of settings" in page
    assert "Whether it helped" in page


def test_that_there_is_nothing_to_resume_yet_is_said(tmp_path, caplog):
    with caplog.at_level("INFO", logger="multitag"), SearchFolder(tmp_path / "search").claimed(resume=True):
        assert caplog.messages == [f"{tmp_path / 'search'}: nothing to resume yet; starting at the beginning"]


def test_without_an_end_it_does_not_begin(search_tiny, tmp_path):
    with pytest.raises(ConfigError, match="trials: expected how many settings to try, or --minutes"):
        search_tiny(tmp_path / "search")
    assert not (tmp_path / "search").exists()


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"recipe": "linear"}, ConfigError, "recipe: linear has no settings to search"),
        ({"test_size": 8}, DataError, "8 rows are held out from the search, and a comparison takes at least 20"),
        ({"text": "Plot"}, ConfigError, "text: the table has been read without it"),
        ({"leanring_rate": 1e-4}, ConfigError, "unknown setting 'leanring_rate'; did you mean 'learning_rate'"),
        (
            {"learning_rate": 1e-4, "head_learning_rate": 1e-3, "head_dropout": 0.1},
            ConfigError,
            "every setting that could be searched is given",
        ),
    ],
)
def test_what_cannot_be_searched_is_told_before_any_work(search_tiny, tmp_path, changed, error, message):
    with pytest.raises(error, match=message):
        search_tiny(tmp_path / "search", trials=1, **changed)
    assert not (tmp_path / "search").exists()


def test_a_missing_package_is_told_before_any_work(search_tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"needs optuna, .* pip install 'multitag\[search\]'"):
        search_tiny(tmp_path / "search", trials=1)
    assert not (tmp_path / "search").exists()


def test_a_table_is_needed(tmp_path):
    with pytest.raises(DataError):
        multitag.search("films.csv", out=tmp_path / "search", trials=1)
    shutil.rmtree(tmp_path)
