"""The two comparisons: contenders that train, contenders that predict, each beside the limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.speed.figures import largest_difference, rates, ratios, spread
from benchmarks.speed.flops import TRAINING_STEP, Geometry, Tokens, needed, stock
from benchmarks.speed.limit import best
from benchmarks.speed.plan import ModelPlan, Plan
from benchmarks.speed.prepare import Bundle, Data, draw
from benchmarks.speed.rounds import Reports, all_ready, run_rounds
from benchmarks.speed.worker import Worker

Say = Callable[[str], None]
LIMIT = "limit"
FP32, BF16, INT8 = "fp32", "bf16", "int8"
ARITHMETIC = {"onnx": FP32, "onnx-int8": INT8, "openvino": BF16, "torch": FP32}  # of multitag's backends
PIPELINE, PIPELINE_32 = "pipeline", "pipeline_32"
WARM = 16  # texts to warm up with, and to compare the answers on


def compare_training(model: ModelPlan, plan: Plan, base: Path, data: Data, say: Say) -> dict[str, Any]:
    """Measure training steps of one model by every contender."""
    rows = data.training_csv(model.training_rows)
    labels = {name for _, names in draw(data.imdb, model.training_rows) for name in names}
    geometry = Geometry.read(base, len(labels))

    def start(name: str, title: str, contender: str, **spec: Any) -> Callable[[], Worker]:
        scratch = data.folder / f"training-{model.name}-{name}"
        scratch.mkdir()
        spec |= {"rows": str(rows), "base": str(base), "scratch": str(scratch)}
        return partial(Worker, name, title, f"training:{contender}", spec, scratch)

    contenders = [
        start(f"plain_{pad_to}", f"plain recipe, padded to {pad_to}", "plain_train", pad_to=pad_to, steps=steps)
        for pad_to, steps in model.plain_steps.items()
    ]
    contenders.append(start("multitag", "multitag", "multitag_train"))
    with all_ready([*contenders, _limit(geometry, plan, data.folder, training=True)], say) as workers:
        reports = run_rounds(workers, model.training, say, warm_up={})
        say("profile of multitag's steps")
        multitag = next(worker for worker in workers if worker.name == "multitag")
        profile = multitag.round(profile=True)["profile"]
        facts = _facts(workers, {})
    for name, each in reports.items():
        for report in each if name != LIMIT else ():
            report |= _work(geometry, Tokens(report["rows"], report["tokens"], report["squares"]), TRAINING_STEP)
    compared = put_together(reports, facts, [f"plain_{pad_to}" for pad_to in model.plain_steps])
    return {"title": model.title, "rows": model.training_rows, "n_labels": len(labels), "profile": profile, **compared}


def compare_predicting(model: ModelPlan, plan: Plan, bundle: Bundle, data: Data, say: Say) -> dict[str, Any]:
    """Measure predictions of one model by every contender, and all rows by the fast ones."""
    subset = [text for text, _ in draw(data.netflix, model.subset)]
    everything = [text for text, _ in data.netflix]
    texts = data.texts_json(f"netflix-{model.name}", warm=subset[:WARM], subset=subset, all=everything)
    geometry, tokens = bundle.geometry, {"subset": bundle.tokens(subset), "all": bundle.tokens(everything)}
    start = partial(_predicting, data.folder / f"predicting-{model.name}", texts)
    model_folder, path = str(bundle.model), str(bundle.path)
    contenders = [
        start(PIPELINE, "transformers' pipeline, default", "pipeline", FP32, model=model_folder, batch_size=None),
        start(PIPELINE_32, "transformers' pipeline, batch 32", "pipeline", FP32, model=model_folder, batch_size=32),
        start("sorted", "torch, sorted, padded by batch of 32", "torch_sorted", FP32, model=model_folder),
        *(
            start(f"multitag_{name}", f"multitag, {name}", "multitag_bundle", arithmetic, bundle=path, backend=name)
            for name, arithmetic in ARITHMETIC.items()
            if bundle.has(name)
        ),
        start("tfidf", "TF-IDF + logistic regression", "tfidf", "", train=str(data.tfidf_json())),
    ]
    with all_ready([*contenders, _limit(geometry, plan, data.folder, training=False)], say) as workers:
        reports = run_rounds(workers, model.predicting, say, order={"texts": "subset"}, warm_up={"texts": "warm"})
        differences = _differences(workers, say)
        whole = _whole_file(workers, reports, plan, len(everything), say)
        facts = _facts(workers, differences)
    for found, which in ((reports, "subset"), (whole, "all")):
        for name, each in found.items():
            for report in each if name not in (LIMIT, "tfidf") else ():
                report |= _work(geometry, tokens[which], 1)
    return {
        "title": model.title,
        "rows": len(subset),
        "tokens_a_row": tokens["subset"].tokens / len(subset),
        "n_labels": geometry.n_labels,
        "parity": bundle.parity,
        **put_together(reports, facts, [PIPELINE, PIPELINE_32]),
        "whole_file": {
            name: {"rows": len(everything), "rows_a_second": spread(rates(each)), "rounds": each}
            for name, each in whole.items()
        },
    }


def _predicting(
    folder: Path, texts: Path, name: str, title: str, contender: str, arithmetic: str, **spec: Any
) -> Callable[[], Worker]:
    folder.mkdir(exist_ok=True)
    spec |= {"texts": str(texts), "arithmetic": arithmetic}
    return partial(Worker, name, title, f"predicting:{contender}", spec, folder)


def _limit(geometry: Geometry, plan: Plan, folder: Path, training: bool) -> Callable[[], Worker]:
    spec = {
        "dim": geometry.dim, "hidden_dim": geometry.hidden_dim, "tokens": plan.gemm_tokens,
        "training": training, "seconds": plan.gemm_seconds,
    }  # fmt: skip
    return partial(Worker, LIMIT, "limit of the machine", "limit:measure", spec, folder)


def _differences(workers: Sequence[Worker], say: Say) -> dict[str, float]:
    """Compare what contenders answer, lest one is fast because it computes something else."""
    say("comparing the answers")
    answers = {
        worker.name: worker.round(texts="warm", want=True)["probabilities"]
        for worker in workers
        if worker.name not in (LIMIT, "tfidf")
    }
    return {name: largest_difference(answer, answers[PIPELINE]) for name, answer in answers.items()}


def _whole_file(workers: Sequence[Worker], reports: Reports, plan: Plan, n_rows: int, say: Say) -> Reports:
    if plan.whole_file is None:
        return {}
    limit = plan.whole_file_seconds
    fast = [
        worker
        for worker in workers
        if worker.name != LIMIT and n_rows / spread(rates(reports[worker.name]))["median"] <= limit
    ]
    return run_rounds(fast, plan.whole_file, say, order={"texts": "all"})


def _facts(workers: Iterable[Worker], differences: Mapping[str, float]) -> dict[str, dict[str, Any]]:
    return {
        worker.name: {
            "title": worker.title,
            "arithmetic": worker.facts.get("arithmetic", worker.spec.get("arithmetic", "")),
            **({"difference": differences[worker.name]} if worker.name in differences else {}),
            **{key: value for key, value in worker.facts.items() if key != "arithmetic"},
        }
        for worker in workers
    }


def _work(geometry: Geometry, texts: Tokens, times: int) -> dict[str, float]:
    """Count a round's arithmetic, in GFLOP."""
    return {
        "gflop_needed": times * needed(geometry, texts) / 1e9,
        "gflop_stock": times * stock(geometry, texts) / 1e9,
    }


def put_together(reports: Reports, facts: Mapping[str, Mapping[str, Any]], beside: Sequence[str]) -> dict[str, Any]:
    """Put figures together: rates, ratios to the contenders in ``beside``, shares of the limit, memory."""
    limit = best(reports[LIMIT])
    contenders = {}
    for name, each in reports.items():
        if name == LIMIT:
            continue
        figures: dict[str, Any] = {
            **facts[name],
            "rows_a_second": spread(rates(each)),
            "ratios": {other: ratios(rates(each), rates(reports[other])) for other in beside},
            "peak_bytes": max(report["peak_bytes"] for report in each),
        }
        if "gflop_needed" in each[0]:
            gflops = spread(rates(each, "gflop_needed"))
            figures |= {
                "gflops": gflops,
                "share_of_limit": gflops["median"] / limit[facts[name]["arithmetic"]]["gflops"],
                "skipped": 1 - each[0]["gflop_needed"] / each[0]["gflop_stock"],
            }
        if "positions" in each[0]:
            tokens, positions = (sum(report[key] for report in each) for key in ("tokens", "positions"))
            figures["padding"] = 1 - tokens / positions
        contenders[name] = {**figures, "rounds": each}
    return {"limit": limit, "contenders": contenders, "rounds": len(reports[LIMIT])}


