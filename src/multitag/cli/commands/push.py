"""``multitag push``: a bundle to the Hugging Face hub."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from multitag.cli.show import print_lines


def push(
    bundle: str,
    repo: str,
    /,
    *,
    private: Annotated[bool, Parameter(negative=())] = False,
    revision: str | None = None,
    token: str | None = None,
) -> None:
    """Upload a bundle to the Hugging Face hub; commands that read a bundle take hf://user/name for it.

    Parameters
    ----------
    bundle
        Folder or zip of the bundle.
    repo
        Where to, such as user/name; made if there is none.
    private
        Make a repository that only its owner may see.
    revision
        Branch, made if there is none; by default the main one.
    token
        Token of the hub; by default that of hf auth login, or HF_TOKEN, which other users of the machine cannot see.
    """
    from multitag.integrations.hub import push as push_bundle

    address = push_bundle(bundle, repo, private=private, revision=revision, token=token)
    print_lines(f"pushed; to load exactly this one: {address}")
