"""axe-core finds nothing on any view, in either theme; nothing is wider than the screen."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.slow

TEXT = "A detective hunts a killer who leaves a chess piece beside every victim."
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "async tags => (await axe.run({ runOnly: tags })).violations.map(v => [v.id, v.nodes.map(n => n.html)])"


def views(page):
    """Yield each state of the page."""
    yield "empty"
    page.fill("#text", TEXT)
    page.wait_for_selector("#labels li")
    page.click("#labels button >> nth=0")
    page.wait_for_selector(".shaded")
    page.wait_for_timeout(250)  # bars at rest
    yield "labels and why"
    page.click("#tab-table")
    yield "no file"
    content = "plot,id\n" + "A love story.,1\nA war.,2\n"
    page.set_input_files("#file", {"name": "films.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.click("#run-table")
    page.wait_for_selector("#table-result:visible")
    yield "table"
    page.click("#tab-model")
    yield "model"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_violation_in_any_view(open_page, url, service, axe, theme):
    service.model |= {"allow_download": True}
    page = open_page(url, color_scheme=theme, bypass_csp=True)  # axe is put into the page by the test
    page.evaluate(axe)
    assert [(view, found) for view in views(page) if (found := page.evaluate(RUN, TAGS))] == []


def test_no_violation_where_a_key_is_asked_for(open_page, url, service, axe):
    service.key = "secret"
    page = open_page(url, ready=False, bypass_csp=True, expect="401")
    page.wait_for_selector("#key-dialog[open]")
    page.evaluate(axe)
    assert page.evaluate(RUN, TAGS) == []


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_screen(open_page, url, service, classifier, width):
    service.rename({classifier.label_names[0]: "w" * 200})
    page = open_page(url, width)
    for view in views(page):
        assert (view, page.evaluate("document.documentElement.scrollWidth")) == (view, width)
