from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from multitag.labels import LabelSet
from multitag.report.card import METRIC_TITLES, build_card, escape_markdown, name_on_hub

LABELS = LabelSet(("Comedy", "Drama|War", "<script>x</script>"))


def figures(value: float | None, names: tuple[str, ...] = LABELS.names) -> dict[str, object]:
    return {
        "n_rows": 2,
        "values": dict.fromkeys(METRIC_TITLES, value),
        "undefined": {},
        "per_label": [
            {"label": name, "support": 7 + 20 * index, "threshold": 0.5, "precision": None, "recall": 0.25, "f1": 0.125,
             "roc_auc": 0.5, "average_precision": 0.5} for index, name in enumerate(names)
        ],
    }  # fmt: skip


@pytest.fixture
def given(facts, thresholds):
    """Give the arguments of a card."""
    return {
        "label_set": LABELS,
        "metrics": {
            "label_names": list(LABELS.names),
            "splits": {"test": {"fixed": figures(0.4321), "tuned": figures(None)}},
            "label_counts": {"Comedy": {"train": 5}},
            "notes": ["label 'Drama|War' is on no test row"],
        },
        "thresholds": thresholds,
        **{key: facts[key] for key in ("base_model", "data", "split")},
    }


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
    card = ModelCard(build_card(**given), ignore_metadata_errors=False)
    assert card.data.to_dict() == {
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "tags": ["multi-label", "multitag"],
        "base_model": "sentence-transformers/all-MiniLM-L6-v2",
        "metrics": ["f1", "roc_auc"],
        "model-index": card.data.to_dict()["model-index"],
    }


def test_the_hub_reads_the_figures_with_their_intervals(given):
    tuned = figures(0.4321) | {"intervals": {"macro_f1": [0.3962, 0.4711]}}
    tuned["values"] = {**tuned["values"], "subset_accuracy": None}
    given["metrics"]["splits"]["test"]["tuned"] = tuned
    results = ModelCard(build_card(**given), ignore_metadata_errors=False).data.eval_results
    assert {each.task_type for each in results} == {"text-classification"}
    assert {(each.dataset_name, each.dataset_split) for each in results} == {("films.csv", "test")}
    by_name = {each.metric_name: (each.metric_type, each.metric_value) for each in results}
    assert by_name["Macro F1, 95% interval [0.40, 0.47]"] == ("f1", 0.4321)
    assert by_name["Macro ROC-AUC"] == ("roc_auc", 0.4321)
    assert len(by_name) == len(METRIC_TITLES) - 1  # what is undefined is left out


def test_a_bundle_tuned_again_claims_no_figures_of_its_thresholds(given):
    del given["metrics"]["splits"]["test"]["tuned"]
    card = build_card(**given)
    results = ModelCard(card, ignore_metadata_errors=False).data.eval_results
    assert {each.metric_type for each in results} == {
        "roc_auc", "average_precision", "label_ranking_average_precision"
    }  # fmt: skip
    assert tables(card)[1][1][2:] == ["0.250", *["not measured"] * 4]


def test_nothing_measured_gives_the_hub_no_figures(given):
    header = yaml.safe_load(build_card(**{**given, "metrics": {**given["metrics"], "splits": {}}}).split("---")[1])
    assert "model-index" not in header and "metrics" not in header


def test_intervals_stand_beside_the_figures(given):
    tuned = figures(0.4321) | {"intervals": {"macro_f1": [0.3962, 0.4711]}}
    tuned["per_label"][0]["intervals"] = {"recall": [0.1, 0.5], "f1": None}
    given["metrics"]["splits"]["test"] = {"fixed": figures(0.4321) | {"intervals": {"macro_f1": None}}, "tuned": tuned}
    card = build_card(**given)
    summary, labels = tables(card)
    assert summary[1] == ["Macro F1", "0.432", "0.432 [0.40, 0.47]"]
    assert labels[1][5:] == ["0.250 [0.10, 0.50]", "0.125"]
    assert "In brackets: 95% intervals" in card


def test_says_what_it_is_beside_simpler_models_how_calibrated_and_what_is_promised(given):
    card = build_card(**given)
    assert not re.search("simpler|calibrat|Guarantee", card)
    before, after = {"ece": 0.0834, "brier": 0.1}, {"ece": 0.02, "brier": 0.09}
    promise = {"promise": "nine in ten of its labels are found", "labels_per_row": 4.25, "conditions": ["rows alike"]}
    given["metrics"] |= {
        "baselines": {"verdict": "fine-tuned minilm beats TF-IDF by 0.14 macro-F1"},
        "calibration": {"method": "platt", "before": before, "after": after},
        "guarantee": promise,
    }
    card = build_card(**given)
    assert "Beside simpler models on the same rows: fine-tuned minilm beats TF-IDF by 0.14 macro-F1." in card
    assert "0.083 before, 0.020 after" in card
    given["metrics"]["calibration"]["method"] = "none"
    assert "calibrated" not in build_card(**given)
    assert "Predicted with `--policy guarantee`, nine in ten of its labels are found." in card
    assert "* rows alike" in card


def test_names_the_labels_not_to_lean_on(given):
    card = build_card(**given)
    assert "* Labels on fewer than 10 measured rows, so that their figures say next to nothing: Comedy." in card
    assert r"* Labels with an F1 below 0.3: Drama\|War, \<script\>x\</script\>." in card


def test_rows_held_out_of_a_fold_are_said_to_be(given):
    metrics = {**given["metrics"], "splits": {"out_of_fold": {"fixed": figures(0.5), "tuned": figures(0.6)}}}
    card = build_card(**{**given, "metrics": metrics, "split": {**given["split"], "folds": 5}})
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
    assert name_on_hub({"name": name}) == on_hub
    header = yaml.safe_load(
        build_card(**{**given, "base_model": {**given["base_model"], "name": name}}).split("---")[1]
    )
    assert header.get("base_model") == on_hub
    assert "license" not in header


def test_a_local_folder_is_not_taken_for_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("models/mine").mkdir(parents=True)
    assert name_on_hub({"name": "models/mine"}) is None


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


@pytest.mark.parametrize(
    "text", ["*a*", "_a_", "[a](b)", "`a`", "a|b", "<b>", "&amp;", "\\", "![x](y)", "# a", "~~a~~"]
)
def test_escaped_text_is_shown_as_it_is(text):
    tokens = (
        MarkdownIt("commonmark").enable(["table", "strikethrough"]).parseInline(f"x {escape_markdown(text)}")
    )
    assert all(child.type in ("text", "text_special") for child in tokens[0].children)
    assert "".join(child.content for child in tokens[0].children) == f"x {text}"


def test_line_breaks_do_not_end_a_row():
    assert escape_markdown("a\n\r\n b\u2028c") == "a b c"


def test_says_which_base_model_and_why(given):
    card = build_card(**given)
    assert "Base model: minilm (DistilBertForSequenceClassification), asked for as auto." in card
    assert "Why this one: the hub did not answer." in card
    card = build_card(**{**given, "base_model": {**given["base_model"], "reason": None}})
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
    metrics = {**given["metrics"], "splits": {"validation": {"fixed": figures(0.5)}}, "notes": []}
    card = build_card(**{**given, "metrics": metrics})
    assert "On 2 validation rows. No test rows were held out" in card
    assert tables(card)[0][1] == ["Macro F1", "0.500", "not tuned"]
    assert "To know" not in card
    card = build_card(**{**given, "metrics": {**metrics, "splits": {}}})
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
