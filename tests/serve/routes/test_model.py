import io
import json
import zipfile

from multitag.bundle.write import replace_files
from multitag.bundle.zip_writer import pack


def test_the_model_is_described(client, bundle, offline):
    facts = client.get("/v1/model").json()
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    assert facts["labels"] == list(offline.label_names)
    assert facts["fingerprint"] == manifest["digest"]
    assert facts["metrics"] == manifest["metrics"]
    assert facts["card"] == (bundle / "README.md").read_text()
    assert facts["max_length"] == 48
    assert facts["allow_download"] is True
    assert facts["limits"]["max_texts"] == 128


def test_the_download_is_the_zip_that_pack_makes(client, bundle, tmp_path):
    answer = client.get("/v1/bundle.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content == pack(bundle, tmp_path / "b.zip").read_bytes()
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    part = client.get("/v1/bundle.zip", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])


def test_there_is_no_download_unless_allowed(serve):
    client = serve()
    assert client.get("/v1/bundle.zip").status_code == 404
    assert "/v1/bundle.zip" not in client.get("/openapi.json").json()["paths"]


def test_a_zip_is_served_too(bundle, offline, tmp_path, serve):
    facts = serve(pack(bundle, tmp_path / "films.zip")).get("/v1/model").json()
    assert facts["name"] == "films"
    assert facts["fingerprint"] == offline.bundle.manifest.digest


def test_the_policy_that_decides_is_told(client, serve):
    tuned = client.get("/v1/model").json()
    assert (tuned["policy"], tuned["objective"]) == ("tuned", "f1")
    assert tuned["tuned_on"]
    fixed = serve(policy="fixed").get("/v1/model").json()
    assert (fixed["policy"], fixed["objective"], fixed["tuned_on"]) == ("fixed", None, None)
    assert len(set(fixed["thresholds"].values())) == 1


def test_a_bundle_without_tuned_thresholds_says_so(bundle, tmp_path, serve):
    thresholds = json.loads((bundle / "thresholds.json").read_bytes())
    thresholds["policy"] = "fixed"
    replace_files(bundle, {"thresholds.json": json.dumps(thresholds).encode()}, tmp_path / "fixed")
    facts = serve(tmp_path / "fixed").get("/v1/model").json()
    assert (facts["policy"], facts["objective"], facts["tuned_on"]) == ("fixed", None, None)
