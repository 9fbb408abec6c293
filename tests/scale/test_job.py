"""Whole jobs on a Ray of this machine: whatever dies, every row is in the output once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from multitag.bundle.read import open_bundle
from multitag.config.score import ScoreConfig
from multitag.errors import DataError
from multitag.inference.classifier import load
from multitag.scale.cluster import connected
from multitag.scale.job import score_files
from scale.conftest import description, scored, set_aside, write_json_lines, write_parquet

pytestmark = [
    pytest.mark.slow,
    # Ray leaves sockets and logs to the garbage collector as it ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

N_ROWS = 50_000
SETTINGS = ScoreConfig(id="show", part_rows=2500, actors=2)


@pytest.fixture(scope="module")
def ray():
    """One Ray for all tests of this module: to start it takes seconds."""
    of_the_command = signal.getsignal(signal.SIGTERM)
    with connected(None, 2) as started:
        assert signal.getsignal(signal.SIGTERM) is of_the_command  # Ray's own would show a trace
        yield started


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """50,000 rows in files of three formats."""
    folder = tmp_path_factory.mktemp("films")
    write_parquet(folder / "a.parquet", 0, 20_000, row_group_size=6000)
    write_json_lines(folder / "b.jsonl", 20_000, 30_000)
    lines = (f"{number},{description(number)}\n" for number in range(30_000, N_ROWS))
    (folder / "c.csv").write_text("show,Description\n" + "".join(lines))
    return folder


def check_rows(output: Path) -> None:
    """Check that every row is there once, and nothing else."""
    table = scored(output)
    assert Counter(table["id"].to_pylist()) == Counter(map(str, range(N_ROWS)))
    assert table["predicted_labels"].null_count == 0
    assert [path.name for path in output.rglob("*.partial")] == []


def count_parts(output: Path) -> int:
    return len(list(output.glob("parts/part-*")))


def wait_for_parts(output: Path, n_parts: int) -> None:
    """Wait until a job committed so many."""
    give_up = time.monotonic() + 300
    while count_parts(output) < n_parts:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_workers_killed_at_random(ray, bundle, films, tmp_path):
    output, draw, killed = tmp_path / "out", random.Random(0), []

    def kill() -> None:
        for n_parts in (3, 6, 9):
            wait_for_parts(output, n_parts)
            workers = [each for each in psutil.Process().children(recursive=True) if "ray::Actor" in each.name()]
            killed.append(draw.choice(workers))
            killed[-1].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    done = score_files(bundle, films, output, settings=SETTINGS)
    killer.join()
    assert len(killed) == 3
    check_rows(output)
    assert (done.rows, done.parts, done.bad_rows) == (N_ROWS, count_parts(output), 0)


def test_a_driver_stopped_and_another_one_killed(ray, bundle, films, tmp_path):
    output = tmp_path / "out"
    command = [
        sys.executable, "-m", "multitag", "score", bundle, films, output, "--id", "show", "--part-rows", "2500",
        "--actors", "2", "--address", ray.get_runtime_context().gcs_address,
    ]  # fmt: skip

    def run_until(n_parts: int, number: int) -> tuple[int, str]:
        driver = subprocess.Popen(
            list(map(str, command)), cwd=tmp_path, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        wait_for_parts(output, n_parts)
        driver.send_signal(number)
        _, told = driver.communicate(timeout=300)
        return driver.returncode, told

    code, told = run_until(2, signal.SIGINT)
    stopped = "multitag: stopped; what is committed stays, and the same command goes on from there\n"
    assert (code, told) == (130, stopped)
    assert run_until(count_parts(output) + 2, signal.SIGKILL) == (-signal.SIGKILL, "")
    time.sleep(1)  # Ray ends the dead driver's workers
    before = {path: path.stat().st_mtime_ns for path in output.glob("parts/part-*.parquet")}
    assert 4 <= len(before) < 17
    done = score_files(bundle, films, output, settings=SETTINGS)
    assert done.skipped == len(before)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    check_rows(output)
    assert score_files(bundle, films, output, settings=SETTINGS).parts == 0


def test_a_row_that_ends_its_process_is_found(ray, bundle, tmp_path):
    write_parquet(tmp_path / "a.parquet", 0, 12)
    poison = description(9)

    def load_fragile(*arguments, **settings):
        classifier = load(*arguments, **settings)
        predict = classifier.predict_arrays

        def predict_or_die(texts, options):
            if poison in texts:
                os.kill(os.getpid(), signal.SIGKILL)
            return predict(texts, options)

        classifier.predict_arrays = predict_or_die
        return classifier

    settings = ScoreConfig(id="show", part_rows=6, actors=1)
    paths = (bundle, tmp_path / "a.parquet", tmp_path / "out")
    done = score_files(*paths, settings=settings, load_classifier=load_fragile)
    assert (done.rows, done.bad_rows) == (11, 1)
    assert [line["position"] for line in set_aside(tmp_path / "out")] == [9]
    assert sorted(scored(tmp_path / "out")["id"].to_pylist()) == [n for n in range(12) if n != 9]


def test_more_bad_rows_than_allowed_stop_the_job_until_they_are_allowed(ray, bundle, tmp_path):
    lines = ["{}\n" if n % 10 == 0 else f'{{"Description": "{description(n)}"}}\n' for n in range(100)]
    (tmp_path / "a.jsonl").write_text("".join(lines))
    paths = (bundle, tmp_path / "a.jsonl", tmp_path / "out")
    with pytest.raises(DataError, match=r"more than 3 .*no column 'Description'.*raise --max-bad-rows"):
        score_files(*paths, settings=ScoreConfig(actors=1, part_rows=2, max_bad_rows=3))
    done = score_files(*paths, settings=ScoreConfig(actors=1, part_rows=2, max_bad_rows=10))
    assert done.bad_rows == len(set_aside(tmp_path / "out")) == 10
    assert len(scored(tmp_path / "out")) == 90


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # of Ray Data about its own settings
def test_ray_data_maps_batches_with_the_same_function(ray, bundle):
    from multitag.scale.batches import batch_scorer

    data = pytest.importorskip("ray.data")
    rows = data.from_items([{"n": n, "Description": description(n)} for n in range(100)])
    taken = rows.map_batches(batch_scorer(bundle), batch_format="pyarrow", batch_size=30).take_all()
    with open_bundle(bundle) as opened:
        assert {row["bundle"] for row in taken} == {opened.manifest.digest}
    assert sorted(row["n"] for row in taken) == list(range(100))
