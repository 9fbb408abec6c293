from __future__ import annotations

import errno
import os
import random
import shutil
import zipfile
from pathlib import Path

import pytest

from multitag.bundle.read import open_bundle
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, OutputError


def test_a_zip_holds_the_bundle(bundle):
    path = pack(bundle)
    assert path == bundle.with_name("bundle.zip")
    with open_bundle(path) as packed, open_bundle(bundle) as original:
        assert packed.manifest == original.manifest
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            file.relative_to(bundle).as_posix(): file.read_bytes()
            for file in bundle.rglob("*")
            if file.is_file()
        }


def test_equal_bundles_give_equal_zips(bundle, tmp_path):
    first = pack(bundle, tmp_path / "first.zip").read_bytes()
    second = tmp_path / "elsewhere" / "other name"
    second.parent.mkdir()
    second.mkdir()
    (second / "onnx").mkdir()
    (second / "model").mkdir()
    for path in sorted(bundle.rglob("*"), key=lambda path: random.Random(str(path.name)).random()):
        if path.is_file():  # written in another order, at another time, with other rights
            copy = shutil.copyfile(path, second / path.relative_to(bundle))
            os.utime(copy, (10**9, 10**9))
            Path(copy).chmod(0o600)
    assert pack(second, tmp_path / "second.zip").read_bytes() == first


def test_entries_carry_nothing_of_the_machine(bundle):
    with zipfile.ZipFile(pack(bundle)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    for entry in entries:
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert (entry.create_system, entry.external_attr >> 16) == (3, 0o100644)
        assert (entry.compress_type, entry.extra, entry.comment) == (zipfile.ZIP_STORED, b"", b"")


def test_the_default_name_is_beside_the_folder_however_it_is_given(bundle, monkeypatch):
    monkeypatch.chdir(bundle)
    assert pack(".") == bundle.with_name("bundle.zip")


def test_a_damaged_bundle_is_not_packed(bundle):
    (bundle / "report.html").write_bytes(b"damaged")
    with pytest.raises(BundleError, match=r"report\.html"):
        pack(bundle)
    assert list(bundle.parent.iterdir()) == [bundle]


def test_a_zip_is_not_packed(bundle):
    with pytest.raises(BundleError, match=r"bundle\.zip: is a file; pack takes a bundle's folder"):
        pack(pack(bundle))


def test_a_target_that_exists_is_refused_and_stays(bundle, tmp_path):
    (tmp_path / "x.zip").write_text("mine")
    with pytest.raises(OutputError, match=r"x\.zip: already exists"):
        pack(bundle, tmp_path / "x.zip")
    assert (tmp_path / "x.zip").read_text() == "mine"


@pytest.mark.parametrize("target", ["x.zip", "model/x.zip"])
def test_a_target_inside_the_bundle_is_refused(target, bundle):
    with pytest.raises(OutputError, match="is inside the bundle"):
        pack(bundle, bundle / target)
    open_bundle(bundle).close()


def test_a_disk_that_refuses_leaves_nothing(bundle, small_disk):
    with (
        small_disk(1024),
        pytest.raises(OutputError, match=r"bundle\.zip: cannot be written: File too large"),
    ):
        pack(bundle)
    assert list(bundle.parent.iterdir()) == [bundle]


def test_a_full_disk_found_at_the_sync_leaves_nothing(bundle, monkeypatch):
    def fsync(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError, match="No space left on device"):
        pack(bundle)
    assert list(bundle.parent.iterdir()) == [bundle]
