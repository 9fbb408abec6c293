import pytest

from multitag.config.serve import ServeConfig
from multitag.errors import ConfigError


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_needs_no_key(host):
    assert ServeConfig(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_other_machines_need_one_or_a_word(host):
    with pytest.raises(ConfigError, match="--api-key-file"):
        ServeConfig(host=host)
    ServeConfig(host=host, api_key_file="keys")
    ServeConfig(host=host, insecure=True)


@pytest.mark.parametrize(("settings", "part"), [
    ({"backend": "onnx-int8"}, "neighbours"), ({"backend": "fast"}, "neighbours"),
    ({"max_texts": 600}, "queue_size"), ({"port": 70_000}, "port"),
    ({"receive_timeout": 60}, "receive_timeout"), ({"cors_origin": "*", "api_key_file": "keys"}, "cors_origin"),
    ({"workers": 0}, "workers"),
])  # fmt: skip
def test_what_cannot_work_is_refused(settings, part):
    with pytest.raises(ConfigError, match=part):
        ServeConfig(**settings)
