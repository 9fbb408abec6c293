import subprocess
import sys

import pytest
from benchmarks.speed.growth import label_rows, texts_of_length
from benchmarks.speed.prepare import Data, draw, token_lengths, write_csv
from benchmarks.speed.report import ROOT
from benchmarks.speed.training import read_rows

ROWS = [(f"text {number}", ["a", "b, c"][: 1 + number % 2]) for number in range(50)]


def test_rows_are_drawn_the_same_every_time():
    assert draw(ROWS, 10) == draw(ROWS, 10) == draw(ROWS, 20)[:10]
    assert draw(ROWS, 10) != ROWS[:10]
    assert sorted(draw(ROWS, 50)) == sorted(ROWS)


def test_written_rows_are_read_back(tmp_path):
    texts, labels = read_rows(write_csv(tmp_path / "rows.csv", ROWS))
    assert list(zip(texts, labels, strict=True)) == ROWS


def test_missing_tables_are_one_line(tmp_path):
    with pytest.raises(SystemExit, match=r"netflix_titles.csv is not there; name the folder .* --data"):
        Data.read(tmp_path, tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", "--quick", "--data", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1 and "--data" in ended.stderr


def test_lengths_are_those_the_model_sees(tiny_distilbert, texts):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_distilbert)
    expected = [len(ids) for ids in tokenizer(texts, truncation=True)["input_ids"]]
    assert token_lengths(tiny_distilbert, texts) == expected


def test_texts_of_a_length(tiny_distilbert, texts):
    short, longer = (
        token_lengths(tiny_distilbert, texts_of_length(tiny_distilbert, texts, tokens, 20)) for tokens in (16, 48)
    )
    assert len(short) == len(longer) == 20
    assert sum(short) / 20 < 24 < sum(longer) / 20


@pytest.mark.parametrize("n_labels", [2, 10, 200])
def test_every_label_and_every_text_has_one(n_labels):
    rows = label_rows([f"text {number}" for number in range(16)], n_labels)
    assert len({name for _, names in rows for name in names}) == n_labels
    assert all(names for _, names in rows)
