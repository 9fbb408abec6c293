"""The study: Optuna's record of the trials, kept in a file so that a search can go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.errors import OutputError, describe_error
from multitag.evaluation.search_result import TrialState, TriedSettings
from multitag.extras import import_extra

DIVERGED, FOLDS = "diverged", "folds"  # what is noted of a trial
UNPRUNED = 4  # complete trials, below which there is nothing to prune by
TELLING = 10  # complete trials, below which importances are of chance

logger = logging.getLogger("multitag")


@contextmanager
def open_study(path: Path, seed: int) -> Iterator[Any]:
    """Open the study of a search, new or begun before.

    Trials that were stopped with a search, and nothing else, will be tried again first.

    Parameters
    ----------
    path : Path
        SQLite database.
    seed : int
        Of what chooses the settings.

    Yields
    ------
    optuna.Study

    Raises
    ------
    OutputError
        If the file is damaged or cannot be written.
    """
    optuna: Any = import_extra("optuna", "search")
    sqlalchemy: Any = import_extra("sqlalchemy", "search")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = None
    try:
        address = sqlalchemy.URL.create("sqlite", database=str(path))
        storage = optuna.storages.RDBStorage(address.render_as_string())
        begun = "multitag" in optuna.get_all_study_names(storage)
        study = optuna.create_study(
            study_name="multitag", storage=storage, direction="maximize", load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=UNPRUNED),
        )  # fmt: skip
        # A resumed search must not draw again what the first one drew.
        study.sampler = optuna.samplers.TPESampler(
            seed=(seed + len(study.trials)) % 2**32, n_startup_trials=TELLING // 2
        )
        if begun:
            _try_again(study, optuna)
        yield study
    except (sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        reason = describe_error(error.__cause__ or error)[:160]
        raise OutputError(f"{path}: damaged, or cannot be written: {reason}") from error
    finally:
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()


def _try_again(study: Any, optuna: Any) -> None:
    """Queue the trials that a search was in when it was stopped: nobody else is at work in its folder."""
    states = optuna.trial.TrialState
    for trial in study.get_trials(states=(states.RUNNING,)):
        study.tell(trial.number, state=states.FAIL)
        if values := trial.system_attrs.get("fixed_params") or trial.params:
            study.enqueue_trial(values)


def finished_trials(study: Any) -> list[tuple[Any, TriedSettings]]:
    """Return the trials that ended by themselves, each with what is told of it; numbered from 1 without gaps."""
    states: dict[str, TrialState] = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    finished: list[tuple[Any, TriedSettings]] = []
    for trial in study.trials:
        if trial.state.name in states and (trial.state.name != "FAIL" or trial.user_attrs.get(DIVERGED)):
            folds = tuple(trial.user_attrs.get(FOLDS, ()))
            told = TriedSettings(len(finished) + 1, states[trial.state.name], dict(trial.params), folds)
            finished.append((trial, told))
    return finished


def importances(study: Any, seed: int) -> dict[str, float]:
    """Return the share of each setting in how complete trials differ, the largest first; empty where they are too few.

    References
    ----------
    Hutter, Hoos and Leyton-Brown (2014), "An efficient approach for assessing hyperparameter importance" (fANOVA).
    """
    optuna: Any = import_extra("optuna", "search")
    complete = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    if len(complete) < TELLING or len({trial.value for trial in complete}) == 1:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in shares.items()}
