"""A bundle from the Hugging Face hub to the hub's cache: only the files that its manifest names, none too large."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from multitag.bundle.address import HubAddress
from multitag.bundle.layout import MANIFEST, size_limit
from multitag.bundle.manifest import Manifest
from multitag.errors import BundleError, MultitagError, describe_error
from multitag.extras import import_extra

logger = logging.getLogger("multitag")

_COMMIT = re.compile(r"[0-9a-f]{40}")


class NoAnswerError(BundleError):
    """The hub cannot be reached, or was not to be asked."""


def fetch_bundle(address: HubAddress) -> tuple[Path, set[str]]:
    """Bring the files of a bundle to the hub's cache, where they are not there yet.

    Nothing is verified here but sizes, before anything is downloaded; whoever opens the folder verifies the rest.

    Parameters
    ----------
    address : HubAddress

    Returns
    -------
    folder : Path
        In the hub's cache; its files may be links, and there may be others beside those of the bundle.
    names : set of str
        The files of the bundle, manifest.json too.

    Raises
    ------
    BundleError
        If the hub does not answer and the cache has not all of it, or there is no such repository or revision, or it
        holds no bundle, or a file has another size than the manifest says.
    MissingExtraError
        If huggingface_hub is not installed.
    """
    hub: Any = import_extra("huggingface_hub", "hub")
    if address.revision is not None and _COMMIT.fullmatch(address.revision):  # a commit never changes
        with suppress(NoAnswerError):  # not in the cache, or not all of it
            return _cached_bundle(hub, address)
    try:
        with hub_errors(hub, address.repo, address.revision):
            about = hub.HfApi().model_info(address.repo, revision=address.revision, files_metadata=True)
    except NoAnswerError as error:
        try:
            cached = _cached_bundle(hub, address)
        except NoAnswerError:
            raise error from error.__cause__
        logger.warning("%s: the hub does not answer; this is the copy in its cache, %s", address, cached[0].name[:12])
        return cached
    return _download(hub, address, about.sha, {file.rfilename: file.size for file in about.siblings})


def _download(hub: Any, address: HubAddress, commit: str, sizes: Mapping[str, int | None]) -> tuple[Path, set[str]]:
    if MANIFEST not in sizes:
        raise BundleError(f"{address}: not a bundle, it has no {MANIFEST}; expected what multitag push uploads")
    _check_size(address, MANIFEST, sizes[MANIFEST], None)
    with hub_errors(hub, address.repo, address.revision):
        # By the name of the branch, so that the cache knows which commit it was, for when the hub does not answer.
        first = Path(hub.hf_hub_download(address.repo, MANIFEST, revision=address.revision))
    manifest = _read_manifest(first, address)
    for name, record in manifest.files.items():
        if name not in sizes:
            raise BundleError(f"{address}: {name!r} is missing; push the bundle again")
        _check_size(address, name, sizes[name], record.size)
    with hub_errors(hub, address.repo, address.revision):
        for name in manifest.files:
            hub.hf_hub_download(address.repo, name, revision=commit)
    return first.parent.parent / commit, {MANIFEST, *manifest.files}


def _cached_bundle(hub: Any, address: HubAddress) -> tuple[Path, set[str]]:
    """Find a bundle that the cache has whole."""

    def find(name: str, revision: str | None) -> Path:
        with hub_errors(hub, address.repo, address.revision):
            return Path(hub.hf_hub_download(address.repo, name, revision=revision, local_files_only=True))

    folder = find(MANIFEST, address.revision).parent
    names = _read_manifest(folder / MANIFEST, address).files
    for name in names:
        find(name, folder.name)
    return folder, {MANIFEST, *names}


def _read_manifest(path: Path, address: HubAddress) -> Manifest:
    _check_size(address, MANIFEST, path.stat().st_size, None)
    return Manifest.from_bytes(path.read_bytes(), str(address))


def _check_size(address: HubAddress, name: str, size: int | None, expected: int | None) -> None:
    if size is None:
        raise BundleError(f"{address}: the hub does not tell the size of {name}; try again later")
    if size > size_limit(name):
        raise BundleError(f"{address}: {name} has {size} bytes, which is more than a bundle's may have")
    if expected is not None and size != expected:
        raise BundleError(f"{address}: {name} has {size} bytes, expected {expected}; push the bundle again")


@contextmanager
def hub_errors(hub: Any, repo: str, revision: str | None = None) -> Iterator[None]:
    """Turn what huggingface_hub raises into one line.

    Parameters
    ----------
    hub : module
        huggingface_hub.
    repo : str
    revision : str or None

    Raises
    ------
    NoAnswerError
        If the hub cannot be reached, or the cache does not have what it was asked for alone.
    BundleError
        If the hub refuses.
    """
    errors: Any = import_extra("huggingface_hub.errors", "hub")
    where = str(HubAddress(repo, revision))
    try:
        yield
    except MultitagError:
        raise
    except errors.GatedRepoError as error:
        raise BundleError(f"{where}: its owner must grant you access first, on its page of the hub") from error
    except errors.RevisionNotFoundError as error:
        raise BundleError(f"{where}: there is no branch, tag or commit {revision!r}") from error
    except errors.RepositoryNotFoundError as error:
        raise BundleError(
            f"{where}: no such repository, or none that you may see; for a private one, log in: hf auth login"
        ) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status >= 500:
            raise NoAnswerError(f"{where}: the hub answers with status {status}; try again later") from error
        remedy = "; the token may not do this, or is not valid: hf auth login" if status in (401, 403) else ""
        reason = error.server_message or describe_error(error)
        raise BundleError(f"{where}: the hub refuses with status {status}: {reason}{remedy}") from error
    except (errors.HTTPError, ConnectionError, TimeoutError, errors.LocalEntryNotFoundError) as error:
        raise NoAnswerError(f"{where}: the hub cannot be reached: {describe_error(error)}") from error
    except (ValueError, RuntimeError) as error:  # a name or a model card that it does not take, a cut connection
        cause = f" ({describe_error(error.__cause__)})" if error.__cause__ else ""
        raise BundleError(f"{where}: {describe_error(error)}{cause}") from error
