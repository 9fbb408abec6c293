"""A bundle to the hub and back, against a server that speaks what huggingface_hub needs."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import constants

import multitag
from integrations.hub_server import Hub
from multitag.bundle.address import HubAddress
from multitag.bundle.hub import fetch_bundle
from multitag.bundle.layout import MANIFEST, display_name
from multitag.bundle.read import open_bundle
from multitag.bundle.write import replace_files
from multitag.bundle.zip_reader import unzip_bundle
from multitag.bundle.zip_writer import pack
from multitag.cli import main
from multitag.integrations.hub import push
from multitag.jobs.tune import tune_bundle

REPO = "user/films"
FORMAT_2 = Path(__file__).parents[1] / "bundle" / "fixtures" / "format-2.zip"


# huggingface_hub hands httpx the bytes of an upload as it did in older versions, which it warns of.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle of an earlier multitag; not to be changed."""
    folder = tmp_path_factory.mktemp("bundle")
    unzip_bundle(FORMAT_2, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def as_on_hub(hub: Hub, bundle: Path, **changed: bytes | None) -> dict[str, bytes]:
    """Put a bundle on the hub, with other bytes for some files, or without them."""
    hub.create(REPO)
    files = {name: content for name, content in {**contents(bundle), **changed}.items() if content is not None}
    hub.commit(REPO, "main", files)
    return files


def test_what_is_pushed_is_loaded_and_predicts_the_same(hub, bundle, texts):
    address = push(bundle, REPO)
    assert hub.files(REPO).items() >= contents(bundle).items()
    with multitag.load(bundle) as local, multitag.load("hf://user/films") as loaded:
        assert (loaded.predict_proba(texts[:3]) == local.predict_proba(texts[:3])).all()
    asked = list(hub.requests)
    multitag.load(str(address)).close()  # a commit never changes: the hub is not even asked
    assert hub.requests == asked


def test_a_bundle_of_the_hub_is_opened_before_a_large_input_is_scored(hub, bundle, tmp_path):
    pytest.importorskip("ray", reason="needs the ray extra")
    from multitag.inference.options import PredictOptions
    from multitag.scale.job import score_files

    as_on_hub(hub, bundle)
    (tmp_path / "films.csv").write_text("Description\nA war\n")
    with pytest.raises(multitag.ConfigError, match=r"top_k: .* from 1 to 3 \(labels\), got 99"):
        score_files("hf://user/films", tmp_path / "films.csv", tmp_path / "out", options=PredictOptions(top_k=99))


def test_only_the_files_of_the_bundle_are_downloaded(hub, bundle):
    as_on_hub(hub, bundle, **{"weights.pkl": b"code", "onnx/model.onnx.data": b"x"})
    with open_bundle("hf://user/films") as opened:
        assert contents(opened.folder) == contents(bundle)
    assert not any("pkl" in request or ".data" in request for request in hub.requests)


def test_others_in_the_cache_do_not_hinder(hub, bundle):
    as_on_hub(hub, bundle, **{".gitattributes": b""})
    huggingface_hub.hf_hub_download(REPO, ".gitattributes")
    open_bundle("hf://user/films").close()


def test_a_second_push_replaces_the_bundle_and_leaves_other_files(hub, bundle, tmp_path):
    as_on_hub(hub, bundle, **{"notes.txt": b"mine", "onnx/parity.json": b"{}"})
    replace_files(bundle, {"report.html": b"new"}, tmp_path / "new")
    push(tmp_path / "new", REPO)
    assert hub.files(REPO) == {**contents(tmp_path / "new"), "notes.txt": b"mine"}


def test_a_branch_is_made_and_loaded(hub, bundle):
    push(bundle, REPO, revision="v1")
    open_bundle("hf://user/films@v1").close()
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films: not a bundle, it has no manifest\.json"):
        open_bundle("hf://user/films")
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films@v2: there is no branch, tag or commit 'v2'$"):
        open_bundle("hf://user/films@v2")


def test_a_private_one_needs_a_token(hub, bundle, monkeypatch):
    push(bundle, REPO, private=True)
    assert REPO in hub.private
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(multitag.BundleError, match=r"no such repository, or none that you may see; .* hf auth login$"):
        open_bundle("hf://user/films")


def test_nothing_private_goes_to_a_public_repository(hub, bundle):
    hub.create(REPO)
    with pytest.raises(multitag.OutputError, match="is there already, and public"):
        push(bundle, REPO, private=True)
    assert MANIFEST not in hub.files(REPO)


def test_no_token_or_a_wrong_one_is_one_line(hub, bundle, monkeypatch):
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films: the hub refuses with status 401: Invalid user"):
        push(bundle, REPO, token="hf_wrong")
    assert not hub.branches
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(multitag.ConfigError, match=r"^token: there is none for the hub; log in with hf auth login"):
        push(bundle, REPO)
    assert not hub.branches


@pytest.mark.parametrize("name", ["films", "user/films@v1", "a/b/c", "hf://user/films", "user/fi lms", "a/b--c"])
def test_a_name_that_is_none_is_refused(hub, bundle, name):
    with pytest.raises(multitag.BundleError, match=r"^repo: expected user/name, got|^hf://a/b--c: Cannot have -- "):
        push(bundle, name)
    assert not hub.branches


@pytest.mark.parametrize("address", ["hf://films", "hf://a/b/c", "hf://user/films@", "hf://user/../x"])
def test_an_address_that_is_none_is_refused(hub, address):
    with pytest.raises(multitag.BundleError, match=r"^hf://.*: expected hf://user/name, or hf://user/name@revision$"):
        open_bundle(address)
    assert not hub.requests


def test_a_changed_file_is_found(hub, bundle):
    labels = contents(bundle)["labels.json"]
    as_on_hub(hub, bundle, **{"labels.json": labels.replace(b"Drama", b"Dramb")})
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films in .*: labels\.json changed since it"):
        open_bundle("hf://user/films")


def test_a_file_of_another_size_is_not_even_downloaded(hub, bundle):
    as_on_hub(hub, bundle, **{"model/model.safetensors": b"x" * 1000})
    with pytest.raises(multitag.BundleError, match=r"model\.safetensors has 1000 bytes, expected \d+; push the bundle"):
        open_bundle("hf://user/films")
    assert not any("safetensors" in request for request in hub.requests)


def test_a_missing_file_is_named(hub, bundle):
    as_on_hub(hub, bundle, **{"labels.json": None})
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films: 'labels\.json' is missing; push the"):
        open_bundle("hf://user/films")


def test_a_manifest_that_is_too_large_is_not_downloaded(hub, bundle, monkeypatch):
    monkeypatch.setattr("multitag.bundle.layout.MAX_TEXT_BYTES", 100)
    as_on_hub(hub, bundle)
    with pytest.raises(multitag.BundleError, match="more than a bundle's may have"):
        open_bundle("hf://user/films")
    assert len(hub.requests) == 1


def test_a_damaged_cache_is_found(hub, bundle):
    push(bundle, REPO)
    folder, names = fetch_bundle(HubAddress(REPO))
    assert names == contents(bundle).keys()
    path = (folder / "thresholds.json").resolve()
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    with pytest.raises(multitag.BundleError, match=rf"^hf://user/films in {folder}: thresholds\.json changed"):
        open_bundle("hf://user/films")


def test_without_the_hub_the_cached_copy_is_used_and_said_to_be(hub, bundle, monkeypatch, caplog):
    commit = push(bundle, REPO).revision
    open_bundle("hf://user/films").close()
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")  # nothing listens there
    open_bundle("hf://user/films").close()
    hub.broken = True
    monkeypatch.setattr(constants, "ENDPOINT", hub.endpoint)
    open_bundle("hf://user/films").close()
    line = f"hf://user/films: the hub does not answer; this is the copy in its cache, {commit[:12]}"
    assert caplog.messages == [line, line]


def test_without_hub_and_cache_it_is_one_line(hub, bundle, monkeypatch):
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films: the hub cannot be reached: "):
        open_bundle("hf://user/films")
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films: the hub cannot be reached: "):
        push(bundle, REPO)


def test_it_is_packed_and_tuned_into_new_places(hub, bundle, tmp_path, monkeypatch):
    push(bundle, REPO)
    kinds = ("Comedy", "Drama", "Sci-Fi", '"Comedy,Drama"')
    films_csv = tmp_path / "films.csv"
    films_csv.write_text("Plot,Genre\n" + "".join(f"plot {row},{kinds[row % 4]}\n" for row in range(40)))
    monkeypatch.chdir(tmp_path)
    assert pack("hf://user/films").read_bytes() == pack(bundle, tmp_path / "other.zip").read_bytes()
    assert display_name(Path("hf://user/films@v1")) == "films"
    with pytest.raises(multitag.BundleError, match=r"^hf://user/films: is on the hub; name a folder .* with --out$"):
        tune_bundle("hf://user/films", films_csv)
    tune_bundle("hf://user/films", films_csv, out=tmp_path / "tuned", text="Plot", labels="Genre")
    assert not any(path.is_symlink() for path in (tmp_path / "tuned").rglob("*"))
    open_bundle(tmp_path / "tuned").close()


def test_a_damaged_bundle_is_not_pushed(hub, bundle, tmp_path):
    shutil.copytree(bundle, tmp_path / "bundle")
    (tmp_path / "bundle" / "labels.json").write_text("[]")
    with pytest.raises(multitag.BundleError, match=r"labels\.json has 2 bytes"):
        push(tmp_path / "bundle", REPO)
    assert not hub.requests


def test_the_card_is_one_of_the_hub(finished_run):
    card = huggingface_hub.ModelCard((finished_run.bundle / "README.md").read_text(encoding="utf-8"))
    assert card.data.pipeline_tag == "text-classification"
    assert {result.metric_type for result in card.data.eval_results} >= {"f1", "roc_auc"}


def test_the_commands_take_an_address(hub, bundle, texts, capsys):
    def run(*words: object) -> str:
        with pytest.raises(SystemExit) as ended:
            main.run([*map(str, words)])
        assert ended.value.code == 0
        return capsys.readouterr().out

    pushed = run("push", bundle, REPO, "--private")
    assert pushed == f"pushed; to load exactly this one: hf://user/films@{hub.branches[REPO]['main']}\n"
    predicted = json.loads(run("predict", "hf://user/films@main", texts[0], "--json"))
    with multitag.load(bundle) as local:
        assert predicted["probabilities"] == pytest.approx(local.predict(texts[:1])[0].probabilities, abs=1e-6)
    assert run("verify", "hf://user/films").endswith("ok\n")


def test_a_missing_extra_is_one_line(monkeypatch, bundle):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for call in (lambda: open_bundle("hf://user/films"), lambda: push(bundle, REPO)):
        with pytest.raises(multitag.MissingExtraError, match=r"^this needs huggingface_hub, .*'multitag\[hub\]'"):
            call()
