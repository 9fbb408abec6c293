from __future__ import annotations

import io
import logging
import os
import pty
import re
import subprocess
import sys

import pytest
from rich.console import Console

from multitag.stages import Watch, stage, watching

LONG = """
import logging, sys, time
logging.basicConfig(format="%(message)s")
logging.getLogger("multitag").setLevel(logging.INFO)
from multitag.stages import stage, watching
with watching() as watch:
    with stage("graphs", 2) as under_way:
        time.sleep(0.6)
        under_way.advance(said="int8")
        time.sleep(0.6)
print(watch.summary())
"""


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def watch(now):
    return Watch(lambda: now[0], Console(file=io.StringIO()))


def spend(watch, now, **stages):
    for name, seconds in stages.items():
        with watch.stage(name):
            now[0] += seconds


def test_a_line_for_each_stage_of_a_second_or_more(watch, now, caplog):
    caplog.set_level(logging.INFO, logger="multitag.stages")
    spend(watch, now, imports=10.2, split=0.9, training=240)
    assert caplog.messages == ["imports: 10 s", "training: 4.0 min"]


def test_time_within_a_stage_is_of_the_inner_one(watch, now, caplog):
    caplog.set_level(logging.INFO, logger="multitag.stages")
    with watch.stage("figures"):
        now[0] += 2
        spend(watch, now, baselines=3)
    assert watch.summary() == "took 5 s: baselines 3, figures 2"
    assert caplog.messages == ["baselines: 3 s", "figures: 2 s"]


def test_folds_are_told_with_the_time_left_over_all_of_them(watch, now, caplog):
    caplog.set_level(logging.INFO, logger="multitag.stages")
    with watch.stage("folds", 3) as folds:
        for number in (1, 2, 3):
            with watch.stage(f"fold {number} of 3"):
                spend(watch, now, training=60)
                folds.advance()
    assert [line for line in caplog.messages if line.startswith("fold")] == [
        "fold 1 of 3: 60 s; about 2.0 min left", "fold 2 of 3: 60 s; about 60 s left", "fold 3 of 3: 60 s"
    ]
    assert watch.summary() == "took 3.0 min: training 3.0"


def test_the_time_left_falls_between_two_steps_and_is_of_even_ones_only(watch, now):
    with watch.stage("folds", 3) as folds, watch.stage("baselines", 3, even=False) as baselines:
        now[0] += 10
        for counted in (folds, baselines):
            counted.advance()
        assert (folds.left(), baselines.left()) == (20, None)
        now[0] += 5
        assert folds.left() == 15
        now[0] += 50
        assert folds.left() == 0


@pytest.mark.parametrize("factor", [0.37, 1, 13.7, 400])
def test_parts_add_up_to_the_whole(watch, now, factor):
    stages = {"imports": 6.45, "training": 10.47, "graphs": 2.46, "report": 1.44, "split": 0.3}
    spend(watch, now, **{name: seconds * factor for name, seconds in stages.items()})
    whole, *parts = re.findall(r"[\d.]+", watch.summary())
    assert len(parts) >= 2
    assert sum(map(float, parts)) == pytest.approx(float(whole), abs=1e-9)


def test_a_command_that_takes_a_moment_has_no_parts(watch, now):
    spend(watch, now, split=0.4)
    assert watch.summary() == "took 0 s"


def test_stages_are_counted_by_the_watch_that_is_open_and_end_with_an_error(watch, now):
    with pytest.raises(ValueError, match="no"), watching(watch), watching(), stage("graphs"):
        now[0] += 3
        raise ValueError("no")
    assert watch.took == {"graphs": 3.0}
    assert not watch.open
    with stage("alone"):  # in Python, without a command
        pass


def test_other_processes_of_a_training_are_silent(now, caplog, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    caplog.set_level(logging.INFO, logger="multitag.stages")
    watch = Watch(lambda: now[0], Console(file=io.StringIO(), force_terminal=True))
    spend(watch, now, training=20)
    assert (watch.screen, caplog.messages) == (None, [])


def test_piped_there_are_plain_lines_only():
    ended = subprocess.run([sys.executable, "-c", LONG], check=True, capture_output=True, text=True, timeout=60)
    assert re.fullmatch(r"graphs: \d+ s\n", ended.stderr)
    assert ended.stdout.startswith("took ")


def test_on_a_terminal_a_bar_comes_and_goes_and_standard_output_stays_a_file():
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-c", LONG]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=follower, stdin=follower, text=True, env=environment
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:  # how Linux tells that the other end is closed
                break
            shown += part
        assert process.stdout.read().startswith("took ")
    os.close(leader)
    drawn = shown.decode()
    assert re.search(r"graphs.*1/2.*int8.*left \d:\d\d", drawn)
    assert "graphs:" not in drawn
    assert drawn.rstrip().endswith("\x1b[2K\x1b[?25h")  # the line is taken away
