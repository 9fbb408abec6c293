from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx.helper import make_graph, make_model

from multitag.bundle.read import open_bundle
from multitag.bundle.zip_reader import unzip_bundle
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, MultitagError, OutputError

Entry = tuple[zipfile.ZipInfo, bytes]


def entry(
    name: str, content: bytes, *, mode: int = stat.S_IFREG | 0o644, method: int = zipfile.ZIP_STORED
) -> Entry:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type = mode << 16, method
    return info, content


def entries_of(bundle: Path, method: int = zipfile.ZIP_STORED) -> list[Entry]:
    paths = sorted(path for path in bundle.rglob("*") if path.is_file())
    return [entry(path.relative_to(bundle).as_posix(), path.read_bytes(), method=method) for path in paths]


def graph_of(size: int) -> bytes:
    """Return a graph of that many zeros and little else."""
    return make_model(make_graph([], "empty", [], []), doc_string="\0" * size).SerializeToString()


@pytest.fixture
def entries(bundle: Path) -> list[Entry]:
    """Return the entries of a good zip."""
    return entries_of(bundle)


@pytest.fixture
def zip_path(tmp_path: Path) -> Path:
    return tmp_path / "x.zip"


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Unpack deep in a watched folder; in the end all of it is removed and nothing was written beside it."""
    watched = tmp_path / "watched"
    (watched / "deep" / "tmp").mkdir(parents=True)
    (watched / "here").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(watched / "deep" / "tmp"))
    monkeypatch.chdir(watched / "here")
    before = sorted(watched.rglob("*"))
    yield
    assert sorted(watched.rglob("*")) == before
    assert not Path("/tmp/canary").exists()


def write_zip(path: Path, entries: list[Entry]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in entries:
            archive.writestr(info, content)


def refuse(path: Path, reason: str) -> None:
    with pytest.raises(BundleError, match=reason) as caught:
        open_bundle(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_good_zip_of_another_tool_is_taken(method, bundle, zip_path):
    write_zip(zip_path, entries_of(bundle, method)[::-1])
    with open_bundle(zip_path) as opened:
        assert len(opened.label_set) == 3


OUTSIDE = [
    "../canary", "../../canary", "model/../../canary", "/tmp/canary", "//tmp/canary", "C:\\canary",
    "C:/canary", "C:canary", "..\\canary", "model\\canary", "~/canary", "canary", "model/canary.py",
    "model/pytorch_model.bin", "Labels.json", "MODEL/config.json", "labels.json/x", "model/", "canary/",
    "labels.json ", ".", "..", "con",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_an_entry_of_any_other_name_is_refused(name, entries, zip_path):
    write_zip(zip_path, [*entries, entry(name, b"canary")])
    refuse(zip_path, "is not a file of a bundle")


def _raw_zip(
    entries: list[tuple[bytes, bytes]], *, flags: int = 0, method: int = 0, size: int | None = None
) -> bytes:
    """Write a zip by hand, for what zipfile is too well-behaved to write."""
    locals_, directory = b"", b""
    for name, content in entries:
        common = struct.pack(
            "<HHHHHIIIHH", 20, flags, method, 0, 33, zlib.crc32(content), len(content),
            len(content) if size is None else size, len(name), 0,
        )  # fmt: skip
        directory += (
            b"PK\1\2"
            + b"\x14\x03"
            + common
            + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, len(locals_))
            + name
        )
        locals_ += b"PK\3\4" + common + name + content
    end = struct.pack(
        "<4sHHHHIIH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(locals_), 0
    )
    return locals_ + directory + end


@pytest.mark.parametrize(
    "name", [b"labels.json\0.py", b"../canary\0labels.json", b"\xff\xfe", b"a\nb\x1b[2J", b""]
)
def test_a_name_with_control_characters_is_refused(name, entries, zip_path):
    good = [(info.filename.encode(), content) for info, content in entries]
    zip_path.write_bytes(_raw_zip([*good, (name, b"canary")]))
    refuse(zip_path, "is not a file of a bundle")


def test_the_zip_by_hand_is_a_good_one(entries, zip_path):
    zip_path.write_bytes(_raw_zip([(info.filename.encode(), content) for info, content in entries]))
    open_bundle(zip_path).close()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("first", [True, False])
def test_a_name_that_comes_twice_is_refused(first, entries, zip_path):
    other = entry("labels.json", b'["Evil", "Twin"]')
    write_zip(zip_path, [other, *entries] if first else [*entries, other])
    refuse(zip_path, "'labels.json' appears twice")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_an_entry_that_is_no_file_is_refused(kind, entries, zip_path):
    kept = [each for each in entries if each[0].filename != "labels.json"]
    write_zip(zip_path, [*kept, entry("labels.json", b"/etc/passwd", mode=kind | 0o777)])
    refuse(zip_path, "'labels.json' is a link, a folder or a device")


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_encryption_is_refused(flag, entries, zip_path):
    zip_path.write_bytes(
        _raw_zip([(info.filename.encode(), content) for info, content in entries], flags=flag)
    )
    refuse(zip_path, "is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_refused(method, entries, zip_path):
    write_zip(zip_path, [entry(info.filename, content, method=method) for info, content in entries])
    refuse(zip_path, f"by method {method}")


def test_very_many_entries_are_refused(entries, zip_path):
    write_zip(zip_path, [*entries, *(entry(f"model/{number}", b"") for number in range(10_000))])
    refuse(zip_path, "10012 entries; a bundle has at most 100")


def test_a_directory_too_large_to_read_is_refused(entries, zip_path):
    """zipfile would read all of it, and make an object of every entry, before anybody can count them."""
    write_zip(zip_path, [*entries, *(entry(f"model/{number:0200}", b"") for number in range(5000))])
    refuse(zip_path, "not a readable zip: its directory is larger than 1048576 bytes")


def test_a_bomb_is_refused(make_bundle, files, zip_path, tmp_path):
    """All of it is as the manifest says, but one file unpacks to a thousand times its size."""
    bomb = make_bundle(tmp_path / "bomb", {**files, "onnx/model.onnx": graph_of(2_000_000)})
    write_zip(zip_path, entries_of(bomb, zipfile.ZIP_DEFLATED))
    refuse(zip_path, "'onnx/model.onnx' unpacks to more than 100 times its packed size")


def test_a_bomb_that_lies_about_its_packed_size_is_refused(entries, zip_path):
    """The directory says that an entry takes 100 MB of a zip of some kilobytes."""
    write_zip(zip_path, [entry("onnx/model.int8.onnx", b"x" * 10), *entries])
    data = bytearray(zip_path.read_bytes())
    at = data.index(b"PK\1\2") + 20
    data[at : at + 8] = struct.pack("<II", 100_000_000, 100_000_000)
    zip_path.write_bytes(data)
    refuse(zip_path, "unpacks to more than 100 times its size")


@pytest.mark.parametrize("size", [64 * 2**20 + 1, 2**32 - 2])
def test_an_entry_too_large_for_its_name_is_refused(size, entries, zip_path):
    write_zip(zip_path, entries)
    data = bytearray(zip_path.read_bytes())
    at = data.index(b"PK\1\2") + 20
    data[at : at + 8] = struct.pack("<II", size, size)
    zip_path.write_bytes(data)
    refuse(zip_path, "unpacks to [0-9]+ bytes, more than 67108864")


def test_an_entry_of_another_size_than_the_manifest_says_is_refused(entries, zip_path):
    changed = [
        (info, content + b" " if info.filename == "README.md" else content) for info, content in entries
    ]
    write_zip(zip_path, changed)
    refuse(zip_path, r"README\.md has 8 bytes, expected 7")


def test_an_entry_of_other_content_than_the_manifest_says_is_refused(entries, zip_path):
    changed = [
        (info, content[::-1] if info.filename == "README.md" else content) for info, content in entries
    ]
    write_zip(zip_path, changed)
    refuse(zip_path, r"README\.md changed since it was written")


def test_a_damaged_entry_is_refused(entries, zip_path):
    write_zip(zip_path, entries)
    data = bytearray(zip_path.read_bytes())
    data[data.index(b"# Card")] ^= 1
    zip_path.write_bytes(data)
    refuse(zip_path, r"'README\.md' cannot be unpacked: Bad CRC-32")


def test_an_entry_called_otherwise_in_its_own_header_is_refused(entries, zip_path):
    write_zip(zip_path, entries)
    data = zip_path.read_bytes().replace(b"labels.json", b"../evil.txt", 1)
    zip_path.write_bytes(data)
    refuse(zip_path, "'labels.json' cannot be unpacked: File name in directory")


@pytest.mark.parametrize("missing", ["manifest.json", "labels.json", "onnx/model.onnx"])
def test_a_missing_entry_is_named(missing, entries, zip_path):
    write_zip(zip_path, [each for each in entries if each[0].filename != missing])
    refuse(zip_path, missing)


def test_a_zip_of_the_folder_around_the_bundle_is_told_what_to_do(entries, zip_path):
    write_zip(zip_path, [entry(f"bundle/{info.filename}", content) for info, content in entries])
    refuse(zip_path, "'bundle/README.md' is not a file of a bundle")


def test_nothing_is_left_when_the_disk_is_full(bundle, make_bundle, files, tmp_path, small_disk):
    large = make_bundle(tmp_path / "large", {**files, "onnx/model.onnx": graph_of(100_000)})
    path = pack(large, tmp_path / "y.zip")
    with (
        small_disk(50_000),
        pytest.raises(OutputError, match=r"model\.onnx: cannot be written: File too large"),
    ):
        open_bundle(path)


@pytest.fixture(scope="module")
def packed(original: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return pack(original, tmp_path_factory.mktemp("packed") / "x.zip").read_bytes()


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_to_a_zip_is_refused_or_changes_nothing(
    data, packed, tmp_path_factory, original, snapshot
):
    start = data.draw(st.integers(0, len(packed)))
    length = data.draw(st.integers(0, 40))
    damaged = packed[:start] + data.draw(st.binary(max_size=12)) + packed[start + length :]
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "x.zip").write_bytes(damaged)
    (folder / "out").mkdir()
    try:
        unzip_bundle(folder / "x.zip", folder / "out")
    except MultitagError as error:
        assert str(error).isprintable()
    else:
        assert snapshot(folder / "out") == snapshot(original)


def test_a_name_of_many_characters_is_quoted_in_part(entries, zip_path):
    """Found by fuzzing."""
    write_zip(zip_path, entries)
    whole, long = zip_path.read_bytes(), b"x" * 60_000
    for data in (
        _raw_zip([(long, b""), (long, b"")]),
        # A name in the directory that is not the one in front of the content.
        whole.replace(b"labels.json", long, 1),
    ):
        zip_path.write_bytes(data)
        with pytest.raises(BundleError) as caught:
            open_bundle(zip_path)
        assert len(str(caught.value)) < 1000
