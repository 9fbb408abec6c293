"""Texts that are longer than the model takes: their start only, or windows of all of it."""

from __future__ import annotations

from typing import get_args

from multitag.bundle.manifest import Manifest
from multitag.config import LongTexts, Pool
from multitag.errors import BundleError, ConfigError


def choose_pool(manifest: Manifest, long: LongTexts | None = None, pool: Pool | None = None) -> Pool | None:
    """Return how the probabilities of a long text's windows are pooled, or that only its start is read.

    Parameters
    ----------
    manifest : Manifest
        Says how texts were read when the bundle's thresholds were tuned and its metrics measured: the default.
    long : {"truncate", "windows"}, optional
    pool : {"mean", "max"}, optional
        Override what the manifest says.

    Returns
    -------
    {"mean", "max"} or None
        For :func:`~multitag.inference.scoring.score_texts`; None reads the start only.

    Raises
    ------
    ConfigError
        If an option is not one of those, or ``pool`` is given where texts are truncated.
    BundleError
        If the manifest asks for something unknown.
    """
    settings = manifest.settings.get("model", {})
    default_long, default_pool = settings.get("long", "truncate"), settings.get("pool", "mean")
    if default_long not in get_args(LongTexts) or default_pool not in get_args(Pool):
        raise BundleError(f"manifest.json: settings: unknown long or pool: {default_long!r}, {default_pool!r}")
    for name, value, kind in (("long", long, LongTexts), ("pool", pool, Pool)):
        if value is not None and value not in get_args(kind):
            raise ConfigError(f"{name}: expected one of {', '.join(get_args(kind))}, got {value!r}")
    if (long or default_long) == "windows":
        return pool or default_pool
    if pool is not None:
        raise ConfigError(f"pool: {pool} is for windows, but long texts are truncated; add --long windows")
    return None
