"""``--trainer-arg NAME=VALUE`` as the Trainer's arguments take it."""

from __future__ import annotations

import json
from typing import Any

from multitag.errors import ConfigError


def parse_trainer_args(pairs: list[str]) -> dict[str, Any]:
    """Read ``name=value`` as the shell gives them; values are JSON where they can be, else text.

    Raises
    ------
    ConfigError
        If a pair has no ``=``.

    Examples
    --------
    >>> parse_trainer_args(["save_total_limit=2", "lr_scheduler_type=cosine", "max_grad_norm=1e-1"])
    {'save_total_limit': 2, 'lr_scheduler_type': 'cosine', 'max_grad_norm': 0.1}
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"--trainer-arg {pair!r}: expected name=value, such as save_total_limit=2")
        word = {"True": "true", "False": "false", "None": "null"}.get(text, text)
        try:
            values[name.strip()] = json.loads(word)
        except ValueError:
            values[name.strip()] = text
    return values
