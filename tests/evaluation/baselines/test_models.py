"""Each baseline against scikit-learn's own way of putting it together, and what every one of them must keep to."""

from __future__ import annotations

import numpy as np
import pytest

from multitag.data.texts import join_text
from multitag.evaluation.baselines.models import (
    FOR_FEATURES,
    FOR_WORDS,
    FROZEN,
    PREVALENCE,
    TFIDF,
    WORDS,
    score_baselines,
    score_features,
    score_prevalence,
    score_tfidf,
)

N_ROWS = 60
ABOUT = {"War": "the soldiers march to battle", "Love": "they kiss and marry", "Sea": "a ship sails in a storm"}


@pytest.fixture
def corpus():
    """Texts made of what each label is about, with words of no meaning between, and their labels."""
    rng = np.random.default_rng(0)
    y = (rng.random((N_ROWS, len(ABOUT))) < 0.4).astype(np.uint8)
    noise = rng.integers(30, size=(N_ROWS, 5))
    texts = []
    for row, words in zip(y, noise, strict=True):
        about = [text for has, text in zip(row, ABOUT.values(), strict=True) if has]
        texts.append(" ".join([*about, *(f"word{each}" for each in words)]))
    return texts, y


@pytest.fixture
def halves():
    return [(np.arange(40), np.arange(40, N_ROWS))]


@pytest.fixture
def folds():
    fold = np.arange(N_ROWS) % 3
    return [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(3)]


def features_of(y):
    """Features that tell the labels, of length 1."""
    rng = np.random.default_rng(1)
    found = y @ rng.normal(size=(y.shape[1], 8)) + 0.3 * rng.normal(size=(len(y), 8))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def test_prevalence_is_the_share_of_the_training_rows(corpus, halves):
    _, y = corpus
    y_raw = score_prevalence(y, halves)
    np.testing.assert_allclose(y_raw[40:], np.tile(y[:40].mean(axis=0), (20, 1)), rtol=1e-6)
    assert np.isnan(y_raw[:40]).all()


def test_prevalence_ranks_no_row_above_another_over_folds(corpus, folds):
    _, y = corpus
    y_raw = score_prevalence(y, folds)
    np.testing.assert_allclose(y_raw, np.tile(y.mean(axis=0), (N_ROWS, 1)), rtol=1e-6)


def test_tfidf_is_scikit_learns_pipeline(corpus, halves):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    texts, y = corpus
    whole = make_pipeline(
        TfidfVectorizer(sublinear_tf=True), OneVsRestClassifier(LogisticRegression(**FOR_WORDS))
    ).fit(texts[:40], y[:40])
    y_raw = score_tfidf(texts, y, halves)
    np.testing.assert_allclose(y_raw[40:], whole.predict_proba(texts[40:]), atol=2e-3)
    assert np.isnan(y_raw[:40]).all()
    assert ((y_raw[40:] >= 0.5) == y[40:]).mean() > 0.95  # and it has learned what there is to learn


def test_features_are_given_to_one_regression_a_label(corpus, halves):
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    _, y = corpus
    features = features_of(y)
    whole = OneVsRestClassifier(LogisticRegression(**FOR_FEATURES)).fit(features[:40], y[:40])
    y_raw = score_features(features, y, halves)
    np.testing.assert_allclose(y_raw[40:], whole.predict_proba(features[40:]), atol=2e-3)


def test_over_folds_every_row_is_scored_by_models_that_did_not_see_it(corpus, folds):
    texts, y = corpus
    together = score_tfidf(texts, y, folds)
    assert np.isfinite(together).all()
    for pair in folds:
        alone = score_tfidf(texts, y, [pair])
        np.testing.assert_array_equal(together[pair[1]], alone[pair[1]])
    changed = y.copy()
    changed[folds[0][1]] ^= 1  # labels of the rows that the first model scores
    again = score_tfidf(texts, changed, folds)
    np.testing.assert_array_equal(again[folds[0][1]], together[folds[0][1]])


@pytest.mark.parametrize("value", [0, 1])
def test_a_label_on_no_training_row_or_on_all_is_that_for_every_row(value, corpus, halves):
    texts, y = corpus
    y[:40, 1], y[40:, 1] = value, 1 - value
    of_features = score_features(features_of(y), y, halves)
    for y_raw in (score_prevalence(y, halves), score_tfidf(texts, y, halves), of_features):
        assert (y_raw[40:, 1] == value).all()
        assert ((y_raw[40:] >= 0) & (y_raw[40:] <= 1)).all()


def test_all_of_them_with_their_seconds(corpus, folds):
    texts, y = corpus
    baselines, notes = score_baselines(texts, y, folds, features=lambda clock: features_of(y))
    assert [each.name for each in baselines] == [PREVALENCE, TFIDF, FROZEN]
    assert notes == []
    for each in baselines:
        assert each.y_raw.shape == y.shape
        assert each.seconds > 0
    assert [each.name for each in score_baselines(texts, y, folds)[0]] == [PREVALENCE, TFIDF]


def test_what_takes_too_long_is_left_out_and_said(corpus, folds):
    texts, y = corpus
    baselines, notes = score_baselines(texts, y, folds, features=lambda clock: features_of(y), budget=0.0)
    assert [each.name for each in baselines] == [PREVALENCE]
    assert notes == [
        f"{name} is left out of the comparison: it takes too long beside the training" for name in (TFIDF, FROZEN)
    ]


def test_features_that_take_too_long_are_left_out_and_said(corpus, folds):
    texts, y = corpus
    baselines, notes = score_baselines(texts, y, folds, features=lambda clock: None)
    assert [each.name for each in baselines] == [PREVALENCE, TFIDF]
    assert notes == [f"{FROZEN} is left out of the comparison: it takes too long beside the training"]


def test_texts_without_words_leave_tfidf_out(corpus, halves):
    _, y = corpus
    baselines, notes = score_baselines(["!", "a"] * (N_ROWS // 2), y, halves)
    assert [each.name for each in baselines] == [PREVALENCE]
    assert notes == [f"{TFIDF} is left out of the comparison: the texts have no words"]


def test_pairs_of_texts_are_read_as_one(corpus, halves):
    texts, y = corpus
    pairs = [("A title", text) for text in texts]
    joined = [join_text(each) for each in pairs]
    np.testing.assert_array_equal(score_tfidf(pairs, y, halves), score_tfidf(joined, y, halves))


def test_words_are_scikit_learns_and_characters_where_there_are_no_spaces():
    import re

    from sklearn.feature_extraction.text import TfidfVectorizer

    text = "It's naïve: Größe, ёлка, 3D x86 a_b, données; שלום"
    assert re.findall(WORDS, text) == re.findall(TfidfVectorizer().token_pattern, text)
    assert re.findall(WORDS, "映画が好き film noir หนัง") == [*"映画が好き", "film", "noir", *"หนัง"]
