"""``multitag score``: every row of a large input, on many cores or machines."""

from __future__ import annotations

from typing import Any

from multitag.cli.options import pop_settings, takes_options
from multitag.cli.show import print_lines
from multitag.config.score import ScoreConfig
from multitag.config.setting import settings_of
from multitag.errors import printable
from multitag.extras import import_extra
from multitag.inference.options import PredictOptions

NEEDED = ("ray", "pyarrow", "filelock")
HOW_LABELS = ("threshold", "top_k", "at_least_one", "batch_size")


@takes_options(section=ScoreConfig)
@takes_options(*HOW_LABELS, section=PredictOptions)
@takes_options("long", "pool", defaults=False)
def score(bundle: str, source: str, output: str, /, **settings: Any) -> None:
    """Score Parquet, CSV or JSONL of any size with Ray, into Parquet; give the same command again to go on.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle, or hf://user/name.
    source
        A file, a folder or a quoted pattern, here or in a store such as s3:// or gs://.
    output
        New folder for the parts, here or in a store; or that of a job that was interrupted.
    """
    chosen = ScoreConfig(**pop_settings(settings, *settings_of(ScoreConfig)))
    options = PredictOptions(**pop_settings(settings, *HOW_LABELS))
    for module in NEEDED:
        import_extra(module, "ray")
    from multitag.scale.job import score_files

    done = score_files(bundle, source, output, settings=chosen, options=options, **settings)
    print_lines(*map(printable, done.lines(output)))
