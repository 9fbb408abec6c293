"""The share of unknown tokens, for each kind of tokenizer."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from conftest import byte_level_bpe, wordpiece
from multitag.data.unknown_tokens import UnknownTokenCounter, UnknownTokens

TEXTS = ["a storm", "\u5317\u4eac", "a \U0001f600 storm \u5317", ""]


def count(tokenizer: Tokenizer, texts: list[str] = TEXTS) -> UnknownTokens:
    return UnknownTokenCounter(tokenizer).count([each.ids for each in tokenizer.encode_batch(texts)])


def test_wordpiece_has_an_unknown_token_and_special_ones_are_not_counted(texts):
    tokenizer = wordpiece([*texts, "storm"]).backend_tokenizer
    n_known = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in ("a storm", "storm")]
    unknown = count(tokenizer)
    assert unknown == UnknownTokens(
        texts=4, tokens=n_known[0] + 2 + 1 + 1 + n_known[1] + 1, unknown=4, wholly_unknown=1
    )
    assert count(tokenizer, [""]) == UnknownTokens(texts=1)
    assert count(tokenizer, []) == UnknownTokens()
    assert UnknownTokens().share == 0.0


def test_bytes_are_all_known():
    assert count(byte_level_bpe().backend_tokenizer).unknown == 0


@pytest.mark.parametrize(("unk_id", "unknown", "wholly"), [(0, 3, 1), (None, 0, 0)])
def test_pieces_have_one_where_they_say_so_and_spaces_are_no_tokens_of_a_text(unk_id, unknown, wholly):
    pieces = [("<unk>", 0.0), ("\u2581", -1.0), ("\u2581a", -1.0), ("\u2581storm", -1.0)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=unk_id))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    texts = TEXTS if unk_id is not None else TEXTS[:1]
    found = count(tokenizer, texts)
    assert (found.unknown, found.wholly_unknown) == (unknown, wholly)
    assert found.tokens == 4 + unknown if unk_id is not None else found.tokens == 2


def test_both_together():
    assert UnknownTokens(2, 10, 1, 0) + UnknownTokens(1, 5, 5, 1) == UnknownTokens(3, 15, 6, 1)


@pytest.mark.parametrize(
    ("unknown", "note"),
    [
        (50, None),
        (51, "5% of the tokens are unknown to minilm; it reads these texts poorly; take another"),
        (301, "30% of the tokens are unknown to minilm; it cannot read these texts; take another"),
    ],
)
def test_more_than_a_twentieth_is_noted(unknown, note):
    assert UnknownTokens(9, 1000, unknown, 0).note("minilm", "take another") == note
