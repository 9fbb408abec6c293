from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from multitag.report.page import build_report
from multitag.report.plots.bars import MAX_BARS
from multitag.report.tables import headline_rows

pytestmark = pytest.mark.slow

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "{{ 7 * 7 }}", "$x$", "日本語"]
HOSTILE += ["w" * 200]


class Page(HTMLParser):
    """All text, ids and addresses of a page; void and SVG elements do not matter here."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.tags: Counter[str] = Counter()
        self.words: list[str] = []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("src", "href", "xlink:href", "action"):
                self.addresses.append(value)

    def handle_data(self, data):
        self.words.append(data)


def test_everything_is_on_the_page(run_example, typed):
    example = run_example()
    page = Page(build_report(**typed(example)))
    metrics = example["metrics"]
    expected = [example["title"], example["created"], *metrics["notes"], *metrics["label_names"]]
    expected += [example["base_model"][key] for key in ("name", "reason", "architecture", "weights_sha256")]
    expected += [example["data"]["fingerprint"], "row 17: empty text in column 'Description'"]
    expected += ["stratified: 560 train, 80 validation, 160 test", "41.3 seconds", "validation, 80 rows"]
    expected += [f"training.{name}" for name in example["settings"]["training"]]
    expected += [cell.split()[0] for row in headline_rows(typed(example)["metrics"].sides)[1] for cell in row[1:]]
    assert [each for each in expected if each not in page.text] == []
    assert "On 160 test texts: macro F1" in page.text


def test_settings_of_the_final_model_stand_beside_those_of_the_run_where_they_differ(run_example, typed):
    example = typed(run_example())
    training = {**example["settings"]["training"], "epochs": 2.5, "early_stopping": None}
    example["settings"] = {**example["settings"], "training": {**training, "epochs": 5.0, "early_stopping": 2}}
    plain = Page(build_report(**example)).text
    assert "training.epochs 5.0 " in plain and "final model" not in plain
    text = Page(build_report(**example, final_settings={**example["settings"], "training": training})).text
    assert "training.epochs 5.0; final model: 2.5" in text
    assert "training.early_stopping 2; final model: not set" in text
    assert text.count("; final model: ") == 2


def test_equal_runs_give_equal_bytes(run_example, typed):
    assert build_report(**typed(run_example())) == build_report(**typed(run_example()))


def test_the_file_needs_nothing_else(run_example, typed):
    html = build_report(**typed(run_example()))
    page = Page(html)
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    assert re.findall(r"url\((?!#)|@import", html) == []
    assert page.tags["svg"] == 2 and page.tags["script"] == 1
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []


def test_every_section_is_there_where_there_is_something_to_show(full_example, run_example, typed):
    def sections(example):
        return re.findall(r'<h2 id="([^"]*)"', build_report(**typed(example)))

    facts = ["data", "base-model", "thresholds", "run", "settings"]
    rows = ["curves", "scores", "together", "mistakes"]
    example = run_example()
    figures = ["notes", "headline", "baselines", "labels", "calibration", "guarantee"]
    assert sections(full_example) == [*figures, *rows, "audit", "learning", *facts]
    assert sections(example) == ["notes", "headline", "labels", "learning", *facts]
    with_rows = {**example, "held_out": full_example["held_out"]}
    assert sections(with_rows) == ["notes", "headline", "labels", *rows, "learning", *facts]
    assert sections({**example, "held_out": full_example["held_out"].of_side("validation")}) == sections(example)


def test_each_plot_has_a_caption_and_its_figures(full_example, typed):
    html = build_report(**typed(full_example))
    page = Page(html)
    assert page.tags["svg"] == page.tags["figure"] == page.tags["figcaption"] == 7
    assert page.tags["details"] == 5 and html.count("The figures are in the table above.") == 2
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", html, flags=re.DOTALL)
    assert all(caption.strip() for caption in captions)
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []


def test_texts_are_escaped_and_cut(run_example, held_out_example, typed):
    text = "<script>alert(1)</script>" + "x" * 1000
    page = Page(build_report(**typed(run_example()), held_out=held_out_example(text=text)))
    assert page.tags["script"] == 1
    assert "<script>alert(1)</script>xxx" in page.text and "x" * 300 not in page.text


def test_names_are_escaped(run_example, held_out_example, typed):
    example = run_example(HOSTILE)
    page = Page(build_report(**typed(example | {"title": HOSTILE[0]}), held_out=held_out_example(HOSTILE)))
    assert page.tags["script"] == 1 and page.tags["img"] == 0
    assert [name for name in HOSTILE if name not in page.text] == []


def test_validation_stands_in_for_a_missing_test_side(run_example, typed):
    text = Page(build_report(**typed(run_example(sides=["validation"])))).text
    assert "the figures are of the validation texts, at the tuned thresholds" in text
    assert "On 80 validation texts" in text


def test_without_validation_the_fixed_threshold_is_shown(run_example, typed):
    text = Page(build_report(**typed(run_example(tuned=False, sides=["test"])))).text
    assert "the figures are of the test texts, at the fixed threshold:" in text
    assert "Tuned no" in text


def test_a_run_that_measured_nothing_says_so(run_example, typed):
    example = run_example(tuned=False, sides=[])
    example["metrics"] |= {"history": [{"epoch": 1.0, "step": 7, "loss": None}], "notes": []}
    page = Page(build_report(**typed(example)))
    assert "No texts were held out to measure it." in page.text
    assert "Nothing was measured" in page.text
    assert "No losses were recorded" in page.text
    assert page.tags["svg"] == 0 and page.tags["aside"] == 0


def test_what_is_too_much_is_cut_and_said(run_example, typed):
    example = run_example([f"label {index:03}" for index in range(MAX_BARS + 5)])
    example["data"]["left_out"] = [[row, "empty text"] for row in range(1, 31)]
    text = Page(build_report(**typed(example))).text
    assert f"only the {MAX_BARS} most frequent" in text
    assert "row 20: empty text; and 10 more rows" in text


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed; install it with: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def open_report(browser, tmp_path):
    """Open a report in the browser; anything it complains about or asks the network for fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(html, width=1280, **options):
        (tmp_path / "report.html").write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: request.url.startswith("file:") or complaints.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (700, "dark")])
@pytest.mark.parametrize("hostile", [False, True])
def test_a_narrow_screen_never_scrolls_the_page_sideways(
    open_report, full_example, run_example, held_out_example, width, scheme, hostile, typed
):
    example = (
        {**run_example(HOSTILE), "held_out": held_out_example(HOSTILE, text="w" * 500)} if hostile else full_example
    )
    page = open_report(build_report(**typed(example)), width=width, color_scheme=scheme)
    for summary in page.locator("summary").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    bright = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] > 128")
    assert bright == (scheme == "light")


def test_clicking_a_heading_sorts_with_undefined_last(open_report, run_example, typed):
    example = run_example()
    for figures in example["metrics"]["splits"]["test"]["tuned"]["per_label"][::3]:
        figures["recall"] = None
    page = open_report(build_report(**typed(example)))
    head = page.locator("#label-table th", has_text="Recall")

    def column():
        return page.locator("#label-table tbody tr td:nth-child(7)").all_inner_texts()

    unsorted = column()
    undefined = ["undefined"] * unsorted.count("undefined")
    figures = sorted(float(each) for each in unsorted if each != "undefined")
    assert len(undefined) >= 7
    head.get_by_role("button").click()
    assert column() == [f"{each:.3f}" for each in reversed(figures)] + undefined
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    assert column() == [f"{each:.3f}" for each in figures] + undefined
    assert head.get_attribute("aria-sort") == "ascending"

    page.locator("#label-table th", has_text="Label").get_by_role("button").click()
    names = page.locator("#label-table tbody th").all_inner_texts()
    assert names == run_example()["metrics"]["label_names"]
    assert page.locator("#label-table th[aria-sort]").count() == 1


def test_words_are_sorted_from_a_and_figures_from_the_largest(open_report, full_example, typed):
    page = open_report(build_report(**typed(full_example)))

    def sort_by(heading):
        page.locator("#audit-table th", has_text=heading).get_by_role("button").click()
        return page.locator("#audit-table tbody th").all_inner_texts()

    assert sort_by("Label") == ["40", "7", "12"]  # Drama, Music, War
    assert sort_by("Label") == ["12", "7", "40"]
    assert sort_by("Confidence") == ["12", "40", "7"]
    assert sort_by("Row") == ["40", "12", "7"]


def test_every_link_leads_somewhere(open_report, full_example, typed):
    page = open_report(build_report(**typed(full_example)))
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href")).inner_text() == link.inner_text()


def test_without_javascript_the_figures_are_all_there(open_report, run_example, typed):
    page = open_report(build_report(**typed(run_example())), java_script_enabled=False)
    assert page.locator("#label-table tbody tr").count() == 20
    assert page.locator("#label-table button").count() == 0
