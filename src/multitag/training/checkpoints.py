"""Checkpoints: written whole, checked to the last bit before one is used, and deleted whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.atomic import new_folder, remove_folder, replacement_folder, system_errors_as_output_errors
from multitag.digests import sha256_of_files
from multitag.errors import ConfigError

# Without the optimiser's or the random states the Trainer resumes silently to different weights.
TRAINER_STATE = "trainer_state.json"
NEEDED = ("model.safetensors", "optimizer.pt", "scheduler.pt", TRAINER_STATE)
RANDOM_STATES = "rng_state*.pth"  # one, or one of each process
FILE_LIST = "files.json"
ARGUMENTS = "training_args.bin"  # a pickle of the Trainer's, which nothing reads
SET_ASIDE = "damaged-"


def checkpoint_path(folder: Path, step: int) -> Path:
    """Name the checkpoint of a step, as the Trainer does."""
    return folder / f"checkpoint-{step}"


@contextmanager
def new_checkpoint(target: Path) -> Iterator[Path]:
    """Yield a folder for the Trainer to write a checkpoint into; it becomes ``target`` when the block ends well.

    The checkpoint's files are listed with their sizes and SHA-256, all is synced to the disk, and the folder gets its
    final name in one step. If the block raises, nothing is left of it; if the process is killed, a hidden folder is.

    Parameters
    ----------
    target : Path
        Replaced where it exists; its parent must.

    Yields
    ------
    Path
        An empty folder that stands for the target's parent: the block makes the target's name in it.

    Raises
    ------
    OutputError
        If it cannot be written, a full disk included.
    """
    with (replacement_folder if target.exists() else new_folder)(target) as staged:
        yield staged
        made = staged / target.name
        (made / ARGUMENTS).unlink(missing_ok=True)
        for path in list(made.iterdir()):
            path.rename(staged / path.name)
        made.rmdir()
        records = {path.name: _record(path) for path in sorted(staged.iterdir())}
        (staged / FILE_LIST).write_bytes(_list_bytes({"files": records}))


def newest_checkpoint(folder: Path) -> tuple[Path | None, list[str]]:
    """Find the newest whole checkpoint, and set those aside that are newer and not whole.

    Parameters
    ----------
    folder : Path
        The run's ``checkpoints``; may be absent.

    Returns
    -------
    checkpoint : Path or None
        None where there is no whole one.
    skipped : list of str
        One line for each newer checkpoint that was passed over, with what is wrong with it.
    """
    skipped: list[str] = []
    for path in reversed(_by_step(folder)):
        wrong = what_is_wrong(path)
        if wrong is None:
            return path, skipped
        # Left under its name, it would count as one of the newest when older ones are deleted.
        aside = path.with_name(SET_ASIDE + path.name)
        remove_folder(aside)
        with system_errors_as_output_errors(path):
            path.rename(aside)
        skipped.append(f"{path.name} is not whole ({wrong}) and is now {aside.name}; trying the one before")
    return None, skipped


def what_is_wrong(checkpoint: Path) -> str | None:
    """Return what a checkpoint lacks, or None where it is whole, and so is the one that it names as the best so far."""
    wrong = _what_differs(checkpoint)
    if wrong is not None:
        return wrong
    try:
        best = json.loads((checkpoint / TRAINER_STATE).read_bytes())["best_model_checkpoint"]
    except (ValueError, KeyError, TypeError):
        return f"{TRAINER_STATE} is not the Trainer's"
    if best is None or Path(best).name == checkpoint.name:
        return None
    wrong = _what_differs(checkpoint.parent / Path(best).name)  # the run may have been moved
    return None if wrong is None else f"the best one before it, {Path(best).name}, is not: {wrong}"


def refuse_other_team(checkpoint: Path, n_processes: int) -> None:
    """Refuse a checkpoint of more or fewer processes: their batches are others, and so is what each draws.

    Raises
    ------
    ConfigError
        If it is one; names both numbers.
    """
    before = len(list(checkpoint.glob(RANDOM_STATES)))
    if before != n_processes:
        raise ConfigError(
            f"{checkpoint}: was written by {before} processes, and this run has {n_processes}; resume it with {before}"
        )


def delete_old_checkpoints(folder: Path, keep: int, best: str | None) -> None:
    """Delete the oldest checkpoints, but neither the newest nor the best.

    The Trainer goes by the times of the files, which a copy changes, and a process killed while it deletes leaves
    half a checkpoint under its name.

    Parameters
    ----------
    folder : Path
        The run's ``checkpoints``.
    keep : int
        How many may stay.
    best : str, optional
        Path of the best one so far, where the run ends with its weights.
    """
    checkpoints = _by_step(folder)
    needed = {path.name for path in checkpoints[-1:]} | ({Path(best).name} if best else set())
    spare = [path for path in checkpoints if path.name not in needed]
    for path in spare[: max(len(checkpoints) - max(keep, len(needed)), 0)]:
        remove_folder(path)


def _by_step(folder: Path) -> list[Path]:
    steps = {
        int(match[1]): path
        for path in folder.glob("checkpoint-*")
        if (match := re.fullmatch(r"checkpoint-(\d+)", path.name))
    }
    return [path for _, path in sorted(steps.items())]


def _what_differs(checkpoint: Path) -> str | None:
    """Compare a checkpoint to the list of its files, sizes first: reading gigabytes takes seconds."""
    try:
        content = (checkpoint / FILE_LIST).read_bytes()
    except OSError as error:
        return f"{FILE_LIST}: {error.strerror}"
    try:
        records = json.loads(content)["files"]
        if content != _list_bytes({"files": records}):  # one changed byte may still be good JSON
            return f"{FILE_LIST} is damaged"
        names = {path.name for path in checkpoint.iterdir() if not path.name.startswith(".")} - {FILE_LIST}
        for name in sorted({*NEEDED, *records} - names):
            return f"{name} is missing"
        for name in sorted({*NEEDED, *names} - records.keys()):
            return f"{name} is not in {FILE_LIST}"
        if not any(checkpoint.glob(RANDOM_STATES)):
            return "rng_state.pth is missing"
        for name, record in records.items():
            if (checkpoint / name).stat().st_size != record["size"] or _record(checkpoint / name) != record:
                return f"{name} is damaged"
    except OSError as error:
        return f"{Path(error.filename or checkpoint).name} cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{FILE_LIST} is damaged"
    return None


def _record(path: Path) -> dict[str, Any]:
    return {"size": path.stat().st_size, "sha256": sha256_of_files(path)}


def _list_bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"
