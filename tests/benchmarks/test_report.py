import copy
import json

import pytest
from benchmarks.speed import report, tables
from benchmarks.speed.machine import describe
from benchmarks.speed.plot import draw_growth


@pytest.mark.parametrize("page", report.PAGES, ids=lambda page: page.name)
def test_docs_show_what_was_measured(page):
    shown = page.read_text(encoding="utf-8")
    assert report.fill(shown, report.read_runs()) == shown


def test_every_part_has_a_place():
    places = [name for page in report.PAGES for name in report.PLACE.findall(page.read_text(encoding="utf-8"))]
    assert sorted(places) == sorted({**report.ACROSS, **report.OF_NEWEST})


def test_what_was_not_measured_says_so(tmp_path):
    assert report.read_runs(tmp_path / "none") == []
    assert report.NOT_MEASURED in report.fill("<!-- speed:cold -->\nold\n<!-- /speed:cold -->", [])


def test_a_run_takes_the_place_of_the_one_before_it_on_such_a_processor(results, tmp_path):
    amx = copy.deepcopy(results)
    amx["machine"] |= {"processor": "Intel(R) Xeon(R) Processor", "instructions": ["avx512_bf16", "amx_bf16"]}
    for created in ("2026-01-03", "2026-01-05"):
        path = report.place_of(amx, tmp_path)
        path.write_text(json.dumps({**amx, "created": created}), encoding="utf-8")
    report.place_of(results, tmp_path).write_text(json.dumps({**results, "created": "2026-01-04"}), encoding="utf-8")
    runs = report.read_runs(tmp_path)
    assert [run["created"] for run in runs] == ["2026-01-05", "2026-01-04"]
    assert path.name == "intel-amx.json"
    assert tables.headline(runs).splitlines()[0].startswith("| multitag beside others | Intel, AMX | Some CPU")


def test_figures_of_the_predicting_table(results):
    lines = tables.predicting(results).splitlines()
    (ours,) = (line for line in lines if line.startswith("| multitag, onnx"))
    # 100 rows in 0.5 and 1 s; 4 times the pipeline in both rounds, 2 and 1 times its batch 32; 30 GFLOP a round
    assert ours == (
        "| multitag, onnx | 4 (4 to 4) | 1.5 (1 to 2) | 150 (100 to 200) | 45 | 45% of fp32 | 500 MB | 3e-07 |"
    )
    assert any("onnx-int8 (left out by the gate, and so not measured)" in line for line in lines)


def test_figures_of_the_training_table(results):
    (ours,) = (line for line in tables.training(results).splitlines() if line.startswith("| multitag"))
    assert ours == "| multitag | 10 (10 to 10) | 80 (80 to 80) | 60 | 50% of bf16 | 500 MB | 20% |"


def test_headline(results):
    name = tables.processor(results)
    assert tables.headline([results]).splitlines() == [
        f"| multitag beside others | {name} |", "| :-- | --: |",
        "| predicting, minilm: multitag, onnx beside pipeline | 4 times |",
        "| predicting, minilm: multitag, onnx beside pipeline 32 | 1.5 times |",
        "| training, minilm: multitag beside plain_128 | 10 times |",
    ]  # fmt: skip


def test_extrapolation_is_rows_by_rate(results):
    assert "Calculated, not measured" in tables.extrapolation(results)
    (line,) = (each for each in tables.extrapolation(results).splitlines() if "predicting" in each)
    # 150 rows a second: 10^6 take 6,667 s, 10^9 a thousand times that, a hundred machines a hundredth
    assert line == "| predicting, minilm, onnx | 111 minutes | 77.2 days | 66.7 seconds | 18.5 hours |"


def test_all_parts_can_be_shown(results):
    text = report.as_text(results)
    assert text.count("\n## ") == len(report.ACROSS) + len(report.OF_NEWEST) - 1
    assert "Some CPU, 2 cores" in text and "growth.svg" in text
    assert "| onnx-int8 | 2 | as multitag chooses | 204 (204 to 204) | 1.01 |" in text
    assert "| onnx | 2 | as multitag chooses | 102 (102 to 102) | 1.01 |" in text  # beside one process of its own


def test_table_rows_are_of_one_width(results):
    for name in (*report.ACROSS, *report.OF_NEWEST):
        for block in report.part(name, [results]).split("\n\n"):
            assert len({line.count("|") for line in block.splitlines() if line.startswith("|")}) <= 1, block


@pytest.mark.slow
def test_the_plot_is_the_same_for_the_same_figures(results, tmp_path):
    for name in ("one.svg", "two.svg"):
        draw_growth(results["growth"], tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert b"tokens a row" in (tmp_path / "one.svg").read_bytes()


def test_this_machine_can_be_described(results):
    about = describe()
    assert about.keys() == results["machine"].keys()
    assert about["cores"] >= 1 and about["memory_gb"] > 0 and about["versions"]["torch"]
