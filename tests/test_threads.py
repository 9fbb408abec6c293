from __future__ import annotations

import os
import subprocess
import sys

import pytest

from multitag.threads import KERNELS_KEPT, available_cores, cores_taken_by_others, import_torch


@pytest.mark.parametrize(
    ("given", "taken", "expected"),
    [(None, 1.0, "PASSIVE"), (None, 0.05, None), ("ACTIVE", 1.0, "ACTIVE"), ("PASSIVE", 0.0, "PASSIVE")],
)
def test_torchs_threads_sleep_where_others_take_the_cores_unless_someone_chose(given, taken, expected, tmp_path):
    """A torch that shows what it reads as it is imported; the real one takes seconds to load, and shows nothing."""
    (tmp_path / "torch.py").write_text('import os\nprint(os.environ.get("OMP_WAIT_POLICY"))\n', encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    if given:
        environment["OMP_WAIT_POLICY"] = given
    code = f"""
import multitag.threads
multitag.threads.cores_taken_by_others = lambda seconds: {taken}
multitag.threads.import_torch()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert done.stdout == f"{expected}\n"


@pytest.mark.parametrize(("given", "expected"), [(None, KERNELS_KEPT), ("100", "100")])
def test_few_of_onednns_kernels_are_kept_unless_someone_chose(given, expected, monkeypatch):
    monkeypatch.setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", given or "")
    if given is None:
        monkeypatch.delenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY")
    import_torch()
    assert os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == expected


@pytest.mark.slow
def test_what_others_take_of_the_cores_is_seen():
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(available_cores())]
    try:
        beside = cores_taken_by_others(1.0)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert 0.5 * available_cores() <= beside <= 1.2 * available_cores()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux ties a process to cores")
def test_only_the_cores_that_the_process_may_use_count():
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)
    assert available_cores() == len(allowed)
