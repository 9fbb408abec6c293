"""Rows, base models and bundles. What needs torch is made in a process of its own, so that this one stays small."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.flops import Geometry, Tokens
from benchmarks.speed.training import SEPARATOR
from benchmarks.speed.worker import Link, Worker

from multitag.extras import is_installed

NETFLIX, IMDB = "netflix_titles.csv", "IMDB-Movie-Data.csv"
SEED = 0  # of which rows are drawn; part of what is measured, so it does not change
TFIDF_ROWS = 2000  # enough for a vocabulary of the usual size; its quality is not of interest here
LONGEST = 512  # tokens that the base models can take

Rows = list[tuple[str, list[str]]]  # (text, labels)


@dataclass(frozen=True)
class Data:
    """The rows of both tables, and a folder for what is made of them."""

    netflix: Rows
    imdb: Rows
    folder: Path

    @classmethod
    def read(cls, source: Path, folder: Path) -> Data:
        """Read the two tables.

        Raises
        ------
        SystemExit
            If one is not there; says so in a line.
        """
        for name in (NETFLIX, IMDB):
            if not (source / name).is_file():
                raise SystemExit(f"{source / name} is not there; name the folder of the benchmark's tables with --data")
        return cls(
            _read(source / NETFLIX, "description", "listed_in"), _read(source / IMDB, "Description", "Genre"), folder
        )

    def training_csv(self, n_rows: int) -> Path:
        """Write rows of IMDB to train on."""
        return write_csv(self.folder / f"imdb-{n_rows}.csv", draw(self.imdb, n_rows))

    def texts_json(self, name: str, **lists: Sequence[str]) -> Path:
        """Write lists of texts for workers to score."""
        return _write_json(self.folder / f"{name}.json", lists)

    def tfidf_json(self) -> Path:
        """Write what TF-IDF is fitted on."""
        rows = draw(self.netflix, TFIDF_ROWS)
        content = {"texts": [text for text, _ in rows], "labels": [labels for _, labels in rows]}
        return _write_json(self.folder / "tfidf.json", content)


def draw(rows: Rows, n_rows: int) -> Rows:
    """Draw rows at random, the same ones in every run, a smaller number being part of a larger one."""
    order = random.Random(SEED).sample(range(len(rows)), len(rows))
    return [rows[index] for index in order[:n_rows]]


def write_csv(path: Path, rows: Iterable[tuple[str, Sequence[str]]]) -> Path:
    """Write rows as the columns text and labels."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "labels"])
        writer.writerows((text, SEPARATOR.join(labels)) for text, labels in rows)
    return path


def token_lengths(model_folder: Path, texts: Sequence[str]) -> list[int]:
    """Count the tokens of texts as the model sees them, special ones included."""
    from tokenizers import Tokenizer

    settings = json.loads((model_folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    tokenizer.enable_truncation(min(int(settings["model_max_length"]), LONGEST))
    tokenizer.no_padding()
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


@dataclass(frozen=True)
class Bundle:
    """A bundle to predict with, and what is known of it."""

    path: Path

    @property
    def model(self) -> Path:
        """Its Hugging Face folder."""
        return self.path / "model"

    @property
    def geometry(self) -> Geometry:
        """Its sizes."""
        return Geometry.read(self.model, len(json.loads((self.path / "labels.json").read_text(encoding="utf-8"))))

    @property
    def parity(self) -> dict[str, dict[str, Any]]:
        """What the gate found, by graph; nothing where none could be exported."""
        path = self.path / "onnx" / "parity.json"
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return found

    def has(self, backend: str) -> bool:
        """Whether the gate let a graph in, or its arithmetic, and what computes it is installed."""
        if backend == "openvino" and not is_installed("openvino"):
            return False
        return backend == "torch" or bool(self.parity.get(backend, {}).get("passed"))

    def tokens(self, texts: Sequence[str]) -> Tokens:
        """Sum up the tokens of texts."""
        return Tokens.of(token_lengths(self.model, texts))


def make_bases(names: Sequence[str], folder: Path, say: Callable[[str], None]) -> dict[str, Path]:
    """Make folders of base models: ``"minilm"``, and random weights of distilbert-base's sizes by any other name."""
    say("base models")
    targets = {name: folder / f"base-{name}" for name in names}
    spec = {name: str(target) for name, target in targets.items()}
    with Worker("bases", "base models", "prepare:save_bases", spec, folder) as worker:
        worker.wait_ready()
    return targets


def make_bundle(
    name: str, base: Path, rows: Path, settings: Mapping[str, Any], folder: Path, say: Callable[[str], None]
) -> Bundle:
    """Train and export with ``multitag.train``."""
    say(f"bundle of {name}")
    spec = {"rows": str(rows), "base": str(base), "out": str(folder / f"run-{name}"), "settings": dict(settings)}
    with Worker(f"bundle-{name}", name, "prepare:train_bundle", spec, folder) as worker:
        worker.wait_ready()
        return Bundle(Path(worker.facts["bundle"]))


def save_bases(link: Link, spec: Mapping[str, str]) -> None:
    """Worker: write base models in transformers' own format, each into the folder that ``spec`` has for its name."""
    import torch
    from transformers import DistilBertConfig, DistilBertModel

    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.model.minilm import distilbert_config, distilbert_weights

    minilm = resolve_base_model("minilm")
    for name, target in spec.items():
        torch.manual_seed(SEED)
        model = DistilBertModel(distilbert_config(minilm.folder) if name == "minilm" else DistilBertConfig())
        if name == "minilm":
            model.load_state_dict(distilbert_weights(minilm.folder))
        model.save_pretrained(target)
        load_tokenizer(minilm, LONGEST).save_pretrained(target)
    link.ready()


def train_bundle(link: Link, spec: Mapping[str, Any]) -> None:
    """Worker: a run of multitag, as a user would start it."""
    import multitag

    table = multitag.read_table(spec["rows"], text="text", labels="labels", label_separator=SEPARATOR)
    run = multitag.train(table, out=spec["out"], base_model=spec["base"], **spec["settings"])
    link.ready(bundle=str(run.bundle), training_seconds=run.metrics.training_seconds)


def _read(path: Path, text: str, labels: str) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row[text], [name.strip() for name in row[labels].split(",")]) for row in csv.DictReader(file)]
    return [row for row in rows if row[0].strip()]


def _write_json(path: Path, content: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
