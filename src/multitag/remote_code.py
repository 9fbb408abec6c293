"""Settings of a model or tokenizer that ask transformers to import, download or open something else."""

from __future__ import annotations

import re

# auto_map and custom_pipelines name Python files; the implementations, kernels and a quantisation may name a
# repository of compiled code; transformers_weights names another file of weights. save_pretrained writes none of
# them for a model that transformers itself knows.
CODE_KEYS = frozenset(
    {
        "auto_map",
        "custom_pipelines",
        "trust_remote_code",
        "attn_implementation",
        "_attn_implementation",
        "_attn_implementation_internal",
        "experts_implementation",
        "_experts_implementation",
        "_experts_implementation_internal",
        "kernel_config",
        "quantization_config",
        "transformers_weights",
    }
)
# Classes of transformers by their bare names: a dot, a slash or "--" would name a module or a repository.
CLASS_KEYS = frozenset({"tokenizer_class", "processor_class", "architectures", "model_type"})
FREE_KEYS = frozenset({"label2id", "vocab"})  # under these, keys are a person's words, not settings

_BARE_NAME = re.compile(r"[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*", re.ASCII)


def find_code_request(settings: object) -> str | None:
    """Return the first setting that asks for code, at any depth.

    Parameters
    ----------
    settings : object
        Content of a config.json, tokenizer.json or tokenizer_config.json.

    Returns
    -------
    str or None
        Its key; None if there is none.

    Examples
    --------
    >>> find_code_request({"model_type": "bert", "sub": [{"auto_map": {"AutoModel": "evil--model.Evil"}}]})
    'auto_map'
    >>> find_code_request({"tokenizer_class": "evil.Tokenizer"})
    'tokenizer_class'
    """
    pending = [settings]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                if key in CODE_KEYS or (key in CLASS_KEYS and not _is_bare(inner)):
                    return str(key)
                if key not in FREE_KEYS:
                    pending.append(inner)
        elif isinstance(value, list):
            pending.extend(value)
    return None


def _is_bare(value: object) -> bool:
    names = value if isinstance(value, list) else [value]
    return all(name is None or (isinstance(name, str) and _BARE_NAME.fullmatch(name)) for name in names)
