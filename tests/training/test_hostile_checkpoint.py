"""A run's folder made by someone who means harm: nothing in it runs, and what cannot be used is said in a line."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from multitag.errors import ConfigError

pytestmark = pytest.mark.slow

STATES = ["optimizer.pt", "scheduler.pt", "rng_state.pth", "scaler.pt"]
NEWEST, BEFORE = "checkpoint-8", "checkpoint-4"


class _Sing:
    """Unpickling it makes a folder."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.canary),)


@pytest.fixture(scope="module")
def stopped(tune, make_once) -> Path:
    """A run of two epochs of three, as if it had been stopped there."""

    def train(out: Path) -> None:
        tune(out, epochs=3)
        for path in (out / "checkpoints").iterdir():
            if path.name not in (NEWEST, BEFORE):
                shutil.rmtree(path)

    return make_once("stopped", train)


@pytest.fixture
def run(stopped: Path, tmp_path: Path) -> Path:
    return shutil.copytree(stopped, tmp_path / "run")


def sign(checkpoint: Path) -> None:
    """Make the list of files right again, as an attacker would."""
    paths = sorted(path for path in checkpoint.iterdir() if path.name != "files.json")
    records = {
        path.name: {"size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths
    }
    text = json.dumps({"files": records}, indent=1, sort_keys=True) + "\n"
    (checkpoint / "files.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", STATES)
def test_a_pickle_in_place_of_a_state_is_refused_and_never_runs(name, run, tune, tmp_path):
    canary, checkpoint = tmp_path / "canary", run / "checkpoints" / NEWEST
    torch.save({"state": _Sing(canary)}, checkpoint / name)
    sign(checkpoint)
    with pytest.raises(ConfigError, match=rf"{name}: holds something else than .* delete {NEWEST}$"):
        tune(run, resume=True, epochs=3)
    assert not canary.exists()
    pickle.loads(pickle.dumps(_Sing(canary)))  # the trap works
    assert canary.exists()
    shutil.rmtree(checkpoint)
    tune(run, resume=True, epochs=3)


@pytest.mark.parametrize("name", ["training_args.bin", "pytorch_model.bin"])
def test_a_pickle_beside_the_states_is_not_read(name, run, tune, tmp_path):
    canary, checkpoint = tmp_path / "canary", run / "checkpoints" / NEWEST
    torch.save(_Sing(canary), checkpoint / name)
    sign(checkpoint)
    tune(run, resume=True, epochs=3)
    assert not canary.exists()


def state(run: Path, **changed: object) -> None:
    path = run / "checkpoints" / NEWEST / "trainer_state.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changed}), encoding="utf-8")
    sign(path.parent)


@pytest.mark.parametrize(
    "changed",
    [{"global_step": 4}, {"global_step": "x"}, {"evil": 1}, {"max_steps": None}, {"log_history": [3]},
     *({"stateful_callbacks": {"Stopwatch": state}} for state in (3, {}, {"args": {"seconds": float("nan")}}))],
    ids=str,
)
def test_a_state_of_another_step_or_kind_is_refused(changed, run, tune):
    state(run, **changed)
    with pytest.raises(ConfigError, match=rf"{NEWEST}/trainer_state\.json: holds something else"):
        tune(run, resume=True, epochs=3)
