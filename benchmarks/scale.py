"""Score a file with ``multitag predict``, and with one and two workers on Ray; lose a node of eight; foretell hours.

``python -m benchmarks.scale BUNDLE`` writes benchmarks/results/scale.json and the tables of docs/scaling.md; with
``--busy`` they say that the machine had other work. Rows are those of benchmarks/size.py, as Parquet. Each command is
a process of its own, and is timed from its start to its end; the same command on ten rows says how much of that is
starting. Processes are held to two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.record import ROOT, Record
from benchmarks.size import write

RECORD = Record("scale", ROOT / "docs" / "scaling.md")
FEW = 10  # rows of the input that says what starting costs
NODES, NODE_ROWS = 8, 2000
SMALL_PART = 250  # rows: with parts of the usual size the time of handing one out is not to be seen
SIZES, CORES, PART_ROWS = (10**6, 10**8, 10**10), (8, 64, 1024), 16_384
# Not measured: a card that reaches 10 TFLOP/s at 2 x 10.6 million weights x 40 tokens a row.
GPU_ROWS_A_SECOND = 10e12 / (2 * 10.6e6 * 40)


@dataclass(frozen=True)
class Timed:
    """A command on the file: seconds in all, of these to start and end, and megabytes of its largest process."""

    what: str
    rows: int
    seconds: float
    start_seconds: float
    peak_mb: int

    @property
    def rows_a_second(self) -> float:
        """Rows a second of what is not starting and ending."""
        return self.rows / max(self.seconds - self.start_seconds, 1e-9)


def run_job(bundle: str, source: str, output: str, actors: int, part_rows: int) -> dict[str, Any]:
    """Score a file in this process, and return its figures."""
    from multitag.config.score import ScoreConfig
    from multitag.scale.job import score_files

    settings = ScoreConfig(text="description", id="show_id", actors=actors, part_rows=part_rows)
    done = score_files(bundle, source, output, settings=settings)
    return {"rows": done.rows, "parts": done.parts, "peak_mb": round(done.peak_bytes / 2**20)}


def time_job(bundle: Path, source: Path, actors: int, folder: Path, part_rows: int) -> tuple[float, dict[str, Any]]:
    """Score a file in a process of its own."""
    output = tempfile.mkdtemp(dir=folder) + "/out"
    job = json.dumps([str(bundle), str(source), output, actors, part_rows])
    started = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.scale", "--job", job]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return time.perf_counter() - started, json.loads(ended.stdout.splitlines()[-1])


def time_predict(bundle: Path, source: Path, threads: int, folder: Path) -> tuple[float, int]:
    """Predict a file with the plain command; return seconds, and megabytes at its peak."""
    command = [
        sys.executable, "-m", "multitag", "predict", bundle, "--input", source, "--output", folder / "out.parquet",
        "--text", "description", "--threads", threads,
    ]  # fmt: skip
    started = time.perf_counter()
    child = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"multitag predict ended with {child.returncode}")
    return time.perf_counter() - started, round(usage.ru_maxrss / 1024)


def measure(bundle: Path, rows: int, folder: Path) -> dict[str, Any]:
    """Time every command on the same file, starting and handing out by themselves, and planning a CSV."""
    table, few = folder / "rows.parquet", folder / "few.parquet"
    write(folder / "rows.csv", rows)
    write(table, rows)
    write(few, FEW)
    part_rows = min(PART_ROWS, max(1, rows // 8))  # no worker is left with the last part for long
    timed = []
    for threads in (1, 2):
        start_seconds, _ = time_predict(bundle, few, threads, folder)
        seconds, peak = time_predict(bundle, table, threads, folder)
        timed.append(Timed(f"predict, {threads} threads", rows, seconds, start_seconds, peak))
    for actors in (1, 2):
        start_seconds, _ = time_job(bundle, few, actors, folder, part_rows)
        seconds, done = time_job(bundle, table, actors, folder, part_rows)
        timed.append(Timed(f"score, {actors} workers", rows, seconds, start_seconds, done["peak_mb"]))
    small_seconds, small = time_job(bundle, table, 2, folder, SMALL_PART)
    per_part = max((small_seconds - timed[-1].seconds) / (small["parts"] - -(-rows // part_rows)), 0.0)
    return {
        "commands": [asdict(each) for each in timed], "seconds_a_part": per_part,
        "csv_seconds_a_million": time_csv_plan(folder / "rows.csv", rows),
    }  # fmt: skip


def time_csv_plan(source: Path, rows: int) -> float:
    """Return the seconds that cutting a CSV of a million rows takes."""
    from multitag.scale.formats.delimited import DelimitedFile

    started = time.perf_counter()
    with source.open("rb") as file:
        DelimitedFile(file, source.name).cut(0, PART_ROWS)
    return (time.perf_counter() - started) * 1e6 / rows


def lose_a_node(bundle: Path, folder: Path) -> dict[str, Any]:
    """Score on a simulated cluster of eight nodes of a core, one of which is killed after a quarter of the parts."""
    import pyarrow.parquet as pq
    from ray.cluster_utils import Cluster

    from multitag.config.score import ScoreConfig
    from multitag.scale.job import score_files

    write(folder / "nodes.parquet", NODE_ROWS)
    output, n_parts = folder / "nodes", 16
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(NODES - 1)]
    killed = threading.Event()

    def kill() -> None:
        while len(list(output.glob("parts/part-*"))) < n_parts // 4:
            time.sleep(0.05)
        cluster.remove_node(nodes[0], allow_graceful=False)
        killed.set()

    threading.Thread(target=kill, daemon=True).start()
    settings = ScoreConfig(
        text="description", id="show_id", address=cluster.address, actors=NODES, part_rows=NODE_ROWS // n_parts
    )
    started = time.perf_counter()
    done = score_files(bundle, folder / "nodes.parquet", output, settings=settings)
    seconds = time.perf_counter() - started
    cluster.shutdown()
    ids = pq.read_table(output / "parts", columns=["id"])["id"].to_pylist()
    return {
        "nodes": NODES, "killed": int(killed.is_set()), "rows": len(ids), "different_rows": len(set(ids)),
        "expected_rows": NODE_ROWS, "parts": done.parts, "seconds": round(seconds, 1),
    }  # fmt: skip


def cost(rows: int, cores: int, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Foretell a job by what was measured.

    Parameters
    ----------
    rows : int
    cores : int
        One worker each.
    figures : mapping
        Of :func:`measure`.

    Returns
    -------
    dict
        ``scoring``, ``handing_out`` and ``csv`` (planning, one core), in hours; ``memory_gb`` of all workers;
        ``first``, which of the three takes longest where the input is CSV, and ``first_parquet`` where it is Parquet.
    """
    worker = next(each for each in figures["commands"] if each["what"] == "score, 1 workers")
    timed = Timed(**worker)
    hours = {
        "scoring": rows / (timed.rows_a_second * cores) / 3600,
        "handing_out": rows / PART_ROWS * figures["seconds_a_part"] / 3600,
        "csv": rows / 1e6 * figures["csv_seconds_a_million"] / 3600,
    }
    without_csv = {name: value for name, value in hours.items() if name != "csv"}
    return {
        **hours, "memory_gb": cores * timed.peak_mb / 1024, "first": max(hours, key=lambda name: hours[name]),
        "first_parquet": max(without_csv, key=lambda name: without_csv[name]),
    }  # fmt: skip


def tables(results: Mapping[str, Any]) -> str:
    """Write the figures and what they foretell, in Markdown."""
    timed = [Timed(**each) for each in results["commands"]]
    busy = "; **the machine had other work: to be taken again**" if results["busy"] else ""
    lines = [
        f"{timed[0].rows:,} rows, {results['cores']} cores, {results['bundle_mb']} MB of bundle{busy}.\n",
        "| Command | Seconds | of these to start and end | Rows a second between | Memory of its largest process |",
        "| :-- | --: | --: | --: | --: |",
    ]
    lines += [
        f"| {each.what} | {each.seconds:.1f} | {each.start_seconds:.1f} | {each.rows_a_second:,.0f} | "
        f"{each.peak_mb:,} MB |"
        for each in timed
    ]
    by_name = {each.what: each for each in timed}
    ratio = by_name["score, 2 workers"].rows_a_second / by_name["score, 1 workers"].rows_a_second
    node = results["node_lost"]
    lines += [
        f"\nTwo workers are {ratio:.2f} times as fast as one. A part costs {1000 * results['seconds_a_part']:.0f} ms "
        "beside the scoring of its rows; cutting a CSV takes "
        f"{results['csv_seconds_a_million']:.1f} s for a million rows.\n",
    ]
    if node:
        lines.append(
            f"Of {node['nodes']} simulated nodes of one core, {node['killed']} was killed after a quarter of the "
            f"parts: {node['rows']:,} rows in the output, {node['different_rows']:,} different ones, "
            f"{node['expected_rows']:,} expected.\n"
        )
    lines += [
        "| Rows | Cores | Hours of scoring | of handing out | of cutting, if CSV | Memory of the workers | "
        "Longest, Parquet | Longest, CSV |",
        "| --: | --: | --: | --: | --: | --: | :-- | :-- |",
    ]
    for rows in SIZES:
        for cores in CORES:
            foretold = cost(rows, cores, results)
            hours = " | ".join(f"{foretold[name]:,.2f}" for name in ("scoring", "handing_out", "csv"))
            memory = f"{foretold['memory_gb']:,.0f} GB"
            longest = " | ".join(foretold[name].replace("_", " ") for name in ("first_parquet", "first"))
            lines.append(f"| {rows:,} | {cores:,} | {hours} | {memory} | {longest} |")
        lines.append(
            f"| {rows:,} | 1 GPU (not measured) | {rows / GPU_ROWS_A_SECOND / 3600:,.2f} | | | | | |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="rows a second of multitag score")
    parser.add_argument("bundle", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--busy", action="store_true", help="the machine has other work")
    parser.add_argument("--no-nodes", action="store_true", help="without the simulated cluster")
    parser.add_argument("--job", type=json.loads, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        print(json.dumps(run_job(*given.job)))
        return
    bundle = given.bundle.resolve()
    with tempfile.TemporaryDirectory() as folder:
        results = measure(bundle, given.rows, Path(folder))
        results["node_lost"] = None if given.no_nodes else lose_a_node(bundle, Path(folder))
    results |= {
        "busy": given.busy, "cores": len(os.sched_getaffinity(0)),
        "bundle_mb": round(sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file()) / 2**20),
    }  # fmt: skip
    RECORD.save(results, tables(results))


if __name__ == "__main__":
    main()
