from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from multitag import atomic
from multitag.bundle.read import open_bundle
from multitag.bundle.strict_json import dump_json
from multitag.bundle.write import replace_files, write_bundle
from multitag.bundle.zip_writer import pack
from multitag.errors import BundleError, OutputError


def manifest_of(path):
    with open_bundle(path) as opened:
        return opened.manifest


def test_what_is_written_is_whole_and_nothing_lies_beside_it(make_bundle, files, facts, tmp_path):
    bundle = make_bundle(tmp_path / "bundle")
    manifest = manifest_of(bundle)
    assert set(manifest.files) == set(files)
    assert (manifest.seed, manifest.settings) == (facts["seed"], facts["settings"])
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_all_files_have_the_same_ordinary_mode(facts, fill, tmp_path):
    with write_bundle(tmp_path / "bundle", **facts) as folder:
        fill(folder)
        save_file({"x": np.zeros(2)}, folder / "model/model.safetensors")
        (folder / "model/model.safetensors").chmod(0o600)  # as safetensors leaves it on some systems
    (tmp_path / "ordinary").touch()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "bundle").rglob("*") if path.is_file()}
    assert modes == {stat.S_IMODE((tmp_path / "ordinary").stat().st_mode)}


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "broken link"])
def test_a_target_that_exists_is_refused_and_stays(kind, make_bundle, tmp_path):
    target = tmp_path / "bundle"
    if kind == "file":
        target.write_text("mine")
    elif kind == "broken link":
        target.symlink_to(tmp_path / "nowhere")
    else:
        target.mkdir()
    if kind == "folder":
        (target / "mine").touch()

    def found():
        it = os.lstat(target)  # but for when it was read
        return it.st_ino, it.st_mode, it.st_size, it.st_mtime_ns, list(tmp_path.iterdir())

    before = found()
    with pytest.raises(OutputError, match=r"bundle: already exists; choose another name or remove it first$"):
        make_bundle(target)
    assert found() == before


def test_a_target_that_comes_while_writing_is_refused_and_stays(facts, fill, tmp_path):
    target = tmp_path / "bundle"

    def write() -> None:
        with write_bundle(target, **facts) as folder:
            fill(folder)
            target.mkdir()

    with pytest.raises(OutputError, match="already exists"):
        write()
    assert list(tmp_path.iterdir()) == [target]
    assert not list(target.iterdir())


def test_a_parent_that_is_missing_is_named(make_bundle, tmp_path):
    with pytest.raises(OutputError, match=r"there is no folder .*runs; make it first$"):
        make_bundle(tmp_path / "runs" / "bundle")


@pytest.mark.parametrize("error", [ValueError("boom"), KeyboardInterrupt(), SystemExit(1), BundleError("no")])
def test_an_error_in_the_middle_leaves_nothing(error, facts, tmp_path):
    with pytest.raises(type(error)) as caught, write_bundle(tmp_path / "bundle", **facts) as folder:
        (folder / "model").mkdir()
        (folder / "model" / "model.safetensors").write_bytes(b"half")
        raise error
    assert caught.value is error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("model/training_args.bin", b"pickle", "'model/training_args.bin' is not a file of a bundle"),
        ("checkpoint/x.json", b"{}", "'checkpoint' is a link, a folder or a device"),
        ("model/config.json", None, r"model/config\.json is missing"),
        ("metrics.json", b'{"macro_f1": NaN}', "NaN is not a JSON number"),
        (
            "labels.json",
            b'["Comedy", "Drama", "War"]',
            r"config\.json: id2label does not agree with labels\.json",
        ),
    ],
)
def test_what_could_not_be_read_back_is_not_written(name, content, reason, make_bundle, files, tmp_path):
    changed = {key: value for key, value in {**files, name: content}.items() if value is not None}
    with pytest.raises(BundleError, match=reason):
        make_bundle(tmp_path / "bundle", changed)
    assert not list(tmp_path.iterdir())


def test_a_figure_that_is_not_a_number_is_not_written(facts, fill, tmp_path):
    nan = {**facts, "metrics": {"macro_f1": float("nan")}}
    with pytest.raises(ValueError, match="JSON"), write_bundle(tmp_path / "bundle", **nan) as folder:
        fill(folder)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("writer", ["python", "safetensors"])
def test_a_disk_that_refuses_is_one_line_and_leaves_nothing(writer, facts, tmp_path, small_disk):
    def write() -> None:
        with write_bundle(tmp_path / "bundle", **facts) as folder:
            if writer == "python":
                (folder / "report.html").write_bytes(b"x" * 10_000)
            else:
                save_file({"x": np.zeros(10_000)}, folder / "weights")

    with (
        small_disk(4096),
        pytest.raises(OutputError, match=r"bundle: cannot be written: File too large") as caught,
    ):
        write()
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("survived", [0, 5, 14])
def test_a_full_disk_found_at_the_sync_leaves_nothing(survived, make_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", _fail_after(survived, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    with pytest.raises(
        OutputError, match=r"bundle: cannot be written: No space left on device; nothing was changed"
    ):
        make_bundle(tmp_path / "bundle")
    assert not list(tmp_path.iterdir())


def _fail_after(survived, error):
    """Return an fsync that works so many times. A bundle of 12 files in 3 folders has 15 before its rename."""
    real, calls = os.fsync, iter(range(10_000))

    def fsync(descriptor):
        if next(calls) >= survived:
            raise error
        real(descriptor)

    return fsync


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from multitag.bundle.read import open_bundle
from multitag.bundle.write import replace_files, write_bundle

what, survived, ready, target = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
real = os.fsync

def fsync(descriptor):
    global survived
    survived -= 1
    if survived < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)

os.fsync = fsync
if what == "replace":
    replace_files(target, {"report.html": b"new"})
facts = {key: {} for key in ("versions", "base_model", "data", "split", "settings", "metrics")}
facts["data"] = {"text_column": "text", "label_column": "labels"}
with write_bundle(target, seed=1, **facts) as folder:
    shutil.copytree(ready, folder, dirs_exist_ok=True)
    (folder / "manifest.json").unlink()
    if what == "inside":
        os.kill(os.getpid(), signal.SIGKILL)
"""


def _run_to_its_death(*arguments: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, arguments)], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize(("what", "survived"), [("inside", 0), ("write", 0), ("write", 7), ("write", 14)])
def test_a_killed_writer_leaves_nothing_under_the_final_name(what, survived, bundle, tmp_path):
    target = tmp_path / "new"
    _run_to_its_death(what, survived, bundle, target)
    assert not target.exists()
    with pytest.raises(BundleError, match="no such bundle"):
        open_bundle(target)


def test_a_writer_killed_after_the_rename_leaves_a_whole_bundle(bundle, tmp_path):
    _run_to_its_death("write", 15, bundle, tmp_path / "new")
    assert manifest_of(tmp_path / "new").seed == 1


@pytest.mark.parametrize("survived", [0, 7, 14])
def test_a_killed_replacement_leaves_the_old_bundle(survived, bundle, snapshot):
    before = snapshot(bundle)
    _run_to_its_death("replace", survived, bundle, bundle)
    assert snapshot(bundle) == before


def test_files_are_replaced_added_and_removed(bundle, thresholds, tmp_path):
    before = manifest_of(bundle)
    weights = bundle / "model/model.safetensors"
    inode = weights.stat().st_ino
    (tmp_path / "parity.json").write_bytes(b'{"largest": 1e-6}')
    fixed = replace(thresholds, policy="fixed")
    after = replace_files(
        bundle,
        {
            "thresholds.json": dump_json(fixed.to_dict()),
            "onnx/parity.json": tmp_path / "parity.json",
            "onnx/model.onnx": None,
        },
    )
    with open_bundle(bundle) as opened:
        assert opened.manifest == after
        assert opened.thresholds == fixed
    assert set(after.files) == set(before.files) - {"onnx/model.onnx"} | {"onnx/parity.json"}
    assert replace(after, files=before.files) == before
    assert weights.stat().st_ino == inode  # a hard link: large files are not copied
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle", "parity.json"]


def test_files_are_copied_where_the_disk_has_no_hard_links(bundle, monkeypatch):
    def link(source, target):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "link", link)
    replace_files(bundle, {"report.html": b"new"})
    open_bundle(bundle).close()
    assert (bundle / "report.html").read_bytes() == b"new"


def test_a_link_to_the_bundle_stays_a_link(bundle, tmp_path):
    link = tmp_path / "latest"
    link.symlink_to(bundle, target_is_directory=True)
    replace_files(link, {"report.html": b"new"})
    assert link.is_symlink()
    assert (bundle / "report.html").read_bytes() == b"new"
    open_bundle(link).close()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels.json": None}, r"labels\.json is missing"),
        ({"model/extra.py": b"x"}, "'model/extra.py' is not a file of a bundle"),
        ({"manifest.json": b"{}"}, r"'manifest\.json' is not a file of a bundle"),
        ({"thresholds.json": b"{}"}, "thresholds"),
        ({"labels.json": b'["A", "B"]'}, "does not agree"),
    ],
)
def test_changes_that_would_break_the_bundle_are_refused(changes, reason, bundle, snapshot):
    before = snapshot(bundle.parent)
    with pytest.raises(BundleError, match=reason):
        replace_files(bundle, changes)
    assert snapshot(bundle.parent) == before


def test_a_damaged_bundle_is_not_changed(bundle, snapshot):
    (bundle / "report.html").write_bytes(b"damaged")
    before = snapshot(bundle.parent)
    with pytest.raises(BundleError, match=r"report\.html"):
        replace_files(bundle, {"report.html": b"new"})
    assert snapshot(bundle.parent) == before


def test_a_zip_is_not_changed(bundle):
    path = pack(bundle)
    before = path.read_bytes()
    with pytest.raises(BundleError, match="is a file; expected a bundle's folder"):
        replace_files(path, {"report.html": b"new"})
    assert path.read_bytes() == before


def test_a_disk_that_refuses_leaves_the_old_bundle(bundle, snapshot, small_disk):
    before = snapshot(bundle.parent)
    with small_disk(4096), pytest.raises(OutputError, match="cannot be written: File too large"):
        replace_files(bundle, {"report.html": b"x" * 10_000})
    assert snapshot(bundle.parent) == before


@pytest.mark.parametrize("failing", [1, 2])
def test_a_swap_that_fails_is_rolled_back(failing, bundle, snapshot, monkeypatch):
    before, real, calls = snapshot(bundle.parent), Path.rename, iter(range(1, 10))

    def rename(path, target):
        if next(calls) == failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, target)

    monkeypatch.setattr(atomic.Path, "rename", rename)
    with pytest.raises(OutputError, match="Input/output error"):
        replace_files(bundle, {"report.html": b"new"})
    assert snapshot(bundle.parent) == before
