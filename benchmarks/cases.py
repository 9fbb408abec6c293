"""Run the commands of the small inputs in ../shared/cases and print what each does now, as a table in Markdown.

``python -m benchmarks.cases [CASE ...]``; a case is named by its number, and all are run where none is. What a case
expects is in its case.txt, beside the line that is printed here. Commands that name files of another machine are left
out and said so.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = Path(__file__).parents[2] / "shared" / "cases"
TIMEOUT = 300  # seconds
ELSEWHERE = re.compile(r"\bin/(enc_|lab3000|imbalx)|\bRUN\b")
TELLING = ("multitag: ", "labels: ")  # a refusal, and how labels are read
BASE = "07-other-marks/hash.csv"


def commands(case: Path) -> list[str]:
    """Return the commands of a case, as they stand between COMMAND and EXPECTED."""
    text = (case / "case.txt").read_text(encoding="utf-8")
    part = text.partition("COMMAND\n")[2].partition("\nEXPECTED")[0]
    return [line for line in part.splitlines() if line.strip()]


def run(command: str, folder: Path) -> tuple[int, str]:
    """Run a command of a shell where multitag is this one; return its exit status and its output."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "160"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=TIMEOUT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def telling_line(output: str) -> str:
    """Return the line that says what was made of the input; the last one where none stands out."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for start in TELLING:
        for line in lines:
            if line.startswith(start):
                return line
    return lines[-1] if lines else ""


def base_bundle(folder: Path) -> Path:
    """Train the bundle that some commands use; return its run."""
    made = folder / "base"
    command = (
        f"multitag train {CASES / BASE} --text text --labels labels --base-model minilm --epochs 1 --no-baselines "
        f"--no-onnx --resamples 0 --out {made}"
    )
    status, output = run(command, folder)
    if status:
        raise SystemExit(f"no bundle to begin with: {output}")
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", help="numbers, such as 06; all by default")
    wanted = parser.parse_args().cases
    print("| Case | Command | Exit | Now |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        base = base_bundle(Path(scratch))
        for case in sorted(path.parent for path in CASES.glob("*/case.txt")):
            if wanted and case.name.partition("-")[0] not in wanted:
                continue
            folder = Path(scratch) / case.name
            shutil.copytree(case, folder)
            for name in ("runs", "in", "home"):
                (folder / name).mkdir(exist_ok=True)
            (folder / "runs" / "base").symlink_to(base)
            for command in commands(case):
                shown = command if len(command) < 100 else command[:97] + "..."
                if ELSEWHERE.search(command):
                    status, said = "-", "not run: its files are not among the cases"
                else:
                    for out in re.findall(r" train .*--out[ =](runs/\S+)", command):  # cases name one twice
                        shutil.rmtree(folder / out, ignore_errors=True)
                    code, output = run(command, folder)
                    status, said = str(code), telling_line(output)
                cells = (case.name, f"`{shown}`", status, said)
                print("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
