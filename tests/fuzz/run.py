"""Fuzz every target for a while: ``make fuzz``, or ``PYTHONPATH=tests python -m fuzz.run --targets manifest zip``.

Each target runs in a process of its own. Where atheris is installed (it has wheels for some Pythons only), libFuzzer
looks for bytes that reach new code of multitag; otherwise hypothesis damages the corpus, without that guidance. A
finding ends in exit code 1 and the bytes that made it. ``--record`` writes the figures into docs/security.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
MARKS = "<!-- fuzz: written by make fuzz -->\n", "<!-- end of fuzz -->\n"
MAX_BYTES = 16_384
SECONDS_EACH = 10  # a single input may take no longer
MEMORY_MB = 4096


def main() -> None:
    """Run all targets one after the other and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for all targets together")
    parser.add_argument("--targets", nargs="*", default=[], help="only those whose name holds one of these words")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--record", action="store_true", help="write the figures into docs/security.md")
    options = parser.parse_args()
    if options.one:
        fuzz = _with_atheris if importlib.util.find_spec("atheris") else _with_hypothesis
        fuzz(options.one, options.seconds)
        return
    from fuzz.targets import TARGETS

    words = options.targets or [""]
    names = [each.name for each in TARGETS if any(word in each.name for word in words)]
    rows, failed = [], []
    for name in names:
        executions, ok = _in_a_process(name, options.seconds / len(names))
        rows.append((name, executions, ok))
        print(f"{name:<34}{executions:>10,}  {'ok' if ok else 'FAILED'}", flush=True)
        failed += [] if ok else [name]
    if options.record:
        _record(rows, options.seconds)
    sys.exit(f"findings in: {', '.join(failed)}" if failed else 0)


def _in_a_process(name: str, seconds: float) -> tuple[int, bool]:
    command = [sys.executable, "-m", "fuzz.run", "--one", name, "--seconds", f"{seconds:.0f}"]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    counts = re.findall(r"number_of_executed_units: (\d+)", done.stderr)
    ok = done.returncode == 0 and bool(counts)
    if not ok:
        print(done.stdout[-4000:], done.stderr[-8000:], sep="\n")
    return (int(counts[-1]) if counts else 0), ok


def _with_atheris(name: str, seconds: float) -> None:
    import atheris

    with atheris.instrument_imports(include=["multitag"]):
        from fuzz.targets import TARGETS
    target = next(each for each in TARGETS if each.name == name)
    findings = ROOT / "runs" / "fuzz"
    findings.mkdir(parents=True, exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix="corpus-"))
    for number, data in enumerate(target.corpus()):
        (corpus / str(number)).write_bytes(data)
    arguments = [
        f"-max_total_time={seconds:.0f}", f"-max_len={MAX_BYTES}", f"-timeout={SECONDS_EACH}",
        f"-rss_limit_mb={MEMORY_MB}", f"-artifact_prefix={findings}/{re.sub('[^a-z.]', '-', name)}-",
        "-print_final_stats=1", "-verbosity=0", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *arguments], target.run)
    atheris.Fuzz()


def _with_hypothesis(name: str, seconds: float) -> None:
    from hypothesis import HealthCheck, given, seed, settings
    from hypothesis import strategies as st

    from fuzz.mutate import damaged
    from fuzz.targets import TARGETS

    target = next(each for each in TARGETS if each.name == name)
    executions, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:

        @seed(executions)
        @settings(max_examples=1000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(damaged(target.corpus()) | st.binary(max_size=200))
        def check(data: bytes) -> None:
            nonlocal executions
            executions += 1
            if time.monotonic() < end:
                target.run(data)

        check()
    print(f"number_of_executed_units: {executions}", file=sys.stderr)


def _record(rows: list[tuple[str, int, bool]], seconds: float) -> None:
    table = ["| parser | executions | findings |", "| :-- | --: | --: |"]
    table += [f"| {name} | {executions:,} | {0 if ok else 1} |" for name, executions, ok in rows]
    total = sum(executions for _, executions, _ in rows)
    how = "atheris" if importlib.util.find_spec("atheris") else "hypothesis"
    table += [f"| all, {seconds:.0f} s on one core with {how} | {total:,} | {sum(not ok for *_, ok in rows)} |"]
    page = PAGE.read_text(encoding="utf-8")
    start, end = page.index(MARKS[0]) + len(MARKS[0]), page.index(MARKS[1])
    PAGE.write_text(page[:start] + "\n" + "\n".join(table) + "\n\n" + page[end:], encoding="utf-8")


if __name__ == "__main__":
    main()
