"""Read a million rows with this multitag, and with another one beside it: processor seconds and memory.

``python -m benchmarks.reading [--beside SRC] [--rows N]``; SRC is the ``src`` folder of another checkout. The rows are
those of :mod:`benchmarks.size`, with labels between commas in a CSV, as lists in JSON Lines, and as columns of 0 and 1
of the twenty most frequent genres. Both read in turns, each time in a process of its own; shown are medians of
processor seconds, their ratio within the rounds, and the highest peak of the process.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.size import write

HERE = Path(__file__).parents[1] / "src"
ROUNDS, COLUMNS = 3, 20
READ = """
import json, resource, sys, time
import multitag
began = time.process_time()
table = multitag.read_table(sys.argv[1], **json.loads(sys.argv[2]))
seconds = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": len(table), "seconds": seconds, "megabytes": peak}))
"""


def write_tables(folder: Path, rows: int) -> dict[str, tuple[Path, dict[str, Any]]]:
    """Write the rows in three ways; return by name their files and the settings that read them."""
    source = folder / "separated.csv"
    write(source, rows)
    lists, columns = folder / "lists.jsonl", folder / "columns.csv"
    with source.open(encoding="utf-8", newline="") as file:
        frequent = Counter(name for row in csv.DictReader(file) for name in row["listed_in"].split(", "))
    names = [name for name, _ in frequent.most_common(COLUMNS)]
    with (
        source.open(encoding="utf-8", newline="") as file, lists.open("w", encoding="utf-8") as objects,
        columns.open("w", encoding="utf-8", newline="") as cells,
    ):  # fmt: skip
        writer = csv.writer(cells)
        writer.writerow(["text", *names])
        for row in csv.DictReader(file):
            genres = row["listed_in"].split(", ")
            objects.write(json.dumps({"text": row["description"], "labels": genres}) + "\n")
            writer.writerow([row["description"], *(int(name in genres) for name in names)])
    named = {"text": "text", "unlabelled": "keep"}
    return {
        "labels between commas": (source, {"text": "description", "labels": "listed_in"}),
        "lists in JSON Lines": (lists, {"text": "text", "labels": "labels"}),
        "20 columns of 0 and 1": (columns, {**named, "label_columns": names}),
    }


def read(tree: Path, source: Path, settings: dict[str, Any]) -> dict[str, float]:
    """Read a table in a process of its own, with the multitag of a tree."""
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-c", READ, str(source), json.dumps(settings)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path, help="src of another checkout")
    parser.add_argument("--rows", type=int, default=1_000_000)
    chosen = parser.parse_args()
    trees = [HERE] if chosen.beside is None else [chosen.beside.resolve(), HERE]
    heads = [f"{head}{which}" for which in (" beside", "")[-len(trees) :] for head in ("Rows a processor second", "MB")]
    print("| " + " | ".join(["Table", "Rows", *heads, "Ratio of seconds"]) + " |")
    print("| :-- |" + " --: |" * (len(heads) + 2))
    with tempfile.TemporaryDirectory() as folder:
        for name, (source, settings) in write_tables(Path(folder), chosen.rows).items():
            rounds = [[read(tree, source, settings) for tree in trees] for _ in range(ROUNDS)]
            shown = [f"{rounds[0][-1]['rows']:,.0f}"]
            for place in range(len(trees)):
                rate = median(one[place]["rows"] / one[place]["seconds"] for one in rounds)
                peak = max(one[place]["megabytes"] for one in rounds)
                shown += [f"{rate:,.0f}", f"{peak:,.0f}"]
            ratio = median(one[-1]["seconds"] / one[0]["seconds"] for one in rounds)
            print("| " + " | ".join([name, *shown, f"{ratio:.2f}"]) + " |", flush=True)


if __name__ == "__main__":
    main()
