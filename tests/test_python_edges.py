"""Another type than expected is one line from Python too, and says what is taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import multitag
from multitag.evaluation.thresholds.thresholds import Thresholds, apply_thresholds

TEXTS = ["tanks roll over the border", "a parrot tells jokes", "the crew drifts past the moon"]


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame({"text": TEXTS, "labels": [["x"], ["y"], ["x", "y"]], "x": [1, 0, 1], "y": [0, 1, 1]})


def refused(kind, call):
    with pytest.raises(kind) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (pd.DataFrame({"text": TEXTS}), 'got a DataFrame; pass df["COLUMN"]'),
        (pd.DataFrame({"Description": TEXTS, "x": 1}), 'got a DataFrame; pass df["Description"]'),
        ({"text": "a parrot tells jokes"}, "got a dict; pass the texts, such as [record['Description']]"),
        ({"a", "b"}, "got a set"),
        (b"a parrot", "got a bytes"),
        (Path("a.txt"), "got a PosixPath"),
        (None, "got a NoneType"),
        (3, "got an int"),
        (np.array([["a"], ["b"]]), "got a ndarray of 2 dimensions"),
        (np.array("a"), "got a ndarray of 0 dimensions"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_is_no_row_of_texts_is_not_predicted(classifier, wrong, message):
    for call in (classifier.predict, classifier.predict_proba):
        assert message in refused(multitag.DataError, lambda call=call: call(wrong))


def test_a_polars_frame_an_arrow_table_and_a_table_are_not_predicted(classifier, table):
    import pyarrow

    assert "got a Table" in refused(multitag.DataError, lambda: classifier.predict(pyarrow.table({"text": TEXTS})))
    assert "pass table.texts" in refused(multitag.DataError, lambda: classifier.predict(table))


def test_rows_of_texts_of_every_kind_are_predicted(classifier):
    expected = classifier.predict(TEXTS)
    objects = np.array(TEXTS, dtype=object)
    for rows in (tuple(TEXTS), np.array(TEXTS), objects, pd.Index(TEXTS), iter(TEXTS), dict.fromkeys(TEXTS).keys()):
        assert classifier.predict(rows) == expected


@pytest.mark.parametrize(
    "threshold", [{"War": 0.5}, [0.5], (0.1, 0.2), "0.5", True, np.array([0.5, 0.5]), pd.Series([0.5]), b"x"],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_threshold_is_one_number(classifier, threshold):
    for call in (classifier.predict, lambda texts, **options: classifier.decide(np.ones((1, 20)), **options)):
        message = refused(multitag.ConfigError, lambda call=call: call(["a"], threshold=threshold))
        assert message.startswith("threshold: expected a number or nothing, got ")


def test_a_threshold_of_numpy_is_a_number(classifier):
    assert classifier.predict(TEXTS, threshold=np.float32(0.25)) == classifier.predict(TEXTS, threshold=0.25)
    assert classifier.predict(TEXTS, top_k=np.int64(2)) == classifier.predict(TEXTS, top_k=2)


@pytest.mark.parametrize("options", [{"top_k": 2.5}, {"top_k": "2"}, {"batch_size": 2.5}, {"at_least_one": "no"}])
def test_other_options_have_a_type_too(classifier, options):
    (name,) = options
    assert refused(multitag.ConfigError, lambda: classifier.predict(["a"], **options)).startswith(f"{name}: expected ")


@pytest.mark.parametrize("thresholds", [{"War": 0.5}, "high", [0.1, "x"], b"x", [[0.1], [0.2, 0.3]]], ids=str)
def test_thresholds_of_any_wrong_form_are_one_line(thresholds):
    message = refused(multitag.ConfigError, lambda: apply_thresholds([[0.1, 0.2]], thresholds))
    assert message.startswith("thresholds: expected ")
    assert refused(multitag.ConfigError, lambda: Thresholds("per_label", 0.3, None, thresholds, 2, None, None))


def test_training_takes_a_table_only(frame, table, tmp_path):
    out = tmp_path / "run"
    for wrong in (frame, "in.csv", Path("in.csv"), None, ["a"]):
        message = refused(multitag.DataError, lambda wrong=wrong: multitag.train(wrong, out=out))
        assert message.startswith(f"table: expected a Table, got {type(wrong).__name__}; read ")
        assert "multitag.read_table(" in message
    for side in ("validation", "test"):
        message = refused(multitag.DataError, lambda side=side: multitag.train(table, out=out, **{side: frame}))
        assert message.startswith(f"{side}: expected a Table, got DataFrame; read it first: multitag.read_table(")
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"config": "run.yaml"}, "config: expected a Config, got 'run.yaml'; Config.from_yaml reads a file"),
        ({"config": {"seed": 1}}, "config: expected a Config, got {'seed': 1}"),
        ({"epochs": "3"}, "epochs: expected a number or nothing, got '3'"),
        ({"seed": [1]}, "seed: expected a whole number, got [1]"),
    ],
    ids=str,
)
def test_settings_of_a_training_have_their_types(table, tmp_path, options, message):
    assert refused(multitag.ConfigError, lambda: multitag.train(table, out=tmp_path / "r", **options)).startswith(
        message
    )
    assert not (tmp_path / "r").exists()


def test_the_folder_of_a_run_is_a_path(table):
    assert refused(multitag.ConfigError, lambda: multitag.train(table, out=3)) == "out: expected a path, got int"
    assert refused(multitag.ConfigError, lambda: multitag.load(None)) == "path: expected a path, got NoneType"


def test_a_config_is_made_of_its_sections():
    assert "training: expected a TrainingConfig, got {'epochs': 3}; from keys and values one is made by" in refused(
        multitag.ConfigError, lambda: multitag.Config(training={"epochs": 3})
    )
    assert refused(multitag.ConfigError, lambda: multitag.Config(seed="x")) == (
        "seed: expected a whole number, got 'x'"
    )


def test_evaluating_takes_a_classifier_and_a_table(classifier, frame, table):
    assert "table: expected a Table, got DataFrame" in refused(
        multitag.DataError, lambda: multitag.evaluate(classifier, frame)
    )
    assert refused(multitag.ConfigError, lambda: multitag.evaluate("run/bundle", table)) == (
        "classifier: expected what multitag.load returns, got 'run/bundle'"
    )


def test_loading_checks_its_options(finished_run):
    for options in ({"threads": "2"}, {"threads": 1.5}, {"backend": ["onnx"]}, {"policy": {}}, {"long": []}):
        (name,) = options
        message = refused(multitag.ConfigError, lambda options=options: multitag.load(finished_run.bundle, **options))
        assert message.startswith(f"{name}: expected ")


@pytest.mark.parametrize("columns", [["x", "y"], ("x", "y"), pd.Index(["x", "y"]), np.array(["x", "y"])], ids=type)
def test_columns_are_listed_in_any_way(frame, columns):
    assert multitag.read_table(frame, "text", label_columns=columns).labels == (("x",), ("y",), ("x", "y"))
    assert multitag.read_table(frame, "text", label_columns=frame.columns[2:]).labels == (("x",), ("y",), ("x", "y"))


def test_columns_of_a_frame_without_names_are_numbers(frame):
    bare = frame.set_axis(range(4), axis=1)
    expected = (("x",), ("y",), ("x", "y"))
    assert multitag.read_table(bare, text=0, labels=1).labels == expected
    assert multitag.read_table(bare, text="0", label_columns=[2, 3]).labels == (("2",), ("3",), ("2", "3"))
    assert multitag.read_table(bare, text=0, label_columns=bare.columns[2:]).texts == tuple(TEXTS)
    assert "no column '7'" in refused(multitag.DataError, lambda: multitag.read_table(bare, text=7, labels=1))


@pytest.mark.parametrize("written", [{"text": 1}, {"text"}, 1.5, True, [("a", "b")], [None], b"x"], ids=str)
@pytest.mark.parametrize("setting", ["text", "labels", "label_columns"])
def test_what_names_no_column_is_refused(frame, setting, written):
    columns = {"text": "text", setting: written}
    message = refused(multitag.ConfigError, lambda: multitag.read_table(frame, **columns))
    assert message.startswith(f"{setting}: expected the name of a column or a list of names, got ")


def test_a_column_itself_is_not_its_name(frame):
    message = refused(multitag.ConfigError, lambda: multitag.read_table(frame, text=frame["text"], labels="labels"))
    assert message == "text: expected the name of a column or a list of names, got Series"


@pytest.mark.parametrize("names", ["Drama", {"Drama": 0}, pd.DataFrame({"Drama": [1]}), None], ids=type)
def test_a_label_set_is_made_of_a_tuple(names):
    assert refused(multitag.DataError, lambda: multitag.LabelSet(names)).startswith(
        f"label names: expected a tuple of names, got {type(names).__name__}; "
    )
