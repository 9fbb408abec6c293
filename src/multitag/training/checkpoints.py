"""Which checkpoint a run resumes from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from safetensors import SafetensorError, safe_open

# Without the optimiser's or the random states the Trainer resumes silently to different weights.
NEEDED = (
    "model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json",
)  # fmt: skip
INCOMPLETE_MARK = "checkpoint-is-incomplete.txt"


def newest_checkpoint(folder: Path) -> tuple[Path | None, list[str]]:
    """Find the newest whole checkpoint.

    Parameters
    ----------
    folder : Path
        The run's ``checkpoints``; may be absent.

    Returns
    -------
    checkpoint : Path or None
        None where there is no whole one.
    skipped : list of str
        One line for each newer checkpoint that was passed over, with what it lacks.
    """
    found = [
        (int(match[1]), path)
        for path in folder.glob("checkpoint-*")
        if (match := re.fullmatch(r"checkpoint-(\d+)", path.name))
    ]
    skipped: list[str] = []
    for _, path in sorted(found, reverse=True):
        lack = what_is_missing(path)
        if lack is None:
            return path, skipped
        skipped.append(f"{path.name} is not whole ({lack}); trying the one before")
    return None, skipped


def what_is_missing(checkpoint: Path) -> str | None:
    """Say what a checkpoint lacks, or None where it is whole."""
    if (checkpoint / INCOMPLETE_MARK).exists():
        return "its writing did not end"
    for name in NEEDED:
        path = checkpoint / name
        if not path.is_file() or path.stat().st_size == 0:
            return f"{name} is missing or empty"
    damaged = next((name for name in NEEDED if not _is_whole(checkpoint / name)), None)
    return None if damaged is None else f"{damaged} is damaged"


def _is_whole(path: Path) -> bool:
    """Read a file to its end: a full disk or a power cut may have left it short."""
    try:
        if path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".safetensors":
            with safe_open(path, "pt"):  # refuses a file that is not as long as its header says
                pass
        else:  # torch writes zip archives, with a checksum of each entry
            with ZipFile(path) as archive:
                return archive.testzip() is None
    except (ValueError, SafetensorError, BadZipFile):
        return False
    return True
