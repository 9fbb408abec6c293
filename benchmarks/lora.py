"""What low-rank adapters cost beside full fine-tuning, at the width of distilbert-base.

``python -m benchmarks.lora`` trains a DistilBERT of width 768 with random weights on texts of the packaged sample, each
way in a process of its own, and writes benchmarks/results/lora.json and the table in docs/performance.md. Memory is the
largest the process held; what it held before the training is told beside it.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.record import PERFORMANCE, Record

RECORD = Record("lora", PERFORMANCE)
WAYS: dict[str, dict[str, Any]] = {"all weights": {}, "adapters of rank 16": {"lora": True}}
ROWS, BATCH, LENGTH = 64, 16, 128


def train(way: str, rows: int) -> dict[str, float]:
    """Train one epoch, one way; returns megabytes, seconds and what is trained."""
    import torch
    from transformers import DistilBertConfig, DistilBertModel

    import multitag
    from multitag.config import Config
    from multitag.data.task import Task
    from multitag.model.base import resolve_base_model
    from multitag.model.minilm import minilm_folder
    from multitag.quiet import quiet_transformers
    from multitag.training.fine_tune import fine_tune, resolve_settings

    with tempfile.TemporaryDirectory() as scratch, quiet_transformers():
        folder = Path(scratch)
        torch.manual_seed(0)
        DistilBertModel(DistilBertConfig()).save_pretrained(folder / "base")
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / "base" / name).write_bytes((minilm_folder() / name).read_bytes())
        config = Config().override(
            base_model=str(folder / "base"), epochs=1, batch_size=BATCH, max_length=LENGTH, recipe="fine-tune",
            validation_size=0, test_size=800 - rows, **WAYS[way],
        )  # fmt: skip
        task = Task.prepare(multitag.read_table("sample"), config)
        base = resolve_base_model(config.model.base_model)
        settings = resolve_settings(task, base, config)
        before = _megabytes()
        started, started_cpu = time.perf_counter(), time.process_time()
        tuned = fine_tune(task, base, settings, folder / "checkpoints")
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu
        checkpoint = max((folder / "checkpoints").glob("checkpoint-*"))
        size = sum(path.stat().st_size for path in checkpoint.iterdir()) / 2**20
    return {
        "before_mb": before, "peak_mb": _megabytes(), "seconds": seconds, "cpu_seconds": cpu_seconds,
        "training_seconds": tuned.fit.seconds,
        "checkpoint_mb": size, "threads": torch.get_num_threads(), "rows": rows,
    }  # fmt: skip


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def as_table(results: Mapping[str, Any]) -> str:
    """Write the results as Markdown."""
    lines = [
        "| What is trained | Peak memory, MB | Checkpoint, MB | Texts a second |", "| :-- | --: | --: | --: |"
    ]  # fmt: skip
    for way, each in results["ways"].items():
        speed = each["rows"] / each["training_seconds"]
        lines.append(f"| {way} | {each['peak_mb']:,.0f} | {each['checkpoint_mb']:,.0f} | {speed:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Train each way in a process of its own, and write what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--way", choices=WAYS, help="train this way only, and print its figures as JSON")
    arguments = parser.parse_args()
    if arguments.way:
        print(json.dumps(train(arguments.way, arguments.rows)))
        return
    ways = {}
    for way in WAYS:
        command = [sys.executable, "-m", "benchmarks.lora", "--rows", str(arguments.rows), "--way", way]
        ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        ways[way] = json.loads(ended.stdout.splitlines()[-1])
        print(way, ways[way], file=sys.stderr)
    results = {"processor": platform.processor() or platform.machine(), "ways": ways}
    RECORD.save(results, as_table(results))


if __name__ == "__main__":
    main()
