"""The settings of a run as the parameters of a scikit-learn estimator."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from multitag.bundle.manifest import Manifest
from multitag.config import Config, TableConfig
from multitag.config.schema import suggest
from multitag.config.setting import settings_of
from multitag.errors import ConfigError

# How a table is read is said by X and y; rows of tables of their own are for scikit-learn to hold out.
NOT_OFFERED = (*settings_of(TableConfig), "validation_file", "test_file")
_OFFERED = {name: setting for name, setting in settings_of(Config).items() if name not in NOT_OFFERED}
# A default that could be changed in place is None here.
DEFAULTS: dict[str, Any] = {
    name: None if isinstance(setting.default, Mapping) else setting.default
    for name, setting in _OFFERED.items()
}


def unknown_setting(name: str) -> ConfigError:
    """Return the error of a parameter that is no setting, with the names that are most like it."""
    hint = suggest(name, {offered: offered for offered in DEFAULTS}, _OFFERED)
    return ConfigError(f"unknown setting {name!r}; {hint}")


def show_defaults(function: Any) -> None:
    """Put the defaults into the signature of a function, where scikit-learn looks for them."""
    signature = inspect.signature(function)
    own = [
        parameter.replace(default=DEFAULTS[name]) if name in DEFAULTS else parameter
        for name, parameter in signature.parameters.items()
    ]
    function.__signature__ = signature.replace(parameters=own)


def settings_of_bundle(manifest: Manifest) -> dict[str, Any]:
    """Return the parameters of the run that made a bundle; defaults for those that an older multitag did not have."""
    known = settings_of(Config)
    return {name: _value(manifest.settings, known[name].key, default) for name, default in DEFAULTS.items()}


def _value(settings: Mapping[str, Any], key: str, default: Any) -> Any:
    section, _, name = key.rpartition(".")
    values = settings.get(section, {}) if section else settings
    return values.get(name, default) if isinstance(values, Mapping) else default
