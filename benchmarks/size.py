"""Prepare a million rows as a training does, and note the seconds and the memory of each step.

Run by ``make bench-size``; writes benchmarks/results/size.json. The rows are Netflix-like: the beginning of one real
description and the end of another, with some words changed, and the genres of the first; the same rows for the same
number. They are read, audited and split, tokenised into files, and all tokens are read back in the order of an epoch.
The peak is that of the whole process so far (ru_maxrss), so a process of its own does it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SEED = 0
NETFLIX = Path(__file__).parents[2] / "shared" / "data" / "netflix_titles.csv"
RESULTS = Path(__file__).parent / "results" / "size.json"
MAX_LENGTH = 256


def generate(target: Path, rows: int) -> None:
    """Write rows made of the real ones."""
    draw = random.Random(SEED)
    with NETFLIX.open(encoding="utf-8", newline="") as file:
        real = list(csv.DictReader(file))
    words = sorted({word for row in real for word in row["description"].split()})
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["show_id", "title", "listed_in", "description"])
        for number in range(rows):
            one, other = draw.choices(real, k=2)
            writer.writerow([f"s{number}", one["title"], one["listed_in"], mixed(one, other, words, draw)])


def mixed(one: dict[str, str], other: dict[str, str], words: list[str], draw: random.Random) -> str:
    """Put two descriptions together and change three words."""
    start, end = one["description"].split(), other["description"].split()
    text = start[: len(start) // 2] + end[len(end) // 2 :]
    for word in draw.choices(words, k=3):
        text[draw.randrange(len(text))] = word
    return " ".join(text)


class Stopwatch:
    """Seconds and peak megabytes of the steps of this process."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started, used = time.perf_counter(), time.process_time()
        yield
        seconds, busy = time.perf_counter() - started, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figures = {"seconds": round(seconds, 1), "cpu_seconds": round(busy, 1), "peak_mb": round(peak)}
        self.steps.append({"step": name, **figures})
        print(f"{name:<30}{seconds:7.1f} s{busy:8.1f} s of processor{peak:7.0f} MB", flush=True)


def measure(source: Path, folder: Path) -> None:
    """Prepare the rows step by step."""
    import numpy as np

    from multitag.config import Config
    from multitag.data.read import read_table
    from multitag.data.task import Task
    from multitag.jobs.train.notes import task_notes
    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer
    from multitag.training.dataset import TextDataset
    from multitag.training.token_cache import load_or_tokenise

    watch, config = Stopwatch(), Config()
    with watch.step("import of torch and the rest"):
        tokenizer = load_tokenizer(resolve_base_model("minilm"), MAX_LENGTH)
    with watch.step("read"):
        table = read_table(source, text="description", labels="listed_in")
    with watch.step("compare, encode and split"):
        task = Task.prepare(table, config)
    with watch.step("audit"):
        notes = task_notes(task)
    folder.mkdir()
    datasets = {}
    for side in ("train", "validation"):
        with watch.step(f"tokenise to disk, {side}"):
            tokens = load_or_tokenise(task.texts(side), tokenizer, MAX_LENGTH, folder / "tokens")
            datasets[side] = TextDataset(tokens, task.y_true(side))
    with watch.step("read an epoch from disk"):
        order = np.random.default_rng(SEED).permutation(len(datasets["train"]))
        n_tokens = sum(len(datasets["train"][index]["input_ids"]) for index in order.tolist())
    for note in notes:
        print(note)
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    known[str(len(table))] = {
        "file_mb": round(source.stat().st_size / 2**20),
        "training_tokens": n_tokens,
        "tokens_on_disk_mb": round(sum(path.stat().st_size for path in folder.rglob("*.int*")) / 2**20),
        "cores": len(os.sched_getaffinity(0)),
        "steps": watch.steps,
        "notes": notes,
    }
    RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Make the rows, and measure in another process."""
    parser = argparse.ArgumentParser(description="seconds and memory of preparing many rows")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--measure", type=Path, help="measure in this folder, which holds rows.csv")
    given = parser.parse_args()
    if given.measure:
        measure(given.measure / "rows.csv", given.measure / "run")
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder) / "rows.csv", given.rows)
        subprocess.run([sys.executable, __file__, "--measure", folder], check=True)


if __name__ == "__main__":
    main()
