"""A bundle that is served: its classifier, warmed up, and the facts about it that are asked for."""

from __future__ import annotations

import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from threading import Lock
from typing import Any

from multitag.bundle.layout import CARD, MANIFEST, display_name
from multitag.bundle.manifest import Manifest
from multitag.bundle.metrics import read_metrics
from multitag.bundle.zip_writer import pack
from multitag.config.serve import ServeConfig
from multitag.errors import BundleError
from multitag.inference.classifier import Classifier, load
from multitag.inference.policy import DecidingPolicy, deciding_policy
from multitag.threads import available_cores

WARM_UP = "A retired detective is drawn into one last case when a stranger leaves a key at his door."


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A loaded bundle and what is told about it.

    Parameters
    ----------
    classifier : Classifier
    name : str
        Of its folder or zip.
    card : str
        Markdown.
    curves : dict or None
        Precision and recall of each label by threshold, where the bundle holds them.
    splits : dict
        Figures of the held-out rows, over all labels and of each, as metrics.json has them.
    example : dict of str to float
        Probabilities of the warm-up text, for the documentation.
    policy : {"tuned", "fixed", "guarantee"}
        What the thresholds in use are: tuned ones, a fixed one, or that of the guarantee.
    """

    classifier: Classifier
    name: str
    card: str
    curves: Any
    splits: Any
    example: dict[str, float]
    policy: DecidingPolicy
    _packed: list[Path] = field(default_factory=list, repr=False)
    _packing: Lock = field(default_factory=Lock, repr=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 that the bundle's manifest holds of itself, and so of every file."""
        return self.classifier.bundle.manifest.digest

    def facts(self) -> dict[str, Any]:
        """Return what /v1/model answers of the bundle."""
        classifier = self.classifier
        manifest, guarantee = classifier.bundle.manifest, classifier.bundle.guarantee
        return {
            "name": self.name,
            "fingerprint": self.fingerprint,
            "created": manifest.created,
            "labels": list(classifier.label_names),
            "thresholds": dict(zip(classifier.label_names, map(float, classifier.cuts), strict=True)),
            "policy": self.policy,
            "objective": classifier.thresholds.objective if self.policy == "tuned" else None,
            "tuned_on": classifier.thresholds.tuned_on if self.policy == "tuned" else None,
            "metrics": manifest.metrics,
            "guarantee": None if guarantee is None else guarantee.to_dict(),
            "guarantee_applies": classifier.guarantee is not None,
            "card": self.card,
            "curves": self.curves,
            "splits": self.splits,
            "max_length": classifier.max_length,
            "backend": classifier.backend,
            "device": classifier.device,
            "text_pair": bool(manifest.data.get("text_pair", False)),
        }

    def packed(self) -> Path:
        """Return the bundle as a zip, the bytes of ``multitag pack``, made when first asked for.

        Raises
        ------
        BundleError
            If the folder no longer holds the bundle that is served.
        OutputError
            If there is no room for it.
        """
        with self._packing:
            if not self._packed:
                folder = self.classifier.bundle.folder
                place = Path(tempfile.mkdtemp(prefix="multitag-download-"))
                weakref.finalize(self, rmtree, place, ignore_errors=True)
                target = pack(folder, place / "bundle.zip")
                there = Manifest.from_bytes((folder / MANIFEST).read_bytes(), str(folder))
                if there.digest != self.fingerprint:
                    target.unlink()
                    raise BundleError(f"{folder}: holds another bundle than the one that is served; ask again")
                self._packed.append(target)
            return self._packed[0]


def threads_of(settings: ServeConfig) -> int:
    """Return how many threads score in each process: by default its share of the cores, at least one."""
    return settings.threads or max(1, available_cores() // settings.workers)


def load_model(path: str, settings: ServeConfig) -> ServedModel:
    """Load a bundle and score one text with it, so that the first request waits for nothing.

    Parameters
    ----------
    path : str
        Folder, zip, or another name that :func:`multitag.load` takes. A link is followed once: what it leads to is
        what stays served, whatever it leads to later.
    settings : ServeConfig

    Raises
    ------
    BundleError, ConfigError, MissingExtraError
        As :func:`multitag.load`.
    """
    place = Path(path)
    resolved = place.resolve() if place.exists() else path
    classifier = load(
        resolved, backend=settings.backend, device=settings.device, threads=threads_of(settings), policy=settings.policy
    )
    try:
        prediction = classifier.predict([WARM_UP])[0]
        folder = classifier.bundle.folder
        card = (folder / CARD).read_text(encoding="utf-8")
        metrics = read_metrics(folder).to_dict()
    except BaseException:
        classifier.close()
        raise
    policy = deciding_policy(classifier.bundle, settings.policy)
    curves, splits = metrics.get("curves"), metrics["splits"]
    return ServedModel(classifier, display_name(place), card, curves, splits, prediction.probabilities, policy)
