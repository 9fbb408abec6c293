"""What can be guaranteed, as it is asked for: ``recall=0.9`` or ``precision=0.8``."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from multitag.errors import ConfigError

GuaranteeKind = Literal["recall", "precision"]


class GuaranteeGoal(NamedTuple):
    """What shall hold: ``kind`` is at least ``level``, which is in (0, 1)."""

    kind: GuaranteeKind
    level: float


def parse_guarantee(text: str) -> GuaranteeGoal:
    """Read what is asked for.

    Parameters
    ----------
    text : str
        ``"recall=0.9"`` or ``"precision=0.8"``, any level between 0 and 1.

    Raises
    ------
    ConfigError
        If it is written in another way or the level is out of its range.

    Examples
    --------
    >>> parse_guarantee("recall=0.9")
    GuaranteeGoal(kind='recall', level=0.9)
    """
    name, equals, number = text.partition("=")
    kind: GuaranteeKind | None = next((word for word in get_args(GuaranteeKind) if word == name.strip()), None)
    try:
        level = float(number)
    except ValueError:
        level = 0.0
    if kind is None or not equals or not 0 < level < 1:
        expected = "recall=LEVEL or precision=LEVEL with a level between 0 and 1, such as recall=0.9"
        raise ConfigError(f"guarantee: expected {expected}, got {text[:60]!r}")
    return GuaranteeGoal(kind, level)
