"""Where a model came from: what the report and the model card say of its base model, rows and split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from multitag.evaluation.records import OMIT_NONE, Count, Record, json_key, record_fields

# What manifests without an origin give as the reason for a folder.
_FOLDER_REASON = "a local folder"


class _Facts(Record):
    """Some of the keys of a part of the manifest."""

    @classmethod
    def from_dict(cls, values: object, where: str = "") -> Self:
        """Read what the manifest holds; keys that are not shown are passed over."""
        if isinstance(values, Mapping):
            keys = {json_key(entry) for entry in record_fields(cls)}
            values = {key: value for key, value in values.items() if key in keys}
        return super().from_dict(values, where)


@dataclass(frozen=True)
class BaseModelFacts(_Facts):
    """The pretrained weights.

    Parameters
    ----------
    name : str
        ``"minilm"``, a name on the hub, or a folder.
    asked_for : str
        What the user named, such as ``"auto"``.
    architecture : str
    weights_sha256 : str
    reason : str or None
        Why these weights.
    origin : str or None
        ``"package"``, ``"hub"`` or ``"folder"``; None in older manifests.
    """

    name: str
    asked_for: str
    architecture: str
    weights_sha256: str
    reason: str | None = None
    origin: str | None = field(default=None, metadata=OMIT_NONE)

    @property
    def is_folder(self) -> bool:
        """Whether the name is that of a folder on the computer that trained the model."""
        if self.origin is None:
            return (self.reason or "").startswith(_FOLDER_REASON)
        return self.origin == "folder"


@dataclass(frozen=True)
class DataFacts(_Facts):
    """The table.

    Parameters
    ----------
    source : str
        Name of the file or sample.
    text_column, label_column : str
    label_separator : str or None
    rows, rows_used : int
        Rows read, and those of them with a text and labels that can be used.
    left_out : tuple of (int, str)
        Number and reason of each row that was not used, or of the first of them.
    fingerprint : str
        SHA-256 of the rows.
    label_agreement : dict or None
        Krippendorff's alpha of the annotators by label, at most 1; None where they are not known.
    """

    source: str
    text_column: str
    label_column: str
    rows: Count
    rows_used: Count
    left_out: tuple[tuple[int, str], ...]
    fingerprint: str
    label_separator: str | None = None
    label_agreement: dict[str, float | None] | None = None


@dataclass(frozen=True)
class SplitFacts(_Facts):
    """How the rows were divided.

    Parameters
    ----------
    method : str
    train, validation, test : int
        Rows on each side.
    folds : int or None
        None where the rows did not take turns to be held out.
    """

    method: str
    train: Count
    validation: Count
    test: Count
    folds: Count | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class Provenance:
    """What a bundle's manifest says of where its model came from."""

    base_model: BaseModelFacts
    data: DataFacts
    split: SplitFacts

    @classmethod
    def from_manifest(
        cls, *, base_model: Mapping[str, Any], data: Mapping[str, Any], split: Mapping[str, Any]
    ) -> Self:
        """Read the parts of a manifest of those names.

        Raises
        ------
        BundleError
            If a key is missing, or a value is of another type.
        """
        return cls(
            BaseModelFacts.from_dict(base_model, "base_model"),
            DataFacts.from_dict(data, "data"),
            SplitFacts.from_dict(split, "split"),
        )
