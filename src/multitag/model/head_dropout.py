"""Dropout before the classification head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from multitag.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def set_head_dropout(model: PreTrainedModel, share: float | None) -> None:
    """Let the head see its inputs under another dropout while training, in place.

    Parameters
    ----------
    model : PreTrainedModel
    share : float or None
        Share of the inputs that is dropped, in [0, 1); None leaves the model as it is.

    Raises
    ------
    ConfigError
        If the model has no dropout outside of its encoder.
    """
    if share is None:
        return
    dropouts = _dropouts(model)
    if not dropouts:
        raise ConfigError(f"head_dropout: {type(model).__name__} has no dropout before its head; leave it out")
    for module in dropouts:
        module.p = share


def head_dropout(model: PreTrainedModel) -> float | None:
    """Return the share of its inputs that the head does not see while training; None where there is no dropout."""
    dropouts = _dropouts(model)
    return float(dropouts[-1].p) if dropouts else None


def _dropouts(model: PreTrainedModel) -> list[nn.Dropout]:
    prefix = f"{model.base_model_prefix}."
    return [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Dropout) and not name.startswith(prefix)
    ]
