"""Settings of the search for settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from multitag.config.setting import Option, Range, Section, require


@dataclass(frozen=True)
class SearchConfig(Section):
    """How long settings are searched.

    Parameters
    ----------
    trials : int or None
        Sets of settings to try, the defaults among them; with --resume those before count.
    minutes : float or None
        Time for the search, the measurement at its end included; with --resume from then on.
    """

    trials: Annotated[int | None, Range(at_least=1), Option(main=True)] = None
    minutes: Annotated[float | None, Range(above=0), Option(main=True)] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        neither = self.trials is None and self.minutes is None
        require(not neither, "trials: expected how many settings to try, or --minutes to search for; got neither")
