"""A large input scored by many processes: planned, handed out, committed part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from multitag.bundle.read import open_bundle
from multitag.config import LongTexts, Pool
from multitag.config.score import ScoreConfig
from multitag.data.texts import TextColumns
from multitag.errors import ClusterError, ConfigError, DataError
from multitag.evaluation.thresholds.thresholds import apply_thresholds
from multitag.inference.classifier import load
from multitag.inference.options import PredictOptions
from multitag.inference.policy import choose_cuts
from multitag.inference.windows import choose_pool
from multitag.paths import as_path
from multitag.scale.begun import begun_plan
from multitag.scale.bundle import on_disk, sent
from multitag.scale.cluster import connected, is_connected
from multitag.scale.crew import Crew
from multitag.scale.formats.part import Part
from multitag.scale.gpus import choose_device, share_gpus
from multitag.scale.locations import Location, SourceFile, list_inputs, open_location
from multitag.scale.output import OutputFolder
from multitag.scale.plan import Plan, Recipe, make_plan
from multitag.scale.rows import BadRowsError
from multitag.scale.worker import Load, Order
from multitag.stages.bar import progress_bar
from multitag.threads import available_cores

DEFAULTS, AS_TUNED = ScoreConfig(), PredictOptions()


@dataclass(frozen=True)
class Scored:
    """What a job did.

    Parameters
    ----------
    parts, rows : int
        That this call scored and committed.
    skipped : int
        Parts that were committed before.
    bad_rows : int
        Rows in ``quarantine/``, of all parts.
    without_text : int
        Of the rows of this call, those without a text, whose prediction is left empty.
    peak_bytes : int
        Largest memory of a worker.
    computed : tuple of str
        Backends and devices that scored, sorted.
    """

    parts: int = 0
    rows: int = 0
    skipped: int = 0
    bad_rows: int = 0
    without_text: int = 0
    peak_bytes: int = 0
    computed: tuple[str, ...] = ()

    def lines(self, output: str) -> list[str]:
        """Return what to tell of it, in lines."""
        were = "was" if self.skipped == 1 else "were"
        before = f"; {_count(self.skipped)} {were} there already" if self.skipped else ""
        empty = f", {self.without_text:,} of them without text and therefore not predicted" if self.without_text else ""
        lines = [f"{output}: {_count(self.rows, 'row')} in {_count(self.parts)}{empty}{before}"]
        if self.computed:
            lines.append(f"scored with {'; '.join(self.computed)}")
        if self.peak_bytes:
            lines.append(f"a worker took at most {self.peak_bytes / 2**20:,.0f} MB")
        if self.bad_rows:
            lines.append(f"{output}/quarantine: {_count(self.bad_rows, 'row')} that cannot be scored, with the reasons")
        return lines


def _count(number: int, of: str = "part") -> str:
    return f"{number:,} {of}{'' if number == 1 else 's'}"


def score_files(
    bundle: str | Path,
    source: str | Path,
    output: str | Path,
    *,
    settings: ScoreConfig = DEFAULTS,
    options: PredictOptions = AS_TUNED,
    long: LongTexts | None = None,
    pool: Pool | None = None,
    load_classifier: Load = load,
) -> Scored:
    """Score every row of Parquet, CSV or JSONL files, on Ray; called again after an interruption, it goes on.

    Parameters
    ----------
    bundle : str or Path
        Folder, zip, or ``"hf://user/name"``.
    source : str or Path
        A file, a folder, a pattern, or one of these in a store, such as ``s3://bucket/films/*.parquet``.
    output : str or Path
        A new folder, here or in a store, or that of a job that was interrupted; see
        :mod:`multitag.scale.output` for what is in it.
    settings : ScoreConfig, optional
    options : PredictOptions, optional
    long, pool
        As in :func:`multitag.load`.
    load_classifier : callable
        What a worker loads the bundle with.

    Returns
    -------
    Scored

    Raises
    ------
    MissingExtraError
        If Ray or pyarrow is not installed.
    BundleError, ConfigError
        If the bundle or a setting is not good, or a GPU is asked for and none can be used.
    DataError
        If the input cannot be read; BadRowsError if it has more bad rows than may be set aside.
    OutputError
        If the output was begun with another bundle, input or setting, is within the input, or cannot be written.
    ClusterError
        If the cluster does not answer, or loses worker after worker.
    """
    options.check_policy(settings.policy)
    device = choose_device(settings)
    cores = _refuse_crowd(settings)
    with on_disk(as_path(bundle, "bundle")) as path:
        where, target = open_location(source), open_location(output)
        folder = OutputFolder(target)
        folder.refuse_strangers()
        folder.refuse_input(where)
        recipe, bundle_bytes = _recipe(path, settings, options, long, pool)
        files = list_inputs(where)
        plan = begun_plan(folder, recipe, files) or _make_plan(where, files, recipe)
        with connected(settings.address, cores) as ray:
            folder.make()
            with folder.lock():
                if begun_plan(folder, recipe, files) is None:
                    folder.write_plan(plan.to_bytes())
                folder.clear()
                committed = folder.committed()
                done = Scored(skipped=len(committed), bad_rows=folder.count_quarantined(committed))
                waiting = [part for part in plan.parts if part.number not in committed]
                if not waiting:
                    return done
                size, gpu_share = share_gpus(ray, device, _crew_size(ray, settings), settings.actors)
                order = Order(
                    str(path), recipe, plan.files, where.reopen, target.reopen, plan.digest, plan.id_type,
                    settings.threads_per_actor, settings.max_bad_rows, device if gpu_share else "cpu", gpu_share,
                )  # fmt: skip
                packed = sent(ray, path, bundle_bytes, settings)
                crew = Crew(ray, order, size, packed, load_classifier)
                done = _run(crew, plan, waiting, done, settings.max_bad_rows)
                folder.clear()  # of workers that died
                return done


def _refuse_crowd(settings: ScoreConfig) -> int:
    """Check that the workers asked for have room on this machine, where they run here; return its cores."""
    cores, actors, threads = available_cores(), settings.actors or 1, settings.threads_per_actor
    if settings.address is None and not is_connected() and actors * threads > cores:
        raise ConfigError(
            f"actors: {actors} of {threads} threads take {actors * threads} cores, and this machine has {cores}; take "
            "fewer, or name a cluster with --address"
        )
    return cores


def _run(crew: Crew, plan: Plan, waiting: list[Part], done: Scored, max_bad_rows: int) -> Scored:
    """Have the parts scored, and count what becomes of them."""
    total = sum(map(plan.weight, plan.parts))
    remedy = "what is committed stays; raise --max-bad-rows and give the same command to go on"
    with progress_bar("scoring", total, total - sum(map(plan.weight, waiting))) as bar:
        try:
            for part, scored in crew.score(waiting, bar.tick):
                bar.advance(plan.weight(part), scored.rows)
                done = replace(
                    done, parts=done.parts + 1, rows=done.rows + scored.rows, bad_rows=done.bad_rows + scored.bad_rows,
                    without_text=done.without_text + scored.without_text,
                    peak_bytes=max(done.peak_bytes, scored.peak_bytes),
                    computed=tuple(sorted({*done.computed, scored.computed})),
                )  # fmt: skip
                if done.bad_rows > max_bad_rows:
                    raise DataError(
                        f"{done.bad_rows} rows cannot be scored, more than {max_bad_rows}; quarantine/ says why; "
                        f"{remedy}"
                    )
        except BadRowsError as error:
            raise DataError(f"more than {max_bad_rows} rows cannot be scored; the last, {error}; {remedy}") from error
    return done


def _recipe(
    path: Path, settings: ScoreConfig, options: PredictOptions, long: LongTexts | None, pool: Pool | None
) -> tuple[Recipe, int]:
    """Verify the bundle, and note what makes the output; return it with the bundle's size in bytes."""
    with open_bundle(path) as bundle:
        choose_pool(bundle.manifest, long, pool)
        no_rows = np.empty((0, len(bundle.label_set)))
        apply_thresholds(no_rows, choose_cuts(bundle, settings.policy), top_k=options.top_k)  # or each batch is refused
        named = (settings.text,) if isinstance(settings.text, str) else settings.text
        columns = TextColumns.of_bundle(bundle.manifest.data, named)
        recipe = Recipe(
            bundle.manifest.digest, columns.names, settings.id, settings.delimiter, settings.backend, settings.policy,
            long, pool, options.threshold, options.top_k, options.at_least_one, options.batch_size, settings.part_rows,
            settings.device,
        )  # fmt: skip
        return recipe, bundle.manifest.total_size


def _make_plan(where: Location, files: Sequence[SourceFile], recipe: Recipe) -> Plan:
    with progress_bar("planning", float(sum(file.size for file in files))) as bar:
        return make_plan(where, files, recipe, bar.advance)


def _crew_size(ray: Any, settings: ScoreConfig) -> int:
    cores = int(ray.cluster_resources().get("CPU", 0))
    room = cores // settings.threads_per_actor
    if not room and settings.actors is None:
        raise ClusterError(
            f"no room for a worker of {settings.threads_per_actor} threads: the cluster has {cores} cores"
        )
    return settings.actors or room
