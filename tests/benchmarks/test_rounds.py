"""Real processes, which do next to nothing."""

from __future__ import annotations

import time
from functools import partial

import pytest
from benchmarks.speed.rounds import Rounds, all_ready, run_rounds
from benchmarks.speed.worker import Link, Worker, WorkerError

pytestmark = pytest.mark.slow

LIMIT = {"dim": 8, "hidden_dim": 16, "tokens": [4], "training": True, "seconds": 0.0}


def limit_worker(name, folder, **changed):
    return partial(Worker, name, name, "limit:measure", {**LIMIT, **changed}, folder)


def quiet(what):
    pass


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder, said = tmp_path_factory.mktemp("workers"), []
    with all_ready([limit_worker("one", folder), limit_worker("two", folder)], quiet) as workers:
        done = run_rounds(workers, Rounds(2, 3, 1e9), said.append, warm_up={})
        processes = [worker.process for worker in workers]
    return done, said, processes


def test_every_worker_does_every_round(reports):
    done, _, _ = reports
    assert {name: len(each) for name, each in done.items()} == {"one": 3, "two": 3}
    assert all(report["peak_bytes"] > 10**7 for each in done.values() for report in each)


def test_rounds_take_turns_and_turn_around(reports):
    _, said, _ = reports
    assert [line.split(": ")[1] for line in said] == ["one", "two", "one", "two", "two", "one", "one", "two"]


def test_processes_end_with_the_block(reports):
    _, _, processes = reports
    assert not any(_alive(process) for process in processes)


def _alive(process):
    return process.exitcode is None


class Slow:
    """Stands where a Worker does; each round takes a tenth of a second."""

    name = title = "slow"

    def round(self):
        time.sleep(0.1)
        return {}


@pytest.mark.parametrize(("seconds", "expected"), [(0.0, 2), (1e9, 4)])
def test_no_round_is_started_that_would_end_too_late(seconds, expected):
    assert len(run_rounds([Slow()], Rounds(2, 4, seconds), quiet)["slow"]) == expected


def test_a_failing_contender_says_why(tmp_path):
    with (
        Worker("broken", "broken", "limit:measure", {"dim": 8}, tmp_path) as worker,
        pytest.raises(WorkerError, match=r"(?s)broken: KeyError: 'hidden_dim'.*Traceback"),
    ):
        worker.wait_ready()


def test_a_killed_contender_is_noticed(tmp_path):
    with Worker("killed", "killed", "limit:measure", LIMIT, tmp_path) as worker:
        worker.wait_ready()
        worker.process.kill()
        with pytest.raises(WorkerError, match="killed: its process ended"):
            worker.round()


def test_link_speaks_json():
    class Pipe:
        sent: list[bytes] = []  # noqa: RUF012

        def send_bytes(self, content):
            self.sent.append(content)

        def recv_bytes(self):
            return b'{"texts": "all"}'

    link = Link(Pipe())
    link.ready(loaded=True)
    assert Pipe.sent == [b'{"answer": {"loaded": true}}']
    assert link.next_order() == {"texts": "all"}
