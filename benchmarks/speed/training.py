"""Contenders that train: each starts once, and is let go from one round to the next between two steps.

A callback of the Trainer, the same for all, waits for the order, counts what goes through the model and takes the time
from the end of the step before: loading and padding a batch belongs to it, starting up does not. The plain recipe does
a number of steps a round, as every batch costs the same there; multitag, whose batches differ in length, does an epoch.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.speed.worker import Link

EPOCHS = 1000  # more than a benchmark does: it ends when the parent says so
SEPARATOR = "|"


class TrainingOver(Exception):  # noqa: N818  # the end, no error
    """The parent has all it wants."""


def multitag_train(link: Link, spec: Mapping[str, Any]) -> None:
    """``multitag.train`` with its defaults; ``spec``: ``rows`` (a CSV), ``base``, ``scratch``."""
    import multitag
    from multitag.threads import import_torch

    import_torch()  # before the pacer does: multitag has a say in how torch's threads wait
    table = multitag.read_table(spec["rows"], text="text", labels="labels", label_separator=SEPARATOR)
    with _paced(link, steps=None):
        multitag.train(
            table, out=Path(spec["scratch"]) / "run", base_model=spec["base"], epochs=EPOCHS, validation_size=0,
            test_size=0, onnx=False, trainer_args={"save_strategy": "no"}, **spec.get("settings", {}),
        )  # fmt: skip


def plain_train(link: Link, spec: Mapping[str, Any]) -> None:
    """The recipe of many notebooks: the stock class, batches of 8, every text padded to ``pad_to`` tokens.

    ``spec``: ``rows``, ``base``, ``scratch``, ``pad_to`` and ``steps`` of a round.
    """
    from sklearn.preprocessing import MultiLabelBinarizer
    from transformers import AutoTokenizer, DistilBertForSequenceClassification, Trainer, TrainingArguments

    texts, labels = read_rows(Path(spec["rows"]))
    y = MultiLabelBinarizer().fit_transform(labels).astype("float32")  # (n_rows, n_labels)
    batch = AutoTokenizer.from_pretrained(spec["base"])(
        texts, truncation=True, max_length=spec["pad_to"], padding="max_length", return_token_type_ids=False
    )
    dataset = [
        {"input_ids": ids, "attention_mask": mask, "labels": row}
        for ids, mask, row in zip(batch["input_ids"], batch["attention_mask"], y, strict=True)
    ]
    model = DistilBertForSequenceClassification.from_pretrained(
        spec["base"], num_labels=y.shape[1], problem_type="multi_label_classification"
    )
    arguments = TrainingArguments(
        output_dir=spec["scratch"], num_train_epochs=EPOCHS, per_device_train_batch_size=8, learning_rate=5e-5,
        save_strategy="no", report_to=[], disable_tqdm=True, use_cpu=True, dataloader_pin_memory=False,
    )  # fmt: skip
    with _paced(link, steps=spec["steps"]):
        Trainer(model=model, args=arguments, train_dataset=dataset).train()


def read_rows(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read texts and labels of a CSV that ``prepare`` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["labels"].split(SEPARATOR) for row in rows]


@contextmanager
def _paced(link: Link, steps: int | None) -> Iterator[None]:
    """Pace every Trainer that is made within, by steps or, with None, by epochs."""
    from transformers import trainer

    pacer = _pacer(link, steps)
    trainer.DEFAULT_CALLBACKS.append(pacer)  # any Trainer's, whoever makes it
    try:
        yield
        raise RuntimeError("training ended by itself")
    except TrainingOver:
        pass
    finally:
        trainer.DEFAULT_CALLBACKS.remove(pacer)


def _pacer(link: Link, steps: int | None) -> Any:
    from benchmarks.speed.profiles import StepProfile
    from transformers import TrainerCallback

    class Pacer(TrainerCallback):
        """Waits before a round, reports after it; the first round is for warming up, as for all contenders."""

        def __init__(self) -> None:
            self.started: float | None = None
            self.profile: StepProfile | None = None

        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            kwargs["model"].register_forward_pre_hook(self._count, with_kwargs=True)
            link.ready(arithmetic="bf16" if args.bf16 else "fp32")

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if steps is None or self.started is None:
                self._wait()

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            self.steps += 1
            if self.steps == steps:
                self._report()
                self._wait()

        def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if steps is None:
                self._report()

        def _wait(self) -> None:
            order = link.next_order()
            if order is None:
                raise TrainingOver
            self.steps = self.positions = 0
            self.tokens = [0.0, 0.0, 0.0]
            self.profile = StepProfile() if order.get("profile") else None
            self.started = time.perf_counter()

        def _count(self, module: Any, args: Any, kwargs: Any) -> None:
            lengths = kwargs["attention_mask"].sum(dim=1).double()  # (batch,), padding not counted
            now = (len(kwargs["labels"]), float(lengths.sum()), float((lengths**2).sum()))
            self.tokens = [before + more for before, more in zip(self.tokens, now, strict=True)]
            self.positions += kwargs["input_ids"].numel()

        def _report(self) -> None:
            seconds = time.perf_counter() - (self.started or 0.0)
            rows, tokens, squares = self.tokens
            profile = self.profile.stop(seconds) if self.profile else None
            link.report(
                rows=rows, tokens=tokens, squares=squares, positions=self.positions, steps=self.steps,
                seconds=seconds, profile=profile,
            )  # fmt: skip

    return Pacer()
