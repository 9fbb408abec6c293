"""The event loop comes first."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from multitag.serve.scoring.threads import BEHIND, SWITCH, favour_event_loop, step_behind


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no priorities of their own")
def test_only_the_thread_that_asks_steps_behind():
    seen: list[int] = []

    def work() -> None:
        step_behind()
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [BEHIND]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own


def test_a_choice_of_the_tokenizer_s_threads_is_kept(monkeypatch):
    before = sys.getswitchinterval()
    try:
        monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
        favour_event_loop()
        assert sys.getswitchinterval() == pytest.approx(SWITCH)
        assert os.environ["TOKENIZERS_PARALLELISM"] == "true"
    finally:
        sys.setswitchinterval(before)
