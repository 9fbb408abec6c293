"""``multitag export``: the ONNX graphs of a bundle, made again."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from multitag.atomic import system_errors_as_output_errors
from multitag.bundle.layout import ONNX, ONNX_INT8, ONNX_PARITY
from multitag.bundle.read import open_bundle
from multitag.bundle.write import replace_files
from multitag.config import TableConfig
from multitag.data.read import load_table, settings_of_bundle
from multitag.data.samples import SAMPLE_COLUMNS
from multitag.errors import BundleError
from multitag.evaluation.decision_rules import DecisionRules
from multitag.export.gate import GateRows, export_checked
from multitag.export.parity import Parity
from multitag.inference.windows import choose_pool
from multitag.jobs.labelled_rows import encode_labels
from multitag.paths import as_path


def export_bundle(
    path: str | Path, data: str | Path, *, text: str | None = None, labels: str | None = None
) -> list[Parity]:
    """Export a bundle's model again and put the graphs that pass into the bundle.

    Parameters
    ----------
    path : str or Path
        Folder of the bundle; changed as a whole or not at all.
    data : str or Path
        Labelled rows to compare on, as :func:`multitag.read_table` takes them. Labels that the bundle does not have
        are ignored: its own decisions are compared.
    text, labels : str, optional
        Columns of ``data``; by default those of the packaged table, or those that the bundle was trained on.

    Returns
    -------
    list of Parity
        Of the fp32 and the int8 graph, and of bf16 where OpenVINO can compute it.

    Raises
    ------
    BundleError
        If it is not a whole bundle, or a zip.
    DataError
        If the rows cannot be read.
    ExportError
        If the model is of a kind that cannot be exported.
    MissingExtraError
        If a package that exporting needs is not installed.
    """
    path = as_path(path, "path")
    if not path.is_dir():
        raise BundleError(f"{path}: expected the folder of a bundle; unpack a zip first")
    with open_bundle(path) as bundle:
        reading: dict[str, Any] = {"text": text, "labels": labels, "unlabelled": "keep", "unknown": "mask"}
        if str(data) in SAMPLE_COLUMNS:
            config = TableConfig(**reading)
        else:
            config = settings_of_bundle(bundle.manifest.data, **reading)
        table = load_table(data, config)
        rows = GateRows(table.texts, encode_labels(bundle, table, skip_unknown=True))
        with system_errors_as_output_errors(path), tempfile.TemporaryDirectory(prefix="multitag-") as name:
            scratch = Path(name)
            (scratch / "model").mkdir()
            for file in (bundle.folder / "model").iterdir():
                shutil.copyfile(file, scratch / "model" / file.name)
            rules = DecisionRules(bundle.calibration, bundle.thresholds)
            parities = export_checked(
                scratch, rows, bundle.label_set, rules, sample=table.texts, pool=choose_pool(bundle.manifest)
            )
            files = {name: scratch / name for name in (ONNX, ONNX_INT8, ONNX_PARITY)}
            replace_files(path, {name: file if file.exists() else None for name, file in files.items()})
    return parities
