"""Records with predictions to what annotation tools import, for people to correct.

Sources: labelstud.io/guide/predictions; ``Record.from_dict`` of argilla 2.8, which ``records.from_json`` calls; the
choice interface of prodi.gy/docs/api-interfaces as textcat.correct fills it; the JSONL that doccano 1.8 imports.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from multitag.bundle.read import Bundle
from multitag.data.cells import is_missing
from multitag.data.readers.records import Record
from multitag.data.texts import TextColumns, join_text
from multitag.errors import ConfigError, DataError
from multitag.evaluation.held_out import probability_column
from multitag.inference.files.rows import ERROR, PREDICTED, read_text, record_data
from multitag.inference.options import ToolName

ENDINGS = {"label-studio": ".json", "argilla": ".json", "doccano": ".jsonl", "prodigy": ".jsonl"}
DIGITS = 6  # of a probability


@dataclass(frozen=True)
class Predictor:
    """What made the predictions, and what its texts and labels are called.

    Parameters
    ----------
    version : str
        Names the bundle by the SHA-256 of its manifest.
    names : tuple of str
        All labels, of which each record has a probability.
    texts : TextColumns
    question : str
        The control, question or key of the labels.
    """

    version: str
    names: tuple[str, ...]
    texts: TextColumns
    question: str

    @classmethod
    def of_bundle(cls, bundle: Bundle, texts: TextColumns) -> Self:
        """Return what a bundle is called; its labels as their column is, or ``labels`` where there are several."""
        facts = bundle.manifest.data
        columns: Sequence[str] = facts.get("label_columns", (facts["label_column"],))
        question = columns[0] if len(columns) == 1 else "labels"
        return cls(f"multitag:{bundle.manifest.digest}", bundle.label_set.names, texts, question)


@dataclass(frozen=True)
class PredictedText:
    """A text with its predictions, on the way to a tool.

    Parameters
    ----------
    text : str
    data : dict
        The columns of the input.
    labels : list of str
        Predicted, the most probable first.
    probabilities : dict of str to float
        Of every label, in [0, 1].
    number : int
        Of the text in the output, from 1.
    """

    text: str
    data: dict[str, Any]
    labels: list[str]
    probabilities: dict[str, float]
    number: int

    @property
    def confidence(self) -> float:
        """How sure the least sure label is, in [0, 1]: the probability that it holds, or does not, as predicted."""
        chances = (p if name in self.labels else 1 - p for name, p in self.probabilities.items())
        return round(min(chances), DIGITS)


class PreAnnotationWriter:
    """Writes records with predictions as a tool imports them; those without a prediction are left out.

    Parameters
    ----------
    file : BinaryIO
        Open for writing.
    tool : {"label-studio", "doccano", "prodigy", "argilla"}
    predictor : Predictor
    """

    def __init__(self, file: BinaryIO, tool: ToolName, predictor: Predictor) -> None:
        self.file, self.predictor = file, predictor
        self.convert = CONVERT[tool]
        self.is_list = ENDINGS[tool] == ".json"
        self.written = 0

    def start(self, records: list[Record]) -> None:
        """Take the first records: nothing depends on them."""

    def write(self, records: list[Record]) -> None:
        """Write records after those already written."""
        for record in records:
            if record[PREDICTED] is None:
                continue
            before = (",\n" if self.written else "[\n") if self.is_list else ""
            self.written += 1
            line = json.dumps(self._converted(record), ensure_ascii=False, default=str)
            self.file.write((before + line).encode("utf-8", "backslashreplace"))
            if not self.is_list:
                self.file.write(b"\n")

    def close(self) -> None:
        """End the list; the file stays open."""
        if self.is_list:
            self.file.write(b"\n]\n" if self.written else b"[]\n")

    def _converted(self, record: Record) -> dict[str, Any]:
        columns = {name: probability_column(name) for name in self.predictor.names}
        probabilities = {name: round(record[column], DIGITS) for name, column in columns.items()}
        added = {ERROR, PREDICTED, *columns.values()}
        data = {name: _plain(cell) for name, cell in record_data(record).items() if name not in added}
        text = read_text(record, self.predictor.texts)
        assert text is not None  # or nothing would be predicted
        predicted = PredictedText(join_text(text), data, record[PREDICTED], probabilities, self.written)
        return self.convert(predicted, self.predictor)


def check_ending(path: Path, tool: ToolName) -> None:
    """Refuse a file that the tool would not take, or a tool that is none.

    Raises
    ------
    ConfigError
        If there is no such tool.
    DataError
        If the file has another ending than the tool imports.
    """
    ending = ENDINGS.get(tool)
    if ending is None:
        raise ConfigError(f"format: expected one of {', '.join(ENDINGS)}, got {tool!r}")
    if path.suffix.lower() != ending:
        raise DataError(f"{path}: {tool} imports {ending} here; name the output with that ending")


def import_note(tool: ToolName, predictor: Predictor) -> str:
    """Return what is to be known before the output is imported."""
    question, texts = predictor.question, predictor.texts.names
    match tool:
        case "label-studio":
            return (
                f'the labelling interface needs <Text name="text" value="${texts[0]}"/> and '
                f'<Choices name="{question}" toName="text" choice="multiple">'
            )
        case "argilla":
            fields = ", ".join(map(repr, texts))
            return f"the dataset needs a multi-label question {question!r} and the fields {fields}"
        case "doccano":
            return "doccano takes labels that are imported for annotations, not for suggestions"
        case "prodigy":
            return "show them with the view choice, as in: prodigy mark DATASET FILE --view-id choice"


def _label_studio(predicted: PredictedText, by: Predictor) -> dict[str, Any]:
    result = {
        "id": f"text{predicted.number}", "from_name": by.question, "to_name": "text", "type": "choices",
        "value": {"choices": predicted.labels},
    }  # fmt: skip
    prediction = {
        "model_version": by.version, "score": predicted.confidence, "result": [result] if predicted.labels else [],
    }  # fmt: skip
    return {
        "data": predicted.data, "predictions": [prediction], "meta": {"probabilities": predicted.probabilities},
    }  # fmt: skip


def _doccano(predicted: PredictedText, by: Predictor) -> dict[str, Any]:
    others = {name: cell for name, cell in predicted.data.items() if name not in by.texts.names}
    return {
        **others, "text": predicted.text, "label": predicted.labels, "model_version": by.version,
        "score": predicted.confidence, "probabilities": predicted.probabilities,
    }  # fmt: skip


def _prodigy(predicted: PredictedText, by: Predictor) -> dict[str, Any]:
    options = [{"id": name, "text": name, "meta": f"{p:.2f}"} for name, p in predicted.probabilities.items()]
    others = {
        name: cell for name, cell in predicted.data.items()
        if name not in by.texts.names and isinstance(cell, (str, int, float))
    }  # fmt: skip
    return {
        "text": predicted.text, "options": options, "accept": predicted.labels, "score": predicted.confidence,
        "meta": {**others, "model": by.version}, "config": {"choice_style": "multiple"},
    }  # fmt: skip


def _argilla(predicted: PredictedText, by: Predictor) -> dict[str, Any]:
    scores = [predicted.probabilities[name] for name in predicted.labels]
    suggestion = {"value": predicted.labels, "score": scores, "agent": by.version}
    given = predicted.data.get("id")
    fields = {name: str(predicted.data[name]) for name in by.texts.names if not is_missing(predicted.data.get(name))}
    return {
        "id": str(predicted.number if is_missing(given) else given),
        "fields": fields or {by.texts.names[0]: predicted.text}, "metadata": {}, "vectors": {}, "responses": {},
        # A suggestion of no label is no value to argilla.
        "suggestions": {by.question: suggestion} if predicted.labels else {},
    }  # fmt: skip


Convert = Callable[[PredictedText, Predictor], dict[str, Any]]
CONVERT: Mapping[str, Convert] = {
    "label-studio": _label_studio, "doccano": _doccano, "prodigy": _prodigy, "argilla": _argilla,
}  # fmt: skip


def _plain(cell: object) -> object:
    """Return a cell as JSON has it: what is not a number is nothing there."""
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
