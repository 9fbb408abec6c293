from __future__ import annotations

import shutil

import numpy as np
import pytest

import multitag
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, ConfigError, DataError


def test_probabilities_have_a_row_a_text_and_a_column_a_label(classifier, texts):
    y_prob = classifier.predict_proba(texts)
    assert y_prob.shape == (len(texts), len(classifier.label_names))
    assert y_prob.dtype == np.float32
    assert ((y_prob > 0) & (y_prob < 1)).all()
    assert classifier.predict_proba([]).shape == (0, len(classifier.label_names))


def test_predictions_are_what_passes_the_bundles_thresholds(classifier, texts):
    y_prob, cuts = classifier.predict_proba(texts), classifier.thresholds.values()
    assert classifier.thresholds.policy == "per_label"
    for row, prediction in zip(y_prob, classifier.predict(texts), strict=True):
        passed = {
            name for name, value, cut in zip(classifier.label_names, row, cuts, strict=True) if value >= cut
        }
        assert set(prediction.labels) == passed
        values = [prediction.probabilities[name] for name in prediction.labels]
        assert values == sorted(values, reverse=True)
        assert list(prediction.probabilities) == list(classifier.label_names)
        assert list(prediction.probabilities.values()) == row.astype(float).tolist()


@pytest.mark.parametrize("threshold", [0, 0.0, 0.2, 0.5, 1, 1.0])
def test_one_threshold_for_all_labels(classifier, texts, threshold):
    y_prob = classifier.predict_proba(texts)
    predicted = [len(prediction.labels) for prediction in classifier.predict(texts, threshold=threshold)]
    assert predicted == (y_prob >= threshold).sum(axis=1).tolist()


@pytest.mark.parametrize("top_k", [1, 3, 20])
def test_top_k_gives_the_k_most_probable_whatever_the_thresholds(classifier, texts, top_k):
    for options in ({}, {"threshold": 1.0}):
        for prediction in classifier.predict(texts, top_k=top_k, **options):
            ranked = sorted(prediction.probabilities, key=lambda name: -prediction.probabilities[name])
            assert list(prediction.labels) == ranked[:top_k]


def test_at_least_one_fills_only_what_would_be_empty(classifier, texts):
    for prediction in classifier.predict(texts, threshold=1.0, at_least_one=True):
        assert prediction.labels == (max(prediction.probabilities, key=prediction.probabilities.__getitem__),)
    assert classifier.predict(texts, threshold=1.0)[0].labels == ()
    assert classifier.predict(texts, threshold=0.0, at_least_one=True) == classifier.predict(
        texts, threshold=0.0
    )


@pytest.mark.parametrize(
    "options",
    [{"threshold": 1.01}, {"threshold": -0.1}, {"threshold": float("nan")}, {"top_k": 0}, {"top_k": 21},
     {"batch_size": 0}],
    ids=str,
)  # fmt: skip
def test_an_option_out_of_its_range_is_refused_by_name(classifier, options):
    with pytest.raises(ConfigError, match=f"^{next(iter(options))}: expected"):
        classifier.predict(["a film"], **options)


def test_what_is_not_a_list_of_texts_is_refused(classifier):
    with pytest.raises(DataError, match=r"got one str; write \[text\]"):
        classifier.predict("a film")
    with pytest.raises(DataError, match="text 1: expected str, got float"):
        classifier.predict(["a film", float("nan")])


def test_a_series_and_a_generator_of_texts_do(classifier, texts):
    import pandas as pd

    expected = classifier.predict(texts)
    assert classifier.predict(pd.Series(texts, index=range(100, 160))) == expected
    assert classifier.predict(text for text in texts) == expected


def test_a_zip_predicts_as_its_folder_does_and_is_cleaned_up(finished_run, classifier, texts, tmp_path):
    archive = pack(finished_run.bundle, tmp_path / "films.zip")
    with multitag.load(archive) as zipped:
        unpacked = zipped.bundle.folder
        np.testing.assert_array_equal(zipped.predict_proba(texts), classifier.predict_proba(texts))
        assert unpacked.is_dir()
    assert not unpacked.exists()


def test_a_bundle_with_one_byte_changed_is_refused(finished_run, tmp_path):
    bundle = shutil.copytree(finished_run.bundle, tmp_path / "bundle")
    weights = bundle / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(BundleError, match=r"model/model\.safetensors changed since it was written"):
        multitag.load(bundle)


def test_a_run_folder_is_pointed_to_its_bundle(finished_run):
    with pytest.raises(BundleError, match=r"not a bundle, .* did you mean .*bundle\?"):
        multitag.load(finished_run.folder)
