"""The second tab: a file is read as it stands, predicted in batches and given back with its labels."""

from __future__ import annotations

import csv
import io

import pytest

from multitag.inference.files.outputs import label_separator
from multitag.inference.files.rows import PREDICTED
from multitag.inference.files.writers import build_writer

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
    assert "78 of 79 rows predicted, 1 without a text" in page.inner_text("#table-summary")
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
    assert header == ["id", "plot", "labels", "predicted_labels", *(f"probability_{name}" for name in names)]
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
    ("content", "words"),
    [
        (b'a,b\n1,"never closed\n2,x\n', "the quotation mark that opens column 2 of row 1 is never closed"),
        (bytes(range(256)) * 8, "it holds binary data"),
        (b"a,b\n1,x\x00y\n", "it holds binary data"),
    ],
)
def test_what_is_no_table_is_one_line_and_the_file_before_is_gone(open_page, url, service, content, words):
    page = open_page(url)
    give(page, as_csv(ROWS))
    page.wait_for_selector("#table-setup:visible")
    assert page.inner_text("#file-name") == "films.csv – choose another"
    give(page, content, "broken.csv")
    page.wait_for_selector("#error:visible")
    assert page.inner_text("#error-words").startswith(f"broken.csv: {words}")
    assert page.is_hidden("#table-setup")
    assert page.text_content("#table-name") == page.text_content("#preview") == ""
    assert page.inner_text("#file-name") == "Choose a file"
    assert service.asked == []


def test_what_was_predicted_before_a_stop_is_kept(open_page, url, classifier):
    page = open_page(url)
    rows = [(str(number), f"{'slow ' if number == 32 else ''}text {number}", "") for number in range(100)]
    give(page, as_csv(rows))
    page.wait_for_selector("#table-setup:visible")
    page.click("#run-table")
    page.locator("#bar-words", has_text="32 of 100 rows").wait_for()
    page.click("#stop-table")
    page.wait_for_selector("#table-result:visible")
    assert page.inner_text("#table-summary").startswith("Stopped: 32 of 100 rows predicted, 68 not reached")
    with page.expect_download() as download:
        page.click("#download-table")
    content = download.value.path().read_text(encoding="utf-8-sig")
    records = list(csv.DictReader(io.StringIO(content, newline="")))
    assert len(records) == 100
    column = f"probability_{classifier.label_names[0]}"
    assert [bool(record[column]) for record in records] == [True] * 32 + [False] * 68


def test_shares_are_of_the_rows_predicted_and_one_row_is_singular(open_page, url, service):
    service.model["thresholds"] = dict.fromkeys(service.model["thresholds"], 0.0)
    page = open_page(url)
    give(page, b"plot,id\nA love story.,1\n,2\n")
    page.click("#run-table")
    page.wait_for_selector("#table-result:visible")
    assert page.inner_text("#table-summary") == "1 of 2 rows predicted, 1 without a text."
    shares = page.eval_on_selector_all("#counts li .share .quiet", "all => all.map(each => each.textContent)")
    assert set(shares) == {"100%"}
    give(page, b"plot,id\nA love story.,1\n")
    page.wait_for_selector("#table-result", state="hidden")
    page.click("#run-table")
    page.wait_for_selector("#table-result:visible")
    assert page.inner_text("#table-summary") == "1 row predicted."


@pytest.mark.parametrize("names", [("a", "b"), ("a, b", "c"), ("a, b", "c;d"), ("a,b;c|d", "e")])
def test_labels_are_joined_as_multitag_predict_joins_them(open_page, url, names):
    made = open_page(url).evaluate(
        "async names => { const { labelled } = await import('./labelled.js');"
        "const p = (labels) => ({ labels, probabilities: Object.fromEntries(names.map(name => [name, 0.5])) });"
        "return labelled(['t'], [['x'], ['y'], ['z']], [p(names), p(names.slice(1)), null], names); }",
        list(names),
    )
    file = io.BytesIO()
    chosen = [list(names), list(names[1:]), None]
    columns = [f"probability_{name}" for name in names]
    writer = build_writer(file, "csv", label_separator(names), labels=PREDICTED, probabilities=columns)
    writer.write([{"t": "xyz"[at], PREDICTED: each, **dict.fromkeys(columns)} for at, each in enumerate(chosen)])
    expected = [row[:2] for row in csv.reader(io.StringIO(file.getvalue().decode()))]
    assert [row[:2] for row in made] == expected
    assert made[0][2:] == columns
    assert made[3] == ["z", "", "", ""]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("\ufeffa;b\r\n1;2\r\n", [["a", "b"], ["1", "2"]]),
        ('a,b\n"x\r\ny","he said ""no"""\n', [["a", "b"], ["x\r\ny", 'he said "no"']]),
        ("a,b\n\n1,\n,\n", [["a", "b"], ["1", ""], ["", ""]]),
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
