"""The second tab: a file is read as it stands, predicted in batches and given back with its labels."""

from __future__ import annotations

import csv
import io

import pytest

pytestmark = pytest.mark.slow

ROWS = [
    ("1", 'A "quoted" detective,\nhunting a killer.', "x"),
    ("2", "", "y"),
    ("3", '<img src=x onerror="document.title=1">', "z"),
    *((str(number), f"Two chefs fall in love, part {number}.", "") for number in range(4, 80)),
]


def as_csv(rows, **options) -> bytes:
    file = io.StringIO()
    csv.writer(file, **options).writerows([("id", "plot", "labels"), *rows])
    return file.getvalue().encode("utf-8")


def give(page, content, name="films.csv"):
    page.click("#tab-table")
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})


@pytest.mark.parametrize("options", [{}, {"delimiter": ";"}, {"delimiter": "\t", "lineterminator": "\n"}])
def test_a_file_is_predicted_shown_counted_and_given_back(open_page, url, service, classifier, options):
    page = open_page(url)
    give(page, as_csv(ROWS, **options))
    page.wait_for_selector("#table-setup:visible")
    assert page.inner_text("#table-name") == "films.csv: 79 rows"
    assert page.evaluate("document.getElementById('column').selectedOptions[0].textContent") == "plot"
    page.click("#run-table")
    page.wait_for_selector("#table-result:visible")
    assert "79 rows predicted: 1 without a text" in page.inner_text("#table-summary")
    assert page.locator("#table-rows tr").count() == 79
    assert page.locator("#table-rows img").count() == 0
    texts = [text for _, text, _ in ROWS]
    assert service.asked == [text for text in texts if text]  # batches, in order
    with page.expect_download() as download:
        page.click("#download-table")
    assert download.value.suggested_filename == "films-labelled.csv"
    content = download.value.path().read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    names = list(classifier.label_names)
    assert header == ["id", "plot", "labels", "labels_predicted", *(f"probability_{name}" for name in names)]
    assert [row[:3] for row in rows] == [list(row) for row in ROWS]
    predictions = [service.prediction(text) for text in texts if text]
    assert [row[3] for row in rows if row[1]] == [",".join(made["labels"]) for made in predictions]
    assert float(rows[0][4]) == pytest.approx(predictions[0]["probabilities"][names[0]], abs=1e-5)
    assert rows[1][3:] == [""] * (1 + len(names))
    counts = page.eval_on_selector_all(
        "#counts li", "items => items.map(li => [li.querySelector('.name').textContent, "
        "parseInt(li.querySelector('.share').textContent)])"
    )  # fmt: skip
    assert dict(counts) == {name: sum(name in made["labels"] for made in predictions) for name in names}


def test_a_file_is_dropped_and_stopped(open_page, url, service):
    page = open_page(url)
    page.click("#tab-table")
    rows = [(str(number), f"slow text {number}", "") for number in range(100)]
    page.evaluate(
        """content => {
          const data = new DataTransfer();
          data.items.add(new File([content], "dropped.csv", { type: "text/csv" }));
          const drop = new DragEvent("drop", { dataTransfer: data, cancelable: true });
          document.getElementById("drop").dispatchEvent(drop);
        }""",
        as_csv(rows).decode(),
    )
    page.wait_for_selector("#run-table:visible")
    page.click("#run-table")
    page.wait_for_selector("#stop-table:visible")
    assert page.inner_text("#bar-words") == "0 of 100 rows"
    page.click("#stop-table")
    page.wait_for_selector("#table-progress", state="hidden")
    assert page.is_enabled("#run-table")
    assert page.is_hidden("#error")
    assert page.is_hidden("#table-result")


@pytest.mark.parametrize("content", [b"", b"only a header\n"])
def test_a_file_without_rows_is_one_line(open_page, url, content):
    page = open_page(url)
    give(page, content, "empty.csv")
    page.wait_for_selector("#error:visible")
    assert "empty.csv: no rows" in page.inner_text("#error-words")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("\ufeffa;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]]),
        ('a,b\n"x\r\ny","he said ""no"""\n', [["a", "b"], ["x\r\ny", 'he said "no"']]),
        ("a,b\n\n1,\n,\n", [["a", "b"], ["1", ""], ["", ""]]),
        ('a,b\n"never closed,2\n', [["a", "b"], ["never closed,2\n"]]),
        ('a,b\n1,in "the" middle\r2,"x"y', [["a", "b"], ["1", 'in "the" middle'], ["2", "xy"]]),
        ("one column\nof text, here", [["one column"], ["of text", " here"]]),
        ("a,b,", [["a", "b", ""]]),
    ],
)
def test_delimited_text_is_read(open_page, url, text, rows):
    page = open_page(url)
    assert page.evaluate("async text => (await import('./csv.js')).parse(text)", text) == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_are_decoded(open_page, url, encoding):
    page = open_page(url)
    read = page.evaluate(
        "async bytes => { const { decode, parse } = await import('./csv.js');"
        "return parse(decode(new Uint8Array(bytes).buffer)); }",
        list("text,id\nMüller löst alles,1\n".encode(encoding)),
    )
    assert read == [["text", "id"], ["Müller löst alles", "1"]]
