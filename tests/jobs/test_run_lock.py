from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import threading

import pytest

from multitag.errors import OutputError
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.run_lock import run_lock

HOLD = """
import sys
from pathlib import Path
from multitag.jobs.run_lock import run_lock
with run_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds tmp_path."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_run_is_told_who_holds_the_folder(holder, tmp_path):
    told = rf"{tmp_path}: process {holder.pid} on {platform.node()} is writing here; wait for its end, or choose anot"
    for _ in range(2):
        with pytest.raises(OutputError, match=told), run_lock(tmp_path):
            raise AssertionError("the block must not run")
    for resume in (False, True):
        with pytest.raises(OutputError, match=told):
            RunFolder(tmp_path).check(resume)


def test_the_lock_of_a_process_that_was_killed_is_taken_over(holder, tmp_path):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", ".lock-holder"]
    with run_lock(tmp_path):
        assert (tmp_path / ".lock-holder").read_text() == f"process {os.getpid()} on {platform.node()}"
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_outlives_the_holder_does_not_hold_on(tmp_path):
    """As the workers of a DataLoader may."""
    context = multiprocessing.get_context("fork")
    with run_lock(tmp_path):
        child = context.Process(target=signal.pause)
        child.start()
    try:
        with run_lock(tmp_path):
            assert child.is_alive()
    finally:
        child.kill()
        child.join()


def test_another_thread_is_another_run(tmp_path):
    refused = []

    def second():
        try:
            with run_lock(tmp_path):
                pass
        except OutputError as error:
            refused.append(str(error))

    with run_lock(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        second()  # nor may the same thread
    assert len(refused) == 2
    second()
    assert len(refused) == 2
