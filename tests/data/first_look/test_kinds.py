"""Tables of the kinds that are public: what holds the texts, what the labels, and what is neither."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from multitag import read_table
from multitag.data.columns import Columns
from multitag.data.nested import inner_columns

N_ROWS = 150
WORDS = """the a of model data network we show that learning from with results on new method for large small and is in
to price market game said why how do i fix this error love hate great poor""".split()  # noqa: SIM905
PEOPLE = [f"{first} {last}" for first in ("Ann", "Bob", "Carla", "Dirk", "Eva") for last in ("Abel", "Berg", "Cohen")]
EMOTIONS = ["anger", "fear", "joy", "love", "neutral"]
CODES = ["cs.LG", "cs.CV", "cs.AI", "stat.ML", "cs.CL", "math.OC", "eess.IV", "hep-th"]
TAGS = ["python", "pandas", "java", "c#", "css", "node.js", "sql"]
TOXIC = ["toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate"]

Row = Callable[[random.Random, int], Sequence[object]]


def sentence(r: random.Random, words: int = 12) -> str:
    return " ".join(r.choice(WORDS) for _ in range(r.randint(words // 2, words * 2))).capitalize() + "."


def title(r: random.Random) -> str:
    return " ".join(r.choice(WORDS) for _ in range(r.randint(3, 7))).title()


def some(r: random.Random, names: Sequence[str], most: int = 3) -> list[str]:
    return r.sample(names, r.randint(1, most))


def bits(r: random.Random, count: int, share: float = 0.3) -> list[int]:
    return [int(r.random() < share) for _ in range(count)]


# Name: header, rows, options without those for rows without labels.
KINDS: dict[str, tuple[list[str], Row, str]] = {
    "toxic comments": (
        ["id", "comment_text", *TOXIC],
        lambda r, i: [f"{r.getrandbits(64):016x}", sentence(r, 30), *bits(r, 6, 0.05)],
        "--text comment_text --label-columns toxic..identity_hate",
    ),
    "flags in other words are not among the labels": (
        ["text", "id", "author", "subreddit", "created_utc", "rater_id", "example_very_unclear", *EMOTIONS],
        lambda r, i: [sentence(r), f"e{r.getrandbits(30):x}", r.choice("abcdefg"), r.choice(["nfl", "cats", "news"]),
                      1548381039.0 + i, r.randint(1, 80), r.random() < 0.02, *bits(r, 5)],
        "--text text --label-columns anger..neutral",
    ),
    "codes between spaces": (
        ["titles", "abstract", "categories"],
        lambda r, i: [title(r), sentence(r, 80), " ".join(some(r, CODES, 4))],
        "--text abstract --labels categories",
    ),
    "columns with spaces in their names": (
        ["ID", "TITLE", "ABSTRACT", "Computer Science", "Physics", "Quantitative Finance"],
        lambda r, i: [i, title(r), sentence(r, 80), *bits(r, 3)],
        "--text ABSTRACT --label-columns 'Computer Science..Quantitative Finance'",
    ),
    "tags in angle brackets, texts in HTML": (
        ["Id", "CreationDate", "Score", "Title", "Body", "Tags"],
        lambda r, i: [i * 7, f"2016-01-{i % 28 + 1:02}T21:14:01Z", r.randint(-5, 300), f"How to {title(r)}?",
                      f"<p>{sentence(r, 60)}</p>\n<pre>x = 1</pre>", "".join(f"<{tag}>" for tag in some(r, TAGS, 4))],
        "--text Body --labels Tags",
    ),
    "one label a row, links, dates and authors": (
        ["link", "headline", "category", "short_description", "authors", "date"],
        lambda r, i: [f"https://www.news.com/{r.getrandbits(40):x}", title(r),
                      r.choice(["POLITICS", "WELLNESS", "U.S. NEWS", "STYLE & BEAUTY"]),
                      sentence(r, 20) if i % 9 else "", ", ".join(some(r, PEOPLE, 2)), f"2022-03-{i % 28 + 1:02}"],
        "--text short_description --labels category",
    ),
    "reviews with stars": (
        ["review_id", "user", "stars", "review", "aspects", "date"],
        lambda r, i: [f"R{i:05}", r.choice(PEOPLE), r.randint(1, 5), sentence(r, 40),
                      ", ".join(some(r, ["food", "service", "price"])), f"{i % 12 + 1}/{i % 28 + 1}/2019"],
        "--text review --labels aspects",
    ),
    "lists of several kinds": (
        ["text", "text_type", "topics", "lewis_split", "old_id", "places", "people", "date", "title"],
        lambda r, i: [sentence(r, 90), "NORM", str(some(r, ["earn", "acq", "grain", "crude", "trade"])), "TRAIN",
                      5544 + i, str([r.choice(["usa"] * 6 + ["uk", "japan"])]), "[]", "26-FEB-1987 15:01:01.79",
                      title(r).upper()],
        "--text text --labels topics",
    ),
    "products with a title and a longer description": (
        ["sku", "brand", "title", "description", "price", "image", "category"],
        lambda r, i: [f"B00{i:06}", r.choice(["Acme", "Bolt"]), title(r), sentence(r, 50), f"{r.random() * 90:.2f}",
                      f"https://img.shop.com/{i}.jpg", r.choice(["Home & Kitchen", "Toys & Games", "Books"])],
        "--text description --labels category",
    ),
    "yes and no": (
        ["tweet_id", "tweet", "vaccine", "mask", "lang"],
        lambda r, i: [10**18 + i, sentence(r, 15), r.choice(["yes", "no"]), r.choice(["yes", "no"]), "en"],
        "--text tweet --label-columns vaccine..mask",
    ),
    "marks": (
        ["ticket", "billing", "login", "bug"],
        lambda r, i: [sentence(r, 15), *(r.choice(["x", "", ""]) for _ in range(3))],
        "--text ticket --label-columns billing..bug",
    ),
    "what nobody knows, in words": (
        ["text", "anger", "joy", "sad"],
        lambda r, i: [sentence(r), r.choice("01?"), r.choice(["0", "1", "NA"]), r.choice("01")],
        "--text text --label-columns anger..sad --unknown mask",
    ),
    "-1 for what nobody knows": (
        ["text", "anger", "joy"],
        lambda r, i: [sentence(r), r.choice([-1, 0, 1]), r.choice([-1, 0, 1])],
        "--text text --label-columns anger..joy --unknown mask",
    ),
    "-1 for no": (
        ["text", "anger", "joy"],
        lambda r, i: [sentence(r), r.choice([-1, 1]), r.choice([-1, 1])],
        "--text text --label-columns anger..joy",
    ),
    "yes and no in other words for each": (
        ["text", "joy", "anger", "fear", "hope"],
        lambda r, i: [sentence(r), r.choice("TF"), r.choice("YN"), r.choice(["on", "off"]), r.choice(["oui", "non"])],
        "--text text --label-columns joy..hope",
    ),
    "ticks": (
        ["text", "joy", "anger", "fear"],
        lambda r, i: [sentence(r), r.choice("✓✗"), r.choice(["✓", ""]), r.choice(["x", "-"])],
        "--text text --label-columns joy..fear",
    ),
    "probabilities": (
        ["text", "joy", "anger"],
        lambda r, i: [sentence(r), f"{r.random():.2f}", f"{r.random():.2f}"],
        "--text text --label-columns joy..anger --soft",
    ),
    "probabilities with a decimal comma": (
        ["text", "joy", "anger"],
        lambda r, i: [sentence(r), r.choice(["0,0", "0,5", "1,0"]), r.choice(["0,0", "1,0"])],
        "--text text --label-columns joy..anger --soft",
    ),
    "the name of the label or nothing": (
        ["text", "joy", "anger", "fear"],
        lambda r, i: [sentence(r), *((name if r.random() < 0.5 else "") for name in ("joy", "anger", "fear"))],
        "--text text --labels joy --labels anger --labels fear --unlabelled drop",
    ),
    "a column for each label of a row": (
        ["text", "label_1", "label_2", "label_3"],
        lambda r, i: [sentence(r), *(r.choice([*EMOTIONS, ""][n:]) for n in range(3))],
        "--text text --labels label_1 --labels label_2 --labels label_3",
    ),
    "ids": (
        ["text", "labels", "id"],
        lambda r, i: [sentence(r), ",".join(map(str, sorted(r.sample(range(20), r.choice([1, 1, 2, 3]))))),
                      f"eb{r.getrandbits(28):07x}"],
        "--text text --labels labels",
    ),
    "quotes in names": (
        ["Respondent", "Free answer", "Theme: price", "Theme: it's slow"],
        lambda r, i: [i, sentence(r, 15), *bits(r, 2, 0.4)],
        """--text 'Free answer' --label-columns 'Theme: price..Theme: it'"'"'s slow'""",
    ),
    "names with dots and commas": (
        ["body", "a..b", "c,d", "e"],
        lambda r, i: [sentence(r, 15), *bits(r, 3, 0.4)],
        "--text body --label-columns a..b --label-columns c,d --label-columns e",
    ),
    "no spaces between words": (
        ["id", "内容", "标签"],
        lambda r, i: [i, "今天天气很好我们去公园" + r.choice("散步吃饭看书") * 3 + str(i),
                      "、".join(some(r, ["体育", "娱乐", "科技"], 2))],
        "--text '内容' --labels '标签'",
    ),
    "casts, countries and ratings": (
        ["show_id", "type", "title", "director", "cast", "country", "rating", "listed_in", "description"],
        lambda r, i: [f"s{i}", r.choice(["Movie", "TV Show"]), title(r), r.choice(PEOPLE) + str(i % 70),
                      ", ".join(f"{name} {r.randint(1, 40)}" for name in some(r, PEOPLE, 9)),
                      r.choice(["United States"] * 3 + ["India", "France, Germany"]), r.choice(["PG", "R", "TV-MA"]),
                      ", ".join(some(r, ["Dramas", "TV Comedies", "Horror Movies", "Kids' TV"])), sentence(r, 25)],
        "--text description --labels listed_in",
    ),
}  # fmt: skip


def write_kind(folder: Path, name: str) -> Path:
    header, row, _ = KINDS[name]
    path = folder / "a b.csv"
    draw = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *(row(draw, number) for number in range(N_ROWS))])
    return path


@pytest.mark.parametrize("name", KINDS)
def test_a_table_of_a_kind_is_understood(tmp_path: Path, look: Callable, name: str) -> None:
    suggestion, command = look(write_kind(tmp_path, name))
    command = command.replace(" --allow-unlabelled", "")
    assert command == f"{KINDS[name][2]} --out 'runs/a b'"
    assert suggestion.doubts == ()
    assert suggestion.table is not None


def test_objects_and_lists_that_are_lists_already(tmp_path: Path, look: Callable) -> None:
    r, path = random.Random(1), tmp_path / "x.jsonl"
    rows = [
        {"id": i, "sentence": sentence(r), "labels": some(r, EMOTIONS), "meta": {"source": "x"}, "by": [PEOPLE[i % 9]]}
        for i in range(N_ROWS)
    ]  # fmt: skip
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert look(path)[1] == "--text sentence --labels labels --out runs/x"


@pytest.mark.parametrize(
    ("header", "row", "doubt"),
    [
        (["review", "stars"], lambda r, i: [sentence(r), r.randint(1, 5)], "no column looks like labels"),
        (["author", "link"], lambda r, i: [PEOPLE[i % 9], f"https://x.org/{i}"], "no column looks like labels"),
        (["topic", "year"], lambda r, i: [",".join(some(r, EMOTIONS)), 1990 + i % 9], "no column looks like texts"),
        (["text", "genres", "topics"], lambda r, i: [sentence(r), *(",".join(some(r, EMOTIONS)) for _ in range(2))],
         "column 'genres' may hold the labels, and so may column 'topics'"),
        (["lead", "rest", "topics"], lambda r, i: [sentence(r), sentence(r), ",".join(some(r, EMOTIONS))],
         "both look like texts"),
        (["text", "joy", "anger", "fear"], lambda r, i: [sentence(r), r.choice([0, 0.33, 0.67, 1]), *bits(r, 2)],
         "column 'joy' holds numbers from 0 to 1 too; is it a label? --label-columns names every label's column"),
        (["text", "joy", "anger", "fear"], lambda r, i: [sentence(r), r.choice("TF"), *bits(r, 2)],
         "column 'joy' holds two or three values too; is it a label?"),
        (["text", "joy", "anger"], lambda r, i: [sentence(r), r.choice("TF"), *bits(r, 1)],
         "columns 'joy', 'anger' hold two or three values; are they labels?"),
    ],
)  # fmt: skip
def test_what_is_in_doubt_is_said(tmp_path: Path, look: Callable, header: list[str], row: Row, doubt: str) -> None:
    path, draw = tmp_path / "x.csv", random.Random(5)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *(row(draw, number) for number in range(N_ROWS))])
    suggestion, _ = look(path)
    assert any(doubt in said for said in suggestion.doubts)


def test_rows_without_labels_are_left_out_and_counted(tmp_path: Path, look: Callable) -> None:
    path = tmp_path / "x.csv"
    trains = "".join(f"the train leaves at {i} today,{'' if i % 5 else 'a'}\n" for i in range(20))
    path.write_text("text,topic\n" + trains + "".join(f"we won the cup in {i} again,b\n" for i in range(9)))
    suggestion, command = look(path)
    assert command == "--text text --labels topic --unlabelled drop --out runs/x"
    assert suggestion.notes[0].startswith("16 rows have no label: ")


def test_an_empty_table_is_not_guessed_at(tmp_path: Path, look: Callable) -> None:
    path = tmp_path / "x.csv"
    path.write_text("text,topic\n")
    suggestion, command = look(path)
    assert command == "--text COLUMN --labels COLUMN --out runs/x"
    assert len(suggestion.doubts) == 2


def test_a_large_table_is_tried_in_part_and_its_rows_keep_their_numbers(
    tmp_path: Path, look: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multitag.data.first_look.trial.TRIED_ROWS", 40)
    path = tmp_path / "x.csv"
    rows = [f"the train leaves at {n} today,{'' if n == 90 else 'aab'[n % 3 - n // 60]}" for n in range(120)]
    path.write_text("\n".join(["text,topic", *rows, ""]))
    suggestion, command = look(path)
    assert suggestion.notes[0] == "tried on 40 of 120 rows, evenly spaced"
    assert suggestion.table.rows[:3] == (1, 4, 7)
    assert [row.row for row in suggestion.table.left_out] == [91]
    assert command == "--text text --labels topic --unlabelled drop --out runs/x"


def test_lines_of_fasttext_need_no_columns(tmp_path: Path, look: Callable) -> None:
    path, draw = tmp_path / "x.txt", random.Random(3)
    lines = [f"{' '.join(f'__label__{name}' for name in some(draw, EMOTIONS))} {sentence(draw)}" for _ in range(30)]
    path.write_text("\n".join(lines))
    assert look(path)[1] == "--out runs/x"


def test_a_column_without_a_name_goes_by_its_number_or_is_asked_for(tmp_path: Path, look: Callable) -> None:
    r, path = random.Random(1), tmp_path / "x.csv"
    rows = [f'{sentence(r)},"{",".join(some(r, EMOTIONS))}"\n' for _ in range(N_ROWS)]
    path.write_text("text,\n" + "".join(rows))
    assert look(path)[1] == "--text text --labels 2 --out runs/x"
    path.write_text(",labels\n" + "".join(rows))
    suggestion, command = look(path)
    assert command == "--text COLUMN --labels labels --out runs/x"
    assert suggestion.doubts[-1] == "column 1 of 2 has no name; give it one if it is meant"


def test_texts_and_labels_within_objects(tmp_path: Path, look: Callable) -> None:
    r, path = random.Random(1), tmp_path / "x.jsonl"
    rows = [
        {"doc": {"body": {"text": sentence(r)}, "meta": {"id": i}}, "by": {"labels": some(r, EMOTIONS)}}
        for i in range(N_ROWS)
    ]  # fmt: skip
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    suggestion, command = look(path)
    assert (command, suggestion.doubts) == ("--text doc.body.text --labels by.labels --out runs/x", ())
    assert len(read_table(path, "doc.body.text")) == N_ROWS
    assert inner_columns(Columns.of({"labels": [{"War": 1, "Sport": 0}], "a": [{"b": "c"}]})) == ["a.b"]


def test_labels_at_the_end_of_fasttext_lines_are_hinted_at(tmp_path: Path, look: Callable) -> None:
    r, path = random.Random(1), tmp_path / "x.txt"
    path.write_text("".join(f"{sentence(r)} __label__{r.choice(EMOTIONS)}\n" for _ in range(30)))
    suggestion, _ = look(path)
    assert "use --no-header --label-shape fasttext" in suggestion.doubts[0]
    assert len(read_table(path, "1", "1", header=False, label_shape="fasttext")) == 30


@pytest.mark.parametrize(
    "cell", [lambda r: json.dumps({name: r.random() for name in EMOTIONS}),
             lambda r: json.dumps([{"label": name, "score": r.random()} for name in EMOTIONS]),
             lambda r: f"[{' '.join(f'{r.random():.2f}' for _ in EMOTIONS)}]"],
)  # fmt: skip
def test_the_command_for_probabilities_in_a_cell_is_soft(
    tmp_path: Path, look: Callable, cell: Callable[[random.Random], str]
) -> None:
    r, path = random.Random(1), tmp_path / "x.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["text", "tags"], *([sentence(r), cell(r)] for _ in range(N_ROWS))])
    suggestion, command = look(path)
    assert "--soft" in command
    assert "--soft" in suggestion.doubts[0]
