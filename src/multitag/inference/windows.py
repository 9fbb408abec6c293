"""How a bundle reads texts that are longer than its model does."""

from __future__ import annotations

from typing import get_args

from multitag.bundle.manifest import Manifest
from multitag.config import LongTexts, Pool
from multitag.errors import BundleError, ConfigError


def choose_pool(manifest: Manifest, long: LongTexts | None = None, pool: Pool | None = None) -> Pool | None:
    """Choose between the start of a long text and pooled windows of all of it.

    Parameters
    ----------
    manifest : Manifest
        Says how the bundle's thresholds and figures were made, which is what it does by default.
    long : {"truncate", "windows"}, optional
    pool : {"mean", "max"}, optional
        Taken in place of what the manifest says.

    Returns
    -------
    {"mean", "max"} or None
        For :func:`~multitag.inference.scoring.score_texts`; None reads the start.

    Raises
    ------
    ConfigError
        If an option is not one of those, or windows are pooled that are not made.
    BundleError
        If the manifest asks for something unknown.
    """
    made = manifest.settings.get("model", {})
    made_long, made_pool = made.get("long", "truncate"), made.get("pool", "mean")
    if made_long not in get_args(LongTexts) or made_pool not in get_args(Pool):
        raise BundleError(f"manifest.json: settings: unknown long or pool: {made_long!r}, {made_pool!r}")
    for name, value, kind in (("long", long, LongTexts), ("pool", pool, Pool)):
        if value is not None and value not in get_args(kind):
            raise ConfigError(f"{name}: expected one of {', '.join(get_args(kind))}, got {value!r}")
    if (long or made_long) == "windows":
        return pool or made_pool
    if pool is not None:
        raise ConfigError(f"pool: {pool} is of windows, but long texts are truncated; add --long windows")
    return None
