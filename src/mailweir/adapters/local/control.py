"""The control sockets of a node's processes, in the data directory; a process that does not answer is named.

A socket's path has at most 107 octets, and a data directory may lie deep: so each is bound and called by way
of the directory's descriptor (Linux, proc(5)), and nothing is left elsewhere when a process is killed.
"""

import os
import socket
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

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


def own_socket(directory: Path, role: str) -> tuple[socket.socket, Path]:
    """This process's, bound in a data directory, for nobody but its user; and its path. Raises OSError."""
    place = directory / "control"
    place.mkdir(mode=0o700, exist_ok=True)
    path = place / f"{role}.{os.getpid()}"
    path.unlink(missing_ok=True)  # of a process that had our number, and was killed
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    before = os.umask(0o177)
    try:
        with _short(place) as short:
            made.bind(f"{short}/{path.name}")
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made, path


def ask_all(directory: Path, question: str) -> Iterator[Answered]:
    """Every process's answer, one after the other. Raises OSError."""
    place = directory / "control"
    if not place.is_dir():
        return
    with _short(place) as short:
        for path in sorted(place.iterdir()):
            role, _, pid = path.name.partition(".")
            if not pid.isdecimal():
                continue
            try:
                yield Answered(role, int(pid), _ask(f"{short}/{path.name}", question))
            except ConnectionRefusedError:  # it was killed
                with suppress(OSError):
                    path.unlink()
            except FileNotFoundError:
                continue
            except (OSError, ValueError, msgspec.MsgspecError) as error:
                yield Answered(role, int(pid), None, str(error) or type(error).__name__)


@contextmanager
def _short(place: Path) -> Generator[str]:
    """A short path to a directory, however deep it lies, good meanwhile."""
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        by_descriptor = f"/proc/self/fd/{descriptor}"
        yield by_descriptor if Path(by_descriptor).exists() else os.fspath(place)
    finally:
        os.close(descriptor)


def _ask(path: str, question: str) -> object:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as asking:
        asking.settimeout(_PATIENCE)
        asking.connect(path)
        asking.sendall(msgspec.json.encode({"ask": question}) + b"\n")
        octets = b""
        while len(octets) <= _LARGEST and (piece := asking.recv(_READ)):
            octets += piece
    said = msgspec.json.decode(octets, type=dict[str, Any])
    if "answer" not in said:
        raise ValueError(said.get("error", "no answer"))
    return said["answer"]
