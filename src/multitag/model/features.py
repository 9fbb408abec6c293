"""What a pretrained model makes of texts as it is: the mean over the tokens of its last layer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoConfig, AutoModel, DistilBertModel

from multitag.data.tokens import Tokens
from multitag.model.base import BaseModel
from multitag.model.minilm import distilbert_config, distilbert_weights
from multitag.quiet import quiet_transformers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from multitag.data.texts import Text

BATCH_SIZE = 32


def frozen_features(
    base: BaseModel,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[Text],
    max_length: int,
    *,
    bf16: bool,
    clock: float = float("inf"),
) -> NDArray[np.float32] | None:
    """Encode texts with a base model that has learned nothing of the task.

    Parameters
    ----------
    base : BaseModel
    tokenizer : PreTrainedTokenizerFast
        The base model's.
    texts : sequence of str or of (str, str), length n_texts
        At least one.
    max_length : int
        Longer texts are cut off after this many tokens, special ones counted.
    bf16 : bool
        Compute in bfloat16, near twice as fast where the processor has instructions for it.
    clock : float, optional
        Seconds of ``time.perf_counter`` at which to give up.

    Returns
    -------
    ndarray of float32, shape (n_texts, dim), or None if there was no time for it
        The mean of the last layer's hidden states over the tokens of each text, of length 1.

    References
    ----------
    Reimers and Gurevych (2019), "Sentence-BERT" (pooling by the mean).
    """
    with quiet_transformers():
        encoder = _encoder(base).eval()
    tokens = Tokens.from_texts(texts, tokenizer, max_length)
    rows = [tokens[row] for row in range(len(tokens))]
    return _encode(encoder, _mean, rows, tokenizer.pad_token_id, bf16=bf16, clock=clock)


def pooled_features(model: PreTrainedModel, texts: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
    """Encode texts with a model whose [CLS] is their mean, in float32, as what is saved of it will.

    Parameters
    ----------
    model : PreTrainedModel
        Of :func:`~multitag.model.mean_block.build_pooled_model`, its padding settled; comes back on the CPU.
    texts : sequence of ndarray of int, length n_texts
        Token numbers of each.

    Returns
    -------
    ndarray of float32, shape (n_texts, dim)
        The mean of the last layer's hidden states over the tokens of each text, centred over the channels, and of
        length 1.
    """
    features = _encode(model.base_model, _first, texts, model.config.pad_token_id, bf16=False, clock=float("inf"))
    model.base_model.to("cpu")
    assert features is not None  # there is no clock
    return features


def _encode(
    encoder: Any, pool: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], texts: Sequence[NDArray[np.int32]],
    pad_id: int, *, bf16: bool, clock: float,
) -> NDArray[np.float32] | None:  # fmt: skip
    """Encode tokenised texts in batches of similar length, and pool their hidden states; rows of length 1."""
    device = torch.accelerator.current_accelerator() or torch.device("cpu")
    encoder.to(device)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    order = np.argsort(-lengths, kind="stable")  # so that little is computed on padding
    features = np.zeros((len(texts), encoder.config.hidden_size), dtype=np.float32)
    for start in range(0, len(order), BATCH_SIZE):
        if time.perf_counter() > clock:
            return None
        rows = order[start : start + BATCH_SIZE]
        mask = torch.from_numpy(np.arange(lengths[rows[0]]) < lengths[rows, None])  # (batch, tokens)
        ids = torch.full(mask.shape, pad_id, dtype=torch.int64)
        ids[mask] = torch.from_numpy(np.concatenate([texts[row] for row in rows]).astype(np.int64))
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            hidden = encoder(input_ids=ids.to(device), attention_mask=mask.long().to(device)).last_hidden_state
        pooled = pool(hidden.float().cpu(), mask)  # (batch, dim); their lengths divide out
        features[rows] = torch.nn.functional.normalize(pooled).numpy()
    return features


def _mean(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (hidden * mask[..., None]).sum(dim=1)


def _first(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return hidden[:, 0]


def _encoder(base: BaseModel) -> Any:
    """Load the weights without a head."""
    if base.name == "minilm":
        encoder = DistilBertModel(distilbert_config(base.folder))
        encoder.load_state_dict(distilbert_weights(base.folder))
        return encoder
    config = AutoConfig.from_pretrained(base.folder, trust_remote_code=False)
    return AutoModel.from_pretrained(
        base.folder, config=config, use_safetensors=True, trust_remote_code=False, dtype=torch.float32
    )
