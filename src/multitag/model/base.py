"""Where pretrained weights come from: the hub, its cache, a folder, or the packaged MiniLM."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from multitag.digests import sha256_of_files
from multitag.errors import BaseModelError, MissingExtraError, describe_error
from multitag.extras import import_extra
from multitag.model.minilm import MINILM_SHA256, minilm_folder
from multitag.remote_code import find_code_request

DISTILBERT = "distilbert-base-uncased"
HUB_TIMEOUT = 5.0  # seconds for each of connecting and answering, before `auto` settles for MiniLM

# Only these are ever fetched: no pickled weights, no code.
WANTED_FILES = [
    "config.json", "model.safetensors", "model-*.safetensors", "model.safetensors.index.json",
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    "vocab.txt", "vocab.json", "merges.txt",
]  # fmt: skip
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)

Origin = Literal["hub", "folder", "package"]


@dataclass(frozen=True)
class BaseModel:
    """Pretrained weights on this disk.

    Parameters
    ----------
    name : str
        What they are: ``"minilm"``, a hub name, or a folder.
    asked_for : str
        What the user said, such as ``"auto"``.
    folder : Path
        Holds config.json, safetensors weights and the tokenizer.
    weights_sha256 : str
        Over the bytes of all safetensors files, in the order of their names.
    reason : str
        Why these weights, in words for the report.
    origin : {"hub", "folder", "package"}
        Where they come from: the hub or its cache, a folder that was named, or the packaged MiniLM.
    """

    name: str
    asked_for: str
    folder: Path
    weights_sha256: str
    reason: str
    origin: Origin

    @property
    def stands_in(self) -> bool:
        """Whether these are MiniLM's weights because the default's could not be had."""
        return self.name == "minilm" and self.asked_for == "auto"

    @property
    def title(self) -> str:
        """What to call them in a sentence: the last part of their name."""
        return Path(self.name).name

    @property
    def revision(self) -> str | None:
        """The commit on the hub, by the name that its cache gives the folder; None where that has none."""
        in_cache = self.origin == "hub" and self.folder.parent.name == "snapshots"
        return self.folder.name if in_cache else None


def resolve_base_model(asked_for: str) -> BaseModel:
    """Find the weights that a ``--base-model`` names.

    Parameters
    ----------
    asked_for : str
        ``"minilm"``; a local folder; a hub name (taken from the local cache if it is there, else downloaded);
        or ``"auto"``: distilbert-base-uncased if the cache has it or the hub answers, otherwise minilm.

    Raises
    ------
    BaseModelError
        If the weights cannot be had, have no safetensors, or are not the ones expected.
    """
    if asked_for == "auto":
        return _resolve_auto()
    if asked_for == "minilm":
        return _minilm(asked_for, "asked for by name")
    if Path(asked_for).is_dir():
        return _described(asked_for, asked_for, Path(asked_for), "a local folder, asked for by name", "folder")
    if not HUB_NAME.fullmatch(asked_for):
        raise BaseModelError(
            f"base model {asked_for!r}: no such folder, and not a name on the hub; "
            "expected auto, minilm, a folder, or a name like distilbert-base-uncased"
        )
    cached = cached_folder(asked_for)
    if cached is not None:
        return _described(asked_for, asked_for, cached, "asked for by name; from the local cache", "hub")
    try:
        folder = download(asked_for)
    except Exception as error:  # the hub client lets through errors of whichever HTTP library it uses
        raise BaseModelError(
            f"base model {asked_for!r}: not in the local cache, and the hub did not provide it "
            f"({describe_error(error)[:160]}); check the name and the network, or use --base-model minilm"
        ) from error
    return _described(asked_for, asked_for, folder, "asked for by name; downloaded from the hub", "hub")


def _resolve_auto() -> BaseModel:
    for name in (DISTILBERT, f"distilbert/{DISTILBERT}"):
        cached = cached_folder(name)
        if cached is not None:
            return _described(DISTILBERT, "auto", cached, "the default; from the local cache", "hub")
    try:
        folder = download(DISTILBERT)
    except Exception as error:  # as above: any failure to fetch means MiniLM, and is told as the reason
        problem = describe_error(error)[:160]
        reason = f"{DISTILBERT} is not in the local cache and the hub did not provide it ({problem})"
        try:
            return _minilm("auto", reason)
        except MissingExtraError as missing:
            raise BaseModelError(f"{reason}; without a network: {missing}") from missing
    return _described(DISTILBERT, "auto", folder, "the default; downloaded from the hub", "hub")


def cached_folder(name: str, revision: str | None = None) -> Path | None:
    """Return the folder of a complete snapshot in the hub's local cache, without asking the network; None if absent."""
    hub: Any = import_extra("huggingface_hub", "train")
    try:
        folder = Path(
            hub.snapshot_download(name, revision=revision, allow_patterns=WANTED_FILES, local_files_only=True)
        )
    except FileNotFoundError:  # the client's LocalEntryNotFoundError is one
        return None
    tokenizer = any((folder / file).exists() for file in ("tokenizer.json", "vocab.txt", "vocab.json"))
    whole = tokenizer and (folder / "config.json").exists() and any(folder.glob("*.safetensors"))
    return folder if whole else None


def download(name: str, revision: str | None = None) -> Path:
    """Download a model from the hub into its local cache and return the folder; by default the newest revision."""
    hub: Any = import_extra("huggingface_hub", "train")
    # Both are asked first and with a short time limit: a download retries for minutes, a listing waits for
    # ever, and a dead network or a proxy that lets only half through must not hang a run.
    info = hub.HfApi().model_info(name, revision=revision, timeout=HUB_TIMEOUT)
    hub.get_hf_file_metadata(hub.hf_hub_url(name, "config.json", revision=revision), timeout=HUB_TIMEOUT)
    files = [sibling.rfilename for sibling in info.siblings or ()]
    wanted = [file for file in files if any(fnmatchcase(file, pattern) for pattern in WANTED_FILES)]
    folder = Path(hub.hf_hub_download(name, "config.json", revision=revision)).parent
    for file in wanted:
        hub.hf_hub_download(name, file, revision=revision)
    return folder


def _minilm(asked_for: str, reason: str) -> BaseModel:
    return BaseModel("minilm", asked_for, minilm_folder(), MINILM_SHA256, reason, "package")


def _described(name: str, asked_for: str, folder: Path, reason: str, origin: Origin) -> BaseModel:
    check_model_folder(name, folder)
    return BaseModel(name, asked_for, folder, weights_sha256(folder), reason, origin)


def weights_sha256(folder: Path) -> str:
    """Return the SHA-256 over the bytes of a folder's safetensors files, in the order of their names."""
    return sha256_of_files(*sorted(folder.glob("*.safetensors")))


def check_model_folder(name: str, folder: Path) -> None:
    """Refuse a folder that is no model, has only pickled weights, or asks for code.

    Raises
    ------
    BaseModelError
        Names the base model and the file.
    """
    if not (folder / "config.json").is_file():
        raise BaseModelError(
            f"base model {name!r}: {folder} has no config.json; expected a Hugging Face model folder"
        )
    if not any(folder.glob("*.safetensors")):
        raise BaseModelError(
            f"base model {name!r}: {folder} has no *.safetensors weights; pickled weights (.bin) are never "
            "loaded: convert them once with transformers' save_pretrained"
        )
    _refuse_code(name, folder)


def _refuse_code(name: str, folder: Path) -> None:
    """Refuse a folder whose settings ask for code, other weights or weights outside of it."""
    if (folder / "adapter_config.json").exists():
        raise BaseModelError(
            f"base model {name!r}: {folder} has an adapter_config.json, which names other weights to be loaded; "
            "merge the adapter into its model first"
        )
    for file in ("config.json", "tokenizer_config.json", "tokenizer.json"):
        key = find_code_request(_settings(name, folder / file))
        if key is not None:
            raise BaseModelError(
                f"base model {name!r}: {folder / file} has {key!r}, which asks to run code of its own; "
                "multitag never does so: choose a model that transformers knows by itself"
            )
    index = _settings(name, folder / "model.safetensors.index.json").get("weight_map", {})
    weights = {path.name for path in folder.glob("*.safetensors")}
    if not isinstance(index, dict) or not weights.issuperset(map(str, index.values())):
        raise BaseModelError(
            f"base model {name!r}: {folder / 'model.safetensors.index.json'} names weights that are no *.safetensors "
            "of the folder; save the model again with transformers' save_pretrained"
        )


def _settings(name: str, path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (ValueError, RecursionError) as error:
        raise BaseModelError(f"base model {name!r}: {path} is not JSON: {error}") from error
    if not isinstance(settings, dict):
        raise BaseModelError(f"base model {name!r}: {path}: expected keys and values, got {type(settings).__name__}")
    return settings
