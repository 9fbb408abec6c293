"""Where the time of a training on many short texts goes, from the command to the bundle.

Run by ``python -m benchmarks.many_rows`` on an idle machine, a quarter of an hour; writes
benchmarks/results/many_rows.json and the table in docs/performance.md. The table has GoEmotions' shape, 43,410 texts of
some 13 words and 28 labels: each is a piece of a description of Netflix or a plot of the sample, with those of its
genres that are among the 28 commonest.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.leaderboard.tables import TABLES
from benchmarks.record import PERFORMANCE, Record
from benchmarks.speed.machine import describe
from benchmarks.speed.tables import processor

RECORD = Record("many_rows", PERFORMANCE)
SEED, ROWS, LABELS, WORDS = 0, 43_410, 28, (5, 21)
TOOK = re.compile(r"^took [\d.]+ (\w+): (.*)$", re.MULTILINE)


def texts_and_genres() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what the rows are cut from."""
    for name in ("netflix", "sample"):
        table = TABLES[name].read()
        yield from ((str(each), tuple(genres)) for each, genres in zip(table.texts, table.labels, strict=True))


def write_rows(path: Path, rows: int) -> None:
    """Write as many different pieces, each with a genre at least."""
    draw, found = random.Random(SEED), list(texts_and_genres())
    kept = {genre for genre, _ in Counter(genre for _, genres in found for genre in genres).most_common(LABELS)}
    whole = [(text.split(), [genre for genre in genres if genre in kept]) for text, genres in found]
    whole = [each for each in whole if each[1] and len(each[0]) > WORDS[0]]
    written: set[str] = set()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows_of_file = csv.writer(file)
        rows_of_file.writerow(("text", "labels"))
        while len(written) < rows:
            words, genres = draw.choice(whole)
            length = draw.randint(*WORDS)
            start = draw.randrange(max(len(words) - length, 1))
            text = " ".join(words[start : start + length])
            if text not in written:
                written.add(text)
                rows_of_file.writerow((text, "|".join(genres)))


def train(path: Path, out: Path) -> dict[str, Any]:
    """Train as a person would; return the seconds of each part and the peak of memory."""
    command = [
        sys.executable, "-m", "multitag", "train", str(path), "--text", "text", "--labels", "labels",
        "--label-separator", "|", "--base-model", "minilm", "--out", str(out),
    ]  # fmt: skip
    started = time.perf_counter()
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - started
    match = TOOK.search(ended.stdout)
    assert match, ended.stdout
    unit, parts = match.groups()
    return {
        "seconds": round(seconds, 1), "unit": unit, "parts": dict(part.rsplit(" ", 1) for part in parts.split(", ")),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }  # fmt: skip


def as_table(results: Mapping[str, Any]) -> str:
    """Lay out the parts, and the whole."""
    lines = [f"| {results['rows']:,} rows, {results['processor']} | |", "| :-- | --: |"]
    lines += [f"| {part} | {value} {results['unit']} |" for part, value in results["parts"].items()]
    lines += [f"| all of it | {results['seconds'] / 60:.1f} min |", f"| peak of memory | {results['peak_mb']:,} MB |"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the rows, train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    machine = describe()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        path = Path(name) / "rows.csv"
        write_rows(path, rows)
        measured = train(path, Path(name) / "run")
    results = {"rows": rows, "machine": machine, "processor": processor({"machine": machine}), **measured}
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
