"""What is fuzzed: every function of multitag that reads bytes from outside, with files to start from.

A target takes any bytes and either takes them or raises one of multitag's own errors, in one line. Anything else
(another exception, a hang, a crash) is a finding.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor, make_tensor_value_info
from safetensors.numpy import save

import multitag
from data.annotations.exports import SAMPLES
from data.workbooks import sheet_xml, workbook, zipped
from multitag.bundle.contents import check_column_facts, read_contents
from multitag.bundle.layout import MANIFEST, METRICS
from multitag.bundle.manifest import FileRecord, Manifest
from multitag.bundle.metrics import read_metrics
from multitag.bundle.onnx_graph import check_graph
from multitag.bundle.strict_json import dump_json, parse_json_object
from multitag.bundle.tensor_header import check_tensor_header
from multitag.bundle.zip_reader import unzip_bundle
from multitag.config import Config, TableConfig
from multitag.data.annotations.recognise import TOOLS
from multitag.data.read import inspect_table
from multitag.data.readers.source import open_source
from multitag.errors import BundleError, MultitagError
from multitag.inference.backends.onnx import OnnxBackend
from multitag.inference.backends.openvino import OpenVinoBackend
from multitag.inference.encoding import TextEncoder
from multitag.inference.files.predict import predict_file
from multitag.inference.scoring import score_texts

FORMAT_2 = Path(__file__).parents[1] / "bundle" / "fixtures" / "format-2.zip"
TEXTS = ["a film about love", "", "WAR " * 50, "🎬 \N{COMBINING ACUTE ACCENT}\0\n"]


@dataclass(frozen=True)
class Target:
    """One parser.

    Parameters
    ----------
    name : str
    corpus : callable
        Gives files that it takes, to start from.
    parse : callable
        Takes bytes and an empty folder; raises nothing but a MultitagError.
    """

    name: str
    corpus: Callable[[], list[bytes]]
    parse: Callable[[bytes, Path], object]

    def run(self, data: bytes) -> bool:
        """Parse; tells whether the bytes were taken."""
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
            try:
                self.parse(data, Path(name))
            except MultitagError as error:
                message = str(error).replace(name, "")
                assert message.isprintable(), f"not one line: {message!r}"
                assert len(message) < 2000, f"not a line to read: {len(message)} characters"
                return False
        return True


@functools.cache
def base_bundle() -> Path:
    """Unpack the bundle of format 2 and give it a graph, so that it predicts without torch."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-base-")) / "bundle"
    folder.mkdir()
    unzip_bundle(FORMAT_2, folder)
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(tiny_graph())
    sign(folder)
    return folder


def tiny_graph() -> bytes:
    """Give a graph that takes token ids and makes logits of three labels out of their sum."""
    ids, mask = (
        make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"]) for name in ("input_ids", "attention_mask")
    )
    nodes = [
        make_node("Mul", ["input_ids", "attention_mask"], ["kept"]),
        make_node("Cast", ["kept"], ["numbers"], to=TensorProto.FLOAT),
        make_node("ReduceMean", ["numbers"], ["mean"], axes=[1], keepdims=1),
        make_node("MatMul", ["mean", "weights"], ["logits"]),
    ]
    weights = make_tensor("weights", TensorProto.FLOAT, [1, 3], [0.1, -0.2, 0.3])
    logits = make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])
    model = make_model(
        make_graph(nodes, "tiny", [ids, mask], [logits], [weights]), opset_imports=[make_opsetid("", 17)]
    )
    model.ir_version = 8
    content: bytes = model.SerializeToString()
    return content


def sign(folder: Path) -> None:
    """Make the manifest agree with the files, whatever they are, as an attacker would."""
    values = json.loads((folder / MANIFEST).read_bytes())
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    values["files"] = {name: FileRecord.of(folder / name) for name in names if name != MANIFEST}
    del values["digest"]
    (folder / MANIFEST).write_bytes(Manifest(**values).to_bytes())


@functools.cache
def _copy_for(name: str) -> Path:
    return shutil.copytree(base_bundle(), base_bundle().parent / name.replace("/", "-"))


def _forged(name: str, data: bytes) -> Path:
    """Give a bundle of which one file is other bytes; it is the same folder each time."""
    bundle = _copy_for(name)
    (bundle / name).write_bytes(data)
    return bundle


def _bundle_file(name: str) -> Target:
    def parse(data: bytes, _: Path) -> None:
        bundle = _forged(name, data)
        read_contents(bundle, "b")
        if name == METRICS:
            read_metrics(bundle)
        if name.startswith("model/"):
            TextEncoder(bundle / "model").encode(TEXTS)

    return Target(name, lambda: [(base_bundle() / name).read_bytes()], parse)


def _parse_manifest(data: bytes, _: Path) -> None:
    Manifest.from_bytes(data, "b")


def _parse_signed_manifest(data: bytes, _: Path) -> None:
    """Give the digest that fits to whatever values the bytes hold."""
    values = parse_json_object(data, "b")
    values.pop("digest", None)
    values["digest"] = hashlib.sha256(dump_json(values)).hexdigest()
    check_column_facts(Manifest.from_bytes(dump_json(values), "b").data, "b")


def _parse_graph(data: bytes, _: Path) -> None:
    bundle = _forged("onnx/model.onnx", data)
    check_graph(bundle / "onnx" / "model.onnx", "b")


def _parse_and_run_graph(data: bytes, _: Path) -> None:
    bundle = _forged("onnx/model.onnx", data)
    score_texts(TextEncoder(bundle / "model"), OnnxBackend(bundle / "onnx" / "model.onnx", "onnx"), TEXTS, 3)


def _parse_and_run_openvino(data: bytes, _: Path) -> None:
    bundle = _forged("onnx/model.onnx", data)
    backend = OpenVinoBackend(bundle / "onnx" / "model.onnx", threads=1)
    score_texts(TextEncoder(bundle / "model"), backend, TEXTS, 3)


def _parse_weights(data: bytes, folder: Path) -> None:
    (folder / "x").write_bytes(data)
    check_tensor_header(folder / "x", "b")


def _parse_zip(data: bytes, folder: Path) -> None:
    (folder / "x.zip").write_bytes(data)
    (folder / "deep" / "out").mkdir(parents=True)
    try:
        unzip_bundle(folder / "x.zip", folder / "deep" / "out")
    finally:
        assert sorted(path.name for path in folder.iterdir()) == ["deep", "x.zip"]
        assert [path.name for path in (folder / "deep").iterdir()] == ["out"]


def _zips() -> list[bytes]:
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(buffer := io.BytesIO(), "w", method) as archive:
            for path in sorted(base_bundle().rglob("*")):
                if path.is_file():
                    archive.writestr(path.relative_to(base_bundle()).as_posix(), path.read_bytes())
        made.append(buffer.getvalue())
    return made


def _parse_settings(data: bytes, folder: Path) -> None:
    (folder / "x.yaml").write_bytes(data)
    Config.from_yaml(folder / "x.yaml").to_yaml()


RECORDS = [
    {"text": "A film, about \"love\"", "labels": "Drama, War"},
    {"text": " spaces  ", "labels": '["Sci-Fi", "Kids & Family"]'},
    {"text": "007\nNA", "labels": "Comedy|Drama"},
    {"text": "été 🎬", "labels": ["Drama", "War"]},
    {"text": "", "labels": None},
]


def _delimited(mark: str) -> bytes:
    cells = [(str(each["text"]), str(each["labels"])) for each in RECORDS if isinstance(each["labels"], str)]
    rows = [("text", "labels"), *cells]
    return "\r\n".join(mark.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode()


def _json_lines() -> bytes:
    return "\n".join(json.dumps(each) for each in RECORDS).encode()


def _parquet() -> bytes:
    import pandas as pd

    buffer = io.BytesIO()
    pd.DataFrame({"text": ["a", "b"], "labels": [["x", "y"], ["z"]]}).to_parquet(buffer)
    return buffer.getvalue()


def _arrow(*, file: bool) -> bytes:
    """Write Arrow's file or stream format."""
    import pyarrow as pa

    table = pa.Table.from_pylist([{"text": "a é", "labels": ["x", "y"]}, {"text": "b", "labels": None}])
    buffer = io.BytesIO()
    with (pa.ipc.new_file if file else pa.ipc.new_stream)(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _workbook() -> bytes:
    cells = [[each["text"], each["labels"]] for each in RECORDS if not isinstance(each["labels"], list)]
    return workbook({"Sheet 1": [["text", "labels"], *cells]})


def _parse_sheet(data: bytes, folder: Path) -> None:
    """Read a workbook whose only sheet is these bytes, so that they get past the zip's checksums."""
    with zipfile.ZipFile(io.BytesIO(_workbook())) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    (folder / "x.xlsx").write_bytes(zipped({**parts, "xl/worksheets/sheet1.xml": data}))
    open_source(folder / "x.xlsx")


def _parse_dataset(data: bytes, folder: Path) -> None:
    (folder / "data-00000-of-00001.arrow").write_bytes(_arrow(file=False))
    (folder / "state.json").write_bytes(data)
    multitag.read_table(folder, text="text", labels="labels", allow_unlabelled=True)


CORPUS_OF: dict[str, Callable[[], list[bytes]]] = {
    ".csv": lambda: [
        _delimited(","), _delimited(";"), b"\xef\xbb\xbftext,labels\na,b\n", "text,labels\né,ö".encode("cp1252"),
        b"sep=;\ntext;labels\na;b;\nc;d;\n", b'"text,labels"\n"a,""b"""\n', b'text, labels\n"a, b", "c"\n',
        b"A title\n\ntext,labels,n,n\na,b,,\n", b"# c\ntext,labels\na,b\n",
    ],
    ".tsv": lambda: [_delimited("\t"), "text\tlabels\nq\tr;s\n".encode("utf-16"), b'text\tlabels\n"a\tb\nc"\td\n'],
    ".csv.gz": lambda: [gzip.compress(_delimited(","), mtime=0), gzip.compress(b"text|labels\nq|r\n" * 99, mtime=0)],
    ".txt": lambda: [_delimited("|"), b"__label__a __label__b a text\n__label__c another\n", b"One, two.\nThree.\n"],
    ".json": lambda: [
        json.dumps(RECORDS).encode(), json.dumps({"data": RECORDS}, indent=1).encode(), _json_lines(),
        b'{"text": {"0": "a", "1": "b"}, "labels": {"0": "x", "1": "y"}}',
    ],
    ".jsonl": lambda: [_json_lines(), b'{"text": "last", "labels": [{"id": 1, "name": "Drama"}]}'],
    ".xlsx": lambda: [_workbook(), workbook({"a": [["t"]], "b": [["text", "labels"], [1.5, True], [None, "x"]]})],
    ".parquet": lambda: [_parquet()],
    ".arrow": lambda: [_arrow(file=True), _arrow(file=False)],
}  # fmt: skip


def _table(suffix: str) -> Target:
    def parse(data: bytes, folder: Path) -> None:
        path = folder / f"x{suffix}"
        path.write_bytes(data)
        open_source(path)
        multitag.read_table(path, text="text", labels="labels", allow_unlabelled=True)

    return Target(f"table {suffix}", CORPUS_OF[suffix], parse)


LABEL_CELLS = [
    b"{Drama,War}", b"(Drama, War)", b"['a' 'b']", b"array(['a', 'b'], dtype=object)", b'c("a", "b")', b"'a', 'b'",
    b'"[\\"a\\"]"', b"[0, 1, 0]", b"0 1 0", b"0110", b'{"a": 1, "b": 0}', b'[{"name": "a", "score": 0}]', b"<a><b>",
    b"a#b", b"a\nb", b"__label__a,__label__b", b"Drama, War", b'["a", "b"]', b"['a', 'b']",
    b"a|b", b'[{"name": "a"}]', b"__label__a __label__b",
]  # fmt: skip


def _parse_label_cell(data: bytes, folder: Path) -> None:
    cell = data.decode("utf-8", "surrogateescape")
    lines = [{"text": "a", "labels": cell}, {"text": "b", "labels": "Drama, War"}]
    (folder / "x.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    multitag.read_table(folder / "x.jsonl", text="text", labels="labels", allow_unlabelled=True)


def _table_file(data: bytes, folder: Path) -> Path:
    """Write an export with the ending that its tool gives it."""
    path = folder / ("x.json" if data.lstrip()[:1] in (b"[", b"{") else "x.csv")
    path.write_bytes(data)
    return path


def _export(tool: str) -> Target:
    def parse(data: bytes, folder: Path) -> None:
        path = _table_file(data, folder)
        for format in (tool, "auto"):
            inspect_table(path, TableConfig(format=format, annotators="mean"), folder / "bad.csv")

    corpus = [sample.content.encode() for sample in SAMPLES if sample.tool == tool]
    return Target(f"{tool} export", lambda: corpus, parse)


def _parse_nested(data: bytes, folder: Path) -> None:
    multitag.read_table(
        _table_file(data, folder), text="data.text", labels="meta.tags", format="table", allow_unlabelled=True
    )


NESTED = [
    b'[{"data": {"text": "a"}, "meta": {"tags": ["b", "c"]}}, {"data": {"text": "d"}, "meta": {"tags": "c"}}]',
    b'data,meta\n"{""text"": ""a""}","{""tags"": [""b"", ""c""]}"\n',
]


@functools.cache
def _classifier() -> multitag.Classifier:
    return multitag.load(base_bundle())


def _predict(suffix: str) -> Target:
    def parse(data: bytes, folder: Path) -> None:
        (folder / f"x{suffix}").write_bytes(data)
        try:
            predict_file(_classifier(), folder / f"x{suffix}", folder / "out.jsonl", text="text")
        except BundleError as error:  # the bundle is good
            raise AssertionError(str(error)) from error
        except MultitagError:
            assert [path.name for path in folder.iterdir()] == [f"x{suffix}"]  # no partial output
            raise

    return Target(f"predict {suffix}", CORPUS_OF[suffix], parse)


TARGETS = (
    Target("manifest.json", lambda: [(base_bundle() / MANIFEST).read_bytes()], _parse_manifest),
    Target("manifest.json, signed", lambda: [(base_bundle() / MANIFEST).read_bytes()], _parse_signed_manifest),
    *map(_bundle_file, (
        "labels.json", "thresholds.json", "calibration.json", "guarantee.json", "metrics.json",
        "model/config.json", "model/tokenizer.json", "model/tokenizer_config.json",
    )),
    Target("model/model.safetensors", lambda: [save({"a": np.ones((2, 3), "f4")}), save({})], _parse_weights),
    Target("onnx/model.onnx", lambda: [tiny_graph()], _parse_graph),
    Target("onnx/model.onnx in ONNX Runtime", lambda: [tiny_graph()], _parse_and_run_graph),
    Target("onnx/model.onnx in OpenVINO", lambda: [tiny_graph()], _parse_and_run_openvino),
    Target("zip", _zips, _parse_zip),
    Target("settings.yaml", lambda: [Config().to_yaml().encode(), b"training: {epochs: 2e1}\n"], _parse_settings),
    *map(_table, CORPUS_OF),
    Target(
        "datasets folder", lambda: [b'{"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}'], _parse_dataset
    ),
    Target("sheet of a workbook", lambda: [sheet_xml([["text", "labels"], ["a", 1.5], [True, None]]).encode()],
           _parse_sheet),
    Target("label cell", lambda: LABEL_CELLS, _parse_label_cell),
    *map(_export, TOOLS),
    Target("nested columns", lambda: NESTED, _parse_nested),
    *map(_predict, (".csv", ".jsonl", ".parquet")),
)  # fmt: skip
