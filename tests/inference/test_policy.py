from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import multitag
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files
from multitag.errors import ConfigError
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.inference.policy import check_as_fitted

GUARANTEE = Guarantee(
    kind="recall", level=0.9, confidence=None, cut=0.25, promise="nine in ten are given", conditions=("of films",),
    fitted_on="test, 12 rows", n_rows=12, realised=0.9, labels_per_row=3.0, empty_rows=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def promising(finished_run: multitag.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the finished run's bundle with a guarantee."""
    bundle = shutil.copytree(finished_run.bundle, tmp_path_factory.mktemp("promising") / "bundle")
    replace_files(bundle, {"guarantee.json": dump_json(GUARANTEE.to_dict())})
    return bundle


def predicted_labels(classifier: multitag.Classifier, texts: list[str]) -> list[set[str]]:
    return [set(each.labels) for each in classifier.predict(texts)]


def test_each_policy_decides_by_its_own_cuts(promising, texts):
    thresholds = multitag.load(promising).thresholds
    cuts = {"per_label": thresholds.per_label, "global": thresholds.global_threshold, "fixed": 0.3, "guarantee": 0.25}
    for policy, cut in cuts.items():
        with multitag.load(promising, policy=policy) as classifier:
            y_prob = classifier.predict_proba(texts).astype(np.float64)
            np.testing.assert_array_equal(classifier.decide(y_prob), y_prob >= np.array(cut))
            assert classifier.guarantee == (GUARANTEE if policy == "guarantee" else None)
    with multitag.load(promising) as default, multitag.load(promising, policy="per_label") as named:
        assert predicted_labels(default, texts) == predicted_labels(named, texts)


def test_one_threshold_wins_over_a_policy(promising, texts):
    with multitag.load(promising, policy="global") as classifier:
        y_prob = classifier.predict_proba(texts)
        np.testing.assert_array_equal(classifier.decide(y_prob, threshold=0.5), y_prob >= 0.5)


@pytest.mark.parametrize("option", [{"threshold": 0.0}, {"top_k": 1}, {"at_least_one": True}], ids=str)
def test_what_would_void_the_guarantee_is_refused(promising, option):
    with multitag.load(promising, policy="guarantee") as classifier:
        name = next(iter(option))
        with pytest.raises(ConfigError, match=f"^{name}: would give other labels than the guarantee holds for"):
            classifier.predict(["a film"], **option)


def test_probabilities_that_the_guarantee_is_not_of_are_refused(promising):
    for options in ({"long": "windows"}, {"long": "windows", "pool": "max"}):
        with pytest.raises(ConfigError, match="policy: the guarantee holds only for texts read as when the bundle"):
            multitag.load(promising, policy="guarantee", **options)
    multitag.load(promising, policy="guarantee", long="truncate").close()  # as it was made with
    for backend in ("onnx-int8", "openvino", "fast"):
        with pytest.raises(ConfigError, match=f"policy: the guarantee does not hold for probabilities of {backend}"):
            check_as_fitted("guarantee", backend=backend, default_pool=True)
    check_as_fitted("per_label", backend="onnx-int8", default_pool=False)


def test_what_the_bundle_has_nothing_for_is_refused(finished_run, train_tiny, tmp_path):
    with pytest.raises(ConfigError, match=r"policy: this bundle has no guarantee; train with --guarantee recall=0\.9"):
        multitag.load(finished_run.bundle, policy="guarantee")
    with pytest.raises(ConfigError, match="policy: expected per_label, global, fixed, guarantee, got 'best'"):
        multitag.load(finished_run.bundle, policy="best")
    untuned = shutil.copytree(finished_run.bundle, tmp_path / "untuned")
    thresholds = multitag.load(finished_run.bundle).thresholds
    fixed = type(thresholds).fixed_only(0.3, thresholds.n_labels)
    replace_files(untuned, {"thresholds.json": dump_json(fixed.to_dict())})
    with pytest.raises(ConfigError, match="policy: 'global' has no thresholds, nothing was tuned; use 'fixed'"):
        multitag.load(untuned, policy="global")
