from __future__ import annotations

import json
from dataclasses import replace

import pytest

from multitag.errors import DataError, OutputError
from multitag.scale.locations import list_inputs, open_location
from multitag.scale.plan import Plan, Recipe, make_plan
from scale.conftest import write_parquet

RECIPE = Recipe("ab" * 32, ("Description",), None, None, "auto", None, None, None, None, None, False, 32, 1000)


@pytest.fixture
def folder(tmp_path):
    write_parquet(tmp_path / "a.parquet", 0, 2500)
    (tmp_path / "b.csv").write_text("show,Description\n1,a\n2,b\n")
    (tmp_path / "empty.jsonl").touch()
    return tmp_path


def planned(folder, recipe=RECIPE, advance=lambda size: None):
    where = open_location(folder)
    return make_plan(where, list_inputs(where), recipe, advance)


def test_parts_are_numbered_in_the_order_of_files_and_rows(folder):
    told = []
    plan = planned(folder, advance=told.append)
    assert [(part.number, part.file, part.start, part.stop) for part in plan.parts] == [
        (0, 0, 0, 1000), (1, 0, 1000, 2000), (2, 0, 2000, 2500), (3, 1, 0, 2)
    ]  # fmt: skip
    sizes = [file.size for file in plan.files]
    assert sorted(told) == sorted(sizes)
    assert sum(map(plan.weight, plan.parts)) == pytest.approx(sum(sizes))


def test_a_plan_is_read_as_it_was_written(folder):
    plan = planned(folder, replace(RECIPE, id="show"))
    again = Plan.from_bytes(plan.to_bytes(), "plan.json")
    assert (again, again.digest) == (plan, plan.digest)


def test_a_plan_from_before_devices_could_be_named_goes_on(folder):
    written = json.loads(planned(folder).to_bytes())
    del written["recipe"]["device"]
    assert Plan.from_bytes(json.dumps(written).encode(), "plan.json").recipe == RECIPE


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format": 2}', b'{"format": 1, "recipe": {}}'])
def test_what_is_no_plan_is_refused(content):
    with pytest.raises(OutputError, match=r"^plan\.json: .*name another output"):
        Plan.from_bytes(content, "plan.json")


def test_an_id_that_few_json_lines_have_is_one_and_a_mistyped_one_is_refused(tmp_path):
    lines = ['{"Description": "a"}\n'] * 150 + ['{"Description": "b", "show": 7}\n']
    (tmp_path / "a.jsonl").write_text("".join(lines))
    assert planned(tmp_path, replace(RECIPE, id="show")).id_type == "string"
    with pytest.raises(DataError, match=r"no column 'shw'; name another with --id; the columns are 'Description'$"):
        planned(tmp_path, replace(RECIPE, id="shw"))


def test_ids_stay_whole_numbers_only_where_all_are(folder):
    by_show = replace(RECIPE, id="show")
    assert planned(folder).id_type is None
    assert planned(folder, by_show).id_type == "string"
    assert planned(folder / "a.parquet", by_show).id_type == "int64"


def test_columns_are_looked_for_before_any_work(folder):
    with pytest.raises(DataError, match=r"a\.parquet: no column 'Plot'; name another with --text.*'Description'"):
        planned(folder, replace(RECIPE, text=("Plot",)))
    with pytest.raises(DataError, match="no column 'imdb_id'; name another with --id"):
        planned(folder, replace(RECIPE, id="imdb_id"))


def test_keys_of_json_lines_are_looked_for_too(folder):
    path = folder / "c.jsonl"
    path.write_text('{\n[1]\n\n{"show": 1}\n{"Description": "a"}\n')
    assert len(planned(path, replace(RECIPE, id="show")).parts) == 1  # an object may leave one out
    with pytest.raises(DataError, match=r"c\.jsonl: no column 'nix'; name another with --id.*'show', 'Description'$"):
        planned(path, replace(RECIPE, id="nix"))
    path.write_text("{\n")
    assert len(planned(path).parts) == 1  # nothing to look at: its rows are set aside


def test_damaged_and_empty_inputs_are_refused(folder):
    with pytest.raises(DataError, match="no row to score"):
        planned(folder / "empty.jsonl")
    (folder / "a.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    with pytest.raises(DataError, match=r"a\.parquet: not a readable parquet file"):
        planned(folder)
