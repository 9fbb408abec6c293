from __future__ import annotations

import pytest

import multitag
from multitag.config.objective import ObjectiveName, objective_title, parse_objective
from multitag.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "kind", "numbers", "title"),
    [
        ("f1", "f", (1.0,), "F1"),
        ("macro-f1", "f", (1.0,), "F1"),
        ("f0.5", "f", (0.5,), "F0.5"),
        ("micro-f1", "micro-f1", (), "micro-F1"),
        ("hamming", "hamming", (), "Hamming loss"),
        ("precision=0.8", "precision", (0.8,), "recall at a precision of at least 0.8"),
        ("recall=1", "recall", (1.0,), "precision at a recall of at least 1"),
        ("cost=5:0.5", "cost", (5.0, 0.5), "expected cost"),
        ("cost", "cost", (), "expected cost"),
    ],
)
def test_every_objective_is_read(text, kind, numbers, title):
    assert parse_objective(text) == ObjectiveName(kind, numbers)
    assert parse_objective(text).title == title
    assert parse_objective(text).needs_costs == (text == "cost")


@pytest.mark.parametrize(
    "text",
    ["", "F1", "f", "f-1", "f1e3", "f0", "f101", "micro-f2", "recall", "recall=0", "recall=1.1", "precision=80%",
     "cost=5", "cost=0:1", "cost=1:0", "cost=-1:1", "f1\n", "f" + "9" * 400, "f١"],
)  # fmt: skip
def test_what_is_no_objective_is_refused_in_one_line(text):
    with pytest.raises(ConfigError, match=r"^objective: expected .*, got '") as refused:
        parse_objective(text)
    assert len(str(refused.value)) < 250


def test_an_objective_of_another_multitag_is_called_by_its_name():
    assert objective_title("micro-f1") == "micro-F1"
    assert objective_title("jaccard") == "jaccard"


def test_settings_hold_objectives_only_with_what_they_need():
    assert multitag.Config().override(objective="recall=0.9").evaluation.objective == "recall=0.9"
    assert multitag.Config().override(objective="cost", costs="costs.csv").evaluation.costs == "costs.csv"
    for settings, message in (
        ({"objective": "f1x"}, "objective: expected one of"),
        ({"objective": "cost"}, "objective 'cost': give a table"),
        ({"costs": "costs.csv"}, "costs: only the objective 'cost'"),
    ):
        with pytest.raises(ConfigError, match=message):
            multitag.Config().override(**settings)
