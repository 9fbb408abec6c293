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
    prefix = f"{model.base_model_prefix}."
    dropouts = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Dropout) and not name.startswith(prefix)
    ]
    if not dropouts:
        raise ConfigError(f"head_dropout: {type(model).__name__} has no dropout before its head; leave it out")
    for module in dropouts:
        module.p = share
