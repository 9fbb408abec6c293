import json
import logging

import pytest

from multitag.serve.logs import JsonFormatter
from serve.answers import refused

KEY = "a-key-of-this-test-only"
SECRET_TEXT = "the secret that no log may hold"


def post(client, **headers):
    return client.post("/v1/predict", json={"texts": [SECRET_TEXT]}, headers=headers)


def test_every_answer_has_the_headers_that_protect_a_page(client):
    for path in ("/livez", "/no-such-page", "/docs", "/v1/model"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] in ("no-store", "no-cache")


def test_a_harmless_request_id_is_kept_and_others_are_replaced(client):
    assert client.get("/livez", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    for odd in ("a b", "x" * 65, '"quoted"', ""):
        made = client.get("/livez", headers={"X-Request-ID": odd}).headers["x-request-id"]
        assert len(made) == 32
        assert int(made, 16) >= 0


def test_with_keys_all_but_health_and_pages_ask_for_one(serve):
    client = serve(keys=(KEY,), allow_download=True, dialect="tei")
    for path in ("/v1/model", "/v1/bundle.zip", "/metrics", "/openapi.json", "/v1/no-such"):
        answer = client.get(path)
        refused(answer, 401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    refused(post(client), 401, "unauthorized")
    refused(client.post("/predict", json={"inputs": "a"}), 401, "unauthorized")
    for path in ("/livez", "/readyz", "/docs"):
        assert client.get(path).status_code == 200
    assert post(client, Authorization=f"Bearer {KEY}").status_code == 200
    assert client.get("/openapi.json", headers={"X-API-Key": KEY}).json()["components"]["securitySchemes"]


def test_a_large_body_is_refused_before_it_is_read(serve):
    client = serve(max_body_bytes=1000)
    read = 0

    def body():
        nonlocal read
        while read < 100_000:
            read += 100
            yield b'"' + b"x" * 99

    whole = client.post("/v1/predict", content=b"x" * 1001, headers={"Content-Type": "application/json"})
    assert "1000 bytes" in refused(whole, 413, "too_large")
    chunked = client.post("/v1/predict", content=body(), headers={"Content-Type": "application/json"})
    assert "1000 bytes" in refused(chunked, 413, "too_large")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/v1/predict", "/v1/explain", "/predict"])
def test_other_methods_than_post_are_405(client, method, path):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    if method != "HEAD":
        assert "expected POST" in refused(answer, 405, "method_not_allowed")


@pytest.mark.parametrize("path", [
    "/livez", "/readyz", "/metrics", "/v1/model", "/v1/bundle.zip", "/openapi.json", "/docs", "/"
])  # fmt: skip
def test_head_is_get_without_the_body(client, path):
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    put = client.put(path)
    assert put.headers["allow"] == "GET, HEAD"
    refused(put, 405, "method_not_allowed")


def test_a_path_that_is_off_has_no_methods(serve):
    assert serve().head("/v1/bundle.zip").status_code == 404


def test_scripts_of_other_websites_are_let_in_only_where_named(serve):
    origin = "https://example.com"
    ask = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    off, on = serve(), serve(cors_origin=origin, keys=(KEY,))
    assert "access-control-allow-origin" not in post(off, Origin=origin).headers
    assert on.options("/v1/predict", headers=ask).headers["access-control-allow-origin"] == origin
    other = on.options("/v1/predict", headers={**ask, "Origin": "https://example.org"})
    assert "access-control-allow-origin" not in other.headers
    assert "origin" in refused(other, 400, "malformed")
    assert post(on, Origin=origin, Authorization=f"Bearer {KEY}").headers["access-control-allow-origin"] == origin


def test_logs_are_json_with_ids_and_without_texts_and_keys(serve, caplog):
    client = serve(keys=(KEY,))
    with caplog.at_level(logging.INFO, logger="multitag.serve"):
        answers = [
            post(client, Authorization=f"Bearer {KEY}"),
            post(client, Authorization="Bearer wrong-wrong-wrong-wrong"),
            client.post("/v1/predict", json={"texts": SECRET_TEXT}, headers={"X-API-Key": KEY}),
            client.get(f"/{SECRET_TEXT}?{SECRET_TEXT}"),
            client.get("/livez"),
        ]
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name == "multitag.serve"]
    values = [json.loads(line) for line in lines]
    assert [value["status"] for value in values] == [200, 401, 422, 404]  # health is asked all the time
    assert [value["request_id"] for value in values] == [answer.headers["x-request-id"] for answer in answers[:4]]
    for hidden in ("secret", KEY, "wrong"):
        assert not any(hidden in line for line in lines)


def test_figures_count_what_was_asked(serve):
    client = serve()
    answer = post(client).json()
    client.get("/no-such-page")
    page = client.get("/metrics").text
    assert 'multitag_requests_total{path="/v1/predict",status="200"} 1.0' in page
    assert 'multitag_requests_total{path="other",status="404"} 1.0' in page
    assert "multitag_queue_texts 0.0" in page
    assert "multitag_batch_texts_count 1.0" in page
    for label in answer["predictions"][0]["labels"]:
        assert f'multitag_predictions_total{{label="{label}"}} 1.0' in page


@pytest.mark.parametrize("path", [
    "/../pyproject.toml", "/page/../serve/app.py", "/docs/..%2fapp.py", "/%2e%2e/serve/app.py",
])  # fmt: skip
def test_no_other_file_is_served(client, path):
    assert client.get(path).status_code == 404
