"""Real trainings that are stopped are in tests/accidents."""

from __future__ import annotations

import signal
import threading
from types import SimpleNamespace

import pytest

from multitag.training.callbacks.stopping import CheckpointSaved, StopOnSignal

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@pytest.fixture
def heard(monkeypatch):
    """What the program's own handlers of both signals are given."""
    numbers = []
    before = {each: signal.signal(each, lambda number, _: numbers.append(number)) for each in (2, 15)}
    yield numbers
    for each, handler in before.items():
        signal.signal(each, handler)


def control(**flags):
    return SimpleNamespace(should_save=False, should_training_stop=False, **flags)


@BOTH
def test_the_first_signal_waits_for_a_checkpoint_and_then_does_what_it_does_otherwise(number, heard):
    with pytest.raises(KeyboardInterrupt), StopOnSignal() as stop:
        signal.raise_signal(number)
        assert heard == []
        asked = control()
        stop.on_step_end(None, SimpleNamespace(epoch=0.25), asked)
        assert asked.should_save
        stop.on_save(None, SimpleNamespace(global_step=1), asked)
        raise AssertionError("on_save must raise")
    assert heard == [number]
    signal.raise_signal(number)
    assert heard == [number, number]  # the handlers are the program's again


@BOTH
def test_the_second_signal_does_it_at_once(number, heard):
    with pytest.raises(ZeroDivisionError), StopOnSignal():
        signal.raise_signal(number)
        signal.raise_signal(number)
        assert heard == [number]
        raise ZeroDivisionError  # what goes wrong meanwhile is not hidden


def test_at_the_end_of_an_epoch_its_evaluation_comes_first(heard):
    with pytest.raises(KeyboardInterrupt), StopOnSignal() as stop:
        signal.raise_signal(signal.SIGINT)
        asked = control()
        stop.on_step_end(None, SimpleNamespace(epoch=1.0), asked)
        assert not asked.should_save
        stop.on_epoch_end(None, SimpleNamespace(epoch=1.0), asked)
        assert asked.should_save
        raise CheckpointSaved


def test_without_a_signal_nothing_is_asked(heard):
    with StopOnSignal() as stop:
        asked = control()
        stop.on_step_end(None, SimpleNamespace(epoch=0.5), asked)
        stop.on_epoch_end(None, SimpleNamespace(epoch=1.0), asked)
        stop.on_save(None, SimpleNamespace(global_step=1), asked)
        assert not asked.should_save
    assert heard == []


def test_a_signal_after_the_last_checkpoint_counts_too(heard):
    with pytest.raises(KeyboardInterrupt), StopOnSignal():
        signal.raise_signal(signal.SIGTERM)
    assert heard == [signal.SIGTERM]


def test_a_signal_that_the_program_ignores_stays_ignored(heard):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as under nohup, or in a shell's background
    with StopOnSignal() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.came is None


def test_outside_of_the_main_thread_signals_are_left_alone(heard):
    seen = []

    def train():
        with StopOnSignal() as stop:
            seen.append(stop.before)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen == [{}]
