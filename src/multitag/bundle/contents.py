"""The contents of a bundle's files: readable, in agreement with each other, and asking for no code."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from multitag.bundle.layout import (
    CALIBRATION,
    CONFIG,
    GUARANTEE,
    LABELS,
    METRICS,
    ONNX,
    ONNX_INT8,
    ONNX_PARITY,
    OPTIONAL,
    THRESHOLDS,
    TOKENIZER,
    TOKENIZER_CONFIG,
    WEIGHTS,
)
from multitag.bundle.onnx_graph import check_graph
from multitag.bundle.strict_json import dump_json, parse_json, parse_json_object
from multitag.bundle.tensor_header import check_tensor_header
from multitag.errors import BundleError, DataError
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.labels import LabelSet
from multitag.remote_code import find_code_request

MAX_TOKENS = 2**20  # the longest text that a tokenizer may be set to keep: far above any model's positions
MAX_ID = 2**31
# How another table is to be read, in the manifest's data: the first two are in every bundle.
COLUMN_FACTS: dict[str, tuple[type, ...]] = {
    "text_column": (str,), "label_column": (str,), "text_columns": (list,), "label_columns": (list,),
    "text_pair": (bool,), "label_shape": (str,), "label_key": (str, type(None)), "label_separator": (str, type(None)),
    "label_places": (list,),
}  # fmt: skip

KIND_NAMES = {str: "text", list: "a list of names", bool: "true or false", type(None): "null"}


def write_contents(
    folder: Path,
    label_set: LabelSet,
    thresholds: Thresholds,
    calibration: Calibration,
    guarantee: Guarantee | None = None,
) -> None:
    """Write the three files that turn logits into labels, and that of a guarantee if there is one."""
    (folder / LABELS).write_bytes(label_set.to_json().encode("utf-8"))
    (folder / THRESHOLDS).write_bytes(dump_json(thresholds.to_dict()))
    (folder / CALIBRATION).write_bytes(dump_json(calibration.to_dict()))
    if guarantee is not None:
        (folder / GUARANTEE).write_bytes(dump_json(guarantee.to_dict()))


def read_contents(folder: Path, where: str) -> tuple[LabelSet, Thresholds, Calibration, Guarantee | None]:
    """Read the files that turn logits into labels; check every JSON file, the weights and the graphs.

    Parameters
    ----------
    folder : Path
        A folder that holds all required files.
    where : str
        The folder or zip as the user named it, for the error.

    Raises
    ------
    BundleError
        If a file is not valid JSON, does not fit the labels, or asks for code to be run; if the weights do not match
        their header or a graph needs anything but itself.
    """
    label_set = _parse_labels(parse_json((folder / LABELS).read_bytes(), f"{where}: {LABELS}"), where)
    files = {
        name: parse_json_object((folder / name).read_bytes(), f"{where}: {name}")
        for name in (THRESHOLDS, CALIBRATION, GUARANTEE, METRICS, CONFIG, TOKENIZER, TOKENIZER_CONFIG, ONNX_PARITY)
        if name not in OPTIONAL or (folder / name).exists()
    }
    for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG):
        key = find_code_request(files[name])
        if key is not None:
            raise BundleError(
                f"{where}: {name} has {key!r}, which asks for code to be loaded; multitag never does so"
            )
    _check_config(files[CONFIG], label_set, f"{where}: {CONFIG}")
    _check_number(files[CONFIG], "pad_token_id", 0, MAX_ID, f"{where}: {CONFIG}")
    _check_number(files[TOKENIZER_CONFIG], "model_max_length", 1, MAX_TOKENS, f"{where}: {TOKENIZER_CONFIG}")
    n_tensors = check_tensor_header(folder / WEIGHTS, f"{where}: {WEIGHTS}")
    _check_depth(files[CONFIG], n_tensors, f"{where}: {CONFIG}")
    for name in (ONNX, ONNX_INT8):
        if (folder / name).exists():
            check_graph(folder / name, f"{where}: {name}")
    try:
        thresholds = Thresholds.from_dict(files[THRESHOLDS], len(label_set))
        calibration = Calibration.from_dict(files[CALIBRATION], len(label_set))
        guarantee = Guarantee.from_dict(files[GUARANTEE]) if GUARANTEE in files else None
    except BundleError as error:
        raise BundleError(f"{where}: {error}") from error
    return label_set, thresholds, calibration, guarantee


def check_column_facts(data: Mapping[str, Any], where: str) -> None:
    """Check the part of the manifest's ``data`` that says how a table is read, before one is read by it.

    Raises
    ------
    BundleError
        If a fact is missing or of another type.
    """
    for key, kinds in COLUMN_FACTS.items():
        if key not in data and key not in ("text_column", "label_column"):
            continue
        value = data.get(key)
        empty_or_mixed = isinstance(value, list) and not (value and all(isinstance(name, str) for name in value))
        if not isinstance(value, kinds) or empty_or_mixed:
            expected, got = " or ".join(KIND_NAMES[kind] for kind in kinds), reprlib.repr(value)
            raise BundleError(f"{where}: manifest.json: data: {key}: expected {expected}, got {got}")


def _parse_labels(names: object, where: str) -> LabelSet:
    if not isinstance(names, list) or len(names) < 2:
        raise BundleError(f"{where}: {LABELS}: expected a list of at least two label names")
    try:
        return LabelSet(tuple(names))
    except DataError as error:
        raise BundleError(f"{where}: {LABELS}: {error}") from error


def _check_config(config: Mapping[str, Any], label_set: LabelSet, where: str) -> None:
    expected = {
        "id2label": {str(column): name for column, name in label_set.id2label.items()},
        "label2id": label_set.label2id,
        "num_labels": len(label_set),
        "problem_type": "multi_label_classification",
    }
    for key, value in expected.items():
        if key == "num_labels" and key not in config:
            continue  # transformers leaves it out: it follows from id2label
        if config.get(key) != value:
            raise BundleError(
                f"{where}: {key} does not agree with {LABELS} ({len(label_set)} labels, multi-label); "
                "the files belong to different models"
            )


def _check_depth(config: Mapping[str, Any], n_tensors: int, where: str) -> None:
    """Refuse a model with more layers than there are weights for: building a thousand layers takes 15 s."""
    for key, value in config.items():
        if "layers" in key and key != "max_window_layers" and isinstance(value, int) and value > n_tensors:
            raise BundleError(f"{where}: {key}: {str(value)[:20]} layers, but only {n_tensors} tensor(s) in the model")


def _check_number(settings: Mapping[str, Any], key: str, lowest: int, highest: int, where: str) -> None:
    value = settings.get(key)
    if type(value) is not int or not lowest <= value <= highest:
        got = reprlib.repr(value)
        raise BundleError(f"{where}: {key}: expected a whole number from {lowest} to {highest}, got {got}")
