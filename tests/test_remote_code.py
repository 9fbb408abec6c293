from __future__ import annotations

import pytest

from multitag.remote_code import CODE_KEYS, find_code_request


@pytest.mark.parametrize("key", sorted(CODE_KEYS))
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_a_key_that_asks_for_code_is_found_at_any_depth(key, depth):
    settings: object = {key: None}
    for level in range(depth):
        settings = {"inner": settings, "other": 1} if level % 2 else [settings, {}]
    assert find_code_request(settings) == key


@pytest.mark.parametrize("key", ["tokenizer_class", "processor_class", "architectures", "model_type"])
@pytest.mark.parametrize(
    "name", ["evil.Tokenizer", "evil/repo--tokenizer.T", "../evil", "evil--x", "", "a\n", 3, ["Bert", "a.b"], {"a": 1}]
)
def test_a_class_with_a_module_is_found(key, name):
    assert find_code_request({"inner": [{key: name}]}) == key


def test_plain_settings_and_labels_of_any_name_pass():
    labels = {"auto_map": 0, "trust_remote_code": 1}
    plain = {"architectures": ["BertModel"], "model_type": "xlm-roberta", "tokenizer_class": None, "label2id": labels}
    assert find_code_request(plain) is None
    assert find_code_request({"model": {"vocab": labels}}) is None
    assert find_code_request({"id2label": {"0": "auto_map"}}) is None
    assert find_code_request(["auto_map", 1]) is None
