import sys

import pytest
from benchmarks.speed.cold import CommandError, run_once

ALLOCATE = "block = bytearray({} * 2**20)"


def test_peak_memory_is_the_commands_own():
    """This process has torch in it, and more than a small command needs."""
    import torch  # noqa: F401

    small, large = (run_once([sys.executable, "-I", "-S", "-c", ALLOCATE.format(size)]) for size in (0, 64))
    assert small["peak_bytes"] < 40e6
    assert 60e6 < large["peak_bytes"] - small["peak_bytes"] < 80e6


def test_time_is_that_of_the_command():
    slept = run_once([sys.executable, "-I", "-S", "-c", "import time; time.sleep(0.3)"])
    assert 0.3 <= slept["seconds"] < 30


def test_a_command_that_fails_is_no_measurement():
    with pytest.raises(CommandError, match=r"(?s)exit code 3.*why"):
        run_once([sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)"])
