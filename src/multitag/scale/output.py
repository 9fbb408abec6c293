"""The folder of an output: a plan, parts that are committed by a rename, and rows that were set aside.

::

    OUTPUT/plan.json                     what goes in and how it is cut
    OUTPUT/parts/part-00000000.parquet   the scored rows of a part; that it is there says that it is whole
    OUTPUT/quarantine/part-00000000.jsonl   the rows of that part that cannot be scored
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from multitag.errors import OutputError, describe_error
from multitag.extras import import_extra
from multitag.scale.locations import Location, is_input

PLAN, PARTS, QUARANTINE, LOCK = "plan.json", "parts", "quarantine", ".lock"
PART = re.compile(r"part-(\d{8,})\.parquet")
PARTIAL = ".partial"


class OutputFolder:
    """An output, on this machine or in a store.

    Parameters
    ----------
    location : Location
    """

    def __init__(self, location: Location) -> None:
        self.location = location
        self.fs = location.filesystem
        self.root = PurePosixPath(location.path)

    def refuse_strangers(self) -> None:
        """Check that there is nothing but what a job wrote; the folder need not exist.

        Raises
        ------
        OutputError
            If there is.
        """
        with self._errors():
            names = [name for name in self._names(self.root) if not name.endswith(PARTIAL)]
        stranger = next((name for name in sorted(names) if name not in (PLAN, PARTS, QUARANTINE, LOCK)), None)
        if stranger is not None:
            raise OutputError(
                f"{self.location.written}: holds {stranger!r}, which multitag score did not write; name a new folder"
            )

    def refuse_input(self, source: Location) -> None:
        """Check that no part would be read as input when the job goes on.

        Raises
        ------
        OutputError
            If it would.
        """
        same = self.fs.type_name == source.filesystem.type_name
        if same and is_input(source, str(self.root / PARTS / "part-00000000.parquet")):
            raise OutputError(
                f"{self.location.written}: is within the input, {source.written}, and its parts would be read as rows; "
                "name a folder elsewhere"
            )

    def make(self) -> None:
        """Make the folder and those in it, where they are not there."""
        with self._errors():
            for folder in (self.root, self.root / PARTS, self.root / QUARANTINE):
                self.fs.create_dir(str(folder), recursive=True)

    def clear(self) -> None:
        """Remove what a killed job was writing; nobody may be writing now."""
        with self._errors():
            for folder in (self.root, self.root / PARTS, self.root / QUARANTINE):
                for name in self._names(folder):
                    if name.endswith(PARTIAL):
                        self.fs.delete_file(str(folder / name))

    def read_plan(self) -> bytes | None:
        """Read plan.json; None if there is none."""
        with self._errors():
            try:
                with self.fs.open_input_stream(str(self.root / PLAN)) as file:
                    content: bytes = file.read()
            except FileNotFoundError:
                return None
        return content

    def write_plan(self, content: bytes) -> None:
        """Write plan.json, whole or not at all."""
        with self._errors(), self._staged(self.root / PLAN, lambda file: file.write(content)):
            pass

    def committed(self) -> set[int]:
        """Return the numbers of the parts that are there."""
        with self._errors():
            matches = (PART.fullmatch(name) for name in self._names(self.root / PARTS))
            return {int(match[1]) for match in matches if match}

    def has_rows(self) -> bool:
        """Return whether a job wrote any row, scored or set aside."""
        with self._errors():
            names = [name for each in (PARTS, QUARANTINE) for name in self._names(self.root / each)]
        return any(not name.endswith(PARTIAL) for name in names)

    def count_quarantined(self, parts: set[int]) -> int:
        """Count the rows of committed parts that were set aside."""
        count = 0
        with self._errors():
            for name in self._names(self.root / QUARANTINE):
                if int(name[len("part-") :].partition(".")[0]) in parts:
                    with self.fs.open_input_stream(str(self.root / QUARANTINE / name)) as file:
                        count += file.read().count(b"\n")
        return count

    def commit_part(self, number: int, write: Callable[[Any], Sequence[str]]) -> None:
        """Write a part and the rows that were set aside of it.

        The part's rename comes last, and commits both. What is written twice, by a worker that was taken for dead and
        by the one in its place, is the same and replaces itself.

        Parameters
        ----------
        number : int
        write : callable
            Writes the part to a file of pyarrow, and returns the rows that were set aside, as lines of JSON.

        Raises
        ------
        OSError
            If it cannot be written; the caller tries again.
        """
        aside = self.root / QUARANTINE / f"part-{number:08}.jsonl"
        quarantined: Sequence[str] = ()

        def write_part(file: Any) -> None:
            nonlocal quarantined
            quarantined = write(file)

        with self._staged(self.root / PARTS / f"part-{number:08}.parquet", write_part):
            if quarantined:
                content = "".join(f"{line}\n" for line in quarantined).encode()
                with self._staged(aside, lambda file: file.write(content)):
                    pass
            elif self.fs.get_file_info(str(aside)).is_file:  # of an attempt that was killed before it committed
                self.fs.delete_file(str(aside))

    @contextmanager
    def _staged(self, target: PurePosixPath, write: Callable[[Any], object]) -> Iterator[None]:
        """Write a file under another name, and rename it when the block ends without an error."""
        partial = str(target.with_name(f".{target.name}.{secrets.token_hex(4)}{PARTIAL}"))
        try:
            with self.fs.open_output_stream(partial) as file:
                write(file)
            if self.location.is_local:
                _sync(partial)
            yield
            self.fs.move(partial, str(target))  # a rename; in an object store a copy, which appears whole too
        except BaseException:
            if self.fs.get_file_info(partial).is_file:
                self.fs.delete_file(partial)
            raise
        if self.location.is_local:
            _sync(str(target.parent))

    def _names(self, folder: PurePosixPath) -> list[str]:
        fs: Any = import_extra("pyarrow.fs", "ray")
        return [info.base_name for info in self.fs.get_file_info(fs.FileSelector(str(folder), allow_not_found=True))]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = describe_error(error)
            raise OutputError(f"{self.location.written}: cannot be written or read: {reason}") from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other jobs out of a folder of this machine while the block runs; a store has nothing to lock with.

        The lock is the operating system's: it is gone when the process is.

        Raises
        ------
        OutputError
            If another job holds it.
        """
        if not self.location.is_local:
            yield
            return
        filelock: Any = import_extra("filelock", "ray")
        lock = filelock.FileLock(Path(self.location.path, LOCK), timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise OutputError(
                f"{self.location.written}: another job is writing here; wait for its end, or name another folder"
            ) from None
        try:
            yield
        finally:
            Path(self.location.path, LOCK).unlink(missing_ok=True)
            lock.release()


def _sync(path: str) -> None:
    """Have the disk hold what was written, so that a rename does not outlive it where the power fails."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
