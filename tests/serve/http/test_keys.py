import pytest

from multitag.errors import ConfigError
from multitag.serve.http.keys import ApiKeys, read_keys

FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"


@pytest.mark.parametrize("header", [
    (b"authorization", b"Bearer %s"), (b"authorization", b"bearer %s"), (b"x-api-key", b"%s"),
])  # fmt: skip
def test_each_of_several_keys_opens(header):
    keys = ApiKeys([FIRST, SECOND])
    name, form = header
    for key in (FIRST, SECOND):
        assert keys.allow([(name, form % key.encode())])


@pytest.mark.parametrize("headers", [
    [], [(b"authorization", b"Bearer ")], [(b"authorization", b"Basic " + FIRST.encode())],
    [(b"x-api-key", FIRST[:-1].encode())], [(b"x-api-key", b"\xff\xfe")],
])  # fmt: skip
def test_nothing_else_opens(headers):
    assert not ApiKeys([FIRST, SECOND]).allow(headers)


def test_without_keys_all_are_let_in():
    assert ApiKeys().allow([])
    assert not read_keys(None)


def test_a_file_of_keys(tmp_path):
    path = tmp_path / "keys"
    path.write_text(f"# the site\n{FIRST}\n\n  {SECOND}\r\n")
    assert read_keys(str(path)).allow([(b"x-api-key", SECOND.encode())])


@pytest.mark.parametrize("content", ["", "# none\n", "short\n", "with a space in it\n", "kéy-kéy-kéy-kéy-kéy\n"])
def test_what_is_no_file_of_keys_is_refused_without_quoting_it(tmp_path, content):
    path = tmp_path / "keys"
    path.write_text(content)
    with pytest.raises(ConfigError, match="api_key_file") as refused:
        read_keys(str(path))
    assert not content.strip() or content.strip().startswith("#") or content.strip() not in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no-such"):
        read_keys(str(tmp_path / "no-such"))
