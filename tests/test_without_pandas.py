"""pandas is a way in for those who have it: files are read, inspected and predicted without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import multitag

pytestmark = pytest.mark.slow  # each starts a process, or trains

SRC = Path(multitag.__file__).parent
ROWS = [{"text": f"A storm, number {n}", "labels": "Drama, War" if n % 2 else "War"} for n in range(4)]

# Prepended to a script, it hides pandas from every import, and from whoever asks whether it is there.
WITHOUT = """
import sys

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] == "pandas" else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Without, sys.meta_path)
"""
READ = """
import multitag
from contextlib import suppress
from multitag.cli.main import run
print(multitag.read_table(sys.argv[1], text="text", labels="labels").labels)
for options in (["--text", "text", "--labels", "labels", "--json"], []):
    print("inspect", *options, flush=True)
    with suppress(SystemExit):
        run(["inspect", sys.argv[1], *options])
"""
PREDICT = """
import multitag
from multitag.inference.files.predict import predict_file
with multitag.load(sys.argv[1]) as classifier:
    print(predict_file(classifier, sys.argv[2], sys.argv[3], text="text").rows)
"""


def without_pandas(script: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + script, *map(str, arguments)], capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def table_path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"x.{request.param}"
    if request.param == "csv":
        path.write_text("text,labels\n" + "".join('"{text}","{labels}"\n'.format(**row) for row in ROWS))
    elif request.param == "jsonl":
        path.write_text("\n".join(map(json.dumps, ROWS)))
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    return path


def test_a_file_is_read_and_inspected(table_path: Path) -> None:
    read, as_json, shown = re.split("^inspect.*\n", without_pandas(READ, table_path), flags=re.MULTILINE)
    assert read == "(('War',), ('Drama', 'War'), ('War',), ('Drama', 'War'))\n"
    assert json.loads(as_json)["table"]["labels"] == {"War": 4, "Drama": 2}
    assert "2 columns" in shown


def test_a_file_is_predicted(train_once: Callable[..., multitag.Run], table_path: Path, tmp_path: Path) -> None:
    bundle = train_once(onnx=True).bundle  # which loads without torch, in a second
    output = tmp_path / f"out{table_path.suffix}"
    assert without_pandas(PREDICT, bundle, table_path, output) == "4\n"
    assert output.stat().st_size


def test_nothing_imports_pandas_but_for_type_checkers() -> None:
    imports = re.compile(r"^\s*(?:import pandas|from pandas)", re.MULTILINE)
    for path in SRC.rglob("*.py"):
        source = path.read_text(encoding="utf-8").replace("if TYPE_CHECKING:\n    import pandas as pd\n", "")
        assert not imports.search(source), path


def test_times_finer_than_those_of_python_say_what_to_do(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"], "at": pa.array([1], pa.timestamp("ns"))}), tmp_path / "x.parquet")
    script = """
from multitag.data.readers.source import open_source
from multitag.errors import DataError
try:
    open_source(sys.argv[1])
except DataError as error:
    print(error)
"""
    assert "Install pandas" in without_pandas(script, tmp_path / "x.parquet")
