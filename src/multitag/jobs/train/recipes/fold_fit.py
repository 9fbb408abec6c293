"""How the training without a fold went: the record by which a fold is finished."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from multitag.atomic import new_file
from multitag.errors import OutputError

FIT = "fit.json"  # of a fold; written last, so a fold that has it is finished


@dataclass(frozen=True)
class FoldFit:
    """How the training of a fold went.

    Parameters
    ----------
    epochs : float
        After which its model's weights were what they are.
    seconds : float
    """

    epochs: float
    seconds: float

    def save(self, path: Path) -> None:
        """Write it as JSON, whole or not at all."""
        with new_file(path, replace=True) as file:
            file.write(json.dumps(asdict(self)).encode("ascii"))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote.

        Raises
        ------
        OutputError
            If it cannot be read any more; names the file, and how to go on.
        """
        try:
            values = json.loads(path.read_bytes())
            return cls(float(values["epochs"]), float(values["seconds"]))
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise OutputError(
                f"{path}: damaged: expected the epochs and seconds of a fold; to train that fold again, delete the "
                f"folder {path.parent}"
            ) from error
