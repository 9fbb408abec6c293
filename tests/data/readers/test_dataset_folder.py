"""Folders of ``datasets``: their Arrow files in order, the names of label ids, and what is wrong with a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from multitag.data.readers.source import open_source
from multitag.errors import DataError

NAMES = ["joy", "anger"]
CLASS = {"names": NAMES, "_type": "ClassLabel"}


def save(folder: Path, parts: list[dict[str, list[Any]]], features: dict[str, Any]) -> None:
    """Write what save_to_disk writes, as far as it matters."""
    folder.mkdir(parents=True)
    files = [f"data-{n:05}-of-{len(parts):05}.arrow" for n in range(len(parts))]
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    for name, part in zip(files, parts, strict=True):
        table = pa.table(part).replace_schema_metadata(metadata)
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    state = {"_data_files": [{"filename": name} for name in files], "_split": "train"}
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")


@pytest.mark.parametrize(
    "feature",
    [{"feature": CLASS, "_type": "Sequence"}, {"feature": CLASS, "_type": "List"}, [CLASS]],
    ids=["Sequence", "List", "old"],
)
def test_a_saved_data_set_is_read_with_the_names_of_its_labels(tmp_path: Path, feature: Any) -> None:
    parts = [{"text": ["NA", "007"], "labels": [[0, 1], []], "one": [1, 0]},
             {"text": ["x"], "labels": [[1]], "one": [-1]}]  # fmt: skip
    save(tmp_path / "set", parts, {"labels": feature, "one": CLASS, "text": {"dtype": "string", "_type": "Value"}})
    source = open_source(tmp_path / "set")
    assert source.name == "set"
    assert dict(zip(source.columns.names, source.columns.cells, strict=True)) == {
        "text": ["NA", "007", "x"], "labels": [["joy", "anger"], [], ["anger"]], "one": ["anger", "joy", None],
    }  # fmt: skip
    assert source.file_and_row(2) == ("set", 3)


def test_a_folder_of_splits_names_them(tmp_path: Path) -> None:
    save(tmp_path / "set" / "train", [{"text": ["x"]}], {})
    (tmp_path / "set" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}', encoding="utf-8")
    with pytest.raises(DataError, match=r"holds several tables; name one: .*set/train, .*set/test"):
        open_source(tmp_path / "set")
    assert len(open_source(tmp_path / "set" / "train").columns) == 1


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("{", "cannot be read: .*; save the data set again"),
        ("[]", "expected an object, got list"),
        ("{}", "lists no data files"),
        ('{"_data_files": [{"filename": "../../x.arrow"}]}',
         r"lists '\.\./\.\./x\.arrow', which is not a file in this"),
        ('{"_data_files": [{"filename": "x.arrow"}]}', "lists 'x.arrow', which is not a file in this folder"),
        ('{"_data_files": [7]}', "lists None, which is not a file"),
        ('{"_data_files": [{"filename": "x"}], "_indices_data_files": [{"filename": "y"}]}', "flatten_indices"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path: Path, state: str, message: str) -> None:
    save(tmp_path / "set", [{"text": ["x"]}], {})
    (tmp_path / "set" / "state.json").write_text(state, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        open_source(tmp_path / "set")
