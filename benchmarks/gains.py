"""What each optimisation gains, alone: with it and without it by turns, in one process.

Run by ``python -m benchmarks.gains`` on an idle machine, about six minutes; writes benchmarks/results/gains.json and
the table in docs/performance.md. Without the optimisation is measured by putting back what it replaced; what was tried
and is not built is measured in its place. Compiling takes a C++ compiler, and is left out where there is none. What is
set once in a process is measured in several, by turns.
"""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import PERFORMANCE, ROOT, Record

import multitag
from multitag.extras import import_extra
from multitag.threads import available_cores, import_torch
from multitag.training.allocator import freed_memory_kept

RECORD = Record("gains", PERFORMANCE)
ROUNDS, PROCESSES = 9, 3
BATCH, TOKENS, VOCABULARY = 16, 40, 6000  # a batch of IMDB; a thousand movies use 6,000 tokens
BUSY = "while True: pass"
BESIDE = {  # environment of each
    "as it is": {},
    "threads that sleep": {"OMP_WAIT_POLICY": "PASSIVE"},
    "threads that spin": {"OMP_WAIT_POLICY": "ACTIVE"},
}

Step = Callable[[], object]


def seconds(steps: Mapping[str, Step], rounds: int = ROUNDS) -> dict[str, float]:
    """Run steps by turns; give the median seconds of each, the first round left out."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds + 1):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - started)
    return {name: float(np.median(each[1:])) for name, each in times.items()}


def stock_model(name: str) -> Any:
    """Make minilm or a model of distilbert-base's geometry with random weights, with our head."""
    import_extra("torch", "train")
    from transformers import DistilBertConfig

    from multitag.labels import LabelSet
    from multitag.model.base import resolve_base_model
    from multitag.model.build import build_model
    from multitag.model.linear_head import LinearHeadDistilBert

    labels = LabelSet(tuple(f"label {number:02}" for number in range(20)))
    if name == "minilm":
        return build_model(resolve_base_model("minilm"), labels)
    return LinearHeadDistilBert(DistilBertConfig(num_labels=len(labels)))


def training_step(
    name: str, *, first_token: bool = True, used: bool = True, bf16: bool = True, fused: bool = True,
    compiled: bool = False, halved: bool = False,
) -> Step:  # fmt: skip
    """Return a whole training step of a model, with or without some of the optimisations, or with one not built."""
    torch: Any = import_extra("torch", "train")
    model = model_to_train(name, first_token=first_token, used=used, fused=fused and bf16)
    parameters = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-5, fused=True)
    ids = torch.randint(1, VOCABULARY, (BATCH, TOKENS))
    mask, labels = torch.ones_like(ids), (torch.rand(BATCH, 20) < 0.1).float()
    mask[0, -2:] = 0  # as in most batches, some padding

    def gradients(model: Any, rows: slice) -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = model(ids[rows], mask[rows], labels[rows]).loss
        loss.backward()

    if halved:
        whole = halves(model, parameters, gradients)
    else:
        passed = torch.compile(model) if compiled else model
        whole = lambda: gradients(passed, slice(None))  # noqa: E731

    def step() -> None:
        whole()
        torch.nn.utils.clip_grad_norm_(parameters, 0.25)
        optimizer.step()
        optimizer.zero_grad()

    return step


def halves(model: Any, parameters: list[Any], gradients: Callable[[Any, slice], None]) -> Step:
    """Return the gradients' part of a step in which a thread takes each half of the batch, and the sums are added."""
    torch: Any = import_extra("torch", "train")
    other = copy.deepcopy(model)
    for own, shared in zip(other.parameters(), model.parameters(), strict=True):
        own.data = shared.data
    others = [each for each in other.parameters() if each.requires_grad]
    workers = ThreadPoolExecutor(2, initializer=torch.set_num_threads, initargs=(1,))
    list(workers.map(time.sleep, (0.1, 0.1)))  # both have started, and have set what is everybody's
    torch.set_num_threads(available_cores())

    def whole() -> None:
        list(workers.map(gradients, (model, other), (slice(0, BATCH // 2), slice(BATCH // 2, BATCH))))
        torch._foreach_add_([each.grad for each in parameters], [each.grad for each in others])
        for each in others:
            each.grad = None

    return whole


def model_to_train(name: str, *, first_token: bool, used: bool, fused: bool) -> Any:
    """Return a model made ready for training, with or without some of the optimisations."""
    from transformers.models.distilbert.modeling_distilbert import TransformerBlock

    from multitag.model.vocabulary import keep_used_tokens
    from multitag.training.fused.block import fuse_blocks

    model = stock_model(name)
    if not first_token:
        whole = TransformerBlock(model.config)
        whole.load_state_dict(model.distilbert.transformer.layer[-1].state_dict())
        model.distilbert.transformer.layer[-1] = whole
    if used:
        keep_used_tokens(model, np.arange(VOCABULARY))
    if fused:
        fuse_blocks(model)
    model.train()
    return model


def predicting_steps(name: str, folder: Path) -> dict[str, Step]:
    """Return steps that score eight batches, as they are and without one optimisation each."""
    import onnxruntime

    from multitag.export import quantise, trace
    from multitag.inference.backends import onnx
    from multitag.model.base import resolve_base_model
    from multitag.model.build import load_tokenizer, save_model

    save_model(stock_model(name), load_tokenizer(resolve_base_model("minilm"), 256), folder / "model")
    texts = multitag.read_table("sample").texts
    trace.export_onnx(folder / "model", folder / "lean.onnx")
    trace._trace(folder / "model", folder / "traced.onnx")
    arranged = quantise.arrange_for_int8(folder / "model", folder / "lean.onnx", texts)
    plain = import_extra("onnx", "train")
    graphs = {"int8": arranged, **{f"{kind} int8": plain.load(folder / f"{kind}.onnx") for kind in ("lean", "traced")}}
    for kind, graph in graphs.items():
        quantise.quantise_int8(graph, folder / f"{kind}.onnx")
    ids = np.random.default_rng(0).integers(1000, 20000, (BATCH, TOKENS))
    batch = dict(zip(onnx.INPUTS, (ids, np.ones_like(ids)), strict=True))

    cores = available_cores()

    def scorer(
        kind: str, *, fusions: bool = False, spinning: bool = False, threads: int = 1, at_once: int = cores
    ) -> Step:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
        disabled = None if fusions else onnx.SLOW_FUSIONS
        session = onnxruntime.InferenceSession(str(folder / f"{kind}.onnx"), options, disabled_optimizers=disabled)
        workers = ThreadPoolExecutor(at_once)
        return lambda: list(workers.map(lambda _: session.run(None, batch), range(8)))

    return {
        "as it is": scorer("int8"),
        "not arranged for int8": scorer("lean int8"),
        "traced graph": scorer("traced int8"),
        "with fused addition and norm": scorer("int8", fusions=True),
        "batches at once, each by all threads": scorer("int8", threads=cores),
        "one batch at a time, by all threads": scorer("int8", threads=cores, at_once=1),
        "one batch at a time, by all threads, spinning": scorer("int8", threads=cores, at_once=1, spinning=True),
        "fp32": scorer("lean"),
        "fp32, traced graph": scorer("traced"),
    }


def print_seconds(*, keep: bool, halved: bool) -> None:
    """Measure a training step of minilm in this process, with freed memory kept, as a training does, or given back."""
    import_torch()
    with freed_memory_kept() if keep else nullcontext():
        print(seconds({"step": training_step("minilm", halved=halved)})["step"])


def in_own_process(
    *, keep: bool = True, halved: bool = False, environment: Mapping[str, str] | None = None
) -> Callable[[], float]:
    """Return a function that does the same in a process of its own."""
    code = f"from benchmarks.gains import print_seconds\nprint_seconds(keep={keep}, halved={halved})"
    outside = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}

    def measure() -> float:
        command = [sys.executable, "-c", code]
        environ = outside | dict(environment or {})
        done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=True)
        return float(done.stdout.split()[-1])

    return measure


def in_own_processes(measures: Mapping[str, Callable[[], float]], beside: int = 0) -> dict[str, float]:
    """Measure in processes by turns, beside others that keep a core busy each; give the medians."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(PROCESSES):
        for name, measure in measures.items():
            busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(beside)]
            try:
                found[name].append(measure())
            finally:
                for process in busy:
                    process.kill()
                    process.wait()
    return {name: float(np.median(each)) for name, each in found.items()}


def waits() -> dict[str, Callable[[], float]]:
    """Return what measures a step with threads that wait as multitag chooses, and in both ways."""
    return {name: in_own_process(environment=policy) for name, policy in BESIDE.items()}


def table(results: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures as Markdown: each variant's time over that of multitag as it is."""
    lines = ["| What | Variant | Milliseconds | Times as long |", "| :-- | :-- | --: | --: |"]
    for what, times in results.items():
        for variant, value in times.items():
            lines.append(f"| {what} | {variant} | {value * 1000:.0f} | {value / times['as it is']:.2f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the results."""
    results: dict[str, dict[str, float]] = {}
    for name, title in (("minilm", "minilm"), ("wide", "768 wide")):
        steps = {
            "as it is": training_step(name),
            "stock blocks under autocast": training_step(name, fused=False),
            "last block for every token": training_step(name, first_token=False),
            "embeddings of all tokens": training_step(name, used=False),
            "fp32": training_step(name, bf16=False),
        }
        if shutil.which("g++"):
            steps["stock blocks, compiled by torch"] = training_step(name, fused=False, compiled=True)
        with freed_memory_kept():
            results[f"training step, {title}"] = seconds(steps)
        with tempfile.TemporaryDirectory() as folder:
            results[f"eight int8 batches, {title}"] = seconds(predicting_steps(name, Path(folder)))
    alone = waits() | {
        "freed memory given back": in_own_process(keep=False),
        "a thread for each half of the batch": in_own_process(halved=True),
    }
    results["training step in a process of its own, minilm"] = in_own_processes(alone)
    results["training step beside a busy process, minilm"] = in_own_processes(waits(), beside=1)
    RECORD.save(results, table(results))


if __name__ == "__main__":
    main()
