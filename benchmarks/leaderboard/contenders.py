"""Who competes: the simpler models that multitag is compared to, and multitag by its own code, with any settings."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.leaderboard.pieces import FOLDS, Contender, Scored
from numpy.typing import NDArray

from multitag.atomic import remove_folder
from multitag.config import Config
from multitag.config.yaml import parse_value
from multitag.data.task import Task
from multitag.data.texts import Text
from multitag.errors import ConfigError
from multitag.evaluation.baselines import models as baselines
from multitag.jobs.run_folder import RunFolder

BASE_MODEL = "minilm"
WIDE_MODEL = "all-mpnet-base-v2"
NEIGHBOURS = 20


def parse_variant(text: str) -> tuple[str, dict[str, Any]]:
    """Parse ``NAME:setting=value,setting=value``; values are read as in a file of settings.

    Raises
    ------
    ConfigError
        If it is not of that form, or a setting is unknown or out of range.

    Examples
    --------
    >>> parse_variant("taught:teacher=0.8,epochs=3")
    ('taught', {'teacher': 0.8, 'epochs': 3})
    """
    name, _, written = text.partition(":")
    pairs = [part.partition("=") for part in written.split(",")]
    if not name or "/" in name or not all(key and mark for key, mark, _ in pairs):
        raise ConfigError(f"--variant: expected NAME:setting=value,setting=value, got {text!r}")
    settings = {key.strip().replace("-", "_"): parse_value(value) for key, _, value in pairs}
    config_of(settings, 0)
    return name, settings


def config_of(settings: Mapping[str, Any], draw: int) -> Config:
    """Return the settings of a run of multitag on a draw: of one recipe, as a choice between two has no fold's rows."""
    fixed = {"base_model": BASE_MODEL, "recipe": "fine-tune", "folds": FOLDS, "seed": draw}
    return Config().override(**{**fixed, **settings})


def score_multitag(settings: Mapping[str, Any], task: Task, draw: int, work: Path) -> Scored:
    """Train and score the folds as ``multitag train`` does, without a final model, graphs or a report.

    What was finished of the run in ``work`` is not done again.
    """
    from multitag.threads import import_torch

    import_torch()
    from multitag.jobs.train.recipes.make import make_recipes
    from multitag.jobs.train.setup import set_up_run

    folder = RunFolder(work)
    config = config_of(settings, draw)
    own = Task.prepare(task.tables["train"], config)
    if own.fold is None or task.fold is None or not np.array_equal(own.fold, task.fold):
        raise ConfigError("a variant has to keep the folds, so that all contenders are measured on the same")
    with folder.claimed(resume=work.exists()):
        (recipe,) = make_recipes(set_up_run(own, config, folder))
        out_of_fold = recipe.hold_out()
    rows = out_of_fold.held_out
    scored = Scored(rows.y_true, rows.y_raw, rows.fold, out_of_fold.seconds, dict(settings))
    remove_folder(work)
    return scored


def _score_baseline(name: str, task: Task, draw: int, work: Path, base_model: str = BASE_MODEL) -> Scored:
    """Fit one of the models that each training is compared with, on the same folds."""
    assert task.fold is not None
    pairs = [(np.flatnonzero(task.fold != fold), np.flatnonzero(task.fold == fold)) for fold in range(task.n_folds)]
    began = time.process_time()
    if name == "prevalence":
        y_raw = baselines.score_prevalence(task.y, pairs)
    elif name == "tfidf":
        y_raw = baselines.score_tfidf(task.table.texts, task.y, pairs)
    elif name == "frozen":
        y_raw = baselines.score_features(_features(task.table.texts, base_model), task.y, pairs)
    elif name in ("names", "teacher"):
        y_raw = _score_teacher(task, pairs, base_model, words=name == "teacher")
    else:
        y_raw = _score_with_neighbours(_features(task.table.texts, base_model), task.y, pairs)
    return Scored(task.y, y_raw, task.fold, time.process_time() - began, {})


def _score_teacher(task: Task, pairs: baselines.Pairs, base_model: str, *, words: bool) -> NDArray[np.float32]:
    """Fit what teaches multitag: on frozen features, drawn to the labels' names, and on words."""
    texts = task.table.texts if words else [""] * len(task.y)  # of which it takes features alone
    names, features = (_features(texts, base_model) for texts in (task.label_set.names, task.table.texts))
    from multitag.training.name_prior import NamePrior
    from multitag.training.teacher import Teacher

    return Teacher(texts, features, NamePrior.of_names(names)).score(task.y, pairs)


def _score_with_neighbours(
    features: NDArray[np.float32], y: NDArray[np.int8], pairs: baselines.Pairs
) -> NDArray[np.float32]:
    """Average the regression's probabilities with the labels of a row's nearest neighbours, the nearer the more."""
    from sklearn.neighbors import KNeighborsRegressor

    y_raw = baselines.score_features(features, y, pairs)
    for train, scored in pairs:
        fitted = KNeighborsRegressor(NEIGHBOURS, weights="distance", metric="cosine").fit(features[train], y[train])
        y_raw[scored] = (y_raw[scored] + fitted.predict(features[scored])) / 2  # shares, (n_scored, n_labels)
    return y_raw


def _features(texts: Sequence[Text], base_model: str) -> NDArray[np.float32]:
    from multitag.threads import import_torch

    import_torch()
    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.model.features import frozen_features
    from multitag.training.trainer.arguments import use_bf16

    base, config = resolve_base_model(base_model), config_of({}, 0)
    tokenizer, length = load_tokenizer(base, config.model.max_length), config.model.max_length
    bf16 = use_bf16(config.training.precision)
    features = frozen_features(base, tokenizer, texts, length, bf16=bf16)
    assert features is not None  # there is no clock
    return features


def variant(settings: Mapping[str, Any]) -> Contender:
    """Return multitag with settings of one's own."""
    written = ", ".join(f"{name}={value}" for name, value in settings.items())
    return Contender(f"multitag, {written}", partial(score_multitag, settings), settings)


CONTENDERS = {
    "prevalence": Contender("label prevalence", partial(_score_baseline, "prevalence")),
    "tfidf": Contender("TF-IDF + logistic regression", partial(_score_baseline, "tfidf")),
    "frozen": Contender("frozen minilm + logistic regression", partial(_score_baseline, "frozen")),
    "multitag": Contender("multitag, its defaults, minilm", partial(score_multitag, {})),
}
# Measured once, for docs/experiments.md; no part of a usual run.
MORE_CONTENDERS = {
    "names": Contender("frozen minilm + logistic regression and labels' names", partial(_score_baseline, "names")),
    "teacher": Contender("multitag's teacher alone, minilm", partial(_score_baseline, "teacher")),
    "mpnet-teacher-alone": Contender(
        f"multitag's teacher alone, {WIDE_MODEL}", partial(_score_baseline, "teacher", base_model=WIDE_MODEL)
    ),
    "neighbours": Contender(
        "frozen minilm, logistic regression and neighbours averaged", partial(_score_baseline, "neighbours")
    ),
    "frozen-mpnet": Contender(  # a folder of that name where it is run
        f"frozen {WIDE_MODEL} + logistic regression", partial(_score_baseline, "frozen", base_model=WIDE_MODEL)
    ),
}
