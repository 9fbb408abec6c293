from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from multitag.evaluation.baselines.comparison import BaselineComparison
from multitag.evaluation.calibration.reliability import CalibrationComparison, Reliability
from multitag.evaluation.guarantees.guarantee import Guarantee
from multitag.evaluation.metrics.metrics import LabelMetrics, Metrics, SideMetrics
from multitag.evaluation.run_metrics import LabelCounts, RunMetrics
from multitag.labels import LabelSet
from multitag.report.card import build_card, name_on_hub
from multitag.report.provenance import Provenance
from multitag.report.tables import METRIC_TITLES

LABELS = LabelSet(("Comedy", "Drama|War", "<script>x</script>"))


def figures(value: float | None, intervals: dict | None = None, of_the_first: dict | None = None) -> Metrics:
    per_label = [
        LabelMetrics(name, 7 + 20 * index, 0.5, None, 0.25, 0.125, 0.5, 0.5) for index, name in enumerate(LABELS.names)
    ]
    per_label[0] = replace(per_label[0], intervals=of_the_first or {})
    return Metrics(2, dict.fromkeys(METRIC_TITLES, value), {}, tuple(per_label), intervals or {})


@pytest.fixture
def given(facts, thresholds):
    """Give the arguments of a card."""
    return {
        "label_set": LABELS,
        "metrics": RunMetrics(
            label_names=LABELS.names,
            sides={"test": SideMetrics(figures(0.4321), figures(None))},
            label_counts={"Comedy": LabelCounts(5, 0, 2)},
            history=(),
            notes=("label 'Drama|War' is on no test row",),
            training_seconds=1.5,
        ),
        "thresholds": thresholds,
        "provenance": Provenance.from_manifest(**{key: facts[key] for key in ("base_model", "data", "split")}),
    }


def card_of(given, **changed):
    """Write the card of a run whose figures are others."""
    return build_card(**{**given, "metrics": replace(given["metrics"], **changed)})


def tables(card: str) -> list[list[list[str]]]:
    """Give the text of each cell of each table as a reader of Markdown sees it."""
    found: list[list[list[str]]] = []
    for before, token in pairwise(MarkdownIt("commonmark").enable("table").parse(card.split("---\n", 2)[2])):
        if token.type == "table_open":
            found.append([])
        if token.type == "tr_open":
            found[-1].append([])
        if before.type in ("td_open", "th_open"):
            found[-1][-1].append("".join(child.content for child in token.children or []))
    return found


def test_the_header_is_what_the_hub_reads(given):
    measured = {"test": SideMetrics(figures(0.4321), figures(0.5))}
    card = ModelCard(card_of(given, sides=measured), ignore_metadata_errors=False)
    assert card.data.to_dict() == {
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["multi-label", "multitag"],
        "base_model": "sentence-transformers/all-MiniLM-L6-v2",
        "metrics": ["f1", "roc_auc"],
        "model-index": card.data.to_dict()["model-index"],
    }


def test_the_hub_reads_the_figures_with_their_intervals(given):
    tuned = figures(0.4321, {"macro_f1": (0.3962, 0.4711)})
    tuned = replace(tuned, values={**tuned.values, "subset_accuracy": None})
    card = card_of(given, sides={"test": SideMetrics(figures(0.4321), tuned)})
    results = ModelCard(card, ignore_metadata_errors=False).data.eval_results
    assert {each.task_type for each in results} == {"text-classification"}
    assert {(each.dataset_name, each.dataset_split) for each in results} == {("films.csv", "test")}
    by_name = {each.metric_name: (each.metric_type, each.metric_value) for each in results}
    assert by_name["Macro F1, 95% interval [0.40, 0.47]"] == ("f1", 0.4321)
    assert by_name["Macro ROC-AUC"] == ("roc_auc", 0.4321)
    assert len(by_name) == len(METRIC_TITLES) - 1  # what is undefined is left out


def test_a_bundle_tuned_again_claims_no_figures_of_its_thresholds(given):
    card = card_of(given, sides={"test": SideMetrics(figures(0.4321))})
    results = ModelCard(card, ignore_metadata_errors=False).data.eval_results
    assert {each.metric_type for each in results} == {
        "roc_auc", "average_precision", "label_ranking_average_precision"
    }  # fmt: skip
    assert tables(card)[1][1][2:] == ["0.250", *["not measured"] * 4]


def test_nothing_measured_gives_the_hub_no_figures(given):
    header = yaml.safe_load(card_of(given, sides={}).split("---")[1])
    assert "model-index" not in header and "metrics" not in header


def test_intervals_stand_beside_the_figures(given):
    tuned = figures(0.4321, {"macro_f1": (0.3962, 0.4711)}, {"recall": (0.1, 0.5), "f1": None})
    card = card_of(given, sides={"test": SideMetrics(figures(0.4321, {"macro_f1": None}), tuned)})
    summary, labels = tables(card)
    assert summary[1] == ["Macro F1", "0.432", "0.432 [0.40, 0.47]"]
    assert labels[1][5:] == ["0.250 [0.10, 0.50]", "0.125"]
    assert "In brackets: 95% bootstrap intervals" in card


def test_says_what_it_is_beside_simpler_models_how_calibrated_and_what_is_promised(given):
    card = build_card(**given)
    assert not re.search("simpler|calibrat|Guarantee", card)
    before, after = Reliability(0.1, 0.0834, 0.1, ()), Reliability(0.09, 0.02, 0.1, ())
    calibration = CalibrationComparison("test", "platt", before, after)
    changed = {
        "baselines": BaselineComparison("test", (), "fine-tuned minilm beats TF-IDF by 0.14 macro-F1"),
        "calibration": calibration,
        "guarantee": Guarantee(
            kind="recall", level=0.9, confidence=None, cut=0.1, promise="nine in ten of its labels are found",
            conditions=("rows alike",), fitted_on="validation, 80 rows", n_rows=80, realised=0.9, labels_per_row=4.25,
            empty_rows=0.1,
        ),
    }  # fmt: skip
    card = card_of(given, **changed)
    assert "Compared with simpler models on the same rows: fine-tuned minilm beats TF-IDF by 0.14 macro-F1." in card
    assert "0.083 before, 0.020 after" in card
    assert "calibrated" not in card_of(given, **changed | {"calibration": replace(calibration, method="none")})
    assert "Predicted with `--policy guarantee`, nine in ten of its labels are found." in card
    assert "* rows alike" in card


def test_names_the_labels_not_to_lean_on(given):
    card = build_card(**given)
    assert "* Labels on fewer than 10 measured rows, so that their figures say next to nothing: Comedy." in card
    assert r"* Labels with an F1 below 0.3: Drama\|War, \<script\>x\</script\>." in card


def test_rows_held_out_of_a_fold_are_said_to_be(given):
    provenance = replace(given["provenance"], split=replace(given["provenance"].split, folds=5))
    sides = {"out_of_fold": SideMetrics(figures(0.5), figures(0.6))}
    card = card_of({**given, "provenance": provenance}, sides=sides)
    assert "On 2 rows, each scored by a model that was not trained on it (5 folds)" in card


@pytest.mark.parametrize(
    ("name", "on_hub"),
    [
        ("minilm", "sentence-transformers/all-MiniLM-L6-v2"),
        ("distilbert-base-uncased", "distilbert-base-uncased"),
        ("google/bert_uncased_L-2", "google/bert_uncased_L-2"),
        ("/home/me/model", None),
        ("../model", None),
        ("a/b/c", None),
        ("C:\\model", None),
        ("x: y\nlicense: mit", None),
    ],
)
def test_only_a_name_on_the_hub_is_named_as_base_model(name, on_hub, given):
    assert name_on_hub(with_base_model(given, name=name).base_model) == on_hub


def with_base_model(given, **changed):
    return replace(given["provenance"], base_model=replace(given["provenance"].base_model, **changed))


@pytest.mark.parametrize("recorded", [{"origin": "folder"}, {"reason": "a local folder, asked for by name"}], ids=str)
def test_a_folder_is_no_name_on_the_hub_wherever_the_card_is_written(recorded, given, tmp_path, monkeypatch):
    given["provenance"] = with_base_model(given, name="models/mine", **recorded)
    (tmp_path / "with" / "models" / "mine").mkdir(parents=True)
    (tmp_path / "without").mkdir()
    cards = []
    for place in ("with", "without"):
        monkeypatch.chdir(tmp_path / place)
        cards.append(build_card(**given))
    assert cards[0] == cards[1]
    assert "base_model" not in yaml.safe_load(cards[0].split("---")[1])


def test_a_name_on_the_hub_stays_one_beside_a_folder_of_that_name(given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("google/bert").mkdir(parents=True)
    given["provenance"] = with_base_model(given, name="google/bert", origin="hub")
    assert yaml.safe_load(build_card(**given).split("---")[1])["base_model"] == "google/bert"


def test_without_the_model_index_the_header_has_all_but_the_figures(given):
    given["provenance"] = with_base_model(given, name="null", origin="hub")
    given["metrics"] = replace(given["metrics"], sides={"test": SideMetrics(figures(0.4321), figures(0.5))})
    whole, plain = (build_card(**given, with_model_index=wanted).split("---\n", 2) for wanted in (True, False))
    header = yaml.safe_load(whole[1])
    assert {"metrics", "model-index"} <= header.keys() and header["base_model"] == "null"
    assert yaml.safe_load(plain[1]) == {key: header[key] for key in header.keys() - {"metrics", "model-index"}}
    assert plain[2] == whole[2]


def test_figures_are_in_a_table_and_undefined_ones_say_so(given):
    summary, labels = tables(build_card(**given))
    assert summary[0] == ["Metric", "Fixed threshold", "Tuned thresholds"]
    assert summary[1:] == [[title, "0.432", "undefined"] for title in METRIC_TITLES.values()]
    assert labels[1] == ["Comedy", "5", "0.250", "7", "undefined", "0.250", "0.125"]


def test_names_from_the_table_are_text_and_not_markup(given):
    _, labels = tables(build_card(**given))
    assert [row[0] for row in labels[1:]] == list(LABELS.names)
    html = MarkdownIt("commonmark").enable("table").render(build_card(**given))
    assert "<script>" not in html


def test_says_which_base_model_and_why(given):
    card = build_card(**given)
    assert "Base model: minilm (DistilBertForSequenceClassification), requested as auto." in card
    assert "Why this one: the hub did not answer." in card
    card = build_card(**{**given, "provenance": with_base_model(given, reason=None)})
    assert "Why this one" not in card


def test_says_how_labels_are_chosen(given, thresholds):
    assert (
        "its own threshold. The thresholds were tuned for\nthe best F1 on validation, 1 rows."
        in build_card(**given)
    )
    card = build_card(**{**given, "thresholds": replace(thresholds, policy="global")})
    assert "reaches 0.35, the same for all labels, tuned" in card
    card = build_card(**{**given, "thresholds": replace(thresholds, policy="fixed")})
    assert "reaches 0.3, the same for all labels and not tuned" in card


def test_says_what_the_figures_are_worth(given):
    assert "On 2 held-out test rows" in build_card(**given)
    assert re.search(r"\* label 'Drama\\\|War' is on no test row", build_card(**given))
    card = card_of(given, sides={"validation": SideMetrics(figures(0.5))}, notes=())
    assert "On 2 validation rows. No test rows were held out" in card
    assert tables(card)[0][1] == ["Macro F1", "0.500", "not tuned"]
    assert "Read these figures" not in card and "Read these figures" in build_card(**given)
    card = card_of(given, sides={}, notes=())
    assert "Not measured: no validation and no test rows were held out." in card
    assert tables(card)[0][1] == [
        "Comedy",
        "5",
        "0.250",
        "not measured",
        "not measured",
        "not measured",
        "not measured",
    ]
