"""A setting is declared once: what is derived from the declaration, and that it is whole."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest

import multitag
from multitag.config import Config, DataConfig, TableConfig
from multitag.config.objective import SPELLINGS
from multitag.config.schema import build, setting_names
from multitag.config.setting import Option, Range, Section, describe_type, settings_of, takes_settings
from multitag.errors import ConfigError

SETTINGS = settings_of(Config)


@dataclass(frozen=True)
class Oven(Section):
    """An oven.

    Parameters
    ----------
    heat : int
        Degrees to bake at, over
        two lines.
    fan : {"on", "off"}
        Whether air moves.
    """

    heat: Annotated[int | None, Range(above=20, at_most=250), Option(alias="degrees")] = 180
    fan: Annotated[str, Option(shorthand=("windy", "on"))] = "off"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_has_its_line_and_panel(setting):
    assert setting.help.endswith(".")
    assert "``" not in setting.help  # the shell shows it as it is
    assert len(setting.help) < 130
    assert setting.option.panel


def test_no_two_settings_share_a_name_or_an_alias():
    names = [name for setting in SETTINGS.values() for name in setting.names]
    assert len(names) == len(set(names))
    assert set(names) < set(setting_names(Config))  # and the shorthands


def test_the_documented_objectives_are_those_that_are_read():
    assert SPELLINGS in SETTINGS["objective"].help


def test_name_default_range_and_line_come_from_the_declaration():
    heat = settings_of(Oven)["heat"]
    assert (heat.names, heat.default, heat.help) == (("degrees", "heat"), 180, "Degrees to bake at, over two lines.")
    assert str(heat.range) == "more than 20 and at most 250"
    with pytest.raises(ConfigError, match=r"^heat: expected more than 20 and at most 250, got 20$"):
        Oven(heat=20)
    assert Oven(heat=None).heat is None


@pytest.mark.parametrize(
    ("limits", "inside", "outside", "words"),
    [
        (Range(above=0), 1e-9, 0, "more than 0"),
        (Range(at_least=1), 1, 0.5, "at least 1"),
        (Range(at_least=0, below=1), 0, 1, "at least 0 and less than 1"),
        (Range(at_least=0, at_most=9), 9, 10, "0 to 9"),
    ],
)
def test_a_range_holds_what_it_says(limits, inside, outside, words):
    assert inside in limits
    assert outside not in limits
    assert float("nan") not in limits
    assert str(limits) == words


def test_an_alias_is_as_good_as_the_name_but_not_beside_it():
    assert build(Oven, {"degrees": 99}) == build(Oven, {"heat": 99}) == Oven(heat=99)
    with pytest.raises(ConfigError, match=r"^heat: the same setting as degrees; leave one out$"):
        build(Oven, {"degrees": 99, "heat": 98})


def test_a_shorthand_stands_for_a_value_and_contradicts_others():
    assert build(Oven, {"windy": True}) == build(Oven, {"windy": True, "fan": "off"}) == Oven(fan="on")
    assert build(Oven, {"windy": False, "fan": "on"}) == Oven(fan="on")
    with pytest.raises(ConfigError, match=r"^x: windy: means fan: on, got fan: low too; choose one$"):
        build(Oven, {"fan": "low", "windy": True}, "x")


@pytest.mark.parametrize(
    ("shell", "yaml"),
    [("sep", "delimiter"), ("split", "method"), ("validation", "validation_file"), ("test", "test_file"),
     ("trainer_arg", "trainer_args")],
)  # fmt: skip
def test_words_of_the_shell_and_of_yaml_are_good_in_both(shell, yaml):
    setting = SETTINGS[yaml]
    value = {"method": "random", "trainer_args": {"max_grad_norm": 2}}.get(yaml, "x")
    section, key = setting.key.split(".")
    expected = Config().override(**{yaml: value})
    assert expected != Config()
    assert Config.from_dict({section: {key: value}}) == expected
    assert Config.from_dict({section: {shell: value}}) == expected
    assert Config().override(**{shell: value}) == expected


def test_settings_that_older_runs_saved_are_read():
    saved = {"data": {"text": "t", "allow_unlabelled": True, "unlabelled": "error", "delimiter": ";"}}
    assert Config.from_dict(saved).data == DataConfig(text="t", unlabelled="keep", delimiter=";")
    saved["data"]["allow_unlabelled"] = False
    assert Config.from_dict(saved).data == DataConfig(text="t", delimiter=";")
    assert Config().override(unlabelled="keep").override(unlabelled="error") == Config()
    assert Config().override(allow_unlabelled=True).data.keeps_unlabelled


def test_functions_show_the_settings_that_they_take():
    @takes_settings(Oven, without=("fan",))
    def bake(cake: str, **settings: object) -> str:
        """Bake.

        Parameters
        ----------
        cake : str
        **settings
            Of the oven.

        Returns
        -------
        str
        """
        return f"{cake} {settings}"

    assert str(inspect.signature(bake)) == "(cake: 'str', *, heat: int | None = 180) -> 'str'"
    line = "    Of the oven.\nheat : int or None, default 180\n    Degrees to bake at, over two lines.\n\nReturns\n"
    assert line in inspect.getdoc(bake)
    assert bake("pie", heat=1) == "pie {'heat': 1}"


@pytest.mark.parametrize(
    ("function", "cls"), [(multitag.read_table, TableConfig), (multitag.train, Config)], ids=["read_table", "train"]
)
def test_read_table_and_train_show_each_setting_with_its_default(function, cls):
    parameters = inspect.signature(function).parameters
    for name, setting in settings_of(cls).items():
        if cls is Config and name in settings_of(TableConfig):  # its table has been read
            assert name not in parameters
            continue
        assert parameters[name].default == setting.default
        assert name in ("text", "labels") or f"{name} : {describe_type(setting.hint)}" in function.__doc__
        assert name in ("text", "labels") or setting.help in function.__doc__


def test_a_keyword_that_is_not_known_names_the_nearest():
    with pytest.raises(ConfigError, match=r"^unknown setting 'delimter'; did you mean 'delimiter'\?$"):
        multitag.read_table("sample", delimter=";")
    with pytest.raises(ConfigError, match=r"^unknown setting 'min_support'"):
        multitag.read_table("sample", min_support=3)  # of a run, not of a table


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.option.auto])
def test_auto_leaves_a_number_to_the_run_however_it_is_set(name):
    section, _, key = SETTINGS[name].key.rpartition(".")
    for config in (Config().override(**{name: "auto"}), Config.from_dict({section: {key: "auto"}})):
        assert getattr(getattr(config, section), key) is None


def test_auto_is_no_number_where_leaving_it_out_means_none():
    with pytest.raises(ConfigError, match=r"folds: expected a whole number or nothing, got 'auto'"):
        Config().override(folds="auto")
