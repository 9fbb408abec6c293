from __future__ import annotations

import subprocess
import sys

import pytest

from multitag.training.allocator import CHOSEN_BY_OTHERS, _mallopt

pytestmark = pytest.mark.skipif(_mallopt() is None, reason="the C library is not glibc, or somebody chose its settings")

ROUNDS, BLOCK = 40, 2**24
FAULTS = f"""
import resource
from multitag.training.allocator import freed_memory_kept

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def work():
    for _ in range({ROUNDS}):
        blocks = [bytearray({BLOCK}) for _ in range(3)]
        del blocks
"""
PAGES = 3 * ROUNDS * BLOCK // 4096  # that are touched; larger ones than 4 KiB would make fewer faults, of both


def _printed(code: str, **environment: str) -> list[int]:
    command = [sys.executable, "-c", FAULTS + code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment or None)
    return [int(number) for number in done.stdout.split()]


def test_memory_that_is_freed_is_there_again_without_a_page_fault():
    before, within = _printed("""
before = faults(); work(); first = faults() - before
with freed_memory_kept():
    work()
    before = faults(); work(); print(first, faults() - before)
""")
    assert within < before / 10
    assert within < PAGES / 100


def test_it_goes_back_to_the_system_at_the_end():
    held, left = _printed("""
import psutil
def resident():
    return psutil.Process().memory_info().rss
before = resident()
with freed_memory_kept():
    work()
    held = resident() - before
print(held, resident() - before)
""")
    assert held > 2 * BLOCK
    assert left < BLOCK


@pytest.mark.parametrize("name", CHOSEN_BY_OTHERS)
def test_what_somebody_chose_stays(name):
    (found,) = _printed("""
from multitag.training.allocator import _mallopt
print(int(_mallopt() is None))
""", **{name: "glibc.malloc.arena_max=4" if name == "GLIBC_TUNABLES" else "131072"})  # fmt: skip
    assert found
