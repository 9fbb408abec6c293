"""The base model that a run was begun with is found again, or it is an error: never another one in its place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from multitag.errors import BaseModelError
from multitag.model.base import resolve_base_model
from multitag.model.base_record import KEYS, find_recorded, record_base_model

pytestmark = pytest.mark.slow  # each starts a process, or trains

SCRIPT = """
import json, sys
from multitag.errors import MultitagError
from multitag.model.base import resolve_base_model
from multitag.model.base_record import find_recorded, record_base_model
asked = json.loads(sys.argv[1])
try:
    base = resolve_base_model(asked) if isinstance(asked, str) else find_recorded(asked)
    print(json.dumps(record_base_model(base)))
except MultitagError as error:
    print(json.dumps({"error": str(error), "kind": type(error).__name__}))
"""
DEAD = "http://127.0.0.1:9"


def find(asked: str | dict[str, Any], endpoint: str, cache: Path) -> dict[str, Any]:
    """Resolve or find again in a process with a hub and a cache of its own; give the record."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(asked)], env=inherited | hub, cwd=cache.parent,
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_of_the_hub_the_recorded_revision_is_taken_from_the_cache_or_downloaded_again(hub, tiny_bert, tmp_path):
    hub.models["someone/tiny"] = tiny_bert
    record = find("someone/tiny", hub.url, tmp_path / "hf")
    assert (record["origin"], record["revision"]) == ("hub", "0123456789abcdef0123456789abcdef01234567")
    assert find(record, DEAD, tmp_path / "hf") == record
    shutil.rmtree(tmp_path / "hf")
    again = find(record, hub.url, tmp_path / "new")
    assert again == record | {"folder": again["folder"]}
    assert Path(again["folder"]).is_relative_to(tmp_path / "new")
    gone = find(record | {"folder": "/no/such"}, DEAD, tmp_path / "empty")
    assert gone["kind"] == "BaseModelError"
    assert "of revision 0123456789ab that the run was begun with" in gone["error"]
    assert "cannot be had any more: not in the local cache, and the hub did not provide it: " in gone["error"]


def test_a_run_begun_offline_stays_with_minilm_where_the_hub_is_back(hub, tiny_distilbert, tmp_path):
    record = find("auto", DEAD, tmp_path / "hf")
    assert (record["name"], record["origin"], record["revision"]) == ("minilm", "package", "")
    hub.models["distilbert-base-uncased"] = tiny_distilbert
    assert find(record, hub.url, tmp_path / "hf") == record
    assert hub.requests == []


def test_of_a_folder_it_is_the_same_from_another_working_directory(tiny_bert, tmp_path, monkeypatch):
    shutil.copytree(tiny_bert, tmp_path / "base")
    monkeypatch.chdir(tmp_path)
    base = resolve_base_model("base")
    record = record_base_model(base)
    assert record["origin"] == "folder"
    assert find_recorded(record).folder.resolve() == (tmp_path / "base").resolve()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = find_recorded(record)
    assert asdict(found) == asdict(base) | {"folder": tmp_path / "base"}


def test_weights_that_are_gone_or_others_are_refused(tiny_bert, tiny_distilbert, tmp_path):
    shutil.copytree(tiny_bert, tmp_path / "base")
    record = record_base_model(resolve_base_model(str(tmp_path / "base")))
    shutil.copy(tiny_distilbert / "model.safetensors", tmp_path / "base")
    with pytest.raises(BaseModelError, match=r"cannot be had any more: .*base now has weights with SHA-256 .*--out$"):
        find_recorded(record)
    shutil.rmtree(tmp_path / "base")
    with pytest.raises(BaseModelError, match=r"begun with \(SHA-256 .*\) cannot be had any more: there is no folder"):
        find_recorded(record)


@pytest.mark.parametrize("changed", [*({key: None} for key in KEYS), {"origin": "moon"}], ids=str)
def test_what_is_no_record_is_one_line(changed, tiny_bert):
    record: dict[str, Any] = record_base_model(resolve_base_model(str(tiny_bert))) | changed
    with pytest.raises(BaseModelError, match=r"^base model record: ") as caught:
        find_recorded(record)
    assert "\n" not in str(caught.value)
