"""How many tokens a batch should have when predicting on a CPU, and what their number changes.

Run by ``python -m benchmarks.batches BUNDLE``, a few minutes; writes benchmarks/results/batches.json and the table in
docs/performance.md. Descriptions of netflix_titles.csv are scored by one thread in batches of several numbers of
tokens, by turns. What counts is the CPU time, which other processes disturb less than the time on the clock.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import PERFORMANCE, SHARED, Record
from benchmarks.speed.machine import describe
from benchmarks.speed.tables import processor
from numpy.typing import NDArray

from multitag.bundle.read import open_bundle
from multitag.config import BackendName
from multitag.extras import is_installed
from multitag.inference.backends.backend import open_backend
from multitag.inference.backends.limits import CPU_TOKENS, BatchLimits
from multitag.inference.encoding import TextEncoder
from multitag.inference.scoring import score_texts

RECORD = Record("batches", PERFORMANCE)
NETFLIX = SHARED / "netflix_titles.csv"
TOKENS = (256, 512, 1024, 2048, 4096)
MANY = 4096  # texts: their number is not what bounds a batch here


def measure(bundle: Path, backend_name: BackendName, texts: list[str], rounds: int) -> dict[str, Any]:
    """Return CPU seconds of each number of tokens, and by how much it changed the probabilities.

    Each is once scored without being measured. The changes are against batches of 512 tokens, the default.
    """
    opened = open_bundle(bundle)
    encoder, n_labels = TextEncoder(opened.folder / "model"), len(opened.label_set)
    backend = open_backend(opened.folder, backend_name, threads=1)
    seconds: dict[int, list[float]] = {tokens: [] for tokens in TOKENS}
    y_prob: dict[int, NDArray[np.float32]] = {}
    for number in range(rounds + 1):
        for tokens in TOKENS[:: 1 if number % 2 else -1]:
            backend.limits = BatchLimits(tokens, MANY)
            started = time.process_time()
            y_prob[tokens] = score_texts(encoder, backend, texts, n_labels)
            seconds[tokens].append(time.process_time() - started)
    opened.close()
    return {
        str(tokens): {
            "cpu_seconds": seconds[tokens][1:],
            "times_default": float(np.median(np.divide(seconds[tokens][1:], seconds[CPU_TOKENS][1:]))),
            "largest_difference": float(np.abs(np.subtract(y_prob[tokens], y_prob[CPU_TOKENS], dtype=float)).max()),
            "same_bits": bool(np.array_equal(y_prob[tokens], y_prob[CPU_TOKENS])),
        }
        for tokens in TOKENS
    }


def table(results: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    lines = [
        "| Backend | Tokens in a batch | CPU time beside 512 | Largest change of a probability |",
        "| :-- | --: | --: | --: |",
    ]
    for name, figures in results["backends"].items():
        for tokens, each in figures.items():
            change = "none" if each["same_bits"] else f"{each['largest_difference']:.1g}"
            lines.append(f"| {name} | {int(tokens):,} | {each['times_default']:.2f} | {change} |")
    rounds = f"median of {results['rounds']} rounds by turns"
    about = f"{results['processor']}; {results['texts']} texts, one thread, {rounds}."
    return "\n".join([*lines, "", about]) + "\n"


def main() -> None:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--texts", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not NETFLIX.is_file():
        raise SystemExit(f"{NETFLIX} is not there: this benchmark needs the shared data")
    with NETFLIX.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["description"] for row in csv.DictReader(file)]
    texts = random.Random(0).sample(texts, options.texts)
    names: list[BackendName] = ["onnx-int8", "onnx", *(["openvino"] if is_installed("openvino") else [])]
    backends = {}
    for name in names:
        backends[name] = measure(options.bundle, name, texts, options.rounds)
        print(name, {tokens: round(each["times_default"], 3) for tokens, each in backends[name].items()}, flush=True)
    results = {
        "processor": processor({"machine": describe()}), "texts": len(texts), "rounds": options.rounds,
        "backends": backends,
    }  # fmt: skip
    RECORD.save(results, table(results))


if __name__ == "__main__":
    main()
