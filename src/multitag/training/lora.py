"""Low-rank adapters: the encoder stays as it is, and beside each of its linear layers a thin product of two is learned.

Of an encoder of width 768 some 2% of the parameters are trained, so that gradients and the optimiser's moments take
next to no memory. At the end the products are added to the layers' weights: what is saved is the plain model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from multitag.config import TrainingConfig
from multitag.errors import ConfigError
from multitag.extras import import_extra

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SCALE = 2  # of what they add: alpha is twice the rank, so that the best learning rate hangs little on it


def adapted_layers(model: PreTrainedModel) -> list[str]:
    """Name the layers that get an adapter: every linear one of the encoder.

    Of DistilBERT these are q_lin, k_lin, v_lin, out_lin, lin1 and lin2 of each block; of BERT, RoBERTa, MPNet and their
    kin likewise those of attention and feed-forward. A pooler is none: it is learned with the head.

    Parameters
    ----------
    model : PreTrainedModel

    Returns
    -------
    list of str
        Names of modules, from the model's root.
    """
    return [
        name
        for name, module in model.named_modules()
        if type(module) is nn.Linear and _in_encoder(model, name)
    ]


def add_adapters(model: PreTrainedModel, settings: TrainingConfig) -> None:
    """Freeze the encoder and put adapters beside its linear layers, in place, where the settings ask for it.

    They start as zero, from torch's global random state: the model computes what it did. The head is trained whole.

    Parameters
    ----------
    model : PreTrainedModel
    settings : TrainingConfig

    Raises
    ------
    ConfigError
        If the encoder has no linear layer.
    MissingExtraError
        If peft is not installed.

    References
    ----------
    Hu, Shen, Wallis, Allen-Zhu, Li, Wang, Wang and Chen (2022), "LoRA: low-rank adaptation of large language models".
    """
    if not settings.lora:
        return
    peft: Any = import_extra("peft", "lora")
    names = adapted_layers(model)
    if not names:
        raise ConfigError(f"lora: {type(model).__name__} has no linear layer in its encoder; train it without --lora")
    trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    adapters = peft.LoraConfig(
        r=settings.lora_rank, lora_alpha=SCALE * settings.lora_rank, target_modules=names, lora_dropout=0.0, bias="none"
    )
    peft.inject_adapter_in_model(adapters, model)
    del model.peft_config  # or transformers would save the adapters alone
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".lora_" in name or (name in trained and not _in_encoder(model, name)))


@torch.no_grad()
def merge_adapters(model: PreTrainedModel) -> None:
    """Add what the adapters learned to the layers' own weights, in place, and leave a model without adapters.

    Parameters
    ----------
    model : PreTrainedModel
        One without adapters stays as it is.
    """
    adapted = [(name, module) for name, module in model.named_modules() if hasattr(module, "lora_A")]
    for name, module in adapted:
        layer: Any = module
        layer.merge()
        model.set_submodule(name, layer.get_base_layer())


def _in_encoder(model: PreTrainedModel, name: str) -> bool:
    """Whether a module or parameter is the encoder's, and not of a pooler, which not every checkpoint has."""
    return name.startswith(f"{model.base_model_prefix}.") and "pool" not in name
