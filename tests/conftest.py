"""Tiny real models made offline, and one finished run on them, for the tests of everything that trains."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import ascii_letters
from typing import Any

import pytest

import multitag

# Before any test imports torch: two test runs at once would hinder each other tenfold.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

N_ROWS = 60
VOCABULARY = 600
WORDPIECE_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
BPE_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SETTINGS: dict[str, Any] = {
    "epochs": 1, "batch_size": 8, "max_length": 48, "precision": "fp32",
    "validation_size": 20, "test_size": 12, "seed": 0, "onnx": False,
    "baselines": False, "resamples": 0,  # of the run that most tests share, and of those that are about them, only
}  # fmt: skip


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
def films_csv(table: multitag.Table, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows as a file with the columns Title, Plot and Genre."""
    import pandas as pd

    path = tmp_path_factory.mktemp("films") / "films.csv"
    genres = [",".join(names) for names in table.labels]
    titles = [f"Film {row:03}" for row in table.rows]
    pd.DataFrame({"Title": titles, "Plot": table.texts, "Genre": genres}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def tiny_distilbert(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DistilBERT of 2 layers x 32 with random weights, as a Hugging Face folder."""
    from transformers import DistilBertConfig, DistilBertModel

    config = DistilBertConfig(
        vocab_size=VOCABULARY,
        dim=32,
        hidden_dim=64,
        n_layers=2,
        n_heads=2,
        max_position_embeddings=64,
        pad_token_id=0,
    )
    return save_tiny(DistilBertModel, config, wordpiece(texts), tmp_path_factory.mktemp("base") / "distilbert")


@pytest.fixture(scope="session")
def tiny_bert(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of the same size."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64, pad_token_id=0,
    )  # fmt: skip
    return save_tiny(BertModel, config, wordpiece(texts), tmp_path_factory.mktemp("base") / "bert")


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RoBERTa of the same size, with byte-level BPE and 64 positions after the two it keeps for padding."""
    from transformers import RobertaConfig, RobertaModel

    config = RobertaConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=66, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    return save_tiny(RobertaModel, config, byte_level_bpe(), tmp_path_factory.mktemp("base") / "roberta")


def save_tiny(model_class: Any, config: Any, tokenizer: Any, folder: Path) -> Path:
    import torch

    from multitag.quiet import quiet_transformers

    with torch.random.fork_rng(devices=[]), quiet_transformers():
        torch.manual_seed(0)
        model_class(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


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
def train_tiny(table: multitag.Table, settings: dict[str, Any], tiny_distilbert: Path) -> Callable[..., multitag.Run]:
    """Give a function that trains on the sample's first rows; its arguments win over the tiny settings."""

    def train(out: Path, **changed: Any) -> multitag.Run:
        return multitag.train(table, out=out, **{**settings, "base_model": str(tiny_distilbert), **changed})

    return train


@pytest.fixture(scope="session")
def finished_run(train_tiny: Callable[..., multitag.Run], tmp_path_factory: pytest.TempPathFactory) -> multitag.Run:
    """One run of the tiny DistilBERT; not to be changed."""
    return train_tiny(tmp_path_factory.mktemp("runs") / "films", baselines=True, resamples=200)


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
