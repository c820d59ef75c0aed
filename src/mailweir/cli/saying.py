"""What all commands have in common: their exit codes, and how they speak and end."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from mailweir.config.errors import SettingsError
from mailweir.config.load import Loaded
from mailweir.roles.errors import StartError

OK, FAILED, WRONG = 0, 1, 2
"""Exit codes."""


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


def end(command: Callable[[], int]) -> NoReturn:
    """Runs a command, and ends with its exit code; what a person did wrong is one sentence."""
    try:
        code = _spoken(command)
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on: `mailweir config-reference | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except KeyboardInterrupt:  # before the server handles it
        code = FAILED
    sys.exit(code)


def _spoken(command: Callable[[], int]) -> int:
    try:
        return command()
    except SettingsError as error:
        return say(str(error), WRONG)
    except StartError as error:
        return say(str(error), FAILED)
