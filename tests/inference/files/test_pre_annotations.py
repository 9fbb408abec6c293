"""Predictions written for annotation tools are what those import, and read again they are the same labels."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import multitag
from inference.files.test_predict import HAS_TEXT, ROWS, write_rows
from multitag.errors import ConfigError, DataError
from multitag.inference.files.predict import predict_file
from multitag.inference.options import PredictOptions
from multitag.inference.prediction import Prediction

TEXTS = [row["Plot"] for row, has_text in zip(ROWS, HAS_TEXT, strict=True) if has_text]
TOOLS = {"label-studio": ".json", "argilla": ".json", "doccano": ".jsonl", "prodigy": ".jsonl"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}
NAMES = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


# What the tools' own pages and code ask for; see the sources in pre_annotations.py.
SCHEMAS: dict[str, dict[str, Any]] = {
    "label-studio": an_object(
        data={"type": "object", "minProperties": 1},
        predictions={"type": "array", "minItems": 1, "items": an_object(
            model_version={"type": "string"}, score=SHARE,
            result={"type": "array", "items": an_object(
                id={"type": "string"}, from_name={"type": "string"}, to_name={"type": "string"},
                type={"const": "choices"}, value=an_object(choices=NAMES),
            )},
        )},
    ),
    "doccano": an_object(text={"type": "string", "minLength": 1}, label=NAMES),
    "prodigy": an_object(
        text={"type": "string"}, accept=NAMES, config=an_object(choice_style={"const": "multiple"}),
        options={"type": "array", "items": an_object(id={"type": "string"}, text={"type": "string"})},
    ),
    "argilla": an_object(
        id={"type": "string"},
        fields={"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
        metadata={"type": "object"}, responses={"type": "object"}, vectors={"type": "object"},
        suggestions={"type": "object", "additionalProperties": an_object(
            value=NAMES, score={"type": "array", "items": SHARE},
            agent={"type": "string", "pattern": r"^(?=.*[a-zA-Z0-9])[a-zA-Z0-9-_:\.\/\s]+$", "maxLength": 200},
        )},
    ),
}  # fmt: skip


@pytest.fixture
def predict(classifier: multitag.Classifier, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    def predict(tool: str, source: Path | None = None, **options: Any) -> list[dict[str, Any]]:
        target = tmp_path / f"out{TOOLS[tool]}"
        predict_file(
            classifier, source or write_rows(tmp_path / "x.csv"), target, text="Plot", format=tool,
            options=PredictOptions(**options),
        )  # fmt: skip
        return read(target)

    return predict


def read(path: Path) -> list[dict[str, Any]]:
    content = path.read_text(encoding="utf-8")
    return json.loads(content) if path.suffix == ".json" else [json.loads(line) for line in content.splitlines()]


def accepted(tool: str, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the tool would export if somebody took every prediction for right."""
    for number, record in enumerate(records, 1):
        match tool:
            case "label-studio":
                record["annotations"] = [
                    {"result": one["result"], "completed_by": 1} for one in record.pop("predictions")
                ]
            case "prodigy":
                record |= {"answer": "accept", "_task_hash": number}
            case "doccano":
                record |= {"Comments": []}
            case "argilla":
                said = record["suggestions"].items()
                record["responses"] = {name: [{"value": one["value"], "user_id": "u"}] for name, one in said}
    return records


@pytest.mark.parametrize("tool", TOOLS)
def test_what_is_written_is_what_the_tool_asks_for(tool: str, predict: Callable[..., Any]) -> None:
    for options in ({}, {"threshold": 0.999}, {"top_k": 3}):
        records = predict(tool, **options)
        assert len(records) == len(TEXTS)
        for record in records:
            jsonschema.validate(record, SCHEMAS[tool])


@pytest.mark.parametrize("tool", TOOLS)
def test_read_again_the_labels_are_the_predicted_ones(
    tool: str, predict: Callable[..., Any], classifier: multitag.Classifier, tmp_path: Path
) -> None:
    path = tmp_path / f"again{TOOLS[tool]}"
    records = accepted(tool, predict(tool, top_k=2))
    if TOOLS[tool] == ".json":
        path.write_text(json.dumps(records), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    columns = {} if tool in ("prodigy", "doccano") else {"text": "Plot"}
    table = multitag.read_table(path, **columns)
    expected = dict(zip(TEXTS, classifier.predict(TEXTS, top_k=2), strict=True))
    assert {text: set(names) for text, names in zip(table.texts, table.labels, strict=True)} == {
        text: set(prediction.labels) for text, prediction in expected.items()
    }


def test_scores_and_the_bundle_stand_beside_the_labels(
    predict: Callable[..., Any], classifier: multitag.Classifier
) -> None:
    version = f"multitag:{classifier.bundle.manifest.digest}"
    expected: Prediction = classifier.predict(TEXTS[:1], top_k=2)[0]
    shares = {name: pytest.approx(share, abs=1e-6) for name, share in expected.probabilities.items()}
    studio, doccano, prodigy, argilla = (
        predict(tool, top_k=2)[0] for tool in ("label-studio", "doccano", "prodigy", "argilla")
    )
    assert studio["meta"]["probabilities"] == doccano["probabilities"] == shares
    (prediction,) = studio["predictions"]
    assert prediction["model_version"] == doccano["model_version"] == prodigy["meta"]["model"] == version
    sureness = min(
        share if name in expected.labels else 1 - share for name, share in expected.probabilities.items()
    )
    assert prediction["score"] == pytest.approx(sureness, abs=2e-6)
    assert studio["data"] == ROWS[0]
    assert prodigy["meta"]["note"] == "NA"
    (suggestion,) = argilla["suggestions"].values()
    assert suggestion["agent"] == version
    assert suggestion["score"] == [shares[name] for name in expected.labels]
    assert argilla["id"] == "007"


def test_what_a_tool_exported_is_predicted_as_it_stands(predict: Callable[..., Any], tmp_path: Path) -> None:
    source = tmp_path / "tasks.json"
    source.write_text(json.dumps([{"id": 7, "data": {"Plot": text}, "annotations": []} for text in TEXTS]))
    assert [record["data"] for record in predict("label-studio", source)] == [{"Plot": text} for text in TEXTS]
    assert [record["text"] for record in predict("prodigy", source)] == TEXTS


def test_a_tool_or_ending_that_is_wrong_is_refused_before_the_work(
    classifier: multitag.Classifier, tmp_path: Path
) -> None:
    source = write_rows(tmp_path / "x.csv")
    with pytest.raises(DataError, match=r"label-studio imports \.json here; name the output with that ending$"):
        predict_file(classifier, source, tmp_path / "out.csv", text="Plot", format="label-studio")
    with pytest.raises(ConfigError, match=r"^format: expected one of label-studio, .*, got 'brat'$"):
        predict_file(classifier, source, tmp_path / "out.json", text="Plot", format="brat")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_rows_without_a_text_are_left_out_and_counted(classifier: multitag.Classifier, tmp_path: Path) -> None:
    done = predict_file(
        classifier, write_rows(tmp_path / "x.csv"), tmp_path / "out.json", text="Plot", format="label-studio"
    )
    assert done.without_text == len(ROWS) - len(TEXTS)
    assert "<Choices name=" in done.notes[0]
    assert any("2 rows without a prediction are left out" in note for note in done.notes)


IMPORTERS = {
    "argilla": (
        "argilla",
        "import sys, json, argilla\nfrom argilla.records._resource import Record\n"
        "print(len([Record.from_dict(one).api_model() for one in json.load(open(sys.argv[1]))]))",
    ),
    "label-studio": (
        "label_studio_sdk",
        "import sys, json\nfrom label_studio_sdk.label_interface import LabelInterface\n"
        "tasks = json.load(open(sys.argv[1]))\n"
        "names = sorted(tasks[0]['meta']['probabilities'])\n"
        "choices = ''.join(f'<Choice value=\"{name}\"/>' for name in names)\n"
        "question = tasks[0]['predictions'][0]['result'][0]['from_name']\n"
        "config = LabelInterface(f'<View><Text name=\"text\" value=\"$Plot\"/><Choices name=\"{question}\" '\n"
        "    f'toName=\"text\" choice=\"multiple\">{choices}</Choices></View>')\n"
        "for task in tasks:\n"
        "    for one in task['predictions']:\n"
        "        errors = config.validate_prediction(one, return_errors=True)\n"
        "        assert not errors, errors\n"
        "print(len(tasks))",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("tool", IMPORTERS)
def test_the_tools_own_code_takes_it(tool: str, predict: Callable[..., Any], tmp_path: Path) -> None:
    """With ANNOTATION_TOOLS_PYTHON, a Python that has argilla or label-studio-sdk, which would not fit beside torch."""
    python = os.environ.get("ANNOTATION_TOOLS_PYTHON")
    module, code = IMPORTERS[tool]
    if python is None or subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode:
        pytest.skip(f"ANNOTATION_TOOLS_PYTHON has no {module}")
    predict(tool, top_k=2)
    done = subprocess.run([python, "-c", code, tmp_path / f"out{TOOLS[tool]}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[-1] == str(len(TEXTS))
