"""How much memory a training takes from its first steps to its last, with few of oneDNN's kernels kept and with many.

Run by ``python -m benchmarks.memory`` on an idle machine, some minutes; writes benchmarks/results/memory.json and the
table in docs/performance.md. Each training is one epoch of ``multitag.train`` in a process of its own: 1,300 texts of
five Netflix descriptions each (some 165 tokens) with 90 labels, the commonest words, of which a text has those it has.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import PERFORMANCE, ROOT, SHARED, Record

RECORD = Record("memory", PERFORMANCE)
VARIABLE = "ONEDNN_PRIMITIVE_CACHE_CAPACITY"
KEPT = {"32, as multitag sets it": None, "8": "8", "64": "64", "1,024, as oneDNN does": "1024"}
SEED, N_TEXTS, N_LABELS, JOINED = 0, 1300, 90, 5


def make_table() -> tuple[list[str], list[list[str]]]:
    """Return texts and labels."""
    import csv

    with (SHARED / "netflix_titles.csv").open(encoding="utf-8", newline="") as file:
        descriptions = [row["description"] for row in csv.DictReader(file)]
    rng = np.random.default_rng(SEED)
    texts = [" ".join(rng.choice(descriptions, JOINED)) for _ in range(N_TEXTS)]
    words = [set(re.findall(r"[a-z]{5,}", text.lower())) for text in texts]
    labels = [word for word, _ in Counter(word for of_text in words for word in sorted(of_text)).most_common(N_LABELS)]
    return texts, [[label for label in labels if label in of_text] for of_text in words]


def train() -> dict[str, Any]:
    """Train in this process; return megabytes after each step, those at the peak, and processor seconds a step."""
    import psutil

    import multitag
    from multitag.threads import import_torch

    import_torch()
    from benchmarks.speed.machine import peak_bytes
    from transformers import TrainerCallback, trainer

    megabytes: list[float] = []
    clock: list[float] = []

    class Watch(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            megabytes.append(psutil.Process().memory_info().rss / 2**20)
            clock.append(time.process_time())

    trainer.DEFAULT_CALLBACKS.append(Watch)
    texts, labels = make_table()
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.jsonl"
        lines = (json.dumps({"text": text, "labels": row}) for text, row in zip(texts, labels, strict=True))
        rows.write_text("\n".join(lines), encoding="utf-8")
        table = multitag.read_table(rows, text="text", labels="labels", allow_unlabelled=True)
        multitag.train(table, out=Path(folder) / "run", base_model="minilm", epochs=1, onnx=False, baselines=False)
    seconds = (clock[-1] - clock[0]) / (len(clock) - 1)
    return {"megabytes": megabytes, "peak": peak_bytes() / 2**20, "seconds_a_step": seconds}


def as_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Lay the figures out, a line a number of kernels."""
    lines = [
        "| Kernels kept | after 10 steps | half way | at the last step | peak of the whole run | CPU seconds a step |",
        "| :-- | --: | --: | --: | --: | --: |",
    ]
    for kept, each in results.items():
        steps: Sequence[float] = each["megabytes"]
        figures = [steps[9], steps[len(steps) // 2], steps[-1], each["peak"]]
        cells = [f"{figure:,.0f} MB" for figure in figures]
        lines.append(f"| {' | '.join([kept, *cells, format(each['seconds_a_step'], '.2f')])} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure each in a process of its own, as oneDNN reads the variable once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", action="store_true", help="train in this process, and print what it took")
    if parser.parse_args().one:
        print(json.dumps(train()))
        return
    results = {}
    for kept, value in KEPT.items():
        environment = {name: setting for name, setting in os.environ.items() if name != VARIABLE}
        command = [sys.executable, "-m", "benchmarks.memory", "--one"]
        ended = subprocess.run(
            command, env=environment | ({} if value is None else {VARIABLE: value}), cwd=ROOT, check=True,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        results[kept] = json.loads(ended.stdout.splitlines()[-1])
        results[kept]["megabytes"] = [round(each, 1) for each in results[kept]["megabytes"]]
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
