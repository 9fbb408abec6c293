"""API keys: read from a file, compared in constant time, kept as digests only."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

from multitag.errors import ConfigError

SHORTEST = 16  # characters: shorter ones can be guessed
MAX_FILE_BYTES = 2**20


class ApiKeys:
    """The keys that open the service.

    Parameters
    ----------
    keys : iterable of str
        None, or only the right ones are let in.
    """

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._digests = [_digest(key.encode()) for key in keys]

    def __bool__(self) -> bool:
        """Whether a key is asked for at all."""
        return bool(self._digests)

    def allow(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether the headers of a request name a key, as ``Authorization: Bearer KEY`` or ``X-API-Key: KEY``.

        Digests of equal length are compared, each in constant time and all of them, so that the time taken tells
        nothing of the keys.
        """
        if not self._digests:
            return True
        offered = _digest(_offered(headers))
        matches = [hmac.compare_digest(offered, digest) for digest in self._digests]
        return any(matches)


def read_keys(path: str | None) -> ApiKeys:
    """Read keys from a file, one a line; blank lines and lines that start with ``#`` are left out.

    Raises
    ------
    ConfigError
        If the file cannot be read, or holds no key, or one that is short or not ASCII; the key is not quoted.
    """
    if path is None:
        return ApiKeys()
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"api_key_file: {path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise ConfigError(f"api_key_file: {path}: larger than {MAX_FILE_BYTES} bytes; expected one key a line")
    keys = []
    for number, line in enumerate(data.splitlines(), 1):
        key = line.strip()
        if not key or key.startswith(b"#"):
            continue
        if len(key) < SHORTEST or not key.isascii() or any(byte <= 32 or byte == 127 for byte in key):
            raise ConfigError(
                f"api_key_file: {path}, line {number}: expected at least {SHORTEST} ASCII characters without spaces; "
                "make one with: openssl rand -hex 24"
            )
        keys.append(key.decode("ascii"))
    if not keys:
        raise ConfigError(f"api_key_file: {path}: holds no key; expected one a line")
    return ApiKeys(keys)


def _offered(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    by_name = dict(headers)
    scheme, _, key = by_name.get(b"authorization", b"").partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else by_name.get(b"x-api-key", b"")


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
