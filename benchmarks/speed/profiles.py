"""Where the time of a training step and of a predicted batch goes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.speed.worker import Link

# First pattern that fits decides. torch's names of operators, forwards and backwards.
TRAINING_PARTS = {
    "optimiser": r"Optimizer\.|adam|clip_grad|_foreach|linalg_vector_norm|aten::norm$",
    "attention": r"attention|softmax|aten::bmm",  # no other products are of batches
    "GEMM": r"aten::(mm|addmm|linear|matmul|mkldnn_linear|_addmm_activation)|mkldnn|onednn",
    "dropout": r"dropout|bernoulli",
    "casts and copies": r"aten::(copy_|_to_copy|to|clone|contiguous|cat|stack)$",
    "norms, GELU and loss": r"layer_norm|gelu|binary_cross_entropy|log_sigmoid",
    "embeddings": r"embedding|index|gather|scatter",
    "additions, of gradients too": r"aten::(add_?|sum|zero_|fill_|mul_?)$|AccumulateGrad",
    "autograd itself": r"autograd::|Backward\d",
}
TOKENIZER = "tokenizer"
# ONNX Runtime's names of operators, fused ones among them.
PREDICTING_PARTS = {
    "GEMM, attention's too": r"MatMul|Gemm",  # with what is fused into it, such as quantising
    "attention": r"Attention|Softmax",
    "quantising": r"Quantize",
    "norms and GELU": r"LayerNorm|Gelu|Erf|Pow|ReduceMean|Sqrt|FastGelu",
    "embeddings": r"Gather|EmbedLayer",
    TOKENIZER: TOKENIZER,
    "moving": r"Transpose|Reshape|Concat|Slice|Unsqueeze|Expand|Cast|Squeeze|Split",
    "additions": r"^(Add|Sub|Mul|Div|Where)$",
}
REST = "other operators"


class StepProfile:
    """torch's profiler over a round; its own cost makes the round longer, so that only shares are to be read."""

    def __init__(self) -> None:
        from torch.profiler import ProfilerActivity, profile

        self.profiler = profile(activities=[ProfilerActivity.CPU])
        self.profiler.start()

    def stop(self, seconds: float) -> dict[str, float]:
        """Return the share of each part in the ``seconds`` of the round."""
        self.profiler.stop()
        events = [(event.key, event.self_cpu_time_total / 1e6) for event in self.profiler.key_averages()]
        return shares(events, TRAINING_PARTS, seconds, "Python, the Trainer and loading")


def shares(
    events: Iterable[tuple[str, float]], parts: Mapping[str, str], seconds: float, outside: str
) -> dict[str, float]:
    """Sort times of operators into parts.

    Parameters
    ----------
    events : iterable of (name, seconds)
    parts : mapping of str to str
        A regular expression for each part; what none fits is :data:`REST`.
    seconds : float
        Of everything; what no event accounts for is ``outside``.

    Returns
    -------
    dict of str to float
        Shares in [0, 1] by part, the largest first, ``outside`` last.
    """
    found = dict.fromkeys((*parts, REST), 0.0)
    for name, spent in events:
        found[next((part for part, pattern in parts.items() if re.search(pattern, name)), REST)] += spent
    inside = sum(found.values())
    ordered = sorted(((part, spent / seconds) for part, spent in found.items() if spent), key=lambda item: -item[1])
    return {**dict(ordered), outside: max(0.0, 1 - inside / seconds)}


def predict_profile(link: Link, spec: Mapping[str, Any]) -> None:
    """Contender: one prediction by one thread, under ONNX Runtime's own profiler.

    ``spec``: ``bundle``, ``backend``, ``texts``, ``scratch``. With one thread, times of operators add up to the whole.
    """
    import onnxruntime

    import multitag

    class Profiled(onnxruntime.InferenceSession):
        """Every session that multitag opens writes its profile."""

        def __init__(self, graph: Any, options: Any = None, **kwargs: Any) -> None:
            options = options or onnxruntime.SessionOptions()
            options.enable_profiling = True
            options.profile_file_prefix = str(Path(spec["scratch"]) / "profile")
            super().__init__(graph, options, **kwargs)
            sessions.append(self)

    sessions: list[Profiled] = []
    onnxruntime.InferenceSession = Profiled
    texts = json.loads(Path(spec["texts"]).read_text(encoding="utf-8"))
    classifier = multitag.load(spec["bundle"], backend=spec["backend"], threads=1)
    classifier.predict_proba(texts["warm"])
    link.ready()
    order = link.next_order()
    if order is None:
        return
    chosen = texts[order["texts"]]
    before = time.perf_counter()
    classifier.predict_proba(chosen)
    seconds = time.perf_counter() - before
    events = [event for session in sessions for event in _node_events(Path(session.end_profiling()), seconds)]
    tokenizing = _tokenizing(Path(spec["bundle"]) / "model", chosen)
    parts = shares([*events, (TOKENIZER, tokenizing)], PREDICTING_PARTS, seconds, "the rest of multitag")
    link.report(rows=len(chosen), seconds=seconds, profile=parts)


def _node_events(path: Path, seconds: float) -> list[tuple[str, float]]:
    """Read operators' times of the last ``seconds``: the profile also has loading and warming up."""
    events = [event for event in json.loads(path.read_text(encoding="utf-8")) if event.get("cat") == "Node"]
    kernels = [event for event in events if event["name"].endswith("_kernel_time")]
    end = max(event["ts"] + event["dur"] for event in kernels)
    return [
        (event["args"]["op_name"], event["dur"] / 1e6) for event in kernels if event["ts"] >= end - seconds * 1e6
    ]


def _tokenizing(folder: Path, texts: list[str]) -> float:
    """Time the tokenizer alone, in one thread too."""
    import os

    os.environ["RAYON_NUM_THREADS"] = "1"
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    started = time.perf_counter()
    for text in texts:
        tokenizer.encode(text)
    return time.perf_counter() - started
