"""Settings that were left open, chosen by how many rows there are to train on."""

from __future__ import annotations

from dataclasses import replace

from multitag.config import Config

EPOCHS, EPOCHS_OF_MANY = 5.0, 3.0
MANY_ROWS = 10_000  # of 43,410 short texts average precision was best after the third epoch of five, on validation rows
R_DROP = 1.0
MOST_ROWS_DROPPED = 5_000  # training takes near twice as long; on many rows it has less to gain


def settle_by_rows(settings: Config, n_rows: int) -> Config:
    """Return settings in which neither the epochs nor R-Drop are open.

    Epochs are 5, and 3 from 10,000 rows on. R-Drop is 1 with folds and binary cross-entropy on up to 5,000 rows, else
    0: it was measured out of fold, where thresholds are tuned and probabilities calibrated (docs/experiments.md).

    Parameters
    ----------
    settings : Config
    n_rows : int
        To train on.
    """
    training = settings.training
    epochs, r_drop = training.epochs, training.r_drop
    if epochs is None:
        epochs = EPOCHS if n_rows < MANY_ROWS else EPOCHS_OF_MANY
    if r_drop is None:
        dropped = bool(settings.split.folds) and training.loss == "bce" and n_rows <= MOST_ROWS_DROPPED
        r_drop = R_DROP if dropped else 0.0
    return replace(settings, training=replace(training, epochs=epochs, r_drop=r_drop))
