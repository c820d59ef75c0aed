"""What all commands have in common: their flags, their exit codes, and how they speak."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mailweir.config.load import Loaded

OK, FAILED, WRONG = 0, 1, 2
"""Exit codes."""

Config = Annotated[Path | None, Parameter(help="A TOML file with settings (also MAILWEIR_CONFIG).")]
Data = Annotated[str | None, Parameter(help="The data directory (also MAILWEIR_DATA).")]
Json = Annotated[bool, Parameter(help="Print one JSON value.", negative=())]


def complain(loaded: Loaded) -> None:
    """What was passed over in the settings, on standard error."""
    for warning in loaded.warnings:
        sys.stderr.write(f"mailweir: {warning}\n")


def tell(line: str) -> None:
    """A line for people, on standard error, at once."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def say(sentence: str, code: int) -> int:
    """Why it ended so; the exit code is given back."""
    sys.stderr.write(f"mailweir: {sentence}\n")
    return code


def print_text(text: str) -> int:
    """The answer, on standard output."""
    sys.stdout.write(text + "\n")
    return OK


def print_json(value: object) -> int:
    """The same for programs."""
    return print_text(json.dumps(value))


def print_lines(lines: Sequence[str], otherwise: str) -> int:
    """A line each; `otherwise` is told to people when there is none."""
    if not lines:
        tell(otherwise)
        return OK
    return print_text("\n".join(lines))
