"""What is given up goes in one order, and what is left fits."""

from __future__ import annotations

import pytest

from multitag.config import Config
from multitag.jobs.train.effort.cost import Workload, run_seconds
from multitag.jobs.train.effort.give_up import ENOUGH_SEEN, FEWEST_SEEN, concessions, least_seconds, settle
from multitag.jobs.train.effort.speed import Speed
from multitag.training.defaults import settle_by_rows

LOAD = Workload(n_rows=5_000, n_labels=10)
SPEED = Speed(start=2.0, row=0.02, encode=0.002, teach=0.002)


def asked(**settings):
    config = Config().override(minutes=60, **settings)
    return settle_by_rows(config, LOAD.trained_on(config), 100)


def recipes(config):
    if config.model.recipe == "auto":
        return ("linear", "fine-tune") if config.split.folds else ("fine-tune",)
    return (config.model.recipe,)


def cost(config):
    return run_seconds(SPEED, config, recipes(config), LOAD)


def settled(config, seconds, load=LOAD):
    return settle(config, load, cost, seconds)


def test_what_fits_is_done_as_it_was_asked_for():
    assert settled(asked(folds=5), 1e9) == ({}, ())


def test_what_is_given_up_comes_in_one_order():
    split, whole = "5 folds (one split is left)", "the training on all rows"
    linear, graphs = "fine-tuning (a linear head on the frozen model is left)", "the ONNX graphs"
    assert [each.words for each in concessions(asked(folds=5))] == [
        (), ("R-Drop",), ("R-Drop",), ("R-Drop", "5 folds (3 are left)"), ("R-Drop", split), ("R-Drop", split, whole),
        (linear,), (linear, split, whole), (linear, split, whole, graphs),
    ]  # fmt: skip


def test_the_less_time_there_is_the_more_is_given_up_and_what_is_left_fits():
    config = asked(folds=5, baselines=False)
    models = [each.words for each in concessions(config)]
    before, whole = -1, cost(config)
    for share in (1.0, 0.6, 0.3, 0.15, 0.05, 0.02):
        changes, words = settled(config, share * whole)
        changed = config.override(**changes)
        assert cost(changed) <= share * whole
        assert ("epochs" in changes) == any(" epochs (" in word for word in words)
        place = models.index(tuple(word for word in words if " epochs (" not in word))
        assert place >= before
        before = place
    assert changed.model.recipe == "linear"
    assert settled(config, 1.0) is None


@pytest.mark.parametrize(
    ("n_rows", "fewest"),
    [(1_000, FEWEST_SEEN / 1_000), (5_000, 1.0), (50_000, ENOUGH_SEEN / 50_000)],
)
def test_passes_are_not_so_few_that_nothing_is_learned(n_rows, fewest):
    load = Workload(n_rows, 10)
    config = asked(recipe="fine-tune", validation_size=0, test_size=0).override(baselines=False)
    least = run_seconds(SPEED, config.override(epochs=fewest), ("fine-tune",), load)

    def cost(candidate):
        return run_seconds(SPEED, candidate, ("fine-tune",), load)

    changes, _ = settle(config, load, cost, least + 0.1)
    assert changes["epochs"] == pytest.approx(fewest)
    assert settle(config, load, cost, least - 0.1) is None
    assert least_seconds(config, load, cost) == pytest.approx(least)


def test_a_guarantee_keeps_its_folds():
    for concession in concessions(asked(folds=5, guarantee="recall=0.9")):
        assert concession.changes.get("folds", 5) is not None


def test_a_recipe_that_was_asked_for_is_kept():
    assert not any("recipe" in each.changes for each in concessions(asked(recipe="fine-tune")))
    assert not any(each.shortened for each in concessions(asked(recipe="linear")))


def test_a_linear_head_gets_no_settings_that_it_would_refuse():
    from multitag.jobs.train.recipes.resolve import OF_FINE_TUNING

    config = asked(folds=5, teacher=0.3, early_stopping=2)
    *_, last = concessions(config)
    training, default = config.override(**last.changes).training, Config().training
    assert all(getattr(training, name) == getattr(default, name) for name in OF_FINE_TUNING)
