"""What a caller may ask of a prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from multitag.config import PolicyName
from multitag.config.setting import Option, Range, Section
from multitag.errors import ConfigError

DEFAULT_BATCH_SIZE = 32

MAIN = Option(main=True)

ToolName = Literal["label-studio", "doccano", "prodigy", "argilla"]  # annotation tools that import predictions
OnError = Literal["stop", "keep"]


@dataclass(frozen=True)
class PredictOptions(Section):
    """How labels are chosen by their probabilities, and how many texts are scored at once.

    Parameters
    ----------
    threshold : float or None
        One threshold for all labels; by default those of the policy.
    top_k : int or None
        Predict exactly the K most probable labels, whatever the thresholds.
    at_least_one : bool
        Predict the most probable label where none reaches its threshold.
    batch_size : int
        Texts per batch at most; at the default a GPU takes as many as its memory allows.
    on_error : {"stop", "keep"}
        Bad rows of --input: stop at the first, or keep each with an empty prediction and the reason in column error.

    Raises
    ------
    ConfigError
        If an option is out of its range.
    """

    threshold: Annotated[float | None, Range(at_least=0, at_most=1), MAIN] = None
    top_k: Annotated[int | None, MAIN] = None
    at_least_one: Annotated[bool, MAIN] = False
    batch_size: Annotated[int, Range(at_least=1), MAIN] = DEFAULT_BATCH_SIZE
    on_error: Annotated[OnError, MAIN] = "stop"

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
