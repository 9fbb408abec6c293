"""MultiTagClassifier keeps scikit-learn's rules, in a pipeline and a grid too, and is saved as a bundle."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MultiLabelBinarizer
from sklearn.utils.estimator_checks import check_estimator

import multitag
from multitag.sklearn import MultiTagClassifier
from undrawn import plots_undrawn

NUMBERS = "its X is a matrix of numbers; this one reads texts"
# The checks that scikit-learn has for a classifier of matrices and that can tell nothing of one of texts.
NOT_OF_TEXTS = {
    **dict.fromkeys([
        "check_fit_score_takes_y", "check_estimators_overwrite_params", "check_dont_overwrite_parameters",
        "check_estimators_fit_returns_self", "check_readonly_memmap_input", "check_n_features_in_after_fitting",
        "check_positive_only_tag_during_fit", "check_estimators_dtypes", "check_complex_data", "check_dtype_object",
        "check_estimators_empty_data_messages", "check_pipeline_consistency", "check_estimators_nan_inf",
        "check_estimator_sparse_tag", "check_estimator_sparse_array", "check_estimator_sparse_matrix",
        "check_f_contiguous_array_estimator", "check_classifier_data_not_an_array", "check_classifiers_classes",
        "check_classifier_multioutput", "check_classifiers_train", "check_classifiers_regression_target",
        "check_classifiers_multilabel_representation_invariance",
        "check_classifiers_multilabel_output_format_predict",
        "check_classifiers_multilabel_output_format_predict_proba",
        "check_classifiers_multilabel_output_format_decision_function", "check_methods_sample_order_invariance",
        "check_methods_subset_invariance", "check_fit2d_1sample", "check_fit2d_1feature", "check_dict_unchanged",
        "check_fit_idempotent", "check_fit_check_is_fitted", "check_n_features_in", "check_fit2d_predict1d",
        "check_requires_y_none",
    ], NUMBERS),
    "check_classifiers_one_label": "its rows all have one class; several labels take at least two",
    "check_classifier_not_supporting_multiclass": "its y is one class a row, refused in other words",
    "check_estimators_pickle": "it is saved as a bundle, not by pickle",
}  # fmt: skip


class OfMatrices(MultiTagClassifier):
    """One that says it takes matrices, so that scikit-learn has checks for it at all."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array = True, False
        return tags


@pytest.fixture(scope="module", autouse=True)
def without_plots() -> Iterator[None]:
    with plots_undrawn():
        yield


@pytest.fixture(scope="module")
def quick(tiny_distilbert: Path) -> dict[str, Any]:
    """Settings of a training of a second."""
    return {
        "base_model": str(tiny_distilbert), "recipe": "linear", "max_length": 48, "validation_size": 0, "test_size": 0,
        "onnx": False, "baselines": False, "resamples": 0, "min_support": 1,
    }  # fmt: skip


@pytest.fixture(scope="module")
def indicator(table: multitag.Table) -> np.ndarray:
    return MultiLabelBinarizer().fit_transform(table.labels)


@pytest.fixture(scope="module")
def names(table: multitag.Table) -> list[str]:
    return sorted({name for row in table.labels for name in row})


@pytest.fixture(scope="module")
def fitted(quick: dict[str, Any], texts: list[str], indicator: np.ndarray) -> MultiTagClassifier:
    """One that is fitted on an indicator matrix; not to be changed."""
    return MultiTagClassifier(**quick).fit(texts, indicator)


def test_it_passes_the_checks_of_scikit_learn_for_its_kind():
    with pytest.warns(SkipTestWarning, match="Can't test estimator MultiTagClassifier which requires input"):
        check_estimator(MultiTagClassifier())
    results = check_estimator(OfMatrices(), expected_failed_checks=NOT_OF_TEXTS, on_skip=None)
    failed, passed = (
        {one["check_name"] for one in results if one["status"] == status} for status in ("xfail", "passed")
    )
    assert failed == NOT_OF_TEXTS.keys()  # none is excused without need
    assert passed >= {
        "check_estimator_cloneable", "check_estimator_tags_renamed", "check_valid_tag_types", "check_estimator_repr",
        "check_no_attributes_set_in_init", "check_do_not_raise_errors_in_init_or_set_params", "check_mixin_order",
        "check_parameters_default_constructible", "check_get_params_invariance", "check_set_params",
        "check_estimators_unfitted", "check_decision_proba_consistency",
    }  # fmt: skip


@pytest.mark.slow
def test_parameters_are_the_settings(quick):
    model = MultiTagClassifier(**quick, seed=3)
    assert clone(model).get_params() == model.get_params()
    assert model.get_params().items() >= {**quick, "seed": 3, "epochs": multitag.Config().training.epochs}.items()
    assert not {"text", "labels", "encoding", "test_file"} & model.get_params().keys()
    assert MultiTagClassifier(**quick).set_params(seed=3).get_params() == model.get_params()
    with pytest.raises(multitag.ConfigError, match=r"unknown setting 'epoch'; did you mean '?epochs"):
        MultiTagClassifier(epoch=3)


@pytest.mark.slow
def test_classes_are_the_columns(fitted, texts, indicator, names):
    assert fitted.classes_.tolist() == list(range(len(names)))
    y_prob, y_pred = fitted.predict_proba(texts), fitted.predict(texts)
    assert y_prob.shape == y_pred.shape == indicator.shape
    assert set(np.unique(y_pred)) <= {0, 1}
    assert 0 <= y_prob.min() <= y_prob.max() <= 1
    assert fitted.score(texts, indicator) == (y_pred == indicator).all(axis=1).mean()
    assert fitted.metrics_.sides == {}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sparse", "frame", "sets"])
def test_labels_may_be_written_in_several_ways(kind, quick, fitted, texts, indicator, names, table):
    y = {
        "sparse": lambda: csr_array(indicator), "frame": lambda: pd.DataFrame(indicator, columns=names),
        "sets": lambda: [set(row) for row in table.labels],
    }[kind]()  # fmt: skip
    x = {"sparse": np.asarray(texts), "frame": pd.Series(texts), "sets": np.asarray(texts, dtype=object)[:, None]}[kind]
    model = MultiTagClassifier(**quick, name_prior=False).fit(x, y)  # as of columns without names
    assert model.classes_.tolist() == (list(range(len(names))) if kind == "sparse" else names)
    assert (model.predict_proba(x) == fitted.predict_proba(texts)).all()  # and so fitting twice gives the same
    assert model.score(x, y) == fitted.score(texts, indicator)


@pytest.mark.slow
def test_a_class_without_rows_is_never_predicted(quick, texts, indicator, fitted):
    wider = np.insert(indicator, 1, 0, axis=1)
    model = MultiTagClassifier(**quick).fit(texts, wider)
    assert model.predict_proba(texts).shape == wider.shape
    assert not model.predict_proba(texts)[:, 1].any()
    assert (np.delete(model.predict_proba(texts), 1, axis=1) == fitted.predict_proba(texts)).all()


@pytest.mark.slow
def test_it_works_in_a_pipeline_a_grid_and_folds(quick, texts, indicator):
    indicator = indicator[:, indicator.sum(axis=0) > 12]  # on either side of every split
    lower = FunctionTransformer(lambda x: [text.lower() for text in x])
    pipeline = make_pipeline(lower, MultiTagClassifier(**quick))
    search = GridSearchCV(
        pipeline, {"multitagclassifier__seed": [1]}, cv=KFold(2), scoring=["f1_macro", "average_precision"],
        refit="f1_macro", error_score="raise",
    ).fit(texts, indicator)  # fmt: skip
    assert 0 <= search.best_score_ <= 1
    assert search.predict(texts).shape == indicator.shape
    held_out = cross_val_predict(MultiTagClassifier(**quick), texts, indicator, cv=2, method="predict_proba")
    assert held_out.shape == indicator.shape


@pytest.mark.slow
def test_it_is_saved_as_a_bundle_and_loaded(fitted, texts, tmp_path):
    folder = fitted.save(tmp_path / "model")
    loaded = MultiTagClassifier.load(folder)
    assert (loaded.predict(texts) == fitted.predict(texts)).all()
    assert loaded.get_params()["recipe"] == "linear"
    assert loaded.classes_.tolist() == list(loaded.classifier_.label_names)
    with pytest.raises(multitag.OutputError, match="already exists"):
        fitted.save(folder)
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (folder / "manifest.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy])
def test_it_is_not_pickled_once_it_is_fitted(copied: Callable[[Any], Any], fitted):
    with pytest.raises(multitag.OutputError, match=r"^MultiTagClassifier is saved as a bundle, not by pickle: model\."):
        copied(fitted)
    copied(clone(fitted))


@pytest.mark.slow
def test_nothing_is_left_of_a_model_that_nobody_has(quick, texts, indicator, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(multitag.ConfigError, match="epochs"):
        MultiTagClassifier(**quick, epochs=-1).fit(texts, indicator)
    model = MultiTagClassifier(**quick).fit(texts, indicator)
    assert len(list(tmp_path.iterdir())) == 1
    del model
    assert not list(tmp_path.iterdir())


def test_before_it_is_fitted_it_says_so(texts, tmp_path):
    for call in (lambda: MultiTagClassifier().predict(texts), lambda: MultiTagClassifier().save(tmp_path / "model")):
        with pytest.raises(NotFittedError):
            call()


X_REFUSED = {
    "one text": ("a text", "expected a list of texts, got 'a text'"),
    "numbers": (np.zeros(2), r"expected texts, got .*0\.0\)? in row 0"),
    "a matrix": (np.zeros((2, 3)), "got an array of 2 x 3; pass one column of texts"),
    "sparse": (csr_array(np.eye(2)), "expected a list of texts, got csr_array"),
    "missing": (["a", None], "expected texts, got None in row 1"),
    "too few": (["a"], "expected as many rows of each, got 1 and 2"),
}
Y_REFUSED = {
    "none": (None, "requires y to be passed, but the target y is None"),
    "one label a row": (["a", "b"], r"expected a list of labels for each row, got 'a' in row 0; .*pass \[\[label\]"),
    "numbers": (np.array([0, 1]), "expected a list of labels for each row"),
    "other numbers": ([[0, 2], [1, 0]], "expected a matrix of 0 and 1"),
    "nan": (np.array([[0, np.nan], [1, 0]]), "expected a matrix of 0 and 1"),
    "ragged": ([[0, 1], [1]], "expected a matrix of 0 and 1"),
    "no names": ([["a"], [""]], "expected names of labels, got '' in row 1"),
    "one label": ([["a"], ["a"]], "only one label"),
    "equal columns": (pd.DataFrame(np.eye(2, dtype=int), columns=["a", "a"]), "expected a name of its own"),
}


@pytest.mark.parametrize("what", X_REFUSED)
def test_other_texts_are_refused_in_one_line(what):
    x, message = X_REFUSED[what]
    with pytest.raises(multitag.DataError, match=message):
        MultiTagClassifier().fit(x, [["a"], ["b"]])


@pytest.mark.parametrize("what", Y_REFUSED)
def test_other_labels_are_refused_in_one_line(what):
    y, message = Y_REFUSED[what]
    with pytest.raises(multitag.DataError, match=message):
        MultiTagClassifier().fit(["one text", "another text"], y)


@pytest.mark.slow
def test_an_unknown_label_is_refused_by_the_score(fitted, texts):
    with pytest.raises(ValueError, match=r"y: row 0 has the label 'Opera', which is none of the \d+ classes"):
        MultiTagClassifier.score(fitted, texts[:1], [["Opera"]])

