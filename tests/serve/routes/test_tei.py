"""The dialect of text-embeddings-inference, and what its softmax would lose."""

import numpy as np
import pytest

from multitag.evaluation.log_odds import logit
from serve.answers import refused


def ask(client, **body):
    return client.post("/predict", json=body)


def scores(rows):
    return {row["label"]: row["score"] for row in rows}


@pytest.mark.parametrize("inputs", ["a killer", ["a killer"]])
def test_one_text_is_one_list_sorted_by_score(client, offline, inputs):
    rows = ask(client, inputs=inputs).json()
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    expected = offline.predict(["a killer"])[0].probabilities
    assert scores(rows) == pytest.approx(expected, abs=1e-5)


def test_a_flat_list_of_two_is_a_pair_as_there(client, offline):
    expected = dict(zip(offline.label_names, offline.predict_proba([("a", "b")])[0].tolist(), strict=True))
    assert scores(ask(client, inputs=["a", "b"]).json()) == pytest.approx(expected, abs=1e-5)


def test_a_batch_is_a_list_of_lists(client):
    answer = ask(client, inputs=[["a"], ["b", "c"], ["a"]]).json()
    assert len(answer) == 3
    assert answer[0] == answer[2]


def test_raw_scores_are_logits(client, offline):
    rows = scores(ask(client, inputs="a killer", raw_scores=True).json())
    y_raw = offline.score_encoded(offline.encode(["a killer"]), alone=True)
    expected = dict(zip(offline.label_names, logit(y_raw)[0].tolist(), strict=True))
    assert rows == pytest.approx(expected, abs=1e-3)


def test_texts_that_are_too_long_are_cut_or_refused(client):
    long = "a detective and a killer " * 60
    assert ask(client, inputs=long).status_code == 200
    assert ask(client, inputs=long, truncate=True).status_code == 200
    assert "tokens" in refused(ask(client, inputs=long, truncate=False), 413, "too_large")


@pytest.mark.parametrize("inputs", [None, 1, [], ["a", "b", "c"], [["a", "b", "c"]], [[]], ["a", ["b"]]])
def test_other_inputs_are_refused(client, inputs):
    refused(ask(client, inputs=inputs), 422, "invalid")


def test_a_flat_list_of_three_is_told_how_a_batch_looks(client):
    message = refused(ask(client, inputs=["a", "b", "c"]), 422, "invalid")
    assert 'a flat list of two is a pair; a batch is [["one"], ["two"]]' in message


def test_the_end_of_a_text_cannot_be_asked_for_and_unknown_keys_are_ignored_as_there(client):
    assert "Left" in refused(ask(client, inputs="a", truncation_direction="Left"), 422, "invalid")
    refused(ask(client, inputs="a", truncation_direction="Up"), 422, "invalid")
    assert ask(client, inputs="a", truncation_direction="Right", normalize=True).status_code == 200


def test_it_is_off_unless_asked_for(serve):
    assert serve().post("/predict", json={"inputs": "a"}).status_code in (404, 405)


def test_softmax_would_lose_labels_that_pass_their_thresholds(client, offline, texts):
    """TEI turns the logits of every classifier into shares of one: of several labels, few can reach a threshold."""
    raw = [scores(rows) for rows in ask(client, inputs=[[text] for text in texts], raw_scores=True).json()]
    logits = np.array([[row[name] for name in offline.label_names] for row in raw])
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    softmax = exponentials / exponentials.sum(axis=1, keepdims=True)
    ours = offline.decide(offline.predict_proba(texts)).astype(bool)
    lost = ours & (softmax < offline.cuts)
    names = {name: int(count) for name, count in zip(offline.label_names, lost.sum(axis=0), strict=True) if count}
    print(f"of {ours.sum()} labels given, softmax would lose {lost.sum()}: {names}")
    assert ours.sum() > len(texts)  # several labels a text
    assert lost.sum() > ours.sum() / 10
