from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import multitag
from multitag.config import Config, TableConfig
from multitag.config.schema import setting_names
from multitag.errors import ConfigError
from multitag.jobs.train.reading import refuse_other_reading, refuse_reading


@pytest.fixture(scope="module")
def frame():
    return pd.DataFrame({"text": ["a b", "c d", "e f"], "tags": ["x|y", "y|z", "x|z"]})


@pytest.fixture(scope="module")
def read(frame):
    return multitag.read_table(frame, "text", "tags")


@pytest.mark.parametrize("name", sorted(setting_names(TableConfig)))
def test_a_setting_of_reading_is_refused_where_the_table_has_been_read(read, tmp_path, name):
    message = f"^{name}: the table has been read without it; give it to multitag.read_table instead$"
    with pytest.raises(ConfigError, match=message):
        multitag.train(read, out=tmp_path / "run", **{name: "x"})
    assert not (tmp_path / "run").exists()


def test_settings_of_a_run_are_not_settings_of_reading():
    refuse_reading(["epochs", "rare", "min_support", "test_size"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text": "title"}, "text: the settings name 'title', but the table was read by 'text'"),
        ({"text": ("text", "title")}, "text: the settings name 'text', 'title', but the table was read by 'text'"),
        ({"labels": "nonexistent"}, "labels: the settings name 'nonexistent', but the table was read by 'tags'"),
        ({"label_separator": "#"}, "label_separator: the settings name '#', but the table was read by '|'"),
        ({"group": "film"}, "group: the settings say 'film', but the table was read without it"),
        ({"unknown": "mask"}, "unknown: the settings say 'mask', but the table was read without it"),
    ],
    ids=str,
)
def test_settings_of_a_file_that_read_another_table_are_refused(read, tmp_path, settings, message):
    config = Config().override(**settings)
    with pytest.raises(ConfigError) as caught:
        multitag.train(read, out=tmp_path / "run", config=config)
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "run").exists()


def test_settings_that_read_this_table_go_on(read):
    for settings in ({}, {"text": "text", "labels": "tags"}, {"text": (" text",), "label_separator": "|"}):
        refuse_other_reading(read, Config().override(**settings).data)
    indicators = multitag.read_table(pd.DataFrame({"text": ["a", "b"], "x": [1, 0], "y": [0, 1]}), "text",
                                     label_columns=["x", "y"])  # fmt: skip
    refuse_other_reading(indicators, Config().override(text="text", label_columns="x..y").data)
    refuse_other_reading(replace(read, notes=("read",)), Config().override(label_separator="\\n").data)
