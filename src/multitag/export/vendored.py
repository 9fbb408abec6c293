"""What an exported page brings of others: files of npm packages, each of one version and of known bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from multitag.atomic import new_folder, system_errors_as_output_errors
from multitag.data.samples import cache_folder
from multitag.errors import ExportError, describe_error

VENDOR = Path(__file__).parents[1] / "page" / "vendor"  # of a wheel, which brings the files
MAX_BYTES = 200 * 2**20  # of a package
NPM_SECONDS = 300.0

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Package:
    """A package of npm.

    Parameters
    ----------
    name, version : str
    integrity : str
        SHA-512 of its archive in base64, as npm's lock files have it.
    files : tuple of str
        What is used of it, by the paths in the archive.
    license : str
        Its notice.
    """

    name: str
    version: str
    integrity: str
    files: tuple[str, ...]
    license: str


ONNX_RUNTIME = Package(
    "onnxruntime-web", "1.30.0",
    "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
    ("package/dist/ort.wasm.bundle.min.mjs", "package/dist/ort-wasm-simd-threaded.wasm"),
    f"MIT License\n\nCopyright (c) Microsoft Corporation\n\n{MIT}\nWhat it is built from: "
    "https://github.com/microsoft/onnxruntime/blob/v1.30.0/ThirdPartyNotices.txt\n",
)  # fmt: skip
TOKENIZERS = Package(
    "@huggingface/tokenizers", "0.2.0",
    "LidMHe1FpcSYH4vcSjXooda34pC0M8m1gmDOv7SQi6Iv+ib1zX7J3sHBCC9/3FPCkn2k1b55FneVqMRxrr99pg==",
    ("package/dist/tokenizers.min.mjs",),
    "Apache License 2.0, copyright of the Hugging Face team: https://www.apache.org/licenses/LICENSE-2.0\n",
)  # fmt: skip
PACKAGES = (ONNX_RUNTIME, TOKENIZERS)


def vendored_files() -> dict[str, Path]:
    """Return the files by their names: those that came with multitag, else from npm, once for all exports.

    Raises
    ------
    ExportError
        If they are not there and npm is not installed, cannot get them, or gets other bytes than expected.
    OutputError
        If the cache cannot be written to.
    """
    files: dict[str, Path] = {}
    for package in PACKAGES:
        names = [Path(file).name for file in package.files]
        folder = VENDOR if all((VENDOR / name).is_file() for name in names) else fetch_package(package)
        files |= {name: folder / name for name in names}
    return files


def fetch_package(package: Package) -> Path:
    """Return the folder in the cache that holds a package's files; npm fetches them where it is not there yet.

    Raises
    ------
    ExportError, OutputError
        As :func:`vendored_files`.
    """
    folder = cache_folder() / "npm" / f"{package.name.replace('/', '-')}-{package.version}"
    if folder.is_dir():
        return folder
    with system_errors_as_output_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="multitag-") as scratch:
            archive = _npm_pack(package, Path(scratch)).read_bytes()
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode("ascii")
    if digest != package.integrity:
        raise ExportError(
            f"{package.name} {package.version}: npm gave an archive of SHA-512 {digest[:16]}..., expected "
            f"{package.integrity[:16]}...; look at which registry npm asks (npm config get registry)"
        )
    with new_folder(folder) as staged:
        _unpack(package, archive, staged)
    return folder


def _npm_pack(package: Package, folder: Path) -> Path:
    wanted = f"{package.name}@{package.version}"
    npm = shutil.which("npm")
    remedy = f"install npm, or put {', '.join(Path(file).name for file in package.files)} of it into {VENDOR}"
    if npm is None:
        raise ExportError(f"{wanted} is not on this machine and npm, which fetches it, is not installed; {remedy}")
    command = [npm, "pack", wanted, "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=NPM_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"npm pack {wanted}: no end after {NPM_SECONDS:g} s; {remedy}") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1 or archives[0].stat().st_size > MAX_BYTES:
        reason = " ".join(done.stderr.split())[:200] or f"exit code {done.returncode}"
        raise ExportError(f"npm pack {wanted}: {reason}; {remedy}")
    return archives[0]


def _unpack(package: Package, archive: bytes, folder: Path) -> None:
    """Write the files that are used, by name: nothing else of the archive is looked at."""
    try:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for name in package.files:
                member = tar.extractfile(name)
                if member is None:
                    raise KeyError(f"{name} is no file")
                (folder / Path(name).name).write_bytes(member.read())
    except (tarfile.TarError, KeyError) as error:
        raise ExportError(
            f"{package.name} {package.version}: its archive is not as expected: {describe_error(error)}"
        ) from error


def notices() -> str:
    """Return the notices of what an exported folder holds of others."""
    parts = [
        f"{package.name} {package.version}\nhttps://www.npmjs.com/package/{package.name}\n\n{package.license}"
        for package in PACKAGES
    ]
    rule = f"\n{'-' * 80}\n\n"
    return rule.join(["This folder holds, besides the model and multitag's own page (Apache License 2.0):\n", *parts])
