import numpy as np
import pytest

from multitag.serve.scoring.queue import Work
from serve.answers import refused

LONG = "a detective and a killer " * 60


def ask(client, **body):
    return client.post("/v1/predict", json=body)


def test_answers_are_those_of_the_classifier(client, offline, texts):
    answer = ask(client, texts=texts[:20]).json()
    y_prob = offline.predict_proba(texts[:20])
    predictions = offline.predict(texts[:20])
    assert answer["decided_by"] == "bundle"
    for row, expected, one in zip(y_prob, predictions, answer["predictions"], strict=True):
        np.testing.assert_allclose([one["probabilities"][name] for name in offline.label_names], row, atol=1e-5)
        assert one["labels"] == list(expected.labels)
        np.testing.assert_allclose(list(one["thresholds"].values()), offline.cuts)


def test_the_answer_does_not_depend_on_neighbours(client, texts):
    alone = ask(client, texts=[texts[0]]).json()["predictions"][0]
    among = ask(client, texts=[LONG, "x", texts[0], *texts[1:30]]).json()["predictions"][2]
    assert alone["labels"] == among["labels"]
    np.testing.assert_allclose(
        list(alone["probabilities"].values()), list(among["probabilities"].values()), atol=1e-5
    )


def test_one_threshold_and_thresholds_of_some_labels(client, offline):
    names = offline.label_names
    everything = ask(client, texts=["a"], threshold=0).json()
    assert everything["decided_by"] == "request"
    assert set(everything["predictions"][0]["labels"]) == set(names)
    one = ask(client, texts=["a"], threshold={names[0]: 0.0}).json()["predictions"][0]
    assert names[0] in one["labels"]
    assert one["thresholds"][names[0]] == 0.0
    assert one["thresholds"][names[1]] == pytest.approx(float(offline.cuts[1]))


def test_top_k_has_no_thresholds(client):
    answer = ask(client, texts=["a", "b"], top_k=3).json()
    assert answer["decided_by"] == "top_k"
    assert [len(one["labels"]) for one in answer["predictions"]] == [3, 3]
    assert answer["predictions"][0]["thresholds"] is None


def test_labels_only(client):
    (one,) = ask(client, texts=["a"], labels_only=True).json()["predictions"]
    assert set(one) == {"labels", "truncated"}


def test_a_text_that_is_not_read_to_its_end_is_told(client):
    assert [one["truncated"] for one in ask(client, texts=[LONG, "a"]).json()["predictions"]] == [True, False]


def test_pairs_are_read_in_two_segments(client, offline):
    (one,) = ask(client, texts=[["a killer", "a detective"]]).json()["predictions"]
    expected = offline.predict_proba([("a killer", "a detective")])[0]
    np.testing.assert_allclose(list(one["probabilities"].values()), expected, atol=1e-5)


@pytest.mark.parametrize("text", ["", " ", "\0", "a\0b", "\u200b", "😀" * 50, "‮abc", "x" * 50_000])
def test_odd_texts_are_answered(client, text):
    assert ask(client, texts=[text]).status_code == 200


@pytest.mark.parametrize(("body", "part"), [
    ({}, "texts"), ({"texts": []}, "texts"), ({"texts": "a"}, "texts"), ({"texts": [1]}, "texts.0"),
    ({"texts": [["a"]]}, "texts.0"), ({"texts": [["a", "b", "c"]]}, "texts.0"), ({"texts": [None]}, "texts.0"),
    ({"texts": ["a"], "threshold": 2}, "threshold"), ({"texts": ["a"], "threshold": True}, "threshold"),
    ({"texts": ["a"], "threshold": "0.5"}, "threshold"), ({"texts": ["a"], "threshold": {"Nix": 0.5}}, "Nix"),
    ({"texts": ["a"], "top_k": 0}, "top_k"), ({"texts": ["a"], "top_k": 1.5}, "top_k"),
    ({"texts": ["a"], "top_k": 10_000}, "top_k"), ({"texts": ["a"], "labels_only": 1}, "labels_only"),
    ({"texts": ["a"], "treshold": 0.5}, "treshold"), ([], "body"), ("a", "body"), (None, "body"),
])  # fmt: skip
def test_what_does_not_fit_is_422(client, body, part):
    assert part in refused(client.post("/v1/predict", json=body), 422, "invalid")


@pytest.mark.parametrize(("body", "message"), [
    ({"texts": []}, "texts: expected a list of at least one text, or pair of texts, got an empty list"),
    ({"texts": ["a", 5]}, "texts.1: expected a text or a pair of texts, got 5"),
    ({"texts": ["a"], "threshold": "0.5"}, "threshold: expected a number from 0 to 1, or an object of labels and such "
                                           "numbers, got a text"),
    ({"texts": ["a"], "threshold": {"Drama": 2}}, "threshold.Drama: expected a number from 0 to 1, got 2"),
    ({"texts": ["a"], "top_k": 0}, "top_k: expected a whole number from 1 on, got 0"),
    ({"texts": ["a"], "labels_only": 1}, "labels_only: expected true or false, got 1"),
    ({"texts": ["a"], "treshold": 1}, "treshold: unknown key; /docs shows those that are taken"),
    ({}, "texts: missing; expected a list of at least one text, or pair of texts"),
])  # fmt: skip
def test_mistakes_are_told_in_plain_words(client, body, message):
    assert refused(ask(client, **body), 422, "invalid") == message


def test_no_thresholds_of_its_own_are_the_bundle_s(client):
    assert ask(client, texts=["a"], threshold={}).json()["decided_by"] == "bundle"


@pytest.mark.parametrize(("body", "reason"), [
    (b'{"texts": ["a"], "top_k": ' + b"9" * 5000 + b"}", "number of more than 4300 digits"),
    (b"[" * 100_000, "nested more than 50 deep"),
])  # fmt: skip
def test_python_s_own_limits_are_told_in_plain_words(client, body, reason):
    answer = client.post("/v1/predict", content=body, headers={"Content-Type": "application/json"})
    message = refused(answer, 400, "malformed")
    assert reason in message
    assert "sys." not in message
    assert "recursion" not in message


@pytest.mark.parametrize("body", [
    b"", b"{", b'{"texts": ["\xff"]}', b'{"texts": ["\\ud800"]}', b'{"texts": ["a"], "threshold": NaN}',
    b'{"texts": ["a"], "threshold": Infinity}', b'{"texts": ["a"], "threshold": 1e999}',
    b'{"texts": ["a"], "texts": ["b"]}', b"[" * 100_000, b'{"a":' * 1000 + b"1" + b"}" * 1000,
    b'{"texts": ["a"], "top_k": ' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b'\xff\xfe{\0"\0',
])  # fmt: skip
def test_what_is_no_strict_json_is_a_refusal(client, body):
    answer = client.post("/v1/predict", content=body, headers={"Content-Type": "application/json"})
    refused(answer, 422 if body == b"" else 400, "invalid" if body == b"" else "malformed")


def test_another_content_type_is_not_guessed(client):
    answer = client.post("/v1/predict", content=b'{"texts": ["a"]}', headers={"Content-Type": "text/plain"})
    assert "Content-Type" in refused(answer, 422, "invalid")


def test_limits_of_texts_and_characters(serve):
    client = serve(max_texts=2, max_characters=5, queue_size=4)
    assert "at most 2 texts" in refused(ask(client, texts=["a"] * 3), 413, "too_large")
    assert "text 1" in refused(ask(client, texts=["a", "abcdef"]), 413, "too_large")
    assert refused(ask(client, texts=["abcdef"]), 413, "too_large").startswith("expected at most 5 characters")
    assert ask(client, texts=["a", "abcde"]).status_code == 200


def test_a_full_queue_is_429_at_once_and_room_is_used_again(serve):
    client = serve(queue_size=4, max_texts=4)
    client.service.queue.reserve(3)
    assert ask(client, texts=["a"]).status_code == 200
    answer = ask(client, texts=["a", "b"])
    assert "no room for 2" in refused(answer, 429, "overloaded")
    assert answer.headers["retry-after"] == "1"
    client.service.queue.reserve(1)
    refused(ask(client, texts=["a"]), 429, "overloaded")
    assert client.get("/livez").status_code == 200
    client.service.queue.release(4)
    assert ask(client, texts=["a"]).status_code == 200


def test_an_answer_that_takes_too_long_is_503_and_leaves_nothing_behind(serve):
    client = serve(answer_timeout=0.05, batch_wait=1000)
    assert "0.05 seconds" in refused(ask(client, texts=["a"]), 503, "unavailable")
    assert client.service.queue.waiting == 0


def test_a_model_that_fails_is_500_for_who_asked_and_the_service_goes_on(serve, monkeypatch):
    client = serve()

    def fail(*arguments, **keywords):
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(client.service.model.classifier, "score_encoded", fail)
        refused(ask(client, texts=["a"]), 500, "internal")
    assert ask(client, texts=["a"]).status_code == 200


def test_recent_texts_are_kept_only_where_asked(serve, offline, monkeypatch):
    client = serve(cache_size=2)
    first = ask(client, texts=["a", "b"]).json()
    monkeypatch.setattr(Work, "__init__", None)  # nothing more can be scored
    assert ask(client, texts=["b", "a"]).json()["predictions"] == first["predictions"][::-1]
    assert 'multitag_texts_total{source="cache"} 2.0' in client.get("/metrics").text


def test_explain_is_the_classifier_s(client, offline):
    text = "a detective hunts a killer"
    answer = client.post("/v1/explain", json={"text": text, "label": "Drama"}).json()
    expected = offline.explain(text, "Drama")
    assert [word["text"] for word in answer["words"]] == text.split()
    np.testing.assert_allclose(
        [word["effect"] for word in answer["words"]], [word.effect for word in expected.words], atol=1e-5
    )
    assert all(text[word["start"] : word["end"]] == word["text"] for word in answer["words"])


@pytest.mark.parametrize("body", [{}, {"text": 1}, {"text": "a", "label": "Nix"}, {"text": "a", "max_words": 0}])
def test_what_cannot_be_explained_is_422(client, body):
    refused(client.post("/v1/explain", json=body), 422, "invalid")


def test_the_label_that_cannot_be_explained_is_named(client):
    assert "'Nix'" in refused(client.post("/v1/explain", json={"text": "a", "label": "Nix"}), 422, "invalid")


@pytest.mark.parametrize("end", ["\0", "\u200b"])
def test_a_short_text_is_not_truncated_whatever_it_ends_with(client, end):
    assert client.post("/v1/explain", json={"text": f"killer {end}"}).json()["truncated"] is False


def test_explanations_are_bounded(serve):
    client = serve(explain_words=4)
    assert len(client.post("/v1/explain", json={"text": "word " * 40}).json()["words"]) <= 5
    answer = client.post("/v1/explain", json={"text": "word " * 40, "max_words": 5})
    assert "max_words: expected at most 4" in refused(answer, 422, "invalid")
