"""Which of a bundle's thresholds decide: those of its own policy, of another one, or of its guarantee."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from multitag.bundle.read import Bundle
from multitag.config import PolicyName
from multitag.errors import ConfigError

DecidingPolicy = Literal["tuned", "fixed", "guarantee"]


def deciding_policy(bundle: Bundle, policy: PolicyName | None) -> DecidingPolicy:
    """Return what the thresholds are that :func:`choose_cuts` returns: tuned ones, a fixed one, or the guarantee's."""
    kinds: dict[str, DecidingPolicy] = {"fixed": "fixed", "guarantee": "guarantee"}
    return kinds.get(policy or bundle.thresholds.policy, "tuned")


def choose_cuts(bundle: Bundle, policy: PolicyName | None) -> NDArray[np.float64]:
    """Return the calibrated probability from which each label is predicted.

    Parameters
    ----------
    bundle : Bundle
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
        By default the bundle's own.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        In [0, 1].

    Raises
    ------
    ConfigError
        If there is no such policy, or the bundle has no thresholds or guarantee for it.
    """
    if not isinstance(policy, (str, type(None))) or policy not in (None, *get_args(PolicyName)):
        raise ConfigError(f"policy: expected {', '.join(get_args(PolicyName))}, got {policy!r}")
    if policy == "guarantee":
        if bundle.guarantee is None:
            raise ConfigError("policy: this bundle has no guarantee; train with --guarantee recall=0.9, for example")
        return np.full(len(bundle.label_set), bundle.guarantee.cut)
    thresholds = bundle.thresholds if policy is None else replace(bundle.thresholds, policy=policy)
    return thresholds.values()


def check_as_fitted(policy: PolicyName | None, *, backend: str, default_pool: bool) -> None:
    """Refuse to compute other probabilities than those on which a guarantee was fitted.

    Parameters
    ----------
    policy : {"per_label", "global", "fixed", "guarantee"}, optional
    backend : str
        Name of the backend that computes, or ``"fast"``.
    default_pool : bool
        Whether long texts are read as when the bundle was made.

    Raises
    ------
    ConfigError
        If the policy is ``"guarantee"`` and the probabilities would differ.
    """
    if policy != "guarantee":
        return
    if backend in ("fast", "onnx-int8", "openvino"):
        raise ConfigError(f"policy: the guarantee does not hold for probabilities of {backend}; use the backend onnx")
    if not default_pool:
        raise ConfigError(
            "policy: the guarantee holds only for texts read as when the bundle was made; leave out long and pool"
        )
