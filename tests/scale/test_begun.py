from __future__ import annotations

from dataclasses import replace

import pytest
from pyarrow import fs

from multitag.errors import OutputError
from multitag.scale.begun import begun_plan, refuse_another
from multitag.scale.locations import Location, list_inputs, open_location
from multitag.scale.output import OutputFolder
from multitag.scale.plan import Recipe, make_plan
from scale.conftest import write_json_lines, write_parquet

RECIPE = Recipe("ab" * 32, ("Description",), None, None, "auto", None, None, None, None, None, False, 32, 1000)
ANOTHER = replace(RECIPE, top_k=2)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    write_parquet(tmp_path / "in" / "a.parquet", 0, 2500)
    (tmp_path / "in" / "b.csv").write_text("show,Description\n1,a\n2,b\n")
    return tmp_path / "in"


def planned(folder):
    where = open_location(folder)
    return make_plan(where, list_inputs(where), RECIPE, lambda size: None)


def begin(location, plan):
    output = OutputFolder(location)
    output.make()
    assert begun_plan(output, RECIPE, plan.files) is None
    output.write_plan(plan.to_bytes())
    return output


@pytest.mark.parametrize("quarantined", [(), ("{}",)])
def test_another_plan_takes_the_place_of_one_that_wrote_no_row(folder, tmp_path, quarantined):
    plan = planned(folder)
    output = begin(open_location(tmp_path / "out"), plan)
    assert begun_plan(output, RECIPE, plan.files) == plan
    assert begun_plan(output, ANOTHER, plan.files) is None
    changed = replace(plan, recipe=ANOTHER)
    output.write_plan(changed.to_bytes())
    output.commit_part(0, lambda file: quarantined)
    assert begun_plan(output, ANOTHER, plan.files) == changed
    with pytest.raises(OutputError, match=r"another top_k \(2, now none given\)"):
        begun_plan(output, RECIPE, plan.files)


def test_in_a_store_the_job_that_began_may_still_be_at_its_first_part(folder):
    plan = planned(folder)
    output = begin(Location(fs._MockFileSystem(), "out", "mock://out"), plan)
    with pytest.raises(OutputError, match="another top_k"):
        begun_plan(output, ANOTHER, plan.files)


@pytest.mark.parametrize(("changed", "words"), [
    ({"bundle": "cd" * 32}, "another bundle"), ({"part_rows": 10}, "another part_rows"),
    ({"text": ("Plot",)}, r"another text \('Description', now 'Plot'\)"),
    ({"threshold": 0.5}, r"another threshold \(none given, now 0\.5\)"), ({"device": "cuda"}, "another device"),
])  # fmt: skip
def test_another_recipe_is_refused(folder, changed, words):
    plan = planned(folder)
    refuse_another(plan, RECIPE, plan.files, "out")
    with pytest.raises(OutputError, match=f"^out: .*{words}.*name another output folder"):
        refuse_another(plan, replace(RECIPE, **changed), plan.files, "out")


def test_another_input_is_refused_and_its_file_named(folder):
    plan = planned(folder)
    write_json_lines(folder / "c.jsonl", 0, 3)
    with pytest.raises(OutputError, match=r"c\.jsonl is new"):
        refuse_another(plan, RECIPE, list_inputs(open_location(folder)), "out")
    (folder / "c.jsonl").unlink()
    (folder / "b.csv").write_text("show,Description\n1,a\n2,c\n")  # of the same size
    with pytest.raises(OutputError, match=r"b\.csv changed"):
        refuse_another(plan, RECIPE, list_inputs(open_location(folder)), "out")
    (folder / "b.csv").unlink()
    with pytest.raises(OutputError, match=r"b\.csv is gone"):
        refuse_another(plan, RECIPE, list_inputs(open_location(folder)), "out")
