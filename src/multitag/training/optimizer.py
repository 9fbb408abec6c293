"""Which parameters learn how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from multitag.config import TrainingConfig
from multitag.model.linear_head import LinearHeadDistilBert

if TYPE_CHECKING:
    from torch import nn
    from transformers import PreTrainedModel

# Of minilm, which is 384 wide, measured on IMDB (docs/experiments.md).
ENCODER_RATE = 2e-4
ENCODER_RATE_OF_MANY = 1.5e-4  # on 43,410 rows, in batches of 32 (docs/experiments.md)
LINEAR_HEAD_RATE = 1e-2
STOCK_HEAD_RATE = 2e-3
MEASURED_WIDTH = 384
# Adapters learn with this many times the encoder's rate. It was not measured here: at width 768 it makes 5e-4, with
# which the authors of LoRA trained RoBERTa-base at the same scale (microsoft/LoRA, examples/NLU).
ADAPTERS_FASTER = 5.0


def resolve_learning_rates(
    model: PreTrainedModel, config: TrainingConfig, *, many: bool = False
) -> tuple[float, float]:
    """Choose the rates that the user left open.

    Adam's best rate falls as one over the width (Yang et al. 2022, Tensor Programs V), so the rates measured at width
    384 are scaled by 384 / width. Of a pretrained encoder that is wider, half of that was better than it (mpnet, width
    768; docs/experiments.md): its rate falls as the square, to 5e-5 at width 768, where the head's is 5e-3. Low-rank
    adapters take five times what the encoder would by its width alone.

    Parameters
    ----------
    model : PreTrainedModel
    config : TrainingConfig
    many : bool, default False
        Whether there are many rows to train on, which take a lower rate of the encoder.

    Returns
    -------
    tuple of float
        Peak rates of the encoder and of the head.
    """
    scale = MEASURED_WIDTH / _width(model)
    head = LINEAR_HEAD_RATE if isinstance(model, LinearHeadDistilBert) else STOCK_HEAD_RATE
    encoder = (ENCODER_RATE_OF_MANY if many else ENCODER_RATE) * scale
    encoder *= ADAPTERS_FASTER if config.lora else min(scale, 1.0)
    encoder_rate = config.learning_rate if config.learning_rate is not None else encoder
    head_rate = config.head_learning_rate if config.head_learning_rate is not None else head * scale
    return encoder_rate, head_rate


def _width(model: PreTrainedModel) -> int:
    return cast("nn.Embedding", model.get_input_embeddings()).embedding_dim


def parameter_groups(
    model: PreTrainedModel,
    learning_rate: float,
    head_learning_rate: float,
    weight_decay: float,
    decayed: list[str],
) -> list[dict[str, Any]]:
    """Sort the trainable parameters into groups of one rate and one decay.

    Parameters
    ----------
    model : PreTrainedModel
    learning_rate, head_learning_rate : float
        Peak rates of the encoder (everything under the base model's prefix) and of the rest.
    weight_decay : float
    decayed : list of str
        Names of parameters that decay; the Trainer leaves out biases and norms.

    Returns
    -------
    list of dict
        At most four groups with ``params``, ``lr`` and ``weight_decay``; no empty one.
    """
    prefix, decays = f"{model.base_model_prefix}.", set(decayed)
    groups: dict[tuple[float, float], list[Any]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            rate = learning_rate if name.startswith(prefix) else head_learning_rate
            groups.setdefault((rate, weight_decay if name in decays else 0.0), []).append(parameter)
    return [{"params": params, "lr": rate, "weight_decay": decay} for (rate, decay), params in groups.items()]
