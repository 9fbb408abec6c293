"""Settings of what is fine-tuned, and of what it is exported to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from multitag.config.require import require

LongTexts = Literal["truncate", "windows"]
Pool = Literal["mean", "max"]
BackendName = Literal["auto", "onnx", "onnx-int8", "torch"]


@dataclass(frozen=True)
class ModelConfig:
    """What is fine-tuned.

    Parameters
    ----------
    base_model : str
        ``"auto"``, ``"minilm"``, a name on the Hugging Face hub, or a local folder.
    max_length : int
        Longest text in tokens, the two special ones counted. What is beyond is not trained on.
    long : {"truncate", "windows"}
        What the finished model does with a longer text: read its start, or read it in overlapping windows.
    pool : {"mean", "max"}
        How the probabilities of a text's windows become one a label.
    """

    base_model: str = "auto"
    max_length: int = 256
    long: LongTexts = "truncate"
    pool: Pool = "mean"

    def __post_init__(self) -> None:
        require(self.base_model.strip() != "", "base_model: expected auto, minilm, a hub name or a folder")
        require(self.max_length >= 3, f"max_length: expected at least 3 tokens, got {self.max_length}")

    @property
    def window_pool(self) -> Pool | None:
        """How windows are pooled; None where long texts are truncated."""
        return self.pool if self.long == "windows" else None


@dataclass(frozen=True)
class ExportConfig:
    """What the bundle holds besides the model.

    Parameters
    ----------
    onnx : bool
        Graphs for ONNX Runtime, fp32 and int8, each only if it predicts what the model predicts.
    """

    onnx: bool = True
