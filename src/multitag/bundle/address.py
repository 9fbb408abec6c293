"""hf://user/name@revision: where a bundle is on the Hugging Face hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from multitag.errors import BundleError

_REPO = r"[\w.-]+/[\w.-]+"
# A Path has made one slash of the two.
_ADDRESS = re.compile(rf"hf:/{{1,2}}(?P<repo>{_REPO})(?:@(?P<revision>[\w./-]+))?", re.ASCII)


@dataclass(frozen=True)
class HubAddress:
    """A repository of the hub, at a branch, a tag or a commit.

    Parameters
    ----------
    repo : str
        Such as ``"user/name"``.
    revision : str or None
        A branch, a tag or a commit; None for the main branch.
    """

    repo: str
    revision: str | None = None

    @property
    def name(self) -> str:
        """The repository without its owner."""
        return self.repo.partition("/")[2]

    def __post_init__(self) -> None:
        """Refuse what is no name of a repository."""
        if re.fullmatch(_REPO, self.repo, re.ASCII) is None:
            raise BundleError(f"repo: expected user/name, got {self.repo!r}; a branch is given as revision")

    def __str__(self) -> str:
        return f"hf://{self.repo}" + (f"@{self.revision}" if self.revision else "")

    @classmethod
    def parse(cls, path: str | Path) -> Self | None:
        """Read an address; None if the path is one of this machine.

        Raises
        ------
        BundleError
            If it begins as an address does and is none.

        Examples
        --------
        >>> HubAddress.parse("hf://user/films@v1"), HubAddress.parse("runs/films/bundle")
        (HubAddress(repo='user/films', revision='v1'), None)
        """
        written = path.as_posix() if isinstance(path, Path) else str(path)
        if not written.startswith("hf:/"):
            return None
        address = _ADDRESS.fullmatch(written)
        if address is None:
            raise BundleError(f"hf://{written.removeprefix('hf:').strip('/')}: expected hf://user/name, or hf://user/name@revision")
        return cls(address["repo"], address["revision"])
