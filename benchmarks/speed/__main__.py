"""``make bench`` and ``make bench-quick``."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

# Nothing heavy may be imported here: every worker imports this module first, and its memory is measured.
from benchmarks.speed.cold import CommandError
from benchmarks.speed.plan import FULL, QUICK
from benchmarks.speed.prepare import Data
from benchmarks.speed.progress import Progress
from benchmarks.speed.report import ROOT, as_text, place_of, write_pages
from benchmarks.speed.run import run, write_results
from benchmarks.speed.worker import WorkerError


def main() -> None:
    """Measure, write the results, and put them into the docs (full) or show them (quick)."""
    parser = argparse.ArgumentParser(prog="benchmarks.speed", description="Measure training and predicting.")
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds; shows its tables, leaves the docs")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the tables")
    parser.add_argument("--core-python", metavar="PYTHON", help="of an environment with multitag and no extras")
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="multitag-bench-") as folder:
        data = Data.read(options.data, Path(folder))
        try:
            results = run(plan, data, Progress(plan.minutes), options.core_python)
        except (WorkerError, CommandError) as error:
            raise SystemExit(f"\n{error}") from error
        except KeyboardInterrupt:
            raise SystemExit("\nstopped; nothing was written") from None
    target = ROOT / "runs" / "speed-quick.json" if options.quick else place_of(results)
    write_results(results, target)  # first: what took a quarter of an hour must not be lost by a fault of the tables
    print(f"wrote {target}")
    if options.quick:
        print(as_text(results))
    else:
        write_pages()


if __name__ == "__main__":
    main()
