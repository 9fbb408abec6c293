"""Train on a million rows, and on two million, and note the seconds and the memory of each part of it.

Run by ``make bench-size``; writes benchmarks/results/size.json. The rows are Netflix-like: the beginning of one real
description and the end of another, with some words changed, and the genres of the first; the same rows for the same
number. ``multitag train`` reads, splits, tokenises and trains as it always does, a tiny DistilBERT with MiniLM's
vocabulary and random weights, for a few steps; then it measures and bundles. What the kernel can take back at once, as
it is a copy of a file, is no need of memory: the peak is that of the anonymous pages (RssAnon), seen every 20 ms.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

SEED, STEPS = 0, 20
NETFLIX = Path(__file__).parents[2] / "shared" / "data" / "netflix_titles.csv"
RESULTS = Path(__file__).parent / "results" / "size.json"
CHUNK = 50_000  # rows written at once
SIZES = (("parquet", 1_000_000), ("parquet", 2_000_000), ("jsonl", 1_000_000), ("csv", 1_000_000))


def generate(rows: int) -> Iterator[dict[str, str]]:
    """Make rows of the real ones."""
    draw = random.Random(SEED)
    with NETFLIX.open(encoding="utf-8", newline="") as file:
        real = list(csv.DictReader(file))
    words = sorted({word for row in real for word in row["description"].split()})
    for number in range(rows):
        one, other = draw.choices(real, k=2)
        yield {
            "show_id": f"s{number}", "title": one["title"], "listed_in": one["listed_in"],
            "description": mixed(one, other, words, draw),
        }  # fmt: skip


def mixed(one: dict[str, str], other: dict[str, str], words: list[str], draw: random.Random) -> str:
    """Put two descriptions together and change three words."""
    start, end = one["description"].split(), other["description"].split()
    text = start[: len(start) // 2] + end[len(end) // 2 :]
    for word in draw.choices(words, k=3):
        text[draw.randrange(len(text))] = word
    return " ".join(text)


def write(target: Path, rows: int) -> None:
    """Write them in the format of the file's name."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in ("show_id", "title", "listed_in", "description")])
    if target.suffix == ".parquet":
        with pq.ParquetWriter(target, schema) as parquet:
            made = generate(rows)
            while chunk := list(islice(made, CHUNK)):
                parquet.write_table(pa.Table.from_pylist(chunk, schema))
        return
    with target.open("w", encoding="utf-8", newline="") as file:
        if target.suffix == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in generate(rows))
        else:
            writer = csv.DictWriter(file, schema.names)
            writer.writeheader()
            writer.writerows(generate(rows))


def make_base_model(folder: Path) -> None:
    """Save a DistilBERT of 2 layers x 32 with random weights."""
    import torch
    from transformers import DistilBertConfig, DistilBertModel

    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer

    tokenizer = load_tokenizer(resolve_base_model("minilm"), 256)
    torch.manual_seed(SEED)
    config = DistilBertConfig(vocab_size=len(tokenizer), dim=32, hidden_dim=64, n_layers=2, n_heads=2, pad_token_id=0)
    DistilBertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


class Watch(threading.Thread):
    """Seconds and peak megabytes of the parts of this process, up to the end of each."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.steps: list[dict[str, Any]] = []
        self.anonymous = self.mapped = 0.0
        self.started = time.perf_counter()

    def run(self) -> None:
        """Look at the memory for as long as the process lives."""
        while True:
            self.look()
            time.sleep(0.02)

    def look(self) -> None:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        self.anonymous, self.mapped = (
            max(before, int(fields[name].split()[0]) / 1024)
            for before, name in ((self.anonymous, "RssAnon"), (self.mapped, "RssFile"))
        )

    def note(self, name: str) -> None:
        """Note what it took up to here."""
        self.look()
        seconds, busy = time.perf_counter() - self.started, time.process_time()
        self.steps.append({
            "until": name, "seconds": round(seconds, 1), "cpu_seconds": round(busy, 1),
            "peak_anonymous_mb": round(self.anonymous), "peak_mapped_mb": round(self.mapped),
        })  # fmt: skip
        print(json.dumps(self.steps[-1]), flush=True)

    def after(self, place: Any, name: str, step: str) -> None:
        """Note the end of the first call of a function."""
        function: Callable[..., Any] = getattr(place, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            value = function(*args, **kwargs)
            if all(before["until"] != step for before in self.steps):
                self.note(step)
            return value

        setattr(place, name, noted)


def train(source: Path, folder: Path) -> None:
    """Train as the shell does, and note each part; written where it comes to its end."""
    watch = Watch()
    watch.start()
    from multitag.threads import import_torch

    import_torch()
    import multitag.jobs.train.figures
    import multitag.training.fine_tune
    from multitag.cli.main import run
    from multitag.data import read
    from multitag.data.task import Task
    from multitag.training.trainer.multi_label import MultiLabelTrainer

    watch.note("torch and the rest are imported")
    watch.after(read, "load_tables", "the table is read")
    watch.after(Task, "prepare", "texts are compared, labels encoded, rows split")
    watch.after(multitag.training.fine_tune, "_tokenise", "training and validation rows are tokenised")
    watch.after(MultiLabelTrainer, "training_step", "the first step is trained")
    watch.after(MultiLabelTrainer, "train", "the training is over")
    sys.argv = [
        "multitag", "train", str(source), "--text", "description", "--labels", "listed_in",
        "--base-model", str(folder / "base"), "--out", str(folder / "run"), "--trainer-arg", f"max_steps={STEPS}",
    ]  # fmt: skip
    try:
        run()
    except SystemExit as ended:
        if ended.code:
            raise
    watch.note("the bundle is written")
    tokens = sum(path.stat().st_size for path in (folder / "run" / "tokens").rglob("*.int*"))
    facts = {"file_mb": round(source.stat().st_size / 2**20), "tokens_mb": round(tokens / 2**20)}
    (folder / "steps.json").write_text(json.dumps({**facts, "steps": watch.steps}), encoding="utf-8")


def main() -> None:
    """Make the rows, and train in another process."""
    parser = argparse.ArgumentParser(description="seconds and memory of a training on many rows")
    parser.add_argument("--only", help="one of the sizes, as in parquet-1000000")
    parser.add_argument("--measure", type=Path, help="train on the file rows.* in this folder")
    given = parser.parse_args()
    if given.measure:
        (source,) = given.measure.glob("rows.*")
        train(source, given.measure)
        return
    for kind, rows in SIZES:
        if given.only in (None, f"{kind}-{rows}"):
            with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as name:
                folder = Path(name)
                write(folder / f"rows.{kind}", rows)
                make_base_model(folder / "base")
                subprocess.run([sys.executable, __file__, "--measure", name], check=True)
                steps = json.loads((folder / "steps.json").read_text(encoding="utf-8"))
            figures = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
            figures[f"{kind}-{rows}"] = steps
            RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
