"""`mailweir serve`, and how its words are read where there is nothing to explain about them.

A command line that explains itself takes a tenth of a second to load and to ask. Programs give each setting
as one word; whatever else is given is left to it (docs/decisions/0020).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mailweir.config.errors import SettingsError
from mailweir.config.load import flag, load, unknown
from mailweir.config.settings import TABLE
from mailweir.roles import garbage
from mailweir.roles.crew import ROLES

_SINGLE: Final = "--single"


@dataclass(frozen=True, slots=True)
class Serving:
    """What `mailweir serve` was asked for; `settings` has those that were given."""

    settings: Mapping[str, str | None]
    config: Path | None = None
    role: str | None = None
    single: bool = False

    def run(self) -> int:
        """Serves, and returns the exit code. Raises SettingsError and StartError."""
        if self.role is not None and self.single:
            raise SettingsError("The flags --role and --single exclude each other; use one of them.")
        if self.role is not None and self.role not in ROLES:
            raise unknown("role", self.role, list(ROLES), guess_for=self.role)
        loaded = load(self.settings, os.environ, self.config)
        garbage.begin()
        from mailweir.roles import serve as serving  # noqa: PLC0415  only this command pays for it

        part = serving.Whole(single=self.single) if self.role is None else serving.OneRole(self.role)
        return serving.serve(loaded, part)


def plainly(words: Sequence[str]) -> Serving | None:
    """What the words after `serve` ask for: `--single`, and `--name=value`, each once; else None."""
    given: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        plain = word == _SINGLE or (value and name != _SINGLE)
        if not plain or name in given:
            return None
        given[name] = value
    single = given.pop(_SINGLE, None) is not None
    config, role = given.pop("--config", None), given.pop("--role", None)
    settings = {name: given.pop(flag(name)) for name in TABLE if flag(name) in given}
    if given:
        return None
    return Serving(settings, None if config is None else Path(config), role, single)
