"""What each optimisation gains, alone: with it and without it by turns, in one process.

Run by ``python -m benchmarks.gains`` on an idle machine, about four minutes; writes benchmarks/results/gains.json and
the table in docs/performance.md. Without the optimisation is measured by putting back what it replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.record import PERFORMANCE, ROOT, Record

import multitag
from multitag.extras import import_extra
from multitag.threads import available_cores

RECORD = Record("gains", PERFORMANCE)
ROUNDS, BATCH, TOKENS, VOCABULARY = 9, 16, 40, 6000  # a batch of IMDB; a thousand movies use 6,000 tokens
BUSY = "while True: pass"
STEPS_BESIDE = """
import benchmarks.gains as gains
step = gains.training_step("minilm")
print(gains.seconds({"step": step}, rounds=3)["step"])
"""

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
    name: str, *, first_token: bool = True, used: bool = True, bf16: bool = True, fused: bool = True
) -> Step:
    """Return a whole training step of a model, with or without some of the optimisations."""
    torch: Any = import_extra("torch", "train")
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
    if fused and bf16:
        fuse_blocks(model)
    model.train()
    parameters = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=1e-5, fused=True)
    ids = torch.randint(1, VOCABULARY, (BATCH, TOKENS))
    mask, labels = torch.ones_like(ids), (torch.rand(BATCH, 20) < 0.1).float()
    mask[0, -2:] = 0  # as in most batches, some padding

    def step() -> None:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = model(ids, mask, labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 0.25)
        optimizer.step()
        optimizer.zero_grad()

    return step


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
        from concurrent.futures import ThreadPoolExecutor

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


def waiting(beside: int) -> dict[str, float]:
    """Train beside processes that keep a core busy each, as multitag chooses to wait and in both ways."""
    found = {}
    for name, policy in (("as it is", {}), ("threads that sleep", {"OMP_WAIT_POLICY": "PASSIVE"}),
                         ("threads that spin", {"OMP_WAIT_POLICY": "ACTIVE"})):  # fmt: skip
        busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(beside)]
        try:
            environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"} | policy
            command = [sys.executable, "-c", STEPS_BESIDE]
            done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        finally:
            for process in busy:
                process.kill()
                process.wait()
        found[name] = float(done.stdout.split()[-1])
    return found


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
        results[f"training step, {title}"] = seconds(steps)
        with tempfile.TemporaryDirectory() as folder:
            results[f"eight int8 batches, {title}"] = seconds(predicting_steps(name, Path(folder)))
    results["training step in a process of its own, minilm"] = waiting(beside=0)
    results["training step beside a busy process, minilm"] = waiting(beside=1)
    RECORD.save(results, table(results))


if __name__ == "__main__":
    main()
