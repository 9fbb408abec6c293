"""What an output was begun with: a job goes on with that, or with its own where no row was written yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from multitag.errors import OutputError
from multitag.scale.locations import SourceFile
from multitag.scale.output import OutputFolder
from multitag.scale.plan import Plan, Recipe


def begun_plan(folder: OutputFolder, recipe: Recipe, files: Sequence[SourceFile]) -> Plan | None:
    """Read the plan that an output was begun with; None where there is none, or another may take its place.

    That it may where no part of it was committed, as after a mistake that the first part showed. In a store, where
    nothing keeps two jobs apart, the other may still be at its first part, and its plan stays.

    Raises
    ------
    OutputError
        If the output was begun with another bundle, setting or input.
    """
    where = folder.location.written
    written = folder.read_plan()
    if written is None:
        return None
    plan = Plan.from_bytes(written, f"{where}/plan.json")
    try:
        refuse_another(plan, recipe, files, where)
    except OutputError:
        if folder.has_rows() or not folder.location.is_local:
            raise
        return None
    return plan


def refuse_another(plan: Plan, recipe: Recipe, files: Sequence[SourceFile], output: str) -> None:
    """Check that a job goes on with what it was begun with.

    Raises
    ------
    OutputError
        If the bundle, another setting or the input is not the same; says which, and what to do.
    """
    remedy = "name another output folder, or go on with what it was begun with"
    if plan.recipe.bundle != recipe.bundle:
        begun, given = plan.recipe.bundle[:12], recipe.bundle[:12]
        raise OutputError(f"{output}: was begun with another bundle (digest {begun}, now {given}); {remedy}")
    for name, value in asdict(plan.recipe).items():
        given = getattr(recipe, name)
        if value != given:
            begun, now = _shown(value), _shown(given)
            raise OutputError(f"{output}: was begun with another {name} ({begun}, now {now}); {remedy}")
    before, listed = ({file.path: file for file in them} for them in (plan.files, files))
    for path in sorted(before.keys() | listed.keys()):
        if before.get(path) != listed.get(path):
            what = "changed" if path in before and path in listed else "is new" if path in listed else "is gone"
            raise OutputError(f"{output}: the input is not the one it was begun with: {path} {what}; {remedy}")


def _shown(value: object) -> str:
    """Return a setting as a person writes it."""
    if value is None:
        return "none given"
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else repr(value)
