"""What a run gives up to fit into its time, in an order that is always the same.

R-Drop goes first; then passes over the rows, down to the fewest that teach anything; then folds, to three and to one
split; then the training on all rows; then fine-tuning itself, for a linear head on the frozen model, with the folds
that were asked for and then without; last the graphs. After each of them there are again as many passes as fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from multitag.config import Config
from multitag.config.training import TrainingConfig
from multitag.jobs.train.effort.cost import Workload
from multitag.jobs.train.recipes.resolve import FINE_TUNE, LINEAR, OF_FINE_TUNING

FEWEST_FOLDS = 3
# Rows that fine-tuning sees at the least, each counted as often as it is seen: one pass, where that is between these.
FEWEST_SEEN, ENOUGH_SEEN = 2_500, 10_000

Cost = Callable[[Config], float]  # seconds of a run with these settings


@dataclass(frozen=True)
class Concession:
    """Settings that take less time than those asked for.

    Parameters
    ----------
    changes : dict
        Settings by their names.
    words : tuple of str
        What is given up, beside passes over the rows.
    shortened : bool
        Whether passes may be given up, too.
    """

    changes: dict[str, Any]
    words: tuple[str, ...]
    shortened: bool = False


def concessions(config: Config) -> Iterator[Concession]:
    """Yield what may be given up, the least first; nothing is the first.

    Parameters
    ----------
    config : Config
        As asked for, with epochs and R-Drop chosen where the model may be fine-tuned.
    """
    yield Concession({}, ())
    if config.model.recipe != LINEAR:
        changes: dict[str, Any] = {}
        words: tuple[str, ...] = ()
        if config.training.r_drop:
            changes, words = {"r_drop": 0.0}, ("R-Drop",)
            yield Concession(changes, words)
        yield Concession(changes, words, shortened=True)
        for fewer, given_up in _fewer_models(config):
            yield Concession({**changes, **fewer}, (*words, *given_up), shortened=True)
    if config.model.recipe == FINE_TUNE:
        return
    changes = {} if config.model.recipe == LINEAR else _linear(config)
    words = () if config.model.recipe == LINEAR else ("fine-tuning (a linear head on the frozen model is left)",)
    yield Concession(changes, words)
    for fewer, given_up in list(_fewer_models(config))[-1:]:
        changes, words = {**changes, **fewer}, (*words, *given_up)
        yield Concession(changes, words)
    if config.export.onnx:
        yield Concession({**changes, "onnx": False}, (*words, "the ONNX graphs"))


def _fewer_models(config: Config) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Yield settings by which fewer models are trained."""
    folds, words = config.split.folds, "the training on all rows"
    if folds and folds > FEWEST_FOLDS:
        yield {"folds": FEWEST_FOLDS}, (f"{folds} folds ({FEWEST_FOLDS} are left)",)
    if folds and config.evaluation.guarantee is not None:
        return  # it takes more held-out rows than one split is sure to have
    if folds:
        split = f"{folds} folds (one split is left)"
        yield {"folds": None, "refit": True}, (split,)
        yield {"folds": None, "refit": False}, (split, words)
    elif config.split.refits:
        yield {"refit": False}, (words,)


def _linear(config: Config) -> dict[str, Any]:
    """Return the settings of the linear recipe, without those of fine-tuning alone, which it would refuse."""
    default = TrainingConfig()
    names = {field.name for field in fields(default)} & set(OF_FINE_TUNING)
    return {"recipe": LINEAR, "unlabelled_file": None, **{name: getattr(default, name) for name in sorted(names)}}


def settle(config: Config, load: Workload, cost: Cost, seconds: float) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """Find the first settings that fit.

    Parameters
    ----------
    config : Config
        As for :func:`concessions`.
    load : Workload
    cost : callable
        Estimates the seconds of a run.
    seconds : float
        That it may take.

    Returns
    -------
    tuple or None
        Changed settings by their names, and what is given up, in words; None where nothing fits.
    """
    for concession in concessions(config):
        changed = config.override(**concession.changes)
        if cost(changed) <= seconds:
            return concession.changes, concession.words
        if concession.shortened and (epochs := _passes_that_fit(changed, load, cost, seconds)) is not None:
            words = f"{config.training.epochs:g} epochs ({epochs:g} are left)"
            return {**concession.changes, "epochs": epochs}, (*concession.words, words)
    return None


def least_seconds(config: Config, load: Workload, cost: Cost) -> float:
    """Return the fewest seconds that :func:`settle` finds settings for."""
    changed = [(config.override(**each.changes), each.shortened) for each in concessions(config)]
    return min(cost(each.override(epochs=_fewest_passes(each, load)) if shorter else each) for each, shorter in changed)


def _fewest_passes(config: Config, load: Workload) -> float:
    """Return so many epochs that something is learned, at most those asked for."""
    asked, n_rows = config.training.epochs, load.trained_on(config)
    assert asked is not None
    return min(min(max(n_rows, FEWEST_SEEN), ENOUGH_SEEN) / n_rows, asked)


def _passes_that_fit(config: Config, load: Workload, cost: Cost, seconds: float) -> float | None:
    """Return the most epochs that fit, fewer than asked for, but not so few that nothing is learned."""
    asked, fewest = config.training.epochs, _fewest_passes(config, load)
    assert asked is not None
    if fewest >= asked:
        return None
    least, most = cost(config.override(epochs=fewest)), cost(config.override(epochs=asked))
    if least > seconds:
        return None
    exact = fewest + (asked - fewest) * (seconds - least) / (most - least)  # the cost is linear in them
    return round(max(math.floor(10 * exact) / 10, fewest), 3)
