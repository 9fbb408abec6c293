"""The plan of a job: what goes in, how it is cut, and what makes its output; a rerun must have the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from io import BufferedReader
from itertools import chain
from typing import Any, BinaryIO, Self

from multitag.errors import DataError, OutputError, describe_error
from multitag.extras import import_extra
from multitag.scale.formats.delimited import DelimitedFile
from multitag.scale.formats.json_lines import cut_json_lines, first_keys, has_key
from multitag.scale.formats.parquet import cut_parquet
from multitag.scale.formats.part import Part
from multitag.scale.locations import Location, SourceFile

FORMAT = 1
AT_ONCE = 16  # files that are opened at once, most of the time of which is waiting for a store


@dataclass(frozen=True)
class Recipe:
    """What makes the output out of the input; rows scored by another are not to be mixed with these.

    Parameters
    ----------
    bundle : str
        Digest of its manifest.
    text : tuple of str
        Columns of the texts.
    id : str or None
        Column that is copied.
    delimiter, backend, policy, long, pool
        As they were asked for.
    threshold, top_k, at_least_one, batch_size
        Likewise; see :class:`~multitag.inference.options.PredictOptions`.
    part_rows : int
    device : str
        As it was asked for.
    """

    bundle: str
    text: tuple[str, ...]
    id: str | None
    delimiter: str | None
    backend: str
    policy: str | None
    long: str | None
    pool: str | None
    threshold: float | None
    top_k: int | None
    at_least_one: bool
    batch_size: int
    part_rows: int
    device: str = "auto"

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the input that are needed."""
        return self.text if self.id is None else (*self.text, self.id)


@dataclass(frozen=True)
class Plan:
    """How an input is scored.

    Parameters
    ----------
    recipe : Recipe
    files : tuple of SourceFile
    parts : tuple of Part
        Numbered from 0 in the order of the files and of their rows.
    id_type : str or None
        ``"int64"`` where every file is Parquet with whole numbers in that column, else ``"string"``; None without one.
    """

    recipe: Recipe
    files: tuple[SourceFile, ...]
    parts: tuple[Part, ...]
    id_type: str | None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the plan, which every part written by it bears."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the content of plan.json; a part is a list of four numbers: file, start, stop and offset."""
        parts = [[part.file, part.start, part.stop, part.offset] for part in self.parts]
        values = {
            "format": FORMAT, "recipe": asdict(self.recipe), "id_type": self.id_type,
            "files": [asdict(file) for file in self.files], "parts": parts,
        }  # fmt: skip
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Self:
        """Read the content of plan.json.

        Raises
        ------
        OutputError
            If it is none, or one of another format.
        """
        try:
            values = json.loads(data)
            if values["format"] != FORMAT:
                raise OutputError(
                    f"{where}: is of format {str(values['format'])[:20]!r}, expected {FORMAT}; name another output"
                )
            recipe = Recipe(**{**values["recipe"], "text": tuple(values["recipe"]["text"])})
            files = tuple(SourceFile(**file) for file in values["files"])
            parts = tuple(Part(number, *map(int, numbers)) for number, numbers in enumerate(values["parts"]))
            return cls(recipe, files, parts, values["id_type"])
        except (ValueError, TypeError, KeyError) as error:
            raise OutputError(f"{where}: is no plan of multitag score; name another output folder") from error

    def weight(self, part: Part) -> float:
        """Return how many bytes of its file a part stands for, by which the time left is foretold."""
        last = self.last_stops[part.file]
        return self.files[part.file].size * (part.stop - part.start) / last if last else 0.0

    @cached_property
    def last_stops(self) -> dict[int, int]:
        """Where the last part of each file ends."""
        return {part.file: part.stop for part in self.parts}


def make_plan(
    location: Location, files: Sequence[SourceFile], recipe: Recipe, advance: Callable[[int], None]
) -> Plan:
    """Cut the files of an input into parts.

    Parameters
    ----------
    location : Location
        Of the input.
    files : sequence of SourceFile
    recipe : Recipe
    advance : callable
        Is told the bytes of each file that is cut.

    Raises
    ------
    DataError
        If a file cannot be read, lacks a column, or all are without a row.
    """

    def cut(number: int) -> tuple[list[Part], str | None]:
        parts = _cut_file(location, files[number], number, recipe)
        advance(files[number].size)
        return parts

    with ThreadPoolExecutor(AT_ONCE) as openers:
        results = list(openers.map(cut, range(len(files))))
    parts = [replace(part, number=number) for number, part in enumerate(chain(*(parts for parts, _ in results)))]
    if not parts:
        raise DataError(f"{location.written}: no row to score; expected at least one")
    types = {kind for _, kind in results}
    id_type = None if recipe.id is None else "int64" if types == {"int64"} else "string"
    return Plan(recipe, tuple(files), tuple(parts), id_type)


def _cut_file(location: Location, file: SourceFile, number: int, recipe: Recipe) -> tuple[list[Part], str | None]:
    """Cut a file into parts, and find the type of its ids; ``"string"`` where it keeps none."""
    arrow: Any = import_extra("pyarrow", "ray")
    try:
        if not file.size:
            return [], "int64"  # of no id
        with location.filesystem.open_input_file(file.path) as opened:
            if file.kind == "parquet":
                return _cut_parquet(opened, file, number, recipe)
            if file.kind == "jsonl":
                lines = buffered(opened)
                if keys := first_keys(lines):
                    later = [name for name in recipe.columns if name not in keys and has_key(lines, name)]
                    _refuse_missing((*keys, *later), file, recipe)
                return cut_json_lines(file.size, number, recipe.part_rows), "string"
            table = DelimitedFile(buffered(opened), file.path, recipe.delimiter)
            _refuse_missing(table.columns, file, recipe)
            return table.cut(number, recipe.part_rows), "string"
    except (OSError, ValueError, arrow.ArrowException) as error:
        raise DataError(f"{file.path}: not a readable {file.kind} file: {describe_error(error)}") from error


def _cut_parquet(opened: Any, file: SourceFile, number: int, recipe: Recipe) -> tuple[list[Part], str | None]:
    arrow: Any = import_extra("pyarrow", "ray")
    parquet: Any = import_extra("pyarrow.parquet", "ray")
    schema = parquet.read_schema(opened)
    _refuse_missing(schema.names, file, recipe)
    opened.seek(0)
    kind = None if recipe.id is None else schema.field(recipe.id).type
    is_whole = kind is not None and arrow.types.is_integer(kind) and kind != arrow.uint64()
    return cut_parquet(opened, number, recipe.part_rows), "int64" if is_whole else "string"


def _refuse_missing(columns: Sequence[str], file: SourceFile, recipe: Recipe) -> None:
    missing = next((name for name in recipe.columns if name not in columns), None)
    if missing is not None:
        option = "--id" if missing == recipe.id else "--text"
        present = ", ".join(map(repr, columns))
        raise DataError(f"{file.path}: no column {missing!r}; name another with {option}; the columns are {present}")


def buffered(opened: Any) -> BinaryIO:
    """Return a file of pyarrow as one that reads by lines at the speed of the standard library's."""
    return BufferedReader(opened, 2**20)
