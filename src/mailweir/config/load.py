"""Reads the settings: flags, then `MAILWEIR_…` variables, then a TOML file, then defaults.

No file is read that was not named. What is wrong in flags, variables or file is a SettingsError; a
variable that names no setting is only a warning, since other programs may own it.
"""

import difflib
import json
import os
import re
import socket
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from mailweir.config.errors import SettingsError
from mailweir.config.listener import Listener
from mailweir.config.settings import DOORS, TABLE, Settings

PREFIX = "MAILWEIR_"
_NOT_SETTINGS = frozenset(
    {"MAILWEIR_URL", "MAILWEIR_KEY", "MAILWEIR_USER", "MAILWEIR_ORIGIN", "MAILWEIR_CONFIG"}
)
_LONGEST_SHOWN = 80  # characters of a wrong value that a sentence repeats
_LARGEST_FILE = 1 << 20  # octets; a settings file is a page or two


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and sentences on what was passed over."""

    settings: Settings
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as it was written, and where: `flag --smtp`, `MAILWEIR_SMTP`, `line smtp of FILE`."""

    raw: object
    where: str


def load(flags: Mapping[str, str | None], environ: Mapping[str, str], config: Path | None = None) -> Loaded:
    """The settings that these sources give. A flag that is None was not used. Raises SettingsError."""
    if config is None and environ.get("MAILWEIR_CONFIG"):
        config = Path(environ["MAILWEIR_CONFIG"])
    from_environ, warnings = _from_environ(environ)
    given = {} if config is None else _from_file(config)
    given |= from_environ
    given |= _from_flags(flags)
    return Loaded(_resolve(given), tuple(warnings))


def _from_flags(flags: Mapping[str, str | None]) -> dict[str, _Given]:
    given = {name: _Given(raw, f"flag {flag(name)}") for name, raw in flags.items() if raw is not None}
    for name, value in given.items():
        if name not in TABLE:
            raise unknown(
                f"flag {flag(name)}", value.raw, [flag(known) for known in TABLE], guess_for=flag(name)
            )
    return given


def _from_environ(environ: Mapping[str, str]) -> tuple[dict[str, _Given], list[str]]:
    """An empty variable counts as not set, since that is how container files leave one out."""
    given: dict[str, _Given] = {}
    warnings: list[str] = []
    for variable, raw in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable in _NOT_SETTINGS or not raw:
            continue
        name = variable.removeprefix(PREFIX).lower()
        secret = name.removesuffix("_file")
        if name in TABLE and variable.isupper():
            given[name] = _Given(raw, variable)
        elif secret != name and secret in TABLE and TABLE[secret].secret and variable.isupper():
            if environ.get(PREFIX + secret.upper()):
                raise SettingsError(
                    f"{variable} and {PREFIX}{secret.upper()} are both set; unset one of them."
                )
            given[secret] = _Given(_secret_from(Path(raw), variable), variable)
        else:
            names = [PREFIX + known.upper() for known in TABLE]
            shown = variable if variable.isprintable() else _printable(variable)
            warnings.append(f"{shown} names no setting and is passed over{_guess(variable, names)}.")
    return given, warnings


def _secret_from(path: Path, variable: str) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{variable} names {_named(path)}, which cannot be read ({_reason(error)}); "
            "it must be a text file that holds the secret."
        ) from error


def _from_file(path: Path) -> dict[str, _Given]:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_FILE + 1)
        if len(text) > _LARGEST_FILE:
            raise SettingsError(f"The settings file {_named(path)} is larger than {_LARGEST_FILE} octets.")
        table = tomllib.loads(text.decode("utf-8"))
    except OSError as error:
        raise SettingsError(
            f"The settings file {_named(path)} cannot be read ({_reason(error)}); "
            "name another with --config or MAILWEIR_CONFIG."
        ) from error
    except ValueError as error:
        raise SettingsError(f"The settings file {_named(path)} is not TOML: {_reason(error)}.") from error
    for name, raw in table.items():
        if name not in TABLE:
            raise unknown(f"key {_printable(name)} in {_named(path)}", raw, list(TABLE), guess_for=name)
    return {name: _Given(raw, f"key {name} in {_named(path)}") for name, raw in table.items()}


def _resolve(given: Mapping[str, _Given]) -> Settings:
    values = {name: _read(name, value) for name, value in given.items()}
    for name, setting in TABLE.items():
        if name not in values and setting.default is not None:
            values[name] = setting.kind.read(setting.default)
    reason = _resolve_profile(values, given.get("profile"))
    for name, setting in TABLE.items():
        if name not in given and setting.internet is not None and values["profile"] == "internet":
            values[name] = setting.kind.read(setting.internet)
        values.setdefault(name, None)
    values["node_name"] = values["node_name"] or _host_name()
    values["receivers"] = values["receivers"] or _receivers()
    settings = Settings(**cast("dict[str, Any]", values), profile_reason=reason)
    _check_together(settings)
    return settings


def _read(name: str, given: _Given) -> object:
    setting = TABLE[name]
    try:
        return setting.kind.read(given.raw)
    except ValueError as error:
        value = "a value that is not shown" if setting.secret else _printable(given.raw)
        raise SettingsError(
            f"Setting {name} ({given.where}) is {value}, but must be {setting.kind.allowed}."
        ) from error


def _resolve_profile(values: dict[str, object], given: _Given | None) -> str:
    """Decides the profile and says why."""
    if given is not None:
        return f"{given.where} says so"
    for door in DOORS:
        for listener in cast("tuple[Listener, ...]", values[door]):
            if not listener.on_loopback:
                values["profile"] = "internet"
                return f"{door} listens on {listener}, which is not loopback"
    values["profile"] = "local"
    return "every door is on loopback"


def _check_together(settings: Settings) -> None:
    """What is wrong only between settings."""
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        there, missing = (
            ("tls_key", "tls_certificate") if settings.tls_key else ("tls_certificate", "tls_key")
        )
        raise SettingsError(f"Setting {there} is set and {missing} is not; set both, or neither.")
    taken: dict[Listener, str] = {}
    for door in DOORS:
        for listener in settings.listeners(door):
            other = taken.get(listener)
            if other is not None and listener.port:
                raise SettingsError(
                    f"Settings {other} and {door} both name {listener}; give each its own port."
                )
            taken[listener] = door


def flag(name: str) -> str:
    """The flag that sets this setting."""
    return "--" + name.replace("_", "-")


def unknown(what: str, value: object, names: list[str], *, guess_for: str) -> SettingsError:
    """The error for a name that is no setting. Its value is shown: it cannot be one of our secrets."""
    return SettingsError(
        f"Unknown {what} with value {_printable(value)}{_guess(guess_for, names)}; "
        f"allowed are {', '.join(names)}."
    )


def _guess(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _host_name() -> str:
    """The machine's name where it can stand in a greeting (RFC 5321 §4.1.1.1), else `mailweir`."""
    name = re.sub(r"[^a-z0-9.-]+", "-", socket.gethostname().lower())
    try:
        return str(TABLE["node_name"].kind.read(name))
    except ValueError:
        return "mailweir"


def _receivers() -> int:
    """A receiver has a committer beside it, and leaves room for whoever reads the mail."""
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, processors // 4)


def _printable(value: object) -> str:
    text = json.dumps(value if isinstance(value, str | int | float | list) else str(value))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _named(path: Path) -> str:
    return json.dumps(str(path))


def _reason(error: Exception) -> str:
    return error.strerror or "unknown" if isinstance(error, OSError) else str(error).partition("\n")[0]
