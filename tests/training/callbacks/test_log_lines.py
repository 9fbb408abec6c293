from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from multitag.training.callbacks import log_lines
from multitag.training.callbacks.log_lines import LogLines


@pytest.fixture
def lines(monkeypatch, caplog):
    """Give a function that runs two epochs of 10 steps, of so many seconds each, and returns what is logged."""
    caplog.set_level(logging.INFO, logger="multitag")

    def run(seconds, *, watched=False, evaluates=True, first_step=0):
        now = [0.0]
        monkeypatch.setattr(log_lines.time, "monotonic", lambda: now[0])
        lines = LogLines(watched)
        args = SimpleNamespace(num_train_epochs=2, eval_strategy="epoch" if evaluates else "no")
        state = SimpleNamespace(global_step=first_step, max_steps=20, epoch=first_step / 10)
        lines.on_train_begin(args, state, None)
        while state.global_step < 20:
            state.global_step += 1
            state.epoch = state.global_step / 10
            now[0] += seconds
            lines.on_log(args, state, None, {"loss": 0.5})
            lines.on_step_end(args, state, None)
            if state.global_step % 10 == 0:
                lines.on_epoch_end(args, state, None)
                if evaluates:
                    lines.on_evaluate(args, state, None, {"eval_macro_average_precision": 0.25})
        return caplog.messages

    return run


def test_each_epoch_has_a_line_with_its_figure(lines):
    assert lines(30) == ["epoch 1 of 2 after 5.0 min, loss 0.500, validation macro AP 0.250; about 5.0 min left"]


def test_without_validation_rows_too(lines):
    assert lines(6, evaluates=False) == ["epoch 1 of 2 after 60 s, loss 0.500; about 60 s left"]


def test_a_long_epoch_has_more_of_them(lines):
    assert lines(200, evaluates=False)[:2] == [
        "epoch 0.2 of 2 after 6.7 min, loss 0.500; about 60.0 min left",
        "epoch 0.4 of 2 after 13.3 min, loss 0.500; about 53.3 min left",
    ]


def test_the_time_left_is_of_the_steps_since_it_was_resumed(lines):
    assert lines(60, evaluates=False, first_step=10) == [
        "epoch 1.5 of 2 after 5.0 min, loss 0.500; about 5.0 min left"
    ]


def test_nothing_where_it_is_over_in_seconds_or_a_bar_is_seen(lines):
    assert lines(1) == lines(30, watched=True) == []
