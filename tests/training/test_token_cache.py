"""Tokens on disk are those in memory; they are written whole, found again, and made again where they are damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from multitag.data.tokens import TOKENIZER_BATCH, Tokens, tokenise
from multitag.training import token_cache
from multitag.training.dataset import TextDataset
from multitag.training.token_cache import DIGEST, IDS, OFFSETS, load_or_tokenise, made_from


@pytest.fixture(scope="module")
def tokenizer(tiny_distilbert):
    return AutoTokenizer.from_pretrained(tiny_distilbert)


@pytest.fixture
def many(texts, monkeypatch):
    monkeypatch.setattr(token_cache, "CACHED_FROM", 1000)
    return [f"{number} {texts[number % len(texts)]}" for number in range(2 * TOKENIZER_BATCH + 3)]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "tokens"


def cached(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir())


def test_tokens_from_disk_are_those_in_memory(many, tokenizer, folder):
    expected = Tokens.from_texts(many, tokenizer, 32)
    for tokens in (load_or_tokenise(many, tokenizer, 32, folder), load_or_tokenise(many, tokenizer, 32, folder)):
        assert isinstance(tokens.ids, np.memmap)
        assert (tokens.ids == expected.ids).all()
        assert (tokens.offsets == expected.offsets).all()
        dataset = TextDataset(tokens, np.zeros((len(many), 2), dtype=int))
        assert dataset[7]["input_ids"] == expected[7].tolist()
    assert [path.name for path in cached(folder)] == [made_from(many, tokenizer, 32)]


def test_a_small_table_needs_no_files(texts, tokenizer, folder):
    tokens = load_or_tokenise(texts, tokenizer, 32, folder)
    assert not isinstance(tokens.ids, np.memmap)
    assert not folder.exists()


def test_what_is_there_is_not_made_again(many, tokenizer, folder, monkeypatch):
    load_or_tokenise(many, tokenizer, 32, folder)
    monkeypatch.setattr(token_cache, "tokenise", None)
    load_or_tokenise(many, tokenizer, 32, folder)


def test_other_texts_lengths_and_tokenizers_have_files_of_their_own(many, tokenizer, tiny_roberta, folder):
    other = AutoTokenizer.from_pretrained(tiny_roberta)
    names = {
        made_from(many, tokenizer, 32), made_from(many[::-1], tokenizer, 32), made_from(many, tokenizer, 31),
        made_from(many, other, 32), made_from(["".join(many)], tokenizer, 32),
        made_from([(text, "") for text in many], tokenizer, 32),
    }  # fmt: skip
    assert len(names) == 6
    before = made_from(many, tokenizer, 32)
    tokenizer(many[:2], truncation=True, max_length=5, padding=True)
    assert made_from(many, tokenizer, 32) == before


@pytest.mark.parametrize("name", [IDS, OFFSETS, DIGEST])
@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "delete"])
def test_damaged_files_are_made_again_and_said(many, tokenizer, folder, caplog, name, damage):
    load_or_tokenise(many, tokenizer, 32, folder)
    file = cached(folder)[0] / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    changed = {"flip": bytes(content), "cut": bytes(content[:-5]), "empty": b""}
    if damage == "delete":
        file.unlink()
    else:
        file.write_bytes(changed[damage])
    tokens = load_or_tokenise(many, tokenizer, 32, folder)
    assert "damaged; they are made again" in caplog.text
    assert (tokens.ids == Tokens.from_texts(many, tokenizer, 32).ids).all()


def test_nothing_stands_there_until_all_is_written(many, tokenizer, folder, monkeypatch):
    def stopped(*args):
        yield from list(tokenise(*args))[:1]
        raise KeyboardInterrupt

    monkeypatch.setattr(token_cache, "tokenise", stopped)
    with pytest.raises(KeyboardInterrupt):
        load_or_tokenise(many, tokenizer, 32, folder)
    assert cached(folder) == []
    (folder / ".killed.01234567.partial").mkdir()
    monkeypatch.undo()
    monkeypatch.setattr(token_cache, "CACHED_FROM", 1000)
    load_or_tokenise(many, tokenizer, 32, folder)
    assert [path.name for path in cached(folder)] == [made_from(many, tokenizer, 32)]
