"""Labels on few rows: kept, dropped, or merged into one label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from multitag.data.cells import shorten
from multitag.data.phrases import list_first
from multitag.errors import BundleError, DataError

SHOWN = 10  # labels that a note lists before it counts the rest


@dataclass(frozen=True)
class RareLabels:
    """What was done about labels on few rows.

    Parameters
    ----------
    min_support : int
        A label on fewer rows is rare.
    policy : str
        ``"keep"``, ``"drop"`` or ``"merge:NAME"``.
    counts : dict of str to int
        Rows of each rare label.
    """

    min_support: int
    policy: str
    counts: dict[str, int]

    @property
    def target(self) -> str | None:
        """The label that rare ones are merged into; None if they are not."""
        kind, _, name = self.policy.partition(":")
        return name.strip() if kind == "merge" else None

    @classmethod
    def find(cls, labels: Sequence[Sequence[str]], min_support: int, policy: str) -> RareLabels:
        """Count labels over rows; the label that others are merged into is not rare itself.

        Parameters
        ----------
        labels : sequence of sequences of str, length n_rows
            Names on each row, each once.
        min_support : int
        policy : str
            As in :class:`RareLabels`.
        """
        counts = Counter(name for names in labels for name in names)
        target = cls(min_support, policy, {}).target
        rare = sorted(name for name, count in counts.items() if count < min_support and name != target)
        return cls(min_support, policy, {name: counts[name] for name in rare})

    @classmethod
    def of_bundle(cls, facts: Mapping[str, Any]) -> RareLabels:
        """Return what a bundle's training did; facts are ``data`` of its manifest.

        Raises
        ------
        BundleError
            If they are of another type.
        """
        saved = facts.get("rare_labels", {"min_support": 1, "policy": "keep", "labels": {}})
        kinds = {"min_support": int, "policy": str, "labels": dict}
        if not isinstance(saved, dict) or not all(isinstance(saved.get(name), kind) for name, kind in kinds.items()):
            raise BundleError(f"manifest.json: data: rare_labels: expected {', '.join(kinds)}, got {shorten(saved)!r}")
        return cls(saved["min_support"], saved["policy"], saved["labels"])

    def settle(self, labels: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        """Return the labels of each row as they are trained on; a row may be left without any."""
        if self.policy == "keep" or not self.counts:
            return tuple(labels)
        settled = {names: self._settle(names) for names in set(labels)}
        return tuple(settled[names] for names in labels)

    def settle_unknown(
        self, unknown: Sequence[tuple[str, ...]], settled: Sequence[tuple[str, ...]]
    ) -> tuple[tuple[str, ...], ...]:
        """Return the unknown labels of each row likewise; ``settled`` are those that it has.

        Of labels that are merged, one that the row has is enough, and one that is unknown leaves all of them unknown.
        """
        return tuple(
            tuple(name for name in row if name not in has)
            for row, has in zip(self.settle(unknown), settled, strict=True)
        )

    def settle_shares(
        self, shares: Sequence[tuple[tuple[str, float], ...]]
    ) -> tuple[tuple[tuple[str, float], ...], ...]:
        """Return the soft labels of each row likewise; of labels that are merged, the greatest share."""
        if self.policy == "keep" or not self.counts:
            return tuple(shares)
        return tuple(map(self._settle_shares, shares))

    def check(self, settled: Sequence[tuple[str, ...]], source: str) -> None:
        """Check that what remains can be learned.

        Raises
        ------
        DataError
            If fewer than two different labels remain.
        """
        left = {name for names in settled for name in names}
        if len(left) < 2 and self.policy != "keep" and self.counts:
            raise DataError(
                f"{source}: --rare {self.policy} with --min-support {self.min_support} leaves {len(left)} label(s), "
                "and at least two are needed; lower --min-support, or use --rare keep"
            )

    def note(self) -> str | None:
        """Return a sentence on what was done; None where no label is rare."""
        if not self.counts:
            return None
        counted = list_first([f"{name!r} ({count})" for name, count in self.counts.items()], SHOWN)
        done = {"keep": "kept", "drop": "dropped"}.get(self.policy, f"merged into {self.target!r}")
        return f"labels on fewer than {self.min_support} rows, {done}: {counted}"

    def facts(self) -> dict[str, Any]:
        """Return plain values for the manifest."""
        return {"min_support": self.min_support, "policy": self.policy, "labels": self.counts}

    def _settle_shares(self, row: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        settled: dict[str, float] = {}
        for name, share in row:
            for label in self._settle((name,)):
                settled[label] = max(share, settled.get(label, 0.0))
        return tuple(settled.items())

    def _settle(self, names: tuple[str, ...]) -> tuple[str, ...]:
        target = (self.target,) if self.target is not None else ()
        settled = (label for name in names for label in (target if name in self.counts else (name,)))
        return tuple(dict.fromkeys(settled))
