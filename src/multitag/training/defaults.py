"""Settings that were left open, chosen by how many rows there are to train on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from multitag.config import Config
from multitag.config.training import TrainingConfig
from multitag.evaluation.thresholds.search import MIN_ROWS_TO_TUNE

EPOCHS, EPOCHS_OF_MANY = 5.0, 3.0
BATCH_SIZE, BATCH_SIZE_OF_MANY = 16, 32
MANY_ROWS = 10_000  # of 43,410 short texts average precision was best after the third epoch of five, on validation rows
R_DROP = 1.0
MOST_ROWS_DROPPED = 5_000  # training takes near twice as long; on many rows it has less to gain
# Arguments of the Trainer by which a person says when to look, and what to end with.
ABOUT_THE_BEST = {"load_best_model_at_end", "eval_strategy", "save_strategy", "eval_steps"}


def settle_by_rows(settings: Config, n_rows: int, n_watched: int = 0) -> Config:
    """Return settings in which neither the epochs, the batch size, the epoch to keep nor R-Drop are open.

    Epochs are 5 in batches of 16, and 3 in batches of 32 from 10,000 rows on. Where they are left open, and there are
    validation rows enough to tell epochs apart, the weights that were best on those are kept. R-Drop is 1 with folds
    and binary cross-entropy on up to 5,000 rows, else 0: it was measured out of fold, where thresholds are tuned and
    probabilities calibrated (docs/experiments.md).

    Parameters
    ----------
    settings : Config
    n_rows : int
        To train on.
    n_watched : int
        On the validation side.
    """
    training, many = settings.training, n_rows >= MANY_ROWS
    r_drop = training.r_drop
    if r_drop is None:
        dropped = bool(settings.split.folds) and training.loss == "bce" and n_rows <= MOST_ROWS_DROPPED
        r_drop = R_DROP if dropped else 0.0
    chosen: dict[str, Any] = {
        "epochs": EPOCHS_OF_MANY if many else EPOCHS,
        "batch_size": BATCH_SIZE_OF_MANY if many else BATCH_SIZE,
        "best_epoch": _keeps_best(training, n_watched),
    }
    left_open = {name: value for name, value in chosen.items() if getattr(training, name) is None}
    return replace(settings, training=replace(training, **left_open, r_drop=r_drop))


def _keeps_best(training: TrainingConfig, n_watched: int) -> bool:
    own = ABOUT_THE_BEST & training.trainer_args.keys()
    return training.epochs is None and n_watched >= MIN_ROWS_TO_TUNE and not own
