from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitag.errors import BundleError, DataError
from multitag.inference.encoding import MAX_CHARACTERS_PER_TOKEN, TextEncoder, pad_batch

ODD_TEXTS = ["", " ", "Ünïcode 電影 🎬", "tab\tand\nline", "[CLS] [SEP] [PAD]", "a" * 300, "word " * 300]


@pytest.fixture(scope="module")
def encoder(finished_run) -> TextEncoder:
    return TextEncoder(finished_run.bundle / "model")


def test_the_ids_are_those_that_training_saw(encoder, finished_run, texts):
    from transformers import AutoTokenizer

    trained_with = AutoTokenizer.from_pretrained(finished_run.bundle / "model")
    expected = trained_with(texts + ODD_TEXTS, truncation=True, max_length=48)["input_ids"]
    assert encoder.encode(texts + ODD_TEXTS) == expected


def test_long_texts_are_cut_to_max_length_with_both_special_tokens(encoder):
    (ids,) = encoder.encode(["a story about " * 100])
    assert encoder.max_length == len(ids) == 48
    assert (ids[0], ids[-1]) == (
        encoder.tokenizer.token_to_id("[CLS]"),
        encoder.tokenizer.token_to_id("[SEP]"),
    )
    assert len(encoder.encode([""])[0]) == 2


def test_what_is_cut_before_tokenising_is_beyond_max_length_anyway(encoder):
    longest = encoder.max_length * MAX_CHARACTERS_PER_TOKEN
    text = "A retired hitman is pulled back in for one last job. " * (longest // 50)
    assert len(text) > longest
    assert encoder.encode([text]) == encoder.encode([text[: longest // 2]])


def test_ten_megabytes_take_no_longer_than_a_page(encoder, monkeypatch):
    seen: list[int] = []
    tokenizer = encoder.tokenizer

    class Recording:
        def encode_batch_fast(self, texts: list[str]) -> list[object]:
            seen.extend(map(len, texts))
            return tokenizer.encode_batch_fast(["ab"] * len(texts))

    monkeypatch.setattr(encoder, "tokenizer", Recording())
    encoder.encode(["ab " * 3_500_000])
    assert seen == [encoder.max_length * MAX_CHARACTERS_PER_TOKEN]


def test_any_iterable_of_texts_is_encoded(encoder, texts):
    assert encoder.encode(iter(texts)) == encoder.encode(texts)
    assert encoder.encode(np.array(texts)) == encoder.encode(texts)
    assert encoder.encode([]) == []


@pytest.mark.parametrize("cell", [None, 7, 1.5, b"bytes", ["list"]])
def test_what_is_not_text_is_refused_with_its_position(encoder, cell):
    with pytest.raises(DataError, match=rf"^text 1: expected str, got {type(cell).__name__}$"):
        encoder.encode(["fine", cell])


@pytest.mark.parametrize("text", ["\ud800", "ab\udfff", "a\ud83d b"])
def test_half_a_surrogate_pair_is_refused_with_its_position(encoder, text):
    position = next(index for index, letter in enumerate(text) if "\ud800" <= letter <= "\udfff")
    with pytest.raises(DataError, match=f"^text 2: character {position} is half of a surrogate pair"):
        encoder.encode(["fine", "😀 is a whole pair", text])


def test_a_damaged_tokenizer_is_one_line(finished_run, tmp_path: Path):
    shutil.copytree(finished_run.bundle / "model", tmp_path, dirs_exist_ok=True)
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0"', encoding="utf-8")
    with pytest.raises(BundleError, match=r"tokenizer\.json: not a usable tokenizer"):
        TextEncoder(tmp_path)


@given(
    rows=st.lists(st.lists(st.integers(0, 2**31), max_size=9), min_size=1, max_size=9),
    pad_id=st.integers(0, 2**31),
)
def test_padding_is_what_a_loop_would_do(rows, pad_id):
    ids, mask = pad_batch(rows, pad_id)
    longest = max(map(len, rows))
    assert ids.tolist() == [row + [pad_id] * (longest - len(row)) for row in rows]
    assert mask.tolist() == [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    assert ids.dtype == mask.dtype == np.int64
    assert ids.shape == mask.shape == (len(rows), longest)


def test_a_text_with_more_tokens_than_are_read_is_said_to_be_cut(encoder):
    short, long = encoder.encode_texts(["ab", "ab " * 100], 1)
    assert (short.truncated, long.truncated) == (False, True)
    assert long.n_tokens == encoder.max_length
    (in_windows,) = encoder.encode_texts(["ab " * 100], 16)
    assert not in_windows.truncated
    assert in_windows.n_tokens > 100
