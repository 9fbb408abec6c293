"""The example notebook runs from its first to its last cell, and is stored without outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "examples" / "movie_genres.ipynb"
QUICK = """epochs = 0.3
out = "runs/quick"
import functools, multitag
multitag.train = functools.partial(multitag.train, r_drop=0, max_length=32, baselines=False, resamples=100, onnx=False)
"""


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_stored_without_outputs(notebook):
    nbformat.validate(notebook)
    assert code_cells(notebook)
    for cell in code_cells(notebook):
        assert cell.outputs == [] and cell.execution_count is None


def test_first_code_cell_holds_the_parameters(notebook):
    first = code_cells(notebook)[0]
    assert first.metadata.tags == ["parameters"]
    settings: dict[str, object] = {}
    exec(first.source, settings)
    assert (settings["epochs"], settings["out"]) == (5, "runs/movie_genres")


@pytest.mark.slow
def test_runs_from_first_to_last_cell(notebook, tmp_path):
    cells = code_cells(notebook)
    cells[0].source = QUICK
    NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert (tmp_path / "runs" / "quick" / "bundle" / "manifest.json").is_file()
    to_stderr = [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"]
    # No warnings and no bars between the cells, but tqdm's hint where Jupyter comes without ipywidgets.
    assert [text for text in to_stderr if "IProgress not found" not in text] == []
    (by_transformers,) = (cell for cell in cells if "pipeline(" in cell.source)
    assert "same as multitag: True" in printed(by_transformers)
