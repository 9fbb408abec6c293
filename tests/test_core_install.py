"""What works where only multitag's core dependencies are installed: everything but training, export and Parquet."""

from __future__ import annotations

import csv
import json
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from packaging.requirements import Requirement

import multitag
from multitag.evaluation.thresholds.thresholds import Thresholds

pytestmark = pytest.mark.slow  # each starts a process, or trains

CORE = ("numpy", "onnxruntime", "tokenizers", "cyclopts", "rich")
SERVE = ("fastapi", "uvicorn", "httptools", "prometheus-client")
FOR_DOWNLOADS = "huggingface-hub"  # tokenizers can fetch with it; multitag never has it do so
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
TRAINED_ON = (
    "films.csv: these are the rows that the model was trained on: its probabilities are too good there, and so are the "
    "figures\n"
)
FILMS = ("--text", "Plot", "--labels", "Genre")

# Prepended to a script: only what is allowed can be imported, as if nothing else were installed.
ONLY_ALLOWED = '''
import sys

class Filter:
    """A finder that finds only what is allowed."""

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        allowed = top in {allowed!r} or top.startswith("_sysconfigdata")
        return self.finder.find_spec(name, path, target) if allowed else None

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Filter, sys.meta_path)
'''
# Stages have no lines, of which a busy machine would have some that an idle one has not.
COMMAND = """
import logging

logging.getLogger("multitag.stages").setLevel(logging.WARNING)
from multitag.cli.main import run

run()
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


def required_distributions(names: tuple[str, ...]) -> set[str]:
    """Return distributions with all that they require, extras aside."""
    required: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop().lower().replace("_", "-")
        if name in required or name == FOR_DOWNLOADS:
            continue
        required.add(name)
        requirements = map(Requirement, metadata.requires(name) or [])
        always = (item for item in requirements if item.marker is None or item.marker.evaluate({"extra": ""}))
        pending.extend(requirement.name for requirement in always)
    return required


@cache  # it reads what every installed distribution brought
def allowed_modules(distributions: tuple[str, ...] = CORE) -> set[str]:
    core = required_distributions(distributions)
    by_module = metadata.packages_distributions()
    modules = {
        module for module, names in by_module.items() if core & {name.lower().replace("_", "-") for name in names}
    }
    return {"multitag", *sys.stdlib_module_names, *modules}


@pytest.fixture(scope="module")
def core_only() -> Run:
    """A function that runs a multitag command in a process without optional dependencies."""
    script = ONLY_ALLOWED.format(allowed=allowed_modules()) + COMMAND

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    return run


@pytest.fixture(scope="module")
def bundle(train_once: Callable[..., multitag.Run]) -> Path:
    """A bundle with graphs, in the folder of its run; not to be changed."""
    return train_once(onnx=True).bundle


@pytest.fixture(scope="module")
def loaded(bundle: Path) -> multitag.Classifier:
    return multitag.load(bundle, backend="onnx")


def check_one_line(ended: subprocess.CompletedProcess[str], module: str) -> None:
    message = f"multitag: this needs {module}, which is not installed; install it with: pip install 'multitag[train]'"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{message}\n")


def test_the_list_is_what_multitag_requires():
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    assert {Requirement(text).name for text in project["dependencies"]} == set(CORE)
    assert {Requirement(text).name for text in project["optional-dependencies"]["serve"]} == set(SERVE)


def test_it_serves_with_the_serve_extra_only(bundle, loaded, texts):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = ONLY_ALLOWED.format(allowed=allowed_modules((*CORE, *SERVE))) + COMMAND
    command = [sys.executable, "-W", "error", "-c", script, "serve", str(bundle), "--port", str(port)]
    request = Request(
        f"http://127.0.0.1:{port}/v1/predict", json.dumps({"texts": texts[:1]}).encode(),
        {"Content-Type": "application/json"},
    )  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            if '"serving ' in line:
                break
        try:
            with urlopen(request, timeout=30) as answer:
                (one,) = json.load(answer)["predictions"]
        finally:
            process.terminate()
    assert one["probabilities"] == pytest.approx(loaded.predict(texts[:1])[0].probabilities, abs=1e-5)
    assert process.returncode == 0


def test_without_the_serve_extra_it_says_what_to_install(core_only, bundle):
    ended = core_only("serve", bundle)
    message = "this needs fastapi, which is not installed; install it with: pip install 'multitag[serve]'"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"multitag: {message}\n")


@pytest.mark.parametrize("module", ["torch", "transformers", "sklearn", "scipy", "pandas", "pyarrow", "yaml", "jinja2"])
def test_optional_dependencies_are_out_of_reach(module):
    assert module not in allowed_modules()


def test_it_predicts_a_text(core_only, bundle, loaded, texts):
    ended = core_only("predict", bundle, texts[0], "--json")
    assert (ended.returncode, ended.stderr) == (0, "")
    prediction = json.loads(ended.stdout)
    expected = loaded.predict(texts[:1])[0]
    assert prediction["labels"] == list(expected.labels)
    assert prediction["probabilities"] == pytest.approx(expected.probabilities, abs=1e-6)


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl"])
def test_it_predicts_files(kind, core_only, bundle, loaded, texts, tmp_path):
    source, target = tmp_path / f"in.{kind}", tmp_path / f"out.{kind}"
    rows: list[dict[str, Any]] = [{"Plot": text, "Year": 1990 + year} for year, text in enumerate(texts[:3])]
    rows.append({"Plot": None, "Year": None})
    with source.open("w", encoding="utf-8", newline="") as file:
        if kind == "jsonl":
            file.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="," if kind == "csv" else "\t")
            writer.writeheader()
            writer.writerows(rows)
    ended = core_only("predict", bundle, "--input", source, "--text", "Plot", "--output", target)
    assert (ended.returncode, ended.stderr) == (0, "")
    with target.open(encoding="utf-8", newline="") as file:
        if kind == "jsonl":
            written = [json.loads(line) for line in file]
        else:
            written = list(csv.DictReader(file, delimiter="," if kind == "csv" else "\t"))
    assert [row["Plot"] or None for row in written] == [row["Plot"] for row in rows]
    for row, expected in zip(written, loaded.predict(texts[:3]), strict=False):
        for name, probability in expected.probabilities.items():
            assert float(row[f"probability_{name}"]) == pytest.approx(probability, abs=1e-6)


def test_it_packs_and_verifies(core_only, bundle, tmp_path):
    packed = core_only("pack", bundle, "--output", tmp_path / "bundle.zip")
    assert (packed.returncode, packed.stderr) == (0, "")
    for path in (bundle, tmp_path / "bundle.zip"):
        verified = core_only("verify", path)
        assert (verified.returncode, verified.stderr) == (0, "")
        assert verified.stdout.endswith("ok\n")


def test_it_evaluates(core_only, bundle, loaded, films_csv, table):
    ended = core_only("evaluate", bundle, films_csv, *FILMS, "--resamples", "100", "--json")
    assert (ended.returncode, ended.stderr) == (0, TRAINED_ON + "60 rows read: all used\n")
    expected = multitag.evaluate(loaded, table, resamples=100)
    assert json.loads(ended.stdout) == json.loads(json.dumps(expected.to_dict()))


def test_it_shows_an_evaluation(core_only, bundle, films_csv):
    ended = core_only("evaluate", bundle, films_csv, *FILMS, "--resamples", "0", "--per-label")
    assert (ended.returncode, ended.stderr) == (0, TRAINED_ON + "60 rows read: all used\n")
    assert "Macro F1" in ended.stdout
    assert "Drama" in ended.stdout


def test_it_tunes(core_only, bundle, films_csv, tmp_path):
    ended = core_only("tune", bundle, films_csv, *FILMS, "--objective", "micro-f1", "--out", tmp_path / "new")
    assert (ended.returncode, ended.stderr) == (0, "")
    with multitag.load(bundle) as before, multitag.load(tmp_path / "new") as after:
        assert isinstance(after.thresholds, Thresholds)
        assert after.thresholds.objective == "micro-f1"
        assert after.thresholds.tuned_on.startswith("films.csv, 60 rows")
        assert after.bundle.label_set == before.bundle.label_set
    card = " ".join((tmp_path / "new" / "README.md").read_text(encoding="utf-8").split())
    assert "thresholds were tuned again on films.csv, 60 rows" in card


def test_it_inspects(core_only, films_csv):
    ended = core_only("inspect", films_csv, *FILMS)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Drama" in ended.stdout


def test_training_takes_an_extra(core_only, films_csv, tmp_path):
    check_one_line(core_only("train", films_csv, *FILMS, "--out", tmp_path / "run"), "torch")
    assert not (tmp_path / "run").exists()


def test_a_bundle_without_graphs_takes_an_extra(core_only, finished_run):
    check_one_line(core_only("predict", finished_run.bundle, "a film"), "torch")


def test_parquet_takes_an_extra(core_only, bundle, tmp_path):
    (tmp_path / "in.csv").write_text("Plot\na film\n", encoding="utf-8")
    arguments = ("--input", tmp_path / "in.csv", "--text", "Plot", "--output", tmp_path / "out.parquet")
    check_one_line(core_only("predict", bundle, *arguments), "pyarrow")
    assert not (tmp_path / "out.parquet").exists()


def test_a_workbook_takes_an_extra(core_only, bundle, tmp_path):
    (tmp_path / "in.xlsx").write_bytes(b"PK")
    arguments = ("--input", tmp_path / "in.xlsx", "--text", "Plot", "--output", tmp_path / "out.csv")
    ended = core_only("predict", bundle, *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", (
        f"multitag: {tmp_path / 'in.xlsx'}: this needs python_calamine, which is not installed; "
        "install it with: pip install 'multitag[excel]'; or save the sheet as CSV\n"
    ))  # fmt: skip
    assert not (tmp_path / "out.csv").exists()


def test_what_reads_the_held_out_rows_of_a_run_takes_an_extra(core_only, bundle):
    for arguments in (("tune", bundle), ("audit", bundle.parent), ("compare", bundle.parent, bundle.parent)):
        check_one_line(core_only(*arguments), "pyarrow")
