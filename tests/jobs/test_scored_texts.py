from __future__ import annotations

import numpy as np

import multitag
from fuzz.targets import base_bundle
from multitag.data.unknown_tokens import UnknownTally
from multitag.inference.options import PredictOptions
from multitag.jobs import scored_texts
from multitag.jobs.scored_texts import score_in_blocks
from multitag.stages import watching


def test_blocks_give_what_all_texts_at_once_give(monkeypatch):
    monkeypatch.setattr(scored_texts, "BLOCK", 3)
    words = ("love", "war", "dogs", "zzzz", "cats", "house", "time")
    texts = [f"a film about {word}" for word in words]  # of one length: this graph does not mask
    whole, parts = UnknownTally(), UnknownTally()
    with multitag.load(base_bundle()) as classifier, watching() as watch:
        expected = classifier.predict_proba(texts)
        np.testing.assert_allclose(score_in_blocks(classifier, texts, parts), expected, rtol=0, atol=1e-6)
        assert [*watch.took] == ["predictions"]
        assert score_in_blocks(classifier, []).shape == (0, len(classifier.label_names))
        classifier.predict_arrays(texts, PredictOptions(), whole)
    assert parts.total == whole.total
