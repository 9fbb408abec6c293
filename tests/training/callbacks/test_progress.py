from __future__ import annotations

import io
from types import SimpleNamespace

from rich.console import Console

from multitag.training.callbacks.progress import ProgressCallback

ARGS = SimpleNamespace(num_train_epochs=2.0)


def drive(callback: ProgressCallback) -> None:
    state = SimpleNamespace(max_steps=8, global_step=4, epoch=1.0)
    callback.on_train_begin(ARGS, state, None)
    callback.on_log(ARGS, state, None, logs={"loss": 0.4321, "learning_rate": 1e-4})
    callback.on_log(ARGS, state, None, logs={"eval_loss": 0.9})
    callback.on_log(ARGS, state, None)
    state.global_step, state.epoch = 5, 1.25
    callback.on_step_end(ARGS, state, None)


def test_the_line_says_steps_epoch_and_loss():
    callback = ProgressCallback()
    drive(callback)
    task = callback.progress.tasks[0]
    assert (task.completed, task.total) == (5, 8)
    assert task.description == "epoch 1.2/2  loss 0.432"
    callback.on_train_end(ARGS, None, None)


def test_on_a_terminal_the_line_is_drawn_and_taken_away(monkeypatch):
    file = io.StringIO()
    terminal = Console(file=file, force_terminal=True, width=120)
    monkeypatch.setattr("multitag.training.callbacks.progress.Console", lambda stderr: terminal)
    callback = ProgressCallback()
    drive(callback)
    callback.progress.refresh()
    drawn = file.getvalue()
    assert "5/8" in drawn
    assert "loss 0.432" in drawn
    callback.stop()
    callback.stop()  # once more does no harm
    assert not callback.progress.live.is_started


def test_nothing_is_drawn_when_piped(capfd):
    callback = ProgressCallback()
    drive(callback)
    callback.on_train_end(ARGS, None, None)
    assert capfd.readouterr() == ("", "")


def test_a_whole_training_prints_nothing_when_piped(tune, tmp_path, capfd):
    tune(tmp_path / "run")
    assert capfd.readouterr() == ("", "")
