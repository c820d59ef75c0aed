"""Asks the processes of this node by their control sockets; a process that does not answer is named."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from mailweir.adapters.local.rendezvous import rendezvous

_PATIENCE: Final = 2.0  # seconds for one process
_LARGEST: Final = 1024 * 1024  # octets of an answer
_READ: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answered:
    """What one process said; `answer` is None when it did not, and `why` says so."""

    role: str
    pid: int
    answer: Any
    why: str = ""


def control_place(directory: Path) -> Path:
    """Where the sockets of a data directory's processes lie. Raises OSError."""
    return rendezvous(directory / "control")


def own_socket(directory: Path, role: str) -> Path:
    """This process's. Raises OSError."""
    return control_place(directory) / f"{role}.{os.getpid()}"


def ask_all(directory: Path, question: str) -> Iterator[Answered]:
    """Every process's answer, one after the other. Raises OSError."""
    for path in sorted(control_place(directory).iterdir()):
        role, _, pid = path.name.partition(".")
        if not pid.isdecimal():
            continue
        try:
            yield Answered(role, int(pid), _ask(path, question))
        except ConnectionRefusedError:  # it was killed
            with suppress(OSError):
                path.unlink()
        except FileNotFoundError:
            continue
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            yield Answered(role, int(pid), None, str(error) or type(error).__name__)


def _ask(path: Path, question: str) -> object:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as asking:
        asking.settimeout(_PATIENCE)
        asking.connect(os.fspath(path))
        asking.sendall(msgspec.json.encode({"ask": question}) + b"\n")
        octets = b""
        while len(octets) <= _LARGEST and (piece := asking.recv(_READ)):
            octets += piece
    said = msgspec.json.decode(octets, type=dict[str, Any])
    if "answer" not in said:
        raise ValueError(said.get("error", "no answer"))
    return said["answer"]
