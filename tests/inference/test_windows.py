from __future__ import annotations

import numpy as np
import pytest

import multitag
from multitag.data.read import read_table
from multitag.errors import BundleError, ConfigError
from multitag.inference.backends.torch import TorchBackend
from multitag.inference.encoding import TextEncoder, pad_batch
from multitag.inference.scoring import MAX_WINDOWS, sigmoid
from multitag.jobs.evaluate import evaluate

LONG = " ".join(f"word{number % 7} and a story of love" for number in range(30))


@pytest.fixture(scope="module")
def encoder(finished_run) -> TextEncoder:
    return TextEncoder(finished_run.bundle / "model")


def test_windows_overlap_and_hold_the_whole_text(encoder):
    (windows,) = encoder.encode_windows([LONG], 100)
    whole = encoder.tokenizer.from_str(encoder.tokenizer.to_str())
    whole.no_truncation()
    expected = whole.encode(LONG).ids[1:-1]
    first, last = windows[0][0], windows[0][-1]
    assert len(windows) > 4
    joined = windows[0][1:-1]
    for window in windows[1:]:
        assert (window[0], window[-1]) == (first, last)  # [CLS] and [SEP] in each
        assert len(window) <= encoder.max_length
        overlap = encoder.max_length // 4
        assert window[1 : 1 + overlap] == joined[-overlap:]
        joined += window[1 + overlap : -1]
    assert joined == expected


def test_the_number_of_windows_is_bounded_and_short_texts_have_one(encoder, texts):
    assert [len(windows) for windows in encoder.encode_windows([LONG, "short"], 3)] == [3, 1]
    assert encoder.encode_windows(texts, 1) == [[ids] for ids in encoder.encode(texts)]


@pytest.mark.parametrize("pool", ["mean", "max"])
def test_each_label_is_pooled_over_the_windows_of_its_text(finished_run, encoder, pool):
    mixed = ["short", LONG, "another short one", LONG + " the end", "last"]
    pooled = multitag.load(finished_run.bundle, long="windows", pool=pool).predict_proba(mixed)
    backend = TorchBackend(finished_run.bundle / "model")
    for row, text in zip(pooled, mixed, strict=True):
        (windows,) = encoder.encode_windows([text], MAX_WINDOWS)
        by_window = np.concatenate([sigmoid(backend(*pad_batch([ids], encoder.pad_id))) for ids in windows])
        expected = by_window.mean(axis=0) if pool == "mean" else by_window.max(axis=0)
        np.testing.assert_allclose(row, expected, atol=1e-6)
    assert len(encoder.encode_windows([LONG], MAX_WINDOWS)[0]) > 1


def test_a_text_far_beyond_all_windows_takes_the_time_of_the_windows(finished_run):
    classifier = multitag.load(finished_run.bundle, long="windows")
    assert classifier.predict_proba(["ab " * 3_500_000]).shape == (1, 20)


@pytest.mark.slow
def test_a_bundle_made_with_windows_predicts_with_them(train_tiny, finished_run, tmp_path):
    run = train_tiny(tmp_path / "run", long="windows", pool="max")
    by_default, asked = multitag.load(run.bundle), multitag.load(run.bundle, long="truncate")
    pooled = multitag.load(run.bundle, long="windows", pool="max").predict_proba([LONG])
    np.testing.assert_array_equal(by_default.predict_proba([LONG]), pooled)
    assert np.abs(asked.predict_proba([LONG]) - pooled).max() > 1e-4


def test_options_that_do_not_fit_are_refused(finished_run):
    with pytest.raises(ConfigError, match="long: expected one of truncate, windows, got 'split'"):
        multitag.load(finished_run.bundle, long="split")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="pool: expected one of mean, max, got 'median'"):
        multitag.load(finished_run.bundle, long="windows", pool="median")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="pool: max is for windows, but long texts are truncated"):
        multitag.load(finished_run.bundle, pool="max")


def test_a_manifest_that_asks_for_something_unknown_is_refused(finished_run):
    from dataclasses import replace

    from multitag.inference.windows import choose_pool

    with multitag.load(finished_run.bundle) as classifier:
        manifest = classifier.bundle.manifest
    with pytest.raises(BundleError, match=r"settings: unknown long or pool: 'all'"):
        choose_pool(replace(manifest, settings={"model": {"long": "all"}}))
    assert choose_pool(replace(manifest, settings={})) is None  # of a bundle from before there were windows


def test_evaluation_reads_texts_as_the_classifier_does(finished_run, films_csv):
    table = read_table(films_csv, text="Plot", labels="Genre")
    figures = [
        evaluate(multitag.load(finished_run.bundle, long=long), table).fixed.values["macro_roc_auc"]
        for long in ("truncate", "windows")
    ]
    assert figures[0] != figures[1]  # some films are longer than the 48 tokens that the tiny model reads
