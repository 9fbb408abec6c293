"""A tiny bundle whose files are all there and agree; its weights are three numbers."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx.helper import make_graph, make_model
from safetensors.numpy import save

from multitag.bundle.contents import write_contents
from multitag.bundle.write import write_bundle
from multitag.evaluation.calibration.calibration import Calibration
from multitag.evaluation.thresholds.thresholds import Thresholds
from multitag.labels import LabelSet

LABELS = LabelSet(("Comedy", "Drama", "Kids & Family"))


@pytest.fixture(scope="session")
def files(thresholds: Thresholds, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the content of every file but the manifest."""
    folder = tmp_path_factory.mktemp("contents")
    write_contents(folder, LABELS, thresholds, Calibration.identity(3))
    config = {
        "model_type": "distilbert",
        "id2label": {str(column): name for column, name in LABELS.id2label.items()},
        "label2id": LABELS.label2id,
        "problem_type": "multi_label_classification",
        "pad_token_id": 0,
    }
    weights = save({"classifier.bias": np.array([0.5, -1, 2], dtype=np.float32)})
    return {
        **{path.name: path.read_bytes() for path in folder.iterdir()},
        "metrics.json": b'{"splits": {}}\n',
        "report.html": b"<!doctype html><title>Report</title>",
        "README.md": b"# Card\n",
        "model/config.json": json.dumps(config).encode(),
        "model/model.safetensors": weights,
        "model/tokenizer.json": b'{"model": {"type": "WordPiece", "vocab": {"auto_map": 0, "[UNK]": 1}}}',
        "model/tokenizer_config.json": b'{"tokenizer_class": "DistilBertTokenizer", "model_max_length": 32}',
        "onnx/model.onnx": make_model(make_graph([], "empty", [], [])).SerializeToString(),
    }


@pytest.fixture(scope="session")
def fill(files: dict[str, bytes]) -> Callable[..., None]:
    """Return a function that writes the tiny bundle's files, or others, into a folder."""

    def write(folder: Path, files: Mapping[str, bytes] = files) -> None:
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)

    return write


@pytest.fixture(scope="session")
def make_bundle(
    facts: dict[str, Any], files: dict[str, bytes], fill: Callable[..., None]
) -> Callable[..., Path]:
    """Return a function that writes the tiny bundle, or one of other files, to a folder."""

    def make(target: Path, files: Mapping[str, bytes] = files) -> Path:
        with write_bundle(target, **facts) as folder:
            fill(folder, files)
        return target

    return make


@pytest.fixture(scope="session")
def original(make_bundle: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_bundle(tmp_path_factory.mktemp("original") / "bundle")


@pytest.fixture
def bundle(original: Path, tmp_path: Path) -> Path:
    """Return a copy of the tiny bundle: quicker than writing one, which waits for the disk 15 times."""
    return shutil.copytree(original, tmp_path / "bundle")


@pytest.fixture
def small_disk() -> Callable[[int], AbstractContextManager[None]]:
    """Return a context in which the system refuses, for real, to let any file grow beyond a number of bytes."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def limit(n_bytes: int) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return limit


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes | None]]:
    """Return a function that reads a whole folder tree: content by path, None for folders."""

    def take(folder: Path) -> dict[str, bytes | None]:
        return {
            os.fspath(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
            for path in sorted(folder.rglob("*"))
        }

    return take
