"""What thresholds may be tuned for: the names of the objectives and how they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from multitag.config.setting import require
from multitag.errors import ConfigError

ObjectiveKind = Literal["f", "micro-f1", "hamming", "precision", "recall", "cost"]

SPELLINGS = "f1, f2, f0.5, macro-f1, micro-f1, hamming, precision=0.8, recall=0.9, cost=5:1 or cost"
BETAS = (0.01, 100.0)  # beyond, F-beta is precision or recall to the last digit

_NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)"
_PATTERNS: dict[ObjectiveKind, str] = {
    "f": f"f{_NUMBER}",
    "micro-f1": "micro-f1",
    "hamming": "hamming",
    "precision": f"precision={_NUMBER}",
    "recall": f"recall={_NUMBER}",
    "cost": f"cost(?:={_NUMBER}:{_NUMBER})?",
}
_OTHER_NAMES = {"macro-f1": "f1"}  # the mean of the labels' F1 is highest where the F1 of each is


@dataclass(frozen=True)
class ObjectiveName:
    """An objective as it was asked for.

    Parameters
    ----------
    kind : {"f", "micro-f1", "hamming", "precision", "recall", "cost"}
    numbers : tuple of float
        Beta; or the least precision or recall, in (0, 1]; or the costs of a false positive and of a false negative,
        above 0, empty where each label has its own.
    """

    kind: ObjectiveKind
    numbers: tuple[float, ...] = ()

    @property
    def needs_costs(self) -> bool:
        """Whether it takes a table of each label's costs."""
        return self.kind == "cost" and not self.numbers

    @property
    def title(self) -> str:
        """What is best at the thresholds, to stand after "tuned for the best"."""
        first = f"{self.numbers[0]:g}" if self.numbers else ""
        return {
            "f": f"F{first}",
            "micro-f1": "micro-F1",
            "hamming": "Hamming loss",
            "precision": f"recall at a precision of at least {first}",
            "recall": f"precision at a recall of at least {first}",
            "cost": "expected cost",
        }[self.kind]


def parse_objective(text: str) -> ObjectiveName:
    """Read an objective.

    Raises
    ------
    ConfigError
        If it is none, or a number is out of its range.

    Examples
    --------
    >>> parse_objective("f0.5")
    ObjectiveName(kind='f', numbers=(0.5,))
    >>> parse_objective("recall=0.9").title
    'precision at a recall of at least 0.9'
    """
    for kind, pattern in _PATTERNS.items():
        if match := re.fullmatch(pattern, _OTHER_NAMES.get(text, text)):
            numbers = tuple(float(number) for number in match.groups() if number is not None)
            _check_range(kind, numbers, text)
            return ObjectiveName(kind, numbers)
    raise ConfigError(f"objective: expected one of {SPELLINGS}, got {text[:60]!r}")


def objective_title(text: str | None) -> str:
    """Return what an objective is for, to stand after "tuned for the best"; of an unknown one, its name."""
    try:
        return parse_objective(text or "").title
    except ConfigError:
        return str(text)


def check_costs_given(objective: ObjectiveName, given: bool) -> None:
    """Refuse costs that the objective does not take, and an objective that lacks them.

    Raises
    ------
    ConfigError
        If one is there without the other.
    """
    if objective.needs_costs:
        require(given, "objective 'cost': give a table of each label's costs too (--costs), or two costs: cost=5:1")
    else:
        require(not given, "costs: only the objective 'cost' takes a table of costs; give --objective cost with it")


def _check_range(kind: ObjectiveKind, numbers: tuple[float, ...], text: str) -> None:
    if kind == "f":
        low, high = BETAS
        require(low <= numbers[0] <= high, f"objective: expected f{low:g} to f{high:g}, got {text!r}")
    if kind in ("precision", "recall"):
        require(0 < numbers[0] <= 1, f"objective: expected a share above 0 and at most 1, as {kind}=0.8, got {text!r}")
    if kind == "cost" and numbers:
        require(
            min(numbers) > 0,
            f"objective: expected the costs, above 0, of a false positive and of a miss, as cost=5:1, got {text!r}",
        )
