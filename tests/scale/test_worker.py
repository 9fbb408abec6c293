from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

import multitag
from multitag.bundle.read import open_bundle
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, DataError
from multitag.scale.locations import list_inputs, open_location
from multitag.scale.output import OutputFolder
from multitag.scale.plan import Recipe, make_plan
from multitag.scale.rows import BadRowsError
from multitag.scale.worker import KILLED, Order, Worker
from scale.conftest import description, scored, set_aside, write_json_lines, write_parquet

RECIPE = Recipe("", ("Description",), "show", None, "auto", None, None, None, None, None, False, 32, 1000)


@pytest.fixture
def begin(bundle, tmp_path):
    """Return a function that begins a job on a folder; gives its plan, and what its workers must know."""

    def begin(folder, **changed):
        with open_bundle(bundle) as opened:
            recipe = replace(RECIPE, bundle=opened.manifest.digest, **changed)
        where, files = open_location(folder), list_inputs(open_location(folder))
        plan = make_plan(where, files, recipe, lambda size: None)
        output = OutputFolder(open_location(tmp_path / "out"))
        output.make()
        output.write_plan(plan.to_bytes())
        order = Order(
            str(bundle), recipe, plan.files, str(folder), str(tmp_path / "out"), plan.digest, plan.id_type, 1, 10
        )
        return plan, order

    return begin


@pytest.fixture
def films(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_parts_hold_ids_labels_probabilities_and_the_bundle(begin, bundle, films, tmp_path):
    write_parquet(films / "a.parquet", 0, 2500)
    plan, order = begin(films)
    worker = Worker(order)
    done = [worker.score_part(part) for part in plan.parts]
    assert [each.rows for each in done] == [1000, 1000, 500]
    table = scored(tmp_path / "out")
    with multitag.load(bundle) as classifier:
        texts = list(map(description, range(2500)))
        y_prob, names = classifier.predict_proba(texts), classifier.label_names
        labels = [list(prediction.labels) for prediction in classifier.predict(texts)]
    assert table.column_names == [
        "source_file", "position", "id", "predicted_labels", *(f"probability_{name}" for name in names), "bundle"
    ]
    assert table["id"].to_pylist() == table["position"].to_pylist() == list(range(2500))
    assert table["predicted_labels"].to_pylist() == labels
    written = np.column_stack([table[f"probability_{name}"] for name in names])
    np.testing.assert_allclose(written, y_prob, atol=1e-6)
    assert set(table["bundle"].to_pylist()) == {order.recipe.bundle}
    assert set(table["source_file"].to_pylist()) == {str(films / "a.parquet")}
    metadata = pq.read_schema(next((tmp_path / "out" / "parts").iterdir())).metadata
    assert metadata[b"multitag.plan"].decode() == plan.digest


def test_bad_rows_go_to_quarantine_and_rows_without_text_stay(begin, films, tmp_path):
    lines = ['{"show": "a", "Description": "war"}', "{", '{"show": "b", "Description": null}', '{"show": 3}',
             '{"show": "c", "Description": ["war"]}', '{"show": "d", "Description": "the ship"}']  # fmt: skip
    (films / "a.jsonl").write_text("\n".join(lines))
    plan, order = begin(films)
    done = Worker(order).score_part(plan.parts[0])
    assert (done.rows, done.bad_rows, done.without_text) == (3, 3, 1)
    table = scored(tmp_path / "out")
    assert table["id"].to_pylist() == ["a", "b", "d"]
    assert [labels is None for labels in table["predicted_labels"].to_pylist()] == [False, True, False]
    aside = set_aside(tmp_path / "out")
    assert [line["position"] for line in aside] == [len("\n".join(lines[:n])) + 1 for n in (1, 3, 4)]
    for line, reason in zip(aside, ("not JSON", "no column", "list"), strict=True):
        assert reason in line["error"]
    assert json.loads(aside[2]["row"]) == {"show": "c", "Description": ["war"]}


def test_a_part_of_nothing_but_bad_rows_is_committed_empty(begin, films, tmp_path):
    (films / "a.jsonl").write_text("{\n" * 3)
    plan, order = begin(films)
    done = Worker(order).score_part(plan.parts[0])
    assert (done.rows, done.bad_rows) == (0, 3)
    assert (len(scored(tmp_path / "out")), len(set_aside(tmp_path / "out"))) == (0, 3)


def test_a_second_attempt_replaces_what_the_first_set_aside(begin, films, tmp_path):
    write_json_lines(films / "a.jsonl", 0, 5)
    plan, order = begin(films)
    worker, part = Worker(order), plan.parts[0]
    assert worker.score_part(part, frozenset({0})).bad_rows == 1
    assert set_aside(tmp_path / "out")[0]["error"] == KILLED
    assert worker.score_part(part).rows == 5
    assert set_aside(tmp_path / "out") == []
    assert sorted(path.name for path in (tmp_path / "out").rglob("part-*")) == ["part-00000000.parquet"]


def test_too_many_bad_rows_leave_nothing(begin, films, tmp_path):
    (films / "a.jsonl").write_text("{\n" * 11)
    plan, order = begin(films)
    with pytest.raises(BadRowsError, match=r"a\.jsonl, at 20: not JSON"):
        Worker(order).score_part(plan.parts[0])
    assert list((tmp_path / "out" / "parts").iterdir()) == list((tmp_path / "out" / "quarantine").iterdir()) == []


def test_a_file_that_changes_meanwhile_is_not_scored(begin, films):
    write_parquet(films / "a.parquet", 0, 50)
    plan, order = begin(films)
    worker = Worker(order)
    write_parquet(films / "a.parquet", 50, 99)
    with pytest.raises(DataError, match="changed while it was being scored"):
        worker.score_part(plan.parts[0])


def test_a_machine_without_the_files_or_the_bundle_says_so(begin, bundle, films, tmp_path):
    write_parquet(films / "a.parquet", 0, 50)
    plan, order = begin(films)
    away = replace(order, bundle=str(tmp_path / "none"))
    with pytest.raises(BundleError, match="disk that all machines share"):
        Worker(away)
    packed = pack(bundle, tmp_path / "bundle.zip").read_bytes()
    assert Worker(away, lambda: packed).score_part(plan.parts[0]).rows == 50
    with pytest.raises(BundleError, match="is another bundle"):
        Worker(replace(order, recipe=replace(order.recipe, bundle="0" * 64)))
    with pytest.raises(DataError, match="is not the folder of this job"):
        Worker(replace(order, output=str(tmp_path / "elsewhere")))
    (films / "a.parquet").unlink()
    with pytest.raises(DataError, match="is not there on machine"):
        Worker(order)


def test_probing_writes_nothing(begin, films, tmp_path):
    write_parquet(films / "a.parquet", 0, 5000)
    plan, order = begin(films, part_rows=3000)
    assert Worker(order).probe(plan.parts[1], 5, 10) == list(range(3000, 5000))
    assert list((tmp_path / "out" / "parts").iterdir()) == []
