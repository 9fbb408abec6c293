"""``multitag push``: a bundle to the Hugging Face hub, all of it in one commit or nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from multitag.bundle.address import HubAddress
from multitag.bundle.hub import hub_errors
from multitag.bundle.layout import MANIFEST, OPTIONAL
from multitag.bundle.read import Bundle, open_bundle
from multitag.errors import ConfigError, OutputError
from multitag.extras import import_extra


def push(
    bundle: str | Path, repo: str, *, private: bool = False, revision: str | None = None, token: str | None = None
) -> HubAddress:
    """Upload a bundle to the Hugging Face hub.

    All files go up in one commit, so that nobody ever downloads a half of one bundle and a half of another. Files of
    the repository that are none of a bundle's stay. Only what has changed is sent.

    Parameters
    ----------
    bundle : str or Path
        Folder or zip; it is verified first.
    repo : str
        Such as ``"user/name"``; made if there is none.
    private : bool, default False
        Only its owner may see it.
    revision : str, optional
        A branch, made if there is none; by default the main one.
    token : str, optional
        By default that of ``hf auth login``, or of the environment variable ``HF_TOKEN``.

    Returns
    -------
    HubAddress
        Of the commit; :func:`multitag.load` takes it as text.

    Raises
    ------
    BundleError
        If it is not a whole bundle, ``repo`` is no name of a repository, or the hub refuses or cannot be reached.
    ConfigError
        If there is no token.
    OutputError
        If it is to be private and the repository is public.
    MissingExtraError
        If huggingface_hub is not installed.
    """
    address = HubAddress(repo, revision)
    hub: Any = import_extra("huggingface_hub", "hub")
    with open_bundle(bundle) as opened:
        token = token or hub.get_token()
        if token is None:
            raise ConfigError("token: there is none for the hub; log in with hf auth login, set HF_TOKEN or give one")
        api = hub.HfApi(token=token)
        with hub_errors(hub, repo, revision), _bars_on_a_terminal_only(hub):
            api.create_repo(repo, private=private or None, exist_ok=True)
            if private and not api.model_info(repo).private:
                raise OutputError(f"hf://{repo}: is there already, and public; make it private on the hub first")
            if revision is not None:
                api.create_branch(repo, branch=revision, exist_ok=True)
            commit = api.create_commit(
                repo, _operations(hub, api, opened, address), revision=revision,
                commit_message=f"Bundle of {opened.manifest.created} by multitag",
            )  # fmt: skip
        opened.check_unchanged()  # what was sent is what was verified
    return HubAddress(repo, str(commit.oid))


@contextmanager
def _bars_on_a_terminal_only(hub: Any) -> Iterator[None]:
    """Keep the bars of an upload out of what is piped, where huggingface_hub would draw them too."""
    silenced = not sys.stderr.isatty() and not hub.utils.are_progress_bars_disabled()
    if silenced:
        hub.utils.disable_progress_bars()
    try:
        yield
    finally:
        if silenced:
            hub.utils.enable_progress_bars()


def _operations(hub: Any, api: Any, opened: Bundle, address: HubAddress) -> list[Any]:
    """List what the commit does: add every file, and remove those of an earlier bundle that this one does not have."""
    names = {MANIFEST, *opened.manifest.files}
    there = {file.rfilename for file in api.model_info(address.repo, revision=address.revision).siblings}
    return [
        *(hub.CommitOperationAdd(name, str(opened.folder / name)) for name in sorted(names)),
        *(hub.CommitOperationDelete(name) for name in sorted((OPTIONAL - names) & there)),
    ]
