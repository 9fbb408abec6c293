"""Texts that nobody labelled: which are learned from, and that a fold's teacher alone labels them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ConfigError, DataError
from multitag.jobs.train.unlabelled import read_unlabelled


@pytest.fixture
def plots(table, tmp_path):
    """Two new texts, one of them twice, one of the table's, nearly, and a row without a text."""
    new = ["A baker in a harbour town loses her lease and gains a rival.", "Two robots learn to waltz on the moon."]
    texts = [new[0], f"{table.texts[0]} ", *new, None]
    path = tmp_path / "plots.jsonl"
    path.write_text("".join(json.dumps({table.text_columns.names[0]: text}) + "\n" for text in texts), encoding="utf-8")
    return path, new


def task_and_config(table, path, **settings):
    config = Config().override(unlabelled_file=str(path), min_support=1, **settings)
    return Task.prepare(table, config), config


def test_only_texts_that_are_new_are_taken(plots, table):
    path, new = plots
    taught = read_unlabelled(*task_and_config(table, path))
    assert list(taught.texts) == new
    assert (taught.n_left_out, taught.source) == (2, "plots.jsonl")
    assert taught.facts()["unlabelled"]["texts"] == 2


def test_what_would_teach_nothing_is_refused(plots, table, tmp_path):
    path, _ = plots
    for settings in ({"recipe": "linear"}, {"loss": "focal"}):
        with pytest.raises(ConfigError, match=r"^unlabelled_file: its texts are learned from by"):
            read_unlabelled(*task_and_config(table, path, **settings))
    other, known = tmp_path / "other.csv", tmp_path / "known.jsonl"
    other.write_text("Title\nA\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"other\.csv, row 1: no column"):
        read_unlabelled(*task_and_config(table, other))
    known.write_text(json.dumps({table.text_columns.names[0]: table.texts[3]}), encoding="utf-8")
    with pytest.raises(DataError, match=r"known\.jsonl: the table has all of its 1 texts"):
        read_unlabelled(*task_and_config(table, known))


@pytest.mark.slow
def test_the_teacher_of_a_fold_knows_no_label_of_the_fold(plots, table, tiny_distilbert):
    from dataclasses import replace

    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.training.teacher import teach_more

    path, _ = plots
    whole, config = task_and_config(table, path, folds=2, max_length=48)
    whole = replace(whole, unlabelled=read_unlabelled(whole, config))
    base = resolve_base_model(str(tiny_distilbert))
    tokenizer = load_tokenizer(base, 48)
    fold = whole.of_fold(0, config)
    other = whole.y.copy()
    other[fold.rows("test")] = 1 - other[fold.rows("test")]
    taught = [teach_more(part, base, tokenizer, config) for part in (fold, replace(fold, y=other))]
    assert taught[0].shape == (2, len(whole.label_set))
    assert ((taught[0] >= 0) & (taught[0] <= 1)).all()
    np.testing.assert_array_equal(*taught)


@pytest.mark.slow
def test_a_run_says_what_else_it_learned_from(plots, train_tiny, tmp_path):
    path, _ = plots
    run = train_tiny(tmp_path / "run", unlabelled_file=str(path))
    note = "fine-tuning learned from 2 texts of plots.jsonl too, as its teacher labels them; 2 more are left out"
    assert any(line.startswith(note) for line in run.metrics.notes)
    data = json.loads((run.bundle / "manifest.json").read_text(encoding="utf-8"))["data"]
    assert data["unlabelled"]["texts"] == 2
    plain = train_tiny(tmp_path / "plain")
    weights = [(each.bundle / "model" / "model.safetensors").read_bytes() for each in (run, plain)]
    assert weights[0] != weights[1]
