"""The third tab: the card, the figures and the download."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.slow


def test_card_and_figures_are_shown(open_page, url, classifier):
    page = open_page(url)
    page.click("#tab-model")
    assert "A classifier of" in page.inner_text("#card h3 >> nth=0")
    assert page.locator("#card table").count() >= 1
    assert "Macro F1" in page.inner_text("#metrics")
    assert "Macro F1" not in page.inner_text("#card")  # the ten figures stand once
    heads = page.eval_on_selector_all(
        "#metrics table >> nth=0 >> th[scope=col]", "cells => cells.map(c => c.innerText)"
    )
    assert heads[1:] in (["Tuned", "Fixed"], ["Fixed"])
    assert re.match(
        r"Measured on \d+ (test|validation|out-of-fold) texts?", page.inner_text("#metrics caption >> nth=0")
    )
    rows = page.locator("#metrics table >> nth=1").locator("tbody tr")
    assert rows.count() == len(classifier.label_names)
    assert page.is_hidden("#download-bundle")


def test_without_held_out_rows_the_card_keeps_its_own_figures(open_page, url, service):
    service.model["splits"] = {}
    page = open_page(url)
    page.click("#tab-model")
    assert "nothing was measured" in page.inner_text("#metrics")
    assert "Macro F1" in page.inner_text("#card")


def test_what_is_cut_off_can_be_scrolled_and_code_is_folded(open_page, url):
    page = open_page(url, 390)
    page.click("#tab-model")
    widths = page.eval_on_selector_all("#card pre", "all => all.map(pre => pre.scrollWidth - pre.clientWidth)")
    assert widths
    assert set(widths) == {0}
    table = page.locator("#metrics .scroll >> nth=1")
    assert table.evaluate("each => each.scrollWidth > each.clientWidth")
    assert "gradient" in table.evaluate("each => getComputedStyle(each).backgroundImage")


def test_the_bundle_is_downloaded_where_that_is_allowed(open_page, url, service):
    service.model |= {"allow_download": True}
    page = open_page(url)
    page.click("#tab-model")
    with page.expect_download() as download:
        page.click("#download-bundle")
    assert download.value.suggested_filename == "films.zip"
    assert download.value.path().read_bytes() == b"PK-zip"


def test_a_guarantee_is_told_where_it_applies(open_page, url, service):
    service.model |= {"guarantee": {"promise": "nine of ten labels"}, "guarantee_applies": False}
    page = open_page(url)
    page.click("#tab-model")
    assert page.is_hidden("#guarantee")
    service.model["guarantee_applies"] = True
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.click("#tab-model")
    assert page.inner_text("#guarantee") == "nine of ten labels"


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# A *b* **c** `d`", "<h3>A <em>b</em> <strong>c</strong> <code>d</code></h3>"),
        ("---\nkey: 1\n---\n# A", "<h3>A</h3>"),
        ("a\nb\n\nc", "<p>a\nb</p><p>c</p>"),
        ("* a\n* b\n  more", "<ul><li>a</li><li>b more</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("```python\n<b>\n```", '<pre tabindex="0"><code>&lt;b&gt;</code></pre>'),
        ("[a](https://example.org/)", '<p><a href="https://example.org/" rel="noreferrer">a</a></p>'),
        ("[a](javascript:1) [b](http://x)", "<p>a b</p>"),
        ("sample\\_movies \\<b\\>", "<p>sample_movies &lt;b&gt;</p>"),
        ("<script>1</script>", "<p>&lt;script&gt;1&lt;/script&gt;</p>"),
        ("> q\n> r", "<blockquote>q\nr</blockquote>"),
        ("| not a table", "<p>| not a table</p>"),
        ("#no heading\n* ", "<p>#no heading</p><ul><li></li></ul>"),
    ],
)
def test_markdown_becomes_elements(open_page, url, markdown, html):
    page = open_page(url)
    made = page.evaluate(
        "async text => (await import('./markdown.js')).render(text, 3).map(node => node.outerHTML).join('')", markdown
    )
    assert made == html


def test_a_table_becomes_a_table(open_page, url):
    page = open_page(url)
    cells = page.evaluate(
        "async text => [...(await import('./markdown.js')).render(text)[0].querySelectorAll('th, td')]"
        ".map(cell => [cell.textContent, cell.className])",
        "| A | B |\n| :-- | --: |\n| x \\| y | 1 |\n| z | <i> |",
    )
    assert cells == [["A", ""], ["B", "number"], ["x \\| y".replace("\\", ""), ""], ["1", "number"], ["z", ""],
                     ["<i>", "number"]]  # fmt: skip
