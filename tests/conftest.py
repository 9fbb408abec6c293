"""Tiny real models made offline, and one finished run on them, for the tests of everything that trains."""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest
from _pytest.doctest import DoctestModule
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

import multitag
from multitag.evaluation.run_metrics import RunMetrics
from undrawn import plots_undrawn

# Before any test imports torch, and for the processes that tests start: each worker has a core, and threads that wait
# for each other hinder whatever else runs.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# No deadline, and no complaint of slow examples: how long an example takes is a matter of what else the machine does.
hypothesis_settings.register_profile(
    "whole", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50
)
hypothesis_settings.register_profile("fast", hypothesis_settings.get_profile("whole"), max_examples=25)  # test-fast
hypothesis_settings.load_profile("whole")

MakeOnce = Callable[[str, Callable[[Path], object]], Path]

N_ROWS = 60
VOCABULARY = 600
WORDPIECE_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BPE_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SETTINGS: dict[str, Any] = {
    "epochs": 1, "batch_size": 8, "max_length": 48, "precision": "fp32", "recipe": "fine-tune",
    "validation_size": 20, "test_size": 12, "seed": 0, "onnx": False,
    "baselines": False, "resamples": 0,  # of the run that most tests share, and of those that are about them, only
}  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples to run in src only: each file of tests would be looked through twice."""
    return [collector for collector in (yield) if not isinstance(collector, DoctestModule)]


@pytest.hookimpl(trylast=True)  # all marks are set
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first, so that no worker is left with one when the others have ended."""

    def lasts(item: pytest.Item) -> int:
        if item.get_closest_marker("slow") is None:
            return 0
        return 2 if item.path.parent == Path(__file__).parent else 1  # the README, the notebook: whole examples

    items.sort(key=lasts, reverse=True)  # stable: the tests of a module stay together


gc.disable()  # while tests are collected: thousands of them, of which none becomes garbage


def pytest_collection_finish() -> None:
    gc.enable()
    _keep_imports_out_of_garbage_collection()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    _keep_imports_out_of_garbage_collection()


def _keep_imports_out_of_garbage_collection(kept: dict[str, int] = {"modules": 0}) -> None:  # noqa: B006
    """Keep what was imported out of every later look for garbage: each training has one, a third of its time."""
    if len(sys.modules) > kept["modules"] + 100:
        gc.collect()
        gc.freeze()
        kept["modules"] = len(sys.modules)


@pytest.fixture(scope="session", autouse=True)
def nobody_waits_for_the_disk() -> Iterator[None]:
    """Each training asks 35 times that the disk has what was written, for the sake of a power cut; tests have none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def stages_have_no_lines() -> None:
    """Log no stages, of which a busy machine would have lines that an idle one has not."""
    logging.getLogger("multitag.stages").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Return a function that makes a folder once for all workers; it is not to be changed afterwards."""
    root = tmp_path_factory.getbasetemp()
    shared = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "made-once"
    shared.mkdir(exist_ok=True)

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, is_whole = shared / name, shared / f"{name}.whole"
        with FileLock(shared / f"{name}.lock"):
            if not is_whole.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed
                fill(folder)
                is_whole.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def table() -> multitag.Table:
    """The first rows of the packaged sample."""
    whole = multitag.read_table("sample")
    return replace(
        whole, texts=whole.texts[:N_ROWS], labels=whole.labels[:N_ROWS], rows=whole.rows[:N_ROWS],
        n_rows_source=N_ROWS,
    )  # fmt: skip


@pytest.fixture(scope="session")
def texts(table: multitag.Table) -> list[str]:
    return list(table.texts)


@pytest.fixture(scope="session")
def settings() -> dict[str, Any]:
    """Settings of a training of seconds; ``base_model`` is left to the test."""
    return dict(SETTINGS)


@pytest.fixture(scope="session")
def films_csv(table: multitag.Table, make_once: MakeOnce) -> Path:
    """The same rows as a file with the columns Title, Plot and Genre."""

    def write(folder: Path) -> None:
        import pandas as pd

        genres = [",".join(names) for names in table.labels]
        titles = [f"Film {row:03}" for row in table.rows]
        folder.mkdir()
        films = pd.DataFrame({"Title": titles, "Plot": table.texts, "Genre": genres})
        films.to_csv(folder / "films.csv", index=False)

    return make_once("films-csv", write) / "films.csv"


@pytest.fixture(scope="session")
def tiny_distilbert(texts: list[str], make_once: MakeOnce) -> Path:
    """A DistilBERT of 2 layers x 32 with random weights, as a Hugging Face folder."""

    def save(folder: Path) -> None:
        from transformers import DistilBertConfig, DistilBertModel

        config = DistilBertConfig(
            vocab_size=VOCABULARY, dim=32, hidden_dim=64, n_layers=2, n_heads=2, max_position_embeddings=64,
            pad_token_id=0,
        )  # fmt: skip
        save_tiny(DistilBertModel, config, wordpiece(texts), folder)

    return make_once("distilbert", save)


@pytest.fixture(scope="session")
def tiny_bert(texts: list[str], make_once: MakeOnce) -> Path:
    """A BERT of the same size."""

    def save(folder: Path) -> None:
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=64, pad_token_id=0,
        )  # fmt: skip
        save_tiny(BertModel, config, wordpiece(texts), folder)

    return make_once("bert", save)


@pytest.fixture(scope="session")
def tiny_roberta(make_once: MakeOnce) -> Path:
    """A RoBERTa of the same size, with byte-level BPE and 64 positions after the two it keeps for padding."""

    def save(folder: Path) -> None:
        from transformers import RobertaConfig, RobertaModel

        config = RobertaConfig(
            vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=66, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        )  # fmt: skip
        save_tiny(RobertaModel, config, byte_level_bpe(), folder)

    return make_once("roberta", save)


def save_tiny(model_class: Any, config: Any, tokenizer: Any, folder: Path) -> None:
    import torch

    from multitag.quiet import quiet_transformers

    with torch.random.fork_rng(devices=[]), quiet_transformers():
        torch.manual_seed(0)
        model_class(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def wordpiece(texts: list[str]) -> Any:
    """Every character, and the most frequent words; made here, as trained vocabularies differ by process."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import PreTrainedTokenizerFast

    folded = [BertWordPieceTokenizer().normalize(text) for text in texts]
    characters = sorted({letter for text in folded for letter in text if not letter.isspace()})
    words = Counter(word for text in folded for word in text.split() if len(word) > 1)
    frequent = sorted(words, key=lambda word: (-words[word], word))
    pieces = [*WORDPIECE_SPECIAL, *characters, *(f"##{letter}" for letter in characters), *frequent][:VOCABULARY]
    pad, unk, cls, sep, mask = WORDPIECE_SPECIAL
    return PreTrainedTokenizerFast(
        tokenizer_object=BertWordPieceTokenizer({piece: index for index, piece in enumerate(pieces)})._tokenizer,
        model_max_length=64, model_input_names=["input_ids", "attention_mask"],
        pad_token=pad, unk_token=unk, cls_token=cls, sep_token=sep, mask_token=mask,
    )  # fmt: skip


def byte_level_bpe() -> Any:
    """All bytes, and a space merged with the letter after it."""
    from tokenizers import ByteLevelBPETokenizer
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.processors import RobertaProcessing
    from transformers import PreTrainedTokenizerFast

    merges = [("Ġ", letter) for letter in ascii_letters]
    pieces = [*BPE_SPECIAL, *sorted(ByteLevel.alphabet()), *map("".join, merges)]
    made = ByteLevelBPETokenizer({piece: index for index, piece in enumerate(pieces)}, merges)
    start, pad, end, unk, mask = BPE_SPECIAL
    made._tokenizer.post_processor = RobertaProcessing((end, pieces.index(end)), (start, pieces.index(start)))
    return PreTrainedTokenizerFast(
        tokenizer_object=made._tokenizer, model_max_length=64,
        model_input_names=["input_ids", "attention_mask"],
        bos_token=start, cls_token=start, pad_token=pad, eos_token=end, sep_token=end, unk_token=unk,
        mask_token=mask,
    )  # fmt: skip


@pytest.fixture(scope="session")
def train_drawn(table: multitag.Table, settings: dict[str, Any], tiny_distilbert: Path) -> Callable[..., multitag.Run]:
    """Give a function that trains on the sample's first rows; its arguments win over the tiny settings."""

    def train(out: Path, **changed: Any) -> multitag.Run:
        return multitag.train(table, out=out, **{**settings, "base_model": str(tiny_distilbert), **changed})

    return train


@pytest.fixture(scope="session")
def train_tiny(train_drawn: Callable[..., multitag.Run]) -> Callable[..., multitag.Run]:
    """Give a function that trains so, with empty plots in the report."""

    def train(out: Path, **changed: Any) -> multitag.Run:
        with plots_undrawn():
            return train_drawn(out, **changed)

    return train


@pytest.fixture
def without_plots() -> Iterator[None]:
    """For a test that trains by other ways than :func:`train_tiny`."""
    with plots_undrawn():
        yield


@pytest.fixture(scope="session")
def train_once(
    train_drawn: Callable[..., multitag.Run], train_tiny: Callable[..., multitag.Run], make_once: MakeOnce
) -> Callable[..., multitag.Run]:
    """Return a function that trains so with the same settings once for all workers, on request plots and all."""

    def train(*, drawn: bool = False, **changed: Any) -> multitag.Run:
        def fill(folder: Path) -> None:
            folder.mkdir()
            metrics = (train_drawn if drawn else train_tiny)(folder / "run", **changed).metrics
            (folder / "metrics.json").write_text(json.dumps(metrics.to_dict()), encoding="utf-8")

        digest = hashlib.sha256(json.dumps([drawn, changed], sort_keys=True).encode()).hexdigest()
        return load_run(make_once(f"run-{digest[:12]}", fill))

    return train


def load_run(folder: Path) -> multitag.Run:
    """Load a run and its metrics, whose order the bundle's metrics.json does not keep."""
    bundle = folder / "run" / "bundle"
    metrics = RunMetrics.from_dict(json.loads((folder / "metrics.json").read_bytes()))
    return multitag.Run(folder / "run", bundle, bundle / "report.html", metrics)


@pytest.fixture(scope="session")
def finished_run(train_once: Callable[..., multitag.Run]) -> multitag.Run:
    """One run of the tiny DistilBERT; not to be changed."""
    return train_once(drawn=True, baselines=True, resamples=200)


@pytest.fixture(scope="session")
def classifier(finished_run: multitag.Run) -> multitag.Classifier:
    return multitag.load(finished_run.bundle)


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    """What a run says about a tiny bundle of three labels."""
    return {
        "versions": {"multitag": "0.1.0", "python": "3.11.7"},
        "base_model": {
            "name": "minilm", "asked_for": "auto", "weights_sha256": "53aa" * 16,
            "reason": "the hub did not answer", "architecture": "DistilBertForSequenceClassification",
        },
        "data": {
            "source": "films.csv", "fingerprint": "ab" * 32, "text_column": "Description",
            "label_column": "Genre", "label_separator": ",", "rows": 10, "rows_used": 10, "left_out": [],
        },
        "split": {"method": "stratified", "train": 7, "validation": 1, "test": 2},
        "seed": 42,
        "settings": {"training": {"epochs": 5.0, "learning_rate": None}},
        "metrics": {"test": {"macro_f1": 0.5, "macro_roc_auc": None}},
    }  # fmt: skip


@pytest.fixture(scope="session")
def thresholds() -> Any:
    from multitag.evaluation.thresholds.thresholds import Thresholds

    return Thresholds("per_label", 0.3, 0.35, (0.25, 0.5, 0.125), 3, "f1", "validation, 1 rows")
