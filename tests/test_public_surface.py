"""What ``import multitag`` gives, and how little it loads."""

from __future__ import annotations

import ast
import inspect
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import multitag

HEAVY = ["numpy", "torch", "transformers", "sklearn", "pandas", "matplotlib", "onnxruntime", "pyarrow", "jinja2"]
OF_THE_TRAIN_EXTRA = [
    "torch", "transformers", "accelerate", "safetensors", "sklearn", "iterstrat", "pyarrow", "yaml",
    "matplotlib", "jinja2", "onnx", "onnxscript", "filelock", "psutil", "krippendorff",
]  # fmt: skip
FORMAT_1 = Path(__file__).parent / "bundle" / "fixtures" / "format-1.zip"

# Prepended to a script, it makes the modules of the list as good as not installed.
BLOCK = """
import sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Block())
"""


def run_python(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}  # a user's
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, env=environment
    )


def run_core_only(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script on a machine without the train extra."""
    return run_python(BLOCK.format(blocked=OF_THE_TRAIN_EXTRA) + script, *arguments)


def test_names_are_sorted_and_listed():
    assert list(multitag.__all__) == sorted(set(multitag.__all__))
    assert set(multitag.__all__) < set(dir(multitag))
    assert "__version__" in dir(multitag)
    with pytest.raises(AttributeError, match="module 'multitag' has no attribute 'trian'"):
        multitag.trian  # noqa: B018


@pytest.mark.parametrize("name", multitag.__all__)
def test_every_name_is_there_and_says_what_it_is(name):
    value = getattr(multitag, name)
    assert value.__name__ == name
    assert value.__doc__
    assert not value.__doc__.startswith(f"{name}(")  # what a dataclass writes by itself
    if inspect.isclass(value):
        members = {key: member for key, member in vars(value).items() if not key.startswith("_")}
        for key, member in members.items():
            if inspect.isfunction(member) or isinstance(member, (property, classmethod)):
                assert inspect.getdoc(member), f"{name}.{key}"
    else:
        parameters = [each for each in inspect.signature(value).parameters if each != "settings"]
        for parameter in parameters:
            assert parameter in value.__doc__, parameter


def test_type_checkers_see_every_name():
    source = ast.parse(Path(multitag.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.name for node in ast.walk(source) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert set(multitag.__all__) <= imported
    assert (Path(multitag.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize(
    "script",
    [
        "import multitag",
        "import multitag.cli.main",
        "import sys; from multitag.cli.main import app; sys.argv = ['multitag', '--help']\n"
        "try: app()\nexcept SystemExit: pass",
        "import sys; from multitag.cli.main import app; sys.argv = ['multitag', 'train', '--help']\n"
        "try: app()\nexcept SystemExit: pass",
    ],
    ids=["import", "import of the commands", "help", "help of train"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(script):
    ended = run_python(
        f"{script}\nimport json, sys\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)"
    )
    assert ended.returncode == 0
    assert json.loads(ended.stderr) == []


def test_what_predicts_loads_numpy_alone():
    modules = [
        "bundle.read", "bundle.write", "bundle.zip_writer", "bundle.zip_reader", "evaluation.metrics.measure",
        "inference.classifier", "inference.files.predict", "inference.backends.onnx",
        "inference.backends.torch", "jobs.evaluate", "jobs.tune",
    ]  # fmt: skip
    heavy = [*HEAVY, "multitag.training", "multitag.model", "multitag.export"]
    ended = run_python(
        f"import importlib, json, sys\nheavy, loaded = {heavy!r}, {{}}\nfor module in {modules!r}:\n"
        "    importlib.import_module(f'multitag.{module}')\n"
        "    loaded[module] = [name for name in heavy if name in sys.modules]\n"
        "print(json.dumps(loaded))"
    )
    for module, found in json.loads(ended.stdout).items():
        assert set(found) <= {"numpy"}, module


def test_all_of_the_train_extra_is_blocked():
    requirements = [Requirement(line) for line in metadata.requires("multitag") or []]
    distributions = {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement.marker and requirement.marker.evaluate({"extra": "train"})
    }
    brought = metadata.packages_distributions()
    blocked = {canonicalize_name(name) for module in OF_THE_TRAIN_EXTRA for name in brought[module]}
    assert blocked == distributions


def test_a_core_install_reads_tables_and_bundles(films_csv):
    ended = run_core_only(
        "import multitag\n"
        "from multitag.bundle.read import open_bundle\n"
        "table = multitag.read_table(sys.argv[1], text='Plot', labels='Genre')\n"
        "bundle = open_bundle(sys.argv[2])\n"
        "print(len(table), *bundle.label_set.names)",
        str(films_csv),
        str(FORMAT_1),
    )
    assert (ended.stdout, ended.stderr) == ("60 Comedy Drama Sci-Fi\n", "")


@pytest.mark.parametrize("how", ["python", "shell"])
def test_a_core_install_says_how_to_get_what_training_needs(films_csv, tmp_path, how):
    script = (
        "import multitag\n"
        "table = multitag.read_table(sys.argv[2], text='Plot', labels='Genre')\n"
        "try: multitag.train(table, out=sys.argv[-1])\n"
        "except multitag.MissingExtraError as error: sys.exit(f'multitag: {error}')"
        if how == "python"
        else "from multitag.cli.main import run\nrun()"
    )
    out = tmp_path / "run"
    ended = run_core_only(
        script, "train", str(films_csv), "--text", "Plot", "--labels", "Genre", "--out", str(out)
    )
    assert ended.returncode == (1 if how == "python" else 2)
    assert ended.stderr == (
        "multitag: this needs torch, which is not installed; "
        "install it with: pip install 'multitag[train]'\n"
    )
    assert not out.exists()


@pytest.mark.parametrize("backend", [(), ("--backend", "torch")])
def test_a_core_install_says_how_to_get_what_a_bundle_without_graphs_needs(backend):
    ended = run_core_only(
        "from multitag.cli.main import run\nrun()", "predict", str(FORMAT_1), "A detective hunts a killer.", *backend
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "multitag: this needs torch, which is not installed; "
        "install it with: pip install 'multitag[train]'\n"
    )
