"""Weights and a LabelSet to a sequence classifier that is ready to train, and back to files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import nn
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedTokenizerFast,
)

from multitag.errors import BaseModelError, describe_error
from multitag.evaluation.arrays import count_labels
from multitag.labels import LabelSet
from multitag.model.base import BaseModel
from multitag.model.linear_head import LinearHeadDistilBert, fold_linear_head, unfold_linear_head
from multitag.model.minilm import distilbert_config, distilbert_weights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from transformers import PreTrainedModel

# RoBERTa and its kin number positions from pad_token_id + 1.
POSITIONS_AFTER_PADDING = {
    "roberta", "xlm-roberta", "xlm-roberta-xl", "roberta-prelayernorm", "camembert", "data2vec-text", "ibert",
    "xmod", "mpnet", "longformer",
}  # fmt: skip
TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model")
PROBLEM_TYPE = "multi_label_classification"


def build_model(base: BaseModel, label_set: LabelSet) -> PreTrainedModel:
    """Put a fresh multi-label head on pretrained weights.

    The head's initial weights come from torch's global random state: seed it first.

    Parameters
    ----------
    base : BaseModel
    label_set : LabelSet
        Names and number of the outputs; they go into the model's configuration.

    Returns
    -------
    PreTrainedModel
        A :class:`LinearHeadDistilBert` for DistilBERT weights (MiniLM among them), otherwise what
        ``AutoModelForSequenceClassification`` makes of the weights.

    Raises
    ------
    BaseModelError
        If transformers cannot build a sequence classifier from the weights.
    """
    outputs: dict[str, Any] = {
        "num_labels": len(label_set),
        "id2label": label_set.id2label,
        "label2id": label_set.label2id,
        "problem_type": PROBLEM_TYPE,
    }
    if base.name == "minilm":
        config = distilbert_config(base.folder)
        config.update(outputs)
        model = LinearHeadDistilBert(config)
        model.distilbert.load_state_dict(distilbert_weights(base.folder))
        return model
    try:
        config = AutoConfig.from_pretrained(base.folder, trust_remote_code=False, **outputs)
        kind = (
            LinearHeadDistilBert if config.model_type == "distilbert" else AutoModelForSequenceClassification
        )
        loaded: Any = kind.from_pretrained(
            base.folder, config=config, use_safetensors=True, trust_remote_code=False, dtype=torch.float32,
            ignore_mismatched_sizes=True,  # a head for other labels, of a model that was fine-tuned before
            output_loading_info=True,
        )  # fmt: skip
    except (ValueError, OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise BaseModelError(
            f"base model {base.name!r}: transformers cannot make a text classifier of {base.folder}: "
            f"{describe_error(error)}"
        ) from error
    built, loading = loaded
    _refuse_lacking(base, built, loading["missing_keys"])
    fresh = {*loading["missing_keys"], *(key for key, *_ in loading["mismatched_keys"])}
    if isinstance(built, LinearHeadDistilBert) and fresh.isdisjoint({"classifier.weight", "pre_classifier.weight"}):
        unfold_linear_head(built)
    return cast("PreTrainedModel", built)


def _refuse_lacking(base: BaseModel, model: PreTrainedModel, missing: Iterable[str]) -> None:
    """Refuse weights of another kind of model: what they lack but the head, transformers would make up at random.

    A pooler is not in every checkpoint, and learned with the head.
    """
    prefix = f"{model.base_model_prefix}."
    lacking = sorted(name for name in missing if name.startswith(prefix) and "pool" not in name)
    if lacking:
        raise BaseModelError(
            f"base model {base.name!r}: its weights are not those of a {type(model).__name__}: they lack "
            f"{len(lacking)} of its parameters, such as {lacking[0]}; choose another --base-model"
        )


def settle_padding(base: BaseModel, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> str | None:
    """Let the configuration of a model and its tokenizer name the same padding token, as all that predicts takes one.

    Parameters
    ----------
    base : BaseModel
    model : PreTrainedModel
        Gets the tokenizer's, unless its positions are counted from its own.
    tokenizer : PreTrainedTokenizerFast
        Gets the model's then.

    Returns
    -------
    str or None
        A sentence about what was changed, where both named one and they differed.

    Raises
    ------
    BaseModelError
        If the tokenizer has no token of the model's number.
    """
    own, tokens = model.config.pad_token_id, tokenizer.pad_token_id
    if own == tokens:
        return None
    if own is None or model.config.model_type not in POSITIONS_AFTER_PADDING:
        model.config.pad_token_id = tokens
    else:
        token = tokenizer.convert_ids_to_tokens(own)
        if token is None:
            raise BaseModelError(
                f"base model {base.name!r}: config.json has pad_token_id {own}, a token that its tokenizer does not "
                f"have; the tokenizer pads with {tokens}"
            )
        tokenizer.pad_token = token
    if own is None:
        return None
    return (
        f"the base model's config.json pads with token {own}, its tokenizer with {tokens}; "
        f"{model.config.pad_token_id} is taken"
    )


def load_tokenizer(base: BaseModel, max_length: int) -> PreTrainedTokenizerFast:
    """Load the fast tokenizer of a base model.

    Raises
    ------
    BaseModelError
        If it has no fast tokenizer, no token to pad with, or the model cannot take ``max_length`` tokens.
    """
    # Where there is none, transformers makes an empty one, to which every word is unknown.
    if not any(any(base.folder.glob(pattern)) for pattern in TOKENIZER_FILES):
        raise BaseModelError(f"base model {base.name!r}: {base.folder} has no tokenizer; expected tokenizer.json")
    try:
        tokenizer = AutoTokenizer.from_pretrained(base.folder, trust_remote_code=False, use_fast=True)
    except (ValueError, OSError, KeyError) as error:
        raise BaseModelError(
            f"base model {base.name!r}: no tokenizer can be loaded from {base.folder}: "
            f"{describe_error(error)}"
        ) from error
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise BaseModelError(f"base model {base.name!r}: needs a fast tokenizer (tokenizer.json)")
    if tokenizer.pad_token_id is None:  # of models that generate text
        if tokenizer.eos_token_id is None:
            raise BaseModelError(f"base model {base.name!r}: its tokenizer needs a padding token, or an end token")
        tokenizer.pad_token = tokenizer.eos_token
    longest = longest_input(base)
    if longest is not None and max_length > longest:
        raise BaseModelError(
            f"max_length {max_length} is beyond the {longest} tokens that {base.name!r} can take"
        )
    tokenizer.model_max_length = max_length
    return tokenizer


def longest_input(base: BaseModel) -> int | None:
    """Count the positions a base model has embeddings for; None where there is no limit, as in T5."""
    config = AutoConfig.from_pretrained(base.folder, trust_remote_code=False)
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None or positions < 1:  # XLNet says -1
        return None
    offset = config.pad_token_id + 1 if config.model_type in POSITIONS_AFTER_PADDING else 0
    return int(positions) - offset


def classifier_layer(model: PreTrainedModel) -> nn.Linear:
    """Find the layer that computes the logits: the last linear one with an output a label.

    Raises
    ------
    BaseModelError
        If there is none.
    """
    layers = [
        module
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear)
        and module.out_features == model.config.num_labels
        and not name.startswith(f"{model.base_model_prefix}.")
    ]
    if not layers:
        raise BaseModelError(
            f"{type(model).__name__} has no linear layer with {model.config.num_labels} outputs"
        )
    return layers[-1]


@torch.no_grad()
def set_bias(model: PreTrainedModel, logits: NDArray[np.floating]) -> None:
    """Start the classifier's bias at what is right before a text is read, so that training need not find it.

    Parameters
    ----------
    model : PreTrainedModel
    logits : ndarray of float, shape (n_labels,)
    """
    layer = classifier_layer(model)
    if layer.bias is not None:
        layer.bias.copy_(torch.tensor(logits))


def log_odds(y: NDArray[Any]) -> NDArray[np.float64]:
    """Compute each label's log-odds.

    Parameters
    ----------
    y : ndarray of int or float, shape (n_rows, n_labels)
        As in :func:`~multitag.evaluation.arrays.judged_cells`. A label's share is smoothed by one row
        with it and one without.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
    """
    positives, judged = count_labels(y)
    share = (positives + 1) / (judged + 2)
    return np.array([math.log(p / (1 - p)) for p in share])


def save_model(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a plain Hugging Face folder that transformers' own loaders and pipeline take.

    Parameters
    ----------
    model : PreTrainedModel
        A linear head is folded into the stock class.
    tokenizer : PreTrainedTokenizerFast
        Its truncation and padding state is not written; ``model_max_length`` is.
    folder : Path
        Made if absent; gets config.json, model.safetensors, tokenizer.json and tokenizer_config.json.
    """
    stock = fold_linear_head(model) if isinstance(model, LinearHeadDistilBert) else model
    stock.save_pretrained(folder)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(folder)
