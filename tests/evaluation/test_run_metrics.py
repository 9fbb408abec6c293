"""The figures of a run: what is written is read back, old files load, and damaged ones are refused in one line."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docs import metrics as metrics_page
from hypothesis import given, settings
from hypothesis import strategies as st

from multitag.errors import BundleError
from multitag.evaluation.baselines.comparison import BaselineComparison, BaselineFigures
from multitag.evaluation.calibration.reliability import CalibrationComparison, Reliability
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.label_audit.audit import AuditSummary, DoubtedLabel
from multitag.evaluation.metrics.metrics import FIGURES, LabelMetrics, Metrics, SideMetrics
from multitag.evaluation.run_metrics import HistoryEntry, LabelCounts, Refit, RetunedFigures, RunMetrics
from multitag.evaluation.threshold_curves import ThresholdCurve

FIXTURES = Path(__file__).parents[1] / "bundle" / "fixtures"
LABEL = LabelMetrics("War", 3, 0.5, None, 0.25, 0.125, 0.5, 0.5, {"recall": (0.1, 0.5), "f1": None})
VALUES = {**dict.fromkeys(FIGURES, 0.5), "macro_f1": None}
MEASURED = Metrics(9, VALUES, {"macro_f1": 1}, (LABEL,), {"micro_f1": (0, 1)})
TEST = ["splits", "test", "fixed"]
RELIABILITY = Reliability(0.1, 0.05, None, ((0.25, 0.5, 4), (0.75, 1.0, 4)))
WHOLE = RunMetrics(
    label_names=("Drama", "War"),
    sides={"test": SideMetrics(MEASURED, MEASURED), "validation": SideMetrics(MEASURED)},
    label_counts={"Drama": LabelCounts(5, 1, 2), "War": LabelCounts(4, 0, 0)},
    history=(HistoryEntry(0.5, 1, 0.7), HistoryEntry(1.0, 2, None, 0.6, 0.4)),
    notes=("label 'War' is on no test row",),
    training_seconds=1.5,
    calibration=CalibrationComparison("test", "platt", RELIABILITY, RELIABILITY),
    guarantee=Guarantee(
        kind="recall", level=0.9, confidence=None, cut=0.125, promise="nine in ten", conditions=("rows alike",),
        fitted_on="validation, 80 rows", n_rows=80, realised=0.9, labels_per_row=4.25, empty_rows=0.1,
    ),
    audit=AuditSummary({"likely_wrong": 1}, (DoubtedLabel(12, "A plot.", "War", "likely_wrong", 0.97),), ("none",)),
    baselines=BaselineComparison(
        "test",
        (BaselineFigures("TF-IDF", 1.5, {"macro_f1": 0.3}, {"macro_f1": None}, {"macro_f1": (-0.1, -0.2, 0.1)}),),
        "it beats TF-IDF",
    ),
    refit=Refit(60, 2.5),
    retuned=RetunedFigures("f1", "films.csv, 60 rows", 60, {"F1": 0.1}, {"F1": None}, {"F1": (-0.5, 20.0)}),
    curves={"War": ThresholdCurve((0.0, 0.5), (0.5, None), (1.0, 0.0))},
)  # fmt: skip


def stored(version):
    with zipfile.ZipFile(FIXTURES / f"format-{version}.zip") as archive:
        return json.loads(archive.read("metrics.json"))


def test_what_is_written_is_read_back():
    values = json.loads(json.dumps(WHOLE.to_dict(), allow_nan=False))
    assert RunMetrics.from_dict(values) == WHOLE
    assert values["version"] == 2
    assert "tuned" not in values["splits"]["validation"]
    assert values["history"][0] == {"epoch": 0.5, "step": 1, "loss": 0.7}
    plain = replace(WHOLE, calibration=None, guarantee=None, audit=None, baselines=None, refit=None, retuned=None)
    values = plain.to_dict()
    assert {key for key, value in values.items() if value is None} == {
        "calibration", "guarantee", "audit", "baselines", "refit",
    }  # fmt: skip
    assert "retuned" not in values
    assert RunMetrics.from_dict(values) == plain


@pytest.mark.parametrize("version", [1, 2])
def test_files_without_a_version_load_and_are_written_as_this_one(version):
    values = stored(version)
    assert "version" not in values
    metrics = RunMetrics.from_dict(values)
    assert metrics.sides["test"].fixed.values == values["splits"]["test"]["fixed"]["values"]
    assert metrics.sides["test"].fixed.per_label[0].intervals == {}
    assert metrics.calibration is None
    written = metrics.to_dict()
    assert written["version"] == 2
    assert all(written[key] == values[key] for key in values.keys() - {"splits"})


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["version"], 3, r"^written by a newer multitag \(version 3 .*pip install -U multitag$"),
        (["version"], 0, "^version: expected a whole number from 1 on, got 0$"),
        (["version"], "2", "^version: expected a whole number from 1 on, got '2'$"),
        (["odd"], 1, "^key 'odd' is unknown$"),
        (["splits", "train"], {"fixed": MEASURED.to_dict()}, "^splits: expected validation, test, out_of_fold, got"),
        ([*TEST, "n_rows"], "9", r"^splits\.test\.fixed\.n_rows: expected a whole number, got '9'$"),
        ([*TEST, "values"], {}, r"^splits\.test\.fixed: values: key 'macro_f1' is missing$"),
        ([*TEST, "per_label"], [], r"^splits\.test\.fixed: per_label: expected the figures of each"),
        ([*TEST, "values", "micro_f1"], 1.5, r"micro_f1: expected a number from 0 to 1, got 1\.5$"),
        (["guarantee", "level"], 2, "^guarantee: level: expected a number from 0 to 1, got 2$"),
        (["label_names"], "War", "^label_names: expected a list, got 'War'$"),
        (["history", 0, "step"], None, r"^history\[0\]\.step: expected a whole number, got None$"),
    ],
)
def test_damage_is_refused_with_its_place(path, value, message):
    values = WHOLE.to_dict()
    *parents, key = path
    inner = values
    for parent in parents:
        inner = inner[parent]
    inner[key] = value
    with pytest.raises(BundleError, match=message):
        RunMetrics.from_dict(values)


def every_place(value, path=()):
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from every_place(value[key], (*path, key))


PLACES = list(every_place(WHOLE.to_dict()))
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=100)
@given(st.sampled_from(PLACES), ANYTHING)
def test_anything_anywhere_is_read_or_refused_in_one_line(path, value):
    values = WHOLE.to_dict()
    if not path:
        values = value
    else:
        inner = values
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
    try:
        metrics = RunMetrics.from_dict(values)
    except BundleError as error:
        assert str(error) and "\n" not in str(error)
    else:
        assert RunMetrics.from_dict(metrics.to_dict()) == metrics


def test_the_page_documents_every_key():
    page = metrics_page.PAGE.read_text(encoding="utf-8")
    assert metrics_page.with_tables(page) == page, "run: python -m docs.metrics"
    keys = list(metrics_page.walk(RunMetrics))
    assert all(key.meaning for key in keys)
    assert {key.path for key in keys} >= keys_of(WHOLE.to_dict())


def keys_of(values, prefix=""):
    """Dotted keys as the page spells them; of two parts with the same keys, those of the first."""
    paths = set()
    for key, value in values.items():
        place = f"{prefix}{key}"
        paths.add(place)
        if key in metrics_page.REPEATED and prefix != "retuned.":
            continue
        if key in metrics_page.PLACES and isinstance(value, dict):
            for inner in value.values():
                if isinstance(inner, dict):
                    paths |= keys_of(inner, f"{place}.{metrics_page.PLACES[key]}.")
        elif isinstance(value, dict):
            paths |= keys_of(value, f"{place}.")
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, dict):
                    paths |= keys_of(entry, f"{place}[].")
    return paths
