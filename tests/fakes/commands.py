"""`mailweir` commands, each a process of its own that is forked from one which has imported what they need.

Hundreds of them are run, and half a second of processor time went into imports each time. A command finds all
that it finds otherwise: its words, its variables, its input, a process id that nobody else has. That Python
starts `mailweir` at all is seen by `cli/test_command_line.py`.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

from fakes.server import environment

PATIENCE: Final = 60.0
"""Seconds that a command may take."""

_NEEDED: Final = (
    *("mailweir.cli", "mailweir.roles.administer", "mailweir.roles.account_data", "mailweir.roles.redigest"),
    "mailweir.roles.blocks",
    *("mailweir.roles.serve", "mailweir.adapters.certificate", "dns.asyncresolver", "zxcvbn"),
)
_LONGEST: Final = 1 << 16  # octets of a command and its variables
_NUMBER: Final = 4  # octets


def mailweir(
    *words: str | Path,
    text: str = "",
    within: float = PATIENCE,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> "subprocess.CompletedProcess[str]":
    """What a command did that has this on its standard input. Raises TimeoutExpired."""
    with contextlib.ExitStack() as open_:
        streams = [open_.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        streams[0].write(text.encode())
        streams[0].seek(0)
        command = [str(word) for word in words]
        code = _nursery().run(command, {**environment(), **variables}, streams, within)
        for stream in streams[1:]:
            stream.seek(0)
        output, errors = (stream.read().decode() for stream in streams[1:])
    return subprocess.CompletedProcess(["mailweir", *command], code, output, errors)


@cache
def _nursery() -> "_Nursery":
    return _Nursery()


class _Nursery:
    """It ends with the process that uses it, whose end of the socket closes then."""

    def __init__(self) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            words = [sys.executable, "-m", "fakes.commands"]
            path = os.pathsep.join(filter(None, sys.path))
            self._process = subprocess.Popen(
                words, stdin=its.fileno(), env={**environment(), "PYTHONPATH": path}
            )
        self._socket = ours
        self._one_at_a_time = threading.Lock()

    def run(
        self, words: Sequence[str], variables: Mapping[str, str], streams: Sequence[BinaryIO], within: float
    ) -> int:
        """The exit code of a command with these standard streams."""
        told, tells = os.pipe()
        with open(told, "rb", buffering=0) as told_by:  # noqa: PTH123  a descriptor has no path
            with open(tells, "wb") as told_to, self._one_at_a_time:  # noqa: PTH123  the same
                descriptors = [stream.fileno() for stream in (*streams, told_to)]
                asked = json.dumps([words, dict(variables), str(Path.cwd())]).encode()
                socket.send_fds(self._socket, [asked], descriptors)
            pid = _number(told_by.read(_NUMBER))
            if not select.select([told_by], [], [], within)[0]:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), within)
            return _number(told_by.read(_NUMBER))


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "big", signed=True)


def main() -> None:
    """Forks a process for each command that is asked for."""
    for name in _NEEDED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for a command
    with socket.socket(fileno=os.dup(0)) as asking:
        while True:
            asked, descriptors, _, _ = socket.recv_fds(asking, _LONGEST, 4)
            if not asked:
                return
            if os.fork() == 0:
                asking.close()
                _keep(asked, descriptors)
            for descriptor in descriptors:
                os.close(descriptor)


def _keep(asked: bytes, descriptors: Sequence[int]) -> None:
    """Tells who a command is, and how it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, told = descriptors
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _become(asked, streams)
    os.write(told, pid.to_bytes(_NUMBER, "big"))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(told, code.to_bytes(_NUMBER, "big", signed=True))
    os._exit(0)


def _become(asked: bytes, streams: Sequence[int]) -> None:
    """Runs the command as `python -m mailweir` does, and ends as that does, by SystemExit."""
    words, variables, directory = json.loads(asked)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(directory)
    importlib.import_module("mailweir.cli").main(words)


if __name__ == "__main__":
    main()
