"""Mailweir as its users have it: built by `make wheel`, installed by pip, started far from this repository.

What is typed is what `docs/operating/installing.md` says: the page's own blocks are run, in their order.
"""

import os
import re
import smtplib
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fakes.server import Program, Server

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "docs/operating/installing.md"

_SUBJECT: Final = "Welcome to the empty directory"
_OURS: Final = re.compile(r"MAILWEIR_|MAKE|MFLAGS|PYTHON|PYTEST_|VIRTUAL_ENV|SOURCE_DATE_EPOCH")
_LONGEST: Final = 300.0  # seconds for one command, on a slow line


def built(into: Path, **more: str) -> Path:
    """The wheel that `make wheel` has built, with what belongs to it, in that directory."""
    run("make", "wheel", f"DIST={into}", cwd=ROOT, **more)
    (wheel,) = into.glob("*.whl")
    return wheel


def block(start: str) -> str:
    """The one block of shell on the page that begins so."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (found,) = (text for text in blocks if text.startswith(start))
    return found


def typed(commands: str, directory: Path) -> str:
    """What these commands of a shell print there. None may fail."""
    return run("bash", "-euc", commands, cwd=directory)


def run(*words: str, cwd: Path, **more: str) -> str:
    """What a command prints that knows of the environment only what is said here."""
    ended = subprocess.run(
        words,
        cwd=cwd,
        env=variables(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        timeout=_LONGEST,
    )
    assert ended.returncode == 0, f"{' '.join(words)} ended with {ended.returncode}:\n{ended.stdout}"
    return ended.stdout


def variables(**more: str) -> Mapping[str, str]:
    """The environment of somebody who has Python, and has never been in this repository."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    here = Path(sys.executable).parent
    path = [part for part in kept["PATH"].split(os.pathsep) if Path(part) != here]
    return {**kept, "PATH": os.pathsep.join([f"{sys.base_prefix}/bin", *path]), **more}


def program(directory: Path, **more: str) -> Program:
    """`mailweir serve`, as the page says it, in that directory."""
    return Program(block("venv/bin/mailweir serve").split(), directory, variables(**more))


def first_mail(server: Server, address: str) -> None:
    """Sends one as any program would, and sees it, with its code, in the list and on the page."""
    with smtplib.SMTP(*server.smtp, timeout=30) as client:
        client.sendmail("me@origin.test", [address], f"Subject: {_SUBJECT}\r\n\r\nYour code is 482913.\r\n")
    (seen,) = server.api.digested(address, 1)
    assert (seen["subject"], [code["value"] for code in seen["codes"]]) == (_SUBJECT, ["482913"])
    shown = server.api.get(f"/inbox/{address}")
    assert (shown.status, _SUBJECT.encode() in shown.body) == (200, True)
