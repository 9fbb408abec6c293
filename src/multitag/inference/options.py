"""What a caller may ask of a prediction."""

from __future__ import annotations

from dataclasses import dataclass

from multitag.config import PolicyName
from multitag.errors import ConfigError

DEFAULT_BATCH_SIZE = 32


@dataclass(frozen=True)
class PredictOptions:
    """How labels are chosen by their probabilities, and how many texts are scored at once.

    Parameters
    ----------
    threshold : float, optional
        One threshold in [0, 1] for all labels instead of the policy's.
    top_k : int, optional
        Exactly the k most probable labels, whatever the thresholds.
    at_least_one : bool, default False
        Predict the most probable label where none reaches its threshold.
    batch_size : int, default 32
        Texts in a batch at most.

    Raises
    ------
    ConfigError
        If an option is out of its range.
    """

    threshold: float | None = None
    top_k: int | None = None
    at_least_one: bool = False
    batch_size: int = DEFAULT_BATCH_SIZE

    def __post_init__(self) -> None:
        """Check the ranges that do not depend on the bundle."""
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ConfigError(f"threshold: expected a number from 0 to 1, got {self.threshold!r}")
        if self.batch_size < 1:
            raise ConfigError(f"batch_size: expected at least 1, got {self.batch_size}")

    def check_policy(self, policy: PolicyName | None) -> None:
        """Refuse options that would give other labels than those a guarantee holds for.

        Raises
        ------
        ConfigError
            If the policy is ``"guarantee"`` and one of the options changes which labels are predicted.
        """
        is_set = {
            "threshold": self.threshold is not None, "top_k": self.top_k is not None, "at_least_one": self.at_least_one
        }  # fmt: skip
        changing = next((name for name, value in is_set.items() if value), None)
        if policy == "guarantee" and changing is not None:
            raise ConfigError(
                f"{changing}: would give other labels than the guarantee holds for; leave out either it or the policy"
            )
