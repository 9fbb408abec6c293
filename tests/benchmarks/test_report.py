import pytest
from benchmarks.speed import report, tables
from benchmarks.speed.machine import describe
from benchmarks.speed.plot import draw_growth


@pytest.mark.parametrize("page", report.PAGES, ids=lambda page: page.name)
def test_docs_show_what_was_measured(page):
    shown = page.read_text(encoding="utf-8")
    assert report.fill(shown, report.read_results()) == shown


def test_every_part_has_a_place():
    places = [name for page in report.PAGES for name in report.PLACE.findall(page.read_text(encoding="utf-8"))]
    assert sorted(places) == sorted(report.PARTS)


def test_what_was_not_measured_says_so(tmp_path):
    assert report.read_results(tmp_path / "none.json") is None
    assert report.NOT_MEASURED in report.fill("<!-- speed:cold -->\nold\n<!-- /speed:cold -->", None)


def test_figures_of_the_predicting_table(results):
    lines = tables.predicting(results).splitlines()
    (ours,) = (line for line in lines if line.startswith("| multitag, onnx"))
    # 100 rows in 0.5 and 1 s; 4 times the pipeline in both rounds, 2 and 1 times its batch 32; 30 GFLOP a round
    assert ours == (
        "| multitag, onnx | 150 (100 to 200) | 4 (4 to 4) | 1.5 (1 to 2) | 45 | 45% of fp32 | 500 MB | 3e-07 |"
    )
    assert any("onnx-int8 (left out by the gate, and so not measured)" in line for line in lines)


def test_figures_of_the_training_table(results):
    (ours,) = (line for line in tables.training(results).splitlines() if line.startswith("| multitag"))
    assert ours == "| multitag | 80 (80 to 80) | 10 (10 to 10) | 60 | 50% of bf16 | 500 MB | 20% |"


def test_headline(results):
    assert tables.headline(results).splitlines() == [
        "* **Predicting, minilm**: multitag, onnx is 4 times pipeline and 1.5 times pipeline 32.",
        "* **Training, minilm**: multitag is 10 times the plain_128.",
    ]


def test_extrapolation_is_rows_by_rate(results):
    assert "Calculated, not measured" in tables.extrapolation(results)
    (line,) = (each for each in tables.extrapolation(results).splitlines() if "predicting" in each)
    # 150 rows a second: 10^6 take 6,667 s, 10^9 a thousand times that, a hundred machines a hundredth
    assert line == "| predicting, minilm, onnx | 111 minutes | 77.2 days | 66.7 seconds | 18.5 hours |"


def test_all_parts_can_be_shown(results):
    text = report.as_text(results)
    assert text.count("\n## ") == len(report.PARTS) - 1
    assert "Some CPU, 2 cores" in text and "growth.svg" in text
    assert "| 2 | as multitag chooses | 102 (102 to 102) | 1.01 |" in text


def test_table_rows_are_of_one_width(results):
    for part in report.PARTS.values():
        for block in part(results).split("\n\n"):
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
