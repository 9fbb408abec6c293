"""A run fitted into its minutes before it begins."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

from multitag.config import Config
from multitag.data.task import Task
from multitag.errors import ConfigError
from multitag.jobs.run_folder import RunFolder
from multitag.jobs.train.effort.cost import Workload, fine_tunings_seconds, run_seconds
from multitag.jobs.train.effort.effort import AS_ASKED, SLACK, Effort
from multitag.jobs.train.effort.give_up import least_seconds, settle
from multitag.jobs.train.effort.speed import measure_speed
from multitag.jobs.train.recipes.resolve import FINE_TUNE, LINEAR, resolve_recipes
from multitag.model.base import resolve_base_model
from multitag.model.mean_block import refusal_to_pool
from multitag.stages import stage, unseen
from multitag.training.fine_tune import resolve_settings

logger = logging.getLogger("multitag")

PLANNED = 0.85  # of the time: what is estimated is not known
TRIAL = 0.1  # of the time, for the steps by which a step is timed; what they cost is not left to train


def prepare_in_time(
    prepare: Callable[[Config], Task], config: Config, folder: RunFolder, started: float
) -> tuple[Task, Effort]:
    """Prepare the task of a run, with as much of what was asked for as its minutes allow.

    Parameters
    ----------
    prepare : callable
        Divides the rows as settings say.
    config : Config
        As asked for.
    folder : RunFolder
        Claimed; gets what was decided, or has it where the run was begun before.
    started : float
        Seconds of ``time.perf_counter`` at which the run was started.

    Raises
    ------
    ConfigError
        If not even a linear head fits; says what that would take.
    """
    task = prepare(config)
    minutes = config.training.minutes
    if minutes is None:
        return task, AS_ASKED
    if folder.begun:  # one that was begun without a time has other settings, and is refused for that
        effort = Effort.load(folder.effort) if folder.effort.exists() else AS_ASKED
    else:
        effort = _decide(task, config, started)
        effort.save(folder.effort)
    for note in effort.notes(minutes):
        logger.warning("%s", note)
    settings = effort.settings(config)
    same = (settings.split, settings.data) == (config.split, config.data)
    return (task if same else prepare(settings)), effort


def _decide(task: Task, config: Config, started: float) -> Effort:
    assert config.training.minutes is not None
    time_for_all = PLANNED * 60 * config.training.minutes
    if time.perf_counter() - started > time_for_all:  # a trial would only take more of it
        raise ConfigError(_too_short(config.training.minutes, started, "anything", "more"))
    base = resolve_base_model(config.model.base_model)
    first = task.of_fold(0, config) if task.n_folds else task
    settled = resolve_settings(first, base, config)
    with stage("trial"), unseen():
        speed = measure_speed(first, base, settled, TRIAL * 60 * config.training.minutes)
    n_separate = sum(len(rows) for side, rows in task.tables.items() if side != "train")
    load = Workload(len(task.y) - n_separate, len(task.label_set), len(task.unlabelled))
    # The teacher is left as it was asked for: it depends on folds, which may be given up.
    asked = config if config.model.recipe == LINEAR else settled.override(teacher=config.training.teacher)
    if refusal_to_pool(base) is not None:
        asked = asked.override(recipe=FINE_TUNE)

    def recipes(candidate: Config) -> tuple[str, ...]:
        return resolve_recipes(task, base, candidate)[0]

    def cost(candidate: Config) -> float:
        return run_seconds(speed, candidate, recipes(candidate), load)

    settlement = settle(asked, load, cost, time_for_all - (time.perf_counter() - started))
    if settlement is None:
        least = "the shortest fine-tuning" if asked.model.recipe == FINE_TUNE else "a linear head"
        needed = (time.perf_counter() - started + least_seconds(asked, load, cost)) / (60 * PLANNED)
        allow = f"{math.ceil(max(needed, config.training.minutes) * 2 + 1) / 2:g} minutes or more"
        raise ConfigError(_too_short(config.training.minutes, started, least, allow))
    chosen = asked.override(**settlement[0])
    kept = recipes(chosen)
    trainings = fine_tunings_seconds(speed, chosen, kept, load)
    others = run_seconds(speed, chosen, kept, load) - trainings
    left = 60 * config.training.minutes - (time.perf_counter() - started)
    return Effort(*settlement, speed, _slack(trainings, others, left))


def _slack(trainings: float, others: float, left: float) -> float:
    """Return how many times as long as estimated the trainings may take, if all else takes 1.2 times as long."""
    return max((left - SLACK * others) / trainings, SLACK) if trainings else SLACK


def _too_short(minutes: float, started: float, least: str, allow: str) -> str:
    took = time.perf_counter() - started
    return (
        f"minutes: {least} on these rows does not fit into {minutes:g} minutes on this machine, of which reading and a "
        f"trial took {took:.0f} s; allow {allow}"
    )
