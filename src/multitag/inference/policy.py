"""Which of a bundle's cuts decides: its thresholds' own policy, another of them, or its guarantee's."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.config import PolicyName
from multitag.errors import ConfigError


def choose_cuts(bundle: Bundle, policy: PolicyName | None) -> NDArray[np.float64]:
    """Give the calibrated probability from which each label is predicted.

    Parameters
    ----------
    bundle : Bundle
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
        By default what the bundle's thresholds say.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        In [0, 1].

    Raises
    ------
    ConfigError
        If the policy is not known, or the bundle has nothing for it.
    """
    if policy not in (None, *get_args(PolicyName)):
        raise ConfigError(f"policy: expected {', '.join(get_args(PolicyName))}, got {policy!r}")
    if policy == "guarantee":
        if bundle.guarantee is None:
            raise ConfigError("policy: this bundle has no guarantee; train with --guarantee recall=0.9, say")
        return np.full(len(bundle.label_set), bundle.guarantee.cut)
    thresholds = bundle.thresholds if policy is None else replace(bundle.thresholds, policy=policy)
    return thresholds.values()


def check_as_fitted(policy: PolicyName | None, *, backend: str, own_pool: bool) -> None:
    """Refuse to compute other probabilities than those that a guarantee was fitted on.

    Parameters
    ----------
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
    backend : str
        What computes.
    own_pool : bool
        Whether long texts are read as the bundle was made with.

    Raises
    ------
    ConfigError
        If the policy is ``"guarantee"`` and they are others.
    """
    if policy == "guarantee" and backend == "onnx-int8":
        raise ConfigError("policy: int8 changes the probabilities that the guarantee is of; use the backend onnx")
    if policy == "guarantee" and not own_pool:
        raise ConfigError("policy: the guarantee is of texts read as the bundle was made with; leave out long and pool")


def check_options(policy: PolicyName | None, *, threshold: float | None, top_k: int | None, at_least_one: bool) -> None:
    """Refuse options that would give other labels than those a guarantee is of.

    Raises
    ------
    ConfigError
        If the policy is ``"guarantee"`` and an option is given.
    """
    given = {"threshold": threshold is not None, "top_k": top_k is not None, "at_least_one": at_least_one}
    changed = [name for name, is_given in given.items() if is_given]
    if policy == "guarantee" and changed:
        raise ConfigError(f"{changed[0]}: would give other labels than the guarantee is of; leave it or the policy out")
