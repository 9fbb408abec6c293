"""A piece of the leaderboard: one contender's probabilities on one draw of the folds of one table, kept as a file."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from benchmarks.record import ROOT
from numpy.typing import NDArray

from multitag.atomic import new_file
from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import OutputError

RUNS = ROOT / "runs" / "leaderboard"
FOLDS = 5


@dataclass(frozen=True, eq=False)
class Scored:
    """What a contender gave for the rows of a table, each scored by a model that did not see it.

    Parameters
    ----------
    y_true : ndarray of int8, shape (n_rows, n_labels)
        0 and 1, in the order of the table.
    y_raw : ndarray of float32, shape (n_rows, n_labels)
        Probabilities, in [0, 1], not calibrated.
    fold : ndarray of int64, shape (n_rows,)
        Which fold held each row out.
    seconds : float
        Of training on all folds. Of all but multitag it is processor time, with features and scoring included.
    settings : dict
        That the contender was asked for; JSON-safe.
    """

    y_true: NDArray[np.int8]
    y_raw: NDArray[np.float32]
    fold: NDArray[np.int64]
    seconds: float
    settings: dict[str, Any]

    def __post_init__(self) -> None:
        if self.y_raw.shape != self.y_true.shape:
            raise ValueError(f"y_raw: expected shape {self.y_true.shape}, got {self.y_raw.shape}")
        if not ((self.y_raw >= 0) & (self.y_raw <= 1)).all():  # also of NaN
            raise ValueError("y_raw: expected probabilities in [0, 1] on every row")

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(path, replace=True) as file:
            np.savez_compressed(
                file, y_true=self.y_true.astype(np.int8), y_raw=self.y_raw.astype(np.float32), fold=self.fold,
                seconds=self.seconds, settings=json.dumps(self.settings, sort_keys=True),
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote."""
        with np.load(path) as kept:
            settings = json.loads(str(kept["settings"]))
            return cls(kept["y_true"], kept["y_raw"], kept["fold"], float(kept["seconds"]), settings)


@dataclass(frozen=True)
class Piece:
    """Where the result of a contender on a draw of the folds of a table is kept.

    Parameters
    ----------
    table : str
    draw : int
        Seed of the folds and of the training.
    contender : str
    runs : Path
        The folder of all pieces.
    """

    table: str
    draw: int
    contender: str
    runs: Path = RUNS

    @property
    def path(self) -> Path:
        """The probabilities."""
        return self.runs / self.table / str(self.draw) / f"{self.contender}.npz"

    @property
    def work(self) -> Path:
        """The folder of what is not finished."""
        return self.path.with_suffix(".work")

    @property
    def failure(self) -> Path:
        """Why there is no result, and after how many seconds that was known; deleting it has the piece tried again."""
        return self.path.with_suffix(".failed.json")

    @property
    def reason(self) -> str | None:
        """Why there is no result, in a sentence; None where nothing failed."""
        return str(json.loads(self.failure.read_bytes())["reason"]) if self.failure.exists() else None

    def asked(self) -> dict[str, Any] | None:
        """Return the settings that were asked for where there is a result, or a failure; else None."""
        if self.path.exists():
            return Scored.load(self.path).settings
        return dict(json.loads(self.failure.read_bytes())["settings"]) if self.failure.exists() else None

    def __str__(self) -> str:
        return f"{self.table}, draw {self.draw}, {self.contender}"


@dataclass(frozen=True)
class Contender:
    """What competes.

    Parameters
    ----------
    title : str
        For the page.
    score : callable
        Takes a prepared table, the draw and a folder for unfinished work, and returns the scored rows.
    settings : mapping
        Those that its pieces were asked for; pieces of others are refused.
    """

    title: str
    score: Callable[[Task, int, Path], Scored]
    settings: Mapping[str, Any] = field(default_factory=dict)


def prepare(table: Any, draw: int) -> Task:
    """Divide a table into the folds of a draw, as ``multitag train --folds 5 --seed DRAW`` does."""
    return Task.prepare(table, Config().override(folds=FOLDS, seed=draw))


def run_pieces(
    pieces: Iterable[Piece],
    contenders: Mapping[str, Contender],
    read: Callable[[str], Any],
    *,
    minutes: float = float("inf"),
    say: Callable[[str], object] = print,
) -> None:
    """Run the pieces that are not there, one after the other; one that fails stops no other.

    Parameters
    ----------
    pieces : iterable of Piece
        Those of a table and draw are best together: the folds are drawn once.
    contenders : mapping of str to Contender
    read : callable
        Returns the table of a name.
    minutes : float
        After which no piece is begun; what is unfinished goes on in the next call.
    say : callable
        Gets a line for each piece.
    """
    began, prepared = time.monotonic(), None
    for piece in pieces:
        if piece.path.exists() or piece.failure.exists():
            say(f"{_clock()} {piece}: {_found(piece, contenders[piece.contender])}")
            continue
        if time.monotonic() - began > 60 * minutes:
            say(f"{_clock()} {piece}: left for another call, {minutes:g} minutes are over")
            continue
        say(f"{_clock()} {piece} ...")
        started = time.monotonic()
        try:
            if prepared is None or prepared[:2] != (piece.table, piece.draw):
                prepared = (piece.table, piece.draw, prepare(read(piece.table), piece.draw))
            contenders[piece.contender].score(prepared[2], piece.draw, piece.work).save(piece.path)
        except OutputError as error:  # a full disk, another call at the same piece: no fault of the contender
            say(f"{_clock()} {piece}: not done, {error}")
        except Exception as error:  # whatever another tool raises is a result, and told as one
            _keep_failure(piece, contenders[piece.contender], error, time.monotonic() - started)
            say(f"{_clock()} {piece}: FAILED, {piece.reason} (delete {piece.failure} to try it again)")
        else:
            say(f"{_clock()} {piece}: {time.monotonic() - started:.1f} s")


def _found(piece: Piece, contender: Contender) -> str:
    if piece.reason is not None:
        return f"failed before, {piece.reason} (delete {piece.failure} to try it again)"
    settings = piece.asked()
    if settings != contender.settings:
        return f"OUT OF DATE, it was made with the settings {settings} (choose another name, or delete {piece.path})"
    return "done before"


def _keep_failure(piece: Piece, contender: Contender, error: Exception, seconds: float) -> None:
    reason = (str(error).strip() or type(error).__name__).splitlines()[-1]
    kept = {
        "reason": reason, "seconds": round(seconds, 1), "settings": dict(contender.settings),
        "traceback": "".join(traceback.format_exception(error)),
    }  # fmt: skip
    piece.failure.parent.mkdir(parents=True, exist_ok=True)
    with new_file(piece.failure, replace=True) as file:
        file.write(json.dumps(kept, indent=1).encode())


def _clock() -> str:
    return time.strftime("%H:%M:%S")
