"""Tables that multitag knows by name: the packaged sample, and the public IMDB file, fetched once."""

from __future__ import annotations

import hashlib
import http.client
import os
import queue
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from multitag.digests import sha256_of_files
from multitag.errors import DataError, OutputError

SAMPLE_COLUMNS = {"sample": ("Description", "Genre"), "imdb": ("Description", "Genre")}

IMDB_URL = (
    "https://raw.githubusercontent.com/samirgupta/HIDS-501/"
    "226b6205967e042a8d575c8f88850f1173feaeec/data/IMDB-Movie-Data.csv"
)
IMDB_SHA256 = "1f86628225db1e0b51a9aa2be10bdb98449c8f311d27b6c3c4845d723c5973b4"
MAX_BYTES = 4 * 2**20  # the file has 0.3 MB
TIMEOUT = 10.0  # seconds for a connection, and for each read from it
DEADLINE = 60.0  # seconds for the whole download

REMEDY = "download it by hand and pass its path, or use 'sample'"


def sample_path(name: str) -> Path:
    """Return the file of a table that multitag knows by name.

    Parameters
    ----------
    name : {"sample", "imdb"}
        ``"sample"`` comes with the package; ``"imdb"`` is downloaded on first use, checked and kept in the
        user's cache.

    Raises
    ------
    DataError
        If the name is unknown, or ``"imdb"`` cannot be downloaded.
    OutputError
        If the cache cannot be written to.
    """
    if name == "sample":
        return Path(__file__).with_name("sample_movies.csv")
    if name == "imdb":
        return fetch(IMDB_URL, IMDB_SHA256, cache_folder() / "IMDB-Movie-Data.csv")
    raise DataError(f"no packaged table {name!r}; expected {' or '.join(SAMPLE_COLUMNS)}")


def cache_folder() -> Path:
    """Return the folder for downloads: ``$MULTITAG_CACHE``, or ``multitag`` in the user's cache folder."""
    if folder := os.environ.get("MULTITAG_CACHE"):
        return Path(folder).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "multitag"


def fetch(url: str, sha256: str, target: Path, timeout: float = TIMEOUT, deadline: float = DEADLINE) -> Path:
    """Download a small file once and check it.

    Parameters
    ----------
    url : str
        Where it is.
    sha256 : str
        Hexadecimal digest of the right content.
    target : Path
        Where it is kept. A file with the digest is used as it is; any other is replaced.
    timeout : float
        Seconds to wait for a connection, and for each read from it.
    deadline : float
        Seconds for the whole download.

    Returns
    -------
    Path
        The target, whole and checked.

    Raises
    ------
    DataError
        If the download fails, is too large, takes too long or has another digest; nothing is left behind.
    OutputError
        If the target cannot be written to.
    """
    if _is_whole(target, sha256):
        return target
    content = _download(url, timeout, deadline)
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise DataError(f"{url}: expected a file with SHA-256 {sha256}, got {got}; {REMEDY}")
    try:
        _write(target, content)
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written: {error.strerror}; set MULTITAG_CACHE to a folder that can be"
        ) from error
    return target


def _is_whole(target: Path, sha256: str) -> bool:
    try:
        return sha256_of_files(target) == sha256
    except OSError:  # not there, or not to be read: fetched, and refused there if it cannot be replaced
        return False


def _download(url: str, timeout: float, deadline: float) -> bytes:
    """Bound everything by the deadline: looking up a host, or a header sent byte by byte, has no timeout."""
    answers: queue.Queue[bytes | Exception] = queue.Queue()

    def work() -> None:
        try:
            answers.put(_read(url, timeout, time.monotonic() + deadline))
        except Exception as error:  # handed over and raised in the caller's thread
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            answers.put(error)

    threading.Thread(target=work, name="multitag-fetch", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline)
    except queue.Empty:
        answer = TimeoutError()
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, (OSError, http.client.HTTPException)):
        raise DataError(f"{url}: {_reason(answer, timeout, deadline)}; {REMEDY}") from answer
    raise answer


def _read(url: str, timeout: float, end: float) -> bytes:
    content = bytearray()
    with urllib.request.urlopen(url, timeout=timeout) as response:
        while chunk := response.read1(2**16):  # read would wait for the whole chunk, however slow
            content += chunk
            if len(content) > MAX_BYTES:
                raise DataError(f"{url}: more than the {MAX_BYTES // 2**20} MB expected; {REMEDY}")
            if time.monotonic() > end:
                raise TimeoutError
    return bytes(content)


def _reason(error: Exception, timeout: float, deadline: float) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered HTTP {error.code} {error.reason}".rstrip()
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return f"timed out (limits: {timeout:g} s for an answer, {deadline:g} s in all)"
    return f"the download failed ({cause}); is there a network connection?"


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(target)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
