"""Texts that the base model does not know are told before a run begins."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from multitag.errors import DataError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_plots")]


def unread(table, n_rows):
    """Replace the first texts by ones that the tiny vocabulary does not have."""
    texts = ["\u5317\u4eac " * 20 + str(row) for row in range(n_rows)]
    return replace(table, texts=(*texts, *table.texts[n_rows:]))


def test_above_30_percent_nothing_is_trained_unless_allowed(table, settings, tiny_distilbert, tmp_path):
    import multitag

    changed = {**settings, "base_model": str(tiny_distilbert)}
    strange = unread(table, len(table))
    with pytest.raises(DataError, match=r"9[0-9]% of the tokens are unknown to .*--allow-unknown-tokens") as caught:
        multitag.train(strange, out=tmp_path / "run", **changed)
    assert "take another --base-model, such as xlm-roberta-base" in str(caught.value)
    assert not (tmp_path / "run").exists()
    run = multitag.train(strange, out=tmp_path / "run", **changed, allow_unknown_tokens=True)
    assert [note for note in run.metrics.notes if "it cannot read these texts; take another --base-model" in note]
    manifest = json.loads((run.bundle / "manifest.json").read_text(encoding="utf-8"))
    facts = manifest["data"]["unknown_tokens"]
    assert facts["texts"] == len(table)
    assert 0.9 < facts["unknown"] / facts["tokens"] <= 1
    assert manifest["settings"]["model"]["allow_unknown_tokens"] is True


def test_some_are_noted_in_the_report_and_logged_at_once(table, train_tiny, tmp_path, caplog):
    run = train_tiny(tmp_path / "run")
    assert not [note for note in run.metrics.notes if "unknown" in note]
    import multitag
    from conftest import SETTINGS

    with caplog.at_level("WARNING", logger="multitag"):
        config = {**SETTINGS, "base_model": json.loads((run.folder / "base_model.json").read_text())["folder"]}
        some = multitag.train(unread(table, 10), out=tmp_path / "some", **config)
    (note,) = [note for note in some.metrics.notes if "unknown" in note]
    assert "it reads these texts poorly; take another --base-model" in note
    assert note in caplog.text
    assert "it reads these texts poorly" in some.report.read_text(encoding="utf-8")
