"""A base model tried on two texts before a run begins: what cannot read texts, or not alone, is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from multitag.data.texts import join_text
from multitag.data.tokens import Tokens
from multitag.errors import BaseModelError, describe_error
from multitag.model.vocabulary import keep_used_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from multitag.data.texts import Text

TRIED = 1000  # texts whose tokens must be in the vocabulary; training looks at all of them
WORD = 12  # characters; texts are made longer than the longest input by taking a token for fewer
MOST_BY_PADDING = 0.01  # of a logit; by rounding it is below 1e-5


def check_by_trial(
    name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, texts: Sequence[Text], max_length: int
) -> None:
    """Score a text alone and in a batch with one of the longest; no weight is changed.

    Parameters
    ----------
    name : str
        Of the base model, for the message.
    model : PreTrainedModel
        Of no use afterwards: its vocabulary is reduced.
    tokenizer : PreTrainedTokenizerFast
    texts : sequence of str or of (str, str)
        At least one.
    max_length : int

    Raises
    ------
    BaseModelError
        If the model cannot be run; has no embedding for a token; gives anything but a finite number a label; or reads
        padding, so that the probabilities of a text would depend on the texts beside it.
    """
    kind = type(model).__name__
    try:
        keep_used_tokens(model, Tokens.from_texts(texts[:TRIED], tokenizer, max_length).distinct())
        text = join_text(texts[0])
        long = f"{text} " * (WORD * max_length // max(1, len(text)) + 1)
        # Cut in half, so that it is padded beside the long one.
        alone, longest = (
            Tokens.from_texts([part], tokenizer, length)[0]
            for part, length in ((text, max(3, max_length // 2)), (long, max_length))
        )
        one, two = (_score(model, rows, tokenizer.pad_token_id) for rows in ([alone], [alone, longest]))
    except BaseModelError as error:
        raise BaseModelError(f"base model {name!r}: {error}; choose another --base-model") from error
    except Exception as error:  # an architecture that is run in another way fails in any
        reason = f"{type(error).__name__}: {describe_error(error)}"
        raise BaseModelError(
            f"base model {name!r}: {kind} cannot be run on texts ({reason}); choose another --base-model"
        ) from error
    n_labels = model.config.num_labels
    if two.shape != (2, n_labels) or not np.isfinite(two).all():
        raise BaseModelError(
            f"base model {name!r}: {kind} returns logits of shape {two.shape}, or some that are not finite; expected "
            f"finite ones of shape {(2, n_labels)}; choose another --base-model"
        )
    if np.abs(one[0] - two[0]).max() > MOST_BY_PADDING:
        raise BaseModelError(
            f"base model {name!r}: {kind} reads padding as text, so that the probabilities of a text would depend on "
            "the texts beside it; choose another --base-model"
        )


def _score(model: Any, rows: list[NDArray[np.int32]], pad_id: int) -> NDArray[np.float32]:
    """Score token ids in one batch; logits of shape (n_rows, n_labels)."""
    mask = torch.zeros((len(rows), max(map(len, rows))), dtype=torch.int64)  # (batch, tokens)
    ids = torch.full_like(mask, pad_id)
    for row, numbers in enumerate(rows):
        ids[row, : len(numbers)] = torch.from_numpy(numbers.astype(np.int64))
        mask[row, : len(numbers)] = 1
    with torch.inference_mode():
        logits: NDArray[np.float32] = model.eval()(input_ids=ids, attention_mask=mask).logits.float().numpy()
    return logits
