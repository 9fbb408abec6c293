import re
from pathlib import Path

import pytest

import multitag

STATIC = Path(multitag.__file__).parent / "serve" / "static"


def test_examples_are_real(client):
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/v1/predict", "/predict"):
        content = paths[path]["post"]
        example = content["requestBody"]["content"]["application/json"]["example"]
        answer = client.post(path, json=example)
        assert answer.status_code == 200
        shown = content["responses"]["200"]["content"]["application/json"]["example"]
        if path == "/v1/predict":
            assert answer.json()["predictions"][0]["labels"] == shown["predictions"][0]["labels"]
            assert set(answer.json()) == set(shown)
        else:
            assert [row["label"] for row in answer.json()] == [row["label"] for row in shown]


@pytest.mark.parametrize("status", ["400", "401", "413", "422", "429", "503"])
def test_every_refusal_is_documented_with_an_example(client, status):
    document = client.get("/openapi.json").json()
    answer = document["paths"]["/v1/predict"]["post"]["responses"][status]["content"]["application/json"]
    assert set(answer["example"]) == {"error", "error_type"}
    assert answer["schema"]["$ref"].endswith("/ErrorResponse")


def test_the_page_asks_nobody_else(client):
    page = client.get("/docs")
    assert page.status_code == 200
    for path in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert path.startswith("/")
        assert client.get(path).status_code == 200
    for file in STATIC.iterdir():
        text = file.read_text()
        assert "http:" not in text and "https:" not in text
        assert "innerHTML" not in text
        assert "<style" not in text and "style=" not in text
