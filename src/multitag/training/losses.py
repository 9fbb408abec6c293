"""What training minimises: binary cross-entropy, or a loss that weighs its cells differently.

Labels are 0 and 1, or soft labels between, of which all four losses are lowest at the share itself but for what they
shift. Cells that nobody judged are left out: they have no gradient, and the mean is over the others.

The three others look away from the many easy negatives of multi-label data. They shift what probabilities mean (a
label with a positive weight of 10 comes out some ten times as likely), which calibration takes back. Measured side by
side in docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from multitag.config import LossName
from multitag.evaluation.arrays import count_labels, judged_cells

# Of logits and labels, shape (..., n_labels) each, to the loss of each cell.
CellLoss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

IGNORED = -100.0  # a target that nobody judged; the Trainer does not count it in ``num_items_in_batch``
LARGEST_WEIGHT = 10.0  # of a positive; a label on one row of a thousand would else outweigh all others
LOGITS_TRIED = torch.linspace(-8, 8, 321)  # for the start of the bias, which training then moves


def cell_loss(name: LossName, y: NDArray[Any]) -> CellLoss | None:
    """Choose a loss; None for binary cross-entropy, which the models compute themselves.

    Parameters
    ----------
    name : {"bce", "weighted-bce", "focal", "asymmetric"}
    y : ndarray of int or float, shape (n_rows, n_labels)
        Training labels, which the weights of ``"weighted-bce"`` come from; as in
        :func:`~multitag.evaluation.arrays.judged_cells`.
    """
    if name == "weighted-bce":
        return partial(weighted_bce, positive_weight=torch.from_numpy(positive_weights(y)))
    losses: dict[str, CellLoss] = {"focal": focal, "asymmetric": asymmetric}
    return losses.get(name)


def bce(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy: the one loss of these whose probabilities need not be corrected.

    Parameters
    ----------
    logits, labels : Tensor of float, shape (..., n_labels)
        Labels are in [0, 1].

    Returns
    -------
    Tensor of float, shape (..., n_labels)
        At least 0.
    """
    return binary_cross_entropy_with_logits(logits, labels, reduction="none")


def positive_weights(y: NDArray[Any]) -> NDArray[np.float32]:
    """Weigh a label's positives by how many negatives there are to each, up to 10.

    A label on more than half of the rows gets a weight below 1, down to 0.1. Counts are smoothed by one row with the
    label and one without, so that a label on no row or on all has a weight too.

    Parameters
    ----------
    y : ndarray of int or float, shape (n_rows, n_labels)
        As in :func:`~multitag.evaluation.arrays.judged_cells`.

    Returns
    -------
    ndarray of float32, shape (n_labels,)
        In [0.1, 10].
    """
    positives, judged = count_labels(y)
    odds = (judged - positives + 1) / (positives + 1)
    weights: NDArray[np.float32] = np.clip(odds, 1 / LARGEST_WEIGHT, LARGEST_WEIGHT).astype(np.float32)
    return weights


def weighted_bce(logits: torch.Tensor, labels: torch.Tensor, positive_weight: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy with the positives of each label weighed, as for rare events.

    Parameters
    ----------
    logits, labels : Tensor of float, shape (..., n_labels)
    positive_weight : Tensor of float, shape (n_labels,)

    Returns
    -------
    Tensor of float, shape (..., n_labels)
        At least 0.

    References
    ----------
    King and Zeng (2001), "Logistic regression in rare events data" (weighting).
    """
    weight = positive_weight.to(logits.device)
    return binary_cross_entropy_with_logits(logits, labels, reduction="none", pos_weight=weight)


def focal(logits: torch.Tensor, labels: torch.Tensor, gamma: float = 2.0) -> torch.Tensor:
    """Binary cross-entropy times ``(1 - p) ** gamma``, where p is the probability of what is true.

    Parameters
    ----------
    logits, labels : Tensor of float, shape (..., n_labels)
    gamma : float
        0 is binary cross-entropy; the more, the less do cells count that are right already.

    Returns
    -------
    Tensor of float, shape (..., n_labels)
        At least 0.

    References
    ----------
    Lin, Goyal, Girshick, He and Dollár (2017), "Focal loss for dense object detection"; without its alpha, which
    weighs positives against negatives.
    """
    entropy = bce(logits, labels)  # -log p
    return (-torch.expm1(-entropy)) ** gamma * entropy


def asymmetric(
    logits: torch.Tensor, labels: torch.Tensor, gamma_negative: float = 4.0, gamma_positive: float = 0.0,
    margin: float = 0.05,
) -> torch.Tensor:  # fmt: skip
    """Focal loss with a gamma for positives and one for negatives, and negatives below a margin left out.

    Of a soft label it is the mean of the two, weighed by the label: the loss expected of a label drawn at that share.

    Parameters
    ----------
    logits, labels : Tensor of float, shape (..., n_labels)
    gamma_negative, gamma_positive : float
    margin : float
        In (0, 1). A negative's probability is lowered by it, to 0 at least, where it costs nothing.

    Returns
    -------
    Tensor of float, shape (..., n_labels)
        At least 0.

    References
    ----------
    Ridnik, Ben-Baruch, Zamir, Noy, Friedman, Protter and Zelnik-Manor (2021), "Asymmetric loss for multi-label
    classification"; gammas and margin as the paper has them.
    """
    probability = torch.sigmoid(logits)
    positive = (1 - probability) ** gamma_positive * -logsigmoid(logits)
    shifted = (probability - margin).clamp(min=0)
    negative = shifted**gamma_negative * -torch.log1p(-shifted)  # finite: shifted is at most 1 - margin
    return labels * positive + (1 - labels) * negative


def best_constants(loss: CellLoss, y: NDArray[Any]) -> NDArray[np.float32]:
    """Find each label's logit that costs least if all rows get it: where training starts before it reads a text.

    For binary cross-entropy that is the label's log-odds. The others put it elsewhere, and a bias that has to travel
    there first costs epochs.

    Parameters
    ----------
    loss : callable
    y : ndarray of int or float, shape (n_rows, n_labels)
        Training labels, as in :func:`~multitag.evaluation.arrays.judged_cells`; a label's share is smoothed by one row
        with it and one without.

    Returns
    -------
    ndarray of float32, shape (n_labels,)
        In [-8, 8], in steps of 0.05.
    """
    positives, judged = count_labels(y)
    share = torch.from_numpy((positives + 1) / (judged + 2))
    logits = LOGITS_TRIED[:, None].expand(-1, len(share))  # (n_logits, n_labels)
    expected = share * loss(logits, torch.ones_like(logits)) + (1 - share) * loss(logits, torch.zeros_like(logits))
    best: NDArray[np.float32] = LOGITS_TRIED[expected.argmin(dim=0)].numpy()
    return best


def trainer_loss(loss: CellLoss) -> Callable[..., torch.Tensor]:
    """Return the mean over a batch as the Trainer asks for it, which counts cells over all batches of a step.

    Labels that nobody judged are ``IGNORED``, and left out. A batch without any other costs nothing.
    """

    def compute(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
        judged = labels != IGNORED
        cells = loss(outputs["logits"].float(), torch.where(judged, labels, 0.0))  # (batch, n_labels)
        total = torch.where(judged, cells, 0.0).sum()
        n_cells = torch.as_tensor(judged.sum() if num_items_in_batch is None else num_items_in_batch)
        return total / n_cells.clamp(min=1)

    return compute


def disagreement(logits: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Half of the two Kullback-Leibler divergences between the Bernoulli distributions of two passes, cell by cell.

    Parameters
    ----------
    logits, others : Tensor of float, shape (batch, n_labels)
        Of the same texts under two draws of dropout.

    Returns
    -------
    Tensor of float, shape (batch, n_labels)
        At least 0.

    References
    ----------
    Liang, Wu, Li, Wang, Meng, Qin, Chen, Zhang and Liu (2021), "R-Drop: regularized dropout for neural networks".
    """
    return (torch.sigmoid(logits) - torch.sigmoid(others)) * (logits - others) / 2


def as_targets(y: NDArray[Any]) -> NDArray[Any]:
    """Return labels as losses take them: ``IGNORED`` where nobody judged.

    Parameters
    ----------
    y : ndarray of int or float, shape (n_rows, n_labels)
        As in :func:`~multitag.evaluation.arrays.judged_cells`.

    Returns
    -------
    ndarray of int8 or float32, shape (n_rows, n_labels)
    """
    judged = judged_cells(y)
    return y if judged.all() else np.where(judged, y, np.asarray(IGNORED, dtype=y.dtype))
