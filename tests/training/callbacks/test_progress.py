from __future__ import annotations

import io
import logging
from types import SimpleNamespace

import pytest
from rich.console import Console

from multitag.stages import Watch
from multitag.training.callbacks.progress import ProgressCallback


@pytest.fixture
def lines(caplog):
    """Give a function that runs two epochs of 10 steps, of so many seconds each, and returns what is logged."""
    caplog.set_level(logging.INFO, logger="multitag.stages")

    def run(seconds, *, console=None, evaluates=True, first_step=0):
        now = [0.0]
        watch = Watch(lambda: now[0], console or Console(file=io.StringIO()))
        args = SimpleNamespace(num_train_epochs=2, eval_strategy="epoch" if evaluates else "no")
        state = SimpleNamespace(global_step=first_step, max_steps=20, epoch=first_step / 10)
        with watch.stage("training") as under_way:
            callback = ProgressCallback(under_way)
            callback.on_train_begin(args, state, None)
            while state.global_step < 20:
                state.global_step += 1
                state.epoch = state.global_step / 10
                now[0] += seconds
                callback.on_log(args, state, None, {"loss": 0.4321, "learning_rate": 1e-4})
                callback.on_log(args, state, None)
                callback.on_step_end(args, state, None)
                if watch.screen is not None:
                    watch.screen.refresh()
                if state.global_step % 10 == 0:
                    callback.on_epoch_end(args, state, None)
                    if evaluates:
                        callback.on_evaluate(args, state, None, {"eval_macro_average_precision": 0.25})
        return caplog.messages

    return run


def test_each_epoch_has_a_line_with_its_time_its_figures_and_the_time_left(lines):
    assert lines(0.5) == [
        "epoch 1 of 2: 5 s, loss 0.432, validation macro AP 0.250; about 5 s left",
        "epoch 2 of 2: 5 s, loss 0.432, validation macro AP 0.250",
        "training: 10 s",
    ]


def test_without_validation_rows_too(lines):
    assert lines(6, evaluates=False)[0] == "epoch 1 of 2: 60 s, loss 0.432; about 60 s left"


def test_a_long_epoch_has_more_of_them(lines):
    assert lines(200, evaluates=False)[:2] == [
        "epoch 0.20 of 2 after 6.7 min, loss 0.432; about 60.0 min left",
        "epoch 0.40 of 2 after 13.3 min, loss 0.432; about 53.3 min left",
    ]


def test_the_time_left_is_of_the_steps_since_it_was_resumed(lines):
    assert lines(60, evaluates=False, first_step=10)[0] == (
        "epoch 1.50 of 2 after 5.0 min, loss 0.432; about 5.0 min left"
    )


def test_nothing_where_it_is_over_in_a_moment(lines):
    assert lines(0.01) == []


def test_a_terminal_has_a_bar_with_steps_epoch_loss_and_time_left_instead(lines):
    file = io.StringIO()
    assert lines(30, console=Console(file=file, force_terminal=True, width=120)) == []
    drawn = file.getvalue()
    assert "training" in drawn
    assert "5/20" in drawn
    assert "epoch 0.5/2  loss 0.432" in drawn
    assert "left 7:30" in drawn
