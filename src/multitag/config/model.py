"""Settings of what is trained, and of what it is exported to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from multitag.config.setting import Option, Range, Section, require

LongTexts = Literal["truncate", "windows"]
Pool = Literal["mean", "max"]
RecipeName = Literal["auto", "fine-tune", "linear"]
BackendName = Literal["auto", "fast", "onnx", "onnx-int8", "openvino", "torch"]
DeviceName = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True)
class ModelConfig(Section):
    """What is trained.

    Parameters
    ----------
    base_model : str
        Pretrained model: auto, minilm, a name on the Hugging Face hub, or a local folder.
    recipe : {"auto", "fine-tune", "linear"}
        What is trained: the whole model, or a linear head on the frozen one; auto is with folds the better, else
        fine-tune.
    name_prior : bool
        Draw labels with few rows to what their names say, in the linear head and in the teacher of fine-tuning.
    label_descriptions : str or None
        YAML or JSON file of labels and descriptions, which say more than their names.
    start : str or None
        Bundle of multitag start whose labels, descriptions and base model are taken.
    max_length : int
        Longest text in tokens, the two special ones included; the rest is not read.
    allow_unknown_tokens : bool
        Train although more than 30% of the tokens are unknown to the base model.
    long : {"truncate", "windows"}
        How the model predicts longer texts: from their start, or in overlapping windows.
    pool : {"mean", "max"}
        How the probabilities of a text's windows become one per label.
    """

    base_model: Annotated[str, Option(main=True, path=True)] = "auto"
    recipe: RecipeName = "auto"
    name_prior: bool = True
    label_descriptions: Annotated[str | None, Option(path=True)] = None
    start: Annotated[str | None, Option(path=True)] = None
    max_length: Annotated[int, Range(at_least=3)] = 256
    allow_unknown_tokens: bool = False
    long: LongTexts = "truncate"
    pool: Pool = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.base_model.strip() != "", "base_model: expected auto, minilm, a hub name or a folder")
        for name in ("label_descriptions", "start"):
            require(
                self.name_prior or getattr(self, name) is None,
                f"{name}: it says what labels are called, which name_prior false leaves out; choose one",
            )

    @property
    def window_pool(self) -> Pool | None:
        """How windows are pooled; None where long texts are truncated."""
        return self.pool if self.long == "windows" else None


@dataclass(frozen=True)
class ExportConfig(Section):
    """What the bundle holds besides the model.

    Parameters
    ----------
    onnx : bool
        Add ONNX graphs, fp32 and int8, to the bundle, where they predict what the model predicts.
    """

    onnx: bool = True
