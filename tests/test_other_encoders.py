"""From rows to predictions with encoders that are not DistilBERT, and what transformers makes of their bundles."""

from __future__ import annotations

import numpy as np
import pytest

import multitag
from multitag.quiet import quiet_transformers

pytestmark = pytest.mark.slow

ARCHITECTURES = {"tiny_bert": "BertForSequenceClassification", "tiny_roberta": "RobertaForSequenceClassification"}


@pytest.fixture(scope="module", params=ARCHITECTURES)
def kind(request) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def run(kind, request, train_once) -> multitag.Run:
    return train_once(base_model=str(request.getfixturevalue(kind)), epochs=2)


def test_the_bundle_has_a_plain_model_folder_and_says_what_it_is(run, kind):
    files = {path.name for path in (run.bundle / "model").iterdir()}
    assert files == {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    with multitag.load(run.bundle) as classifier:
        assert classifier.bundle.manifest.base_model["architecture"] == ARCHITECTURES[kind]


def test_it_predicts_and_tells_texts_apart(run, texts):
    with multitag.load(run.bundle) as classifier:
        y_prob = classifier.predict_proba(texts)
        alone = np.concatenate([classifier.predict_proba([text]) for text in texts])
    assert np.abs(y_prob - alone).max() < 1e-6
    assert len(np.unique(y_prob.round(6), axis=0)) == len(texts)


def test_transformers_own_pipeline_gives_the_same_probabilities(run, texts):
    from transformers import pipeline

    with quiet_transformers():
        score = pipeline(
            "text-classification", model=str(run.bundle / "model"), top_k=None, function_to_apply="sigmoid"
        )
        scored = score(texts[:8], truncation=True)
    with multitag.load(run.bundle) as classifier:
        for found, prediction in zip(scored, classifier.predict(texts[:8]), strict=True):
            assert {each["label"]: each["score"] for each in found} == pytest.approx(prediction.probabilities, abs=1e-5)


def test_a_bundles_model_can_be_the_base_of_another(run, train_tiny, tmp_path):
    again = train_tiny(tmp_path / "again", base_model=str(run.bundle / "model"))
    assert again.metrics.sides["test"].fixed.n_rows == 12
