from __future__ import annotations

import pytest


@pytest.mark.parametrize("more", [["films.csv"], ["--text", "Plot"]])
def test_browser_takes_no_rows(refused, finished_run, more):
    line = refused("export", finished_run.bundle, *more, "--browser", "web")
    assert "--browser writes the graphs that the bundle has; leave out DATA, --text and --labels" in line


def test_a_bundle_without_a_graph_is_told_how_to_get_one(refused, finished_run):
    assert "has no ONNX graph, which a browser needs; add one" in refused(
        "export", finished_run.bundle, "--browser", "web"
    )
