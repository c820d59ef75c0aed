"""The program that workers are forked from: `python -m mailweir.adapters.parser_pool.nursery PARSE`.

It has imported what a worker needs and then only waits, on one thread, so that a fork takes a few
milliseconds and shares its memory. Its standard input is a socket: `f` with a descriptor forks a
worker on that descriptor and answers its process id, `r` and a process id lets go of one that has
ended. Until then the id stays taken, so that whoever kills a worker kills no stranger.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import signal
import socket
import sys
from typing import Final, NoReturn, cast

from mailweir.adapters.parser_pool.worker import Parse, serve

FORK: Final = b"f"
REAP: Final = b"r"
ID: Final = 4
"""Octets of a process id."""

_STANDARD_INPUT: Final = 0
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_NICEST: Final = 19
# Read once here, so that no worker has to find codecs and compile patterns for its first message.
_FIRST: Final = (
    b"Subject: =?utf-8?q?Your_code?=\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Your code is 123456. Verify: https://app.test/verify?token=abcdef123456\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    b"PHA+WW91ciBjb2RlIGlzIDxiPjEyMzQ1NjwvYj4uPC9wPg==\r\n--b--\r\n"
)


def main() -> int:
    """Forks and reaps until whoever asks has ended."""
    module, _, function = sys.argv[1].partition(":")
    parse = cast("Parse", getattr(importlib.import_module(module), function))
    os.nice(_NICEST)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends with the process that it serves
    parse(_FIRST)
    gc.freeze()
    with socket.socket(fileno=_STANDARD_INPUT) as control:
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 1 + ID, 1)
            if not message:
                return 0
            if message[:1] == FORK:
                control.sendall(_fork(control, descriptors[0], parse).to_bytes(ID, "big"))
            else:
                _reap(int.from_bytes(message[1:], "big"))


def _fork(control: socket.socket, descriptor: int, parse: Parse) -> int:
    nursery = os.getpid()
    worker = os.fork()
    if worker == 0:
        control.close()
        _become_worker(descriptor, parse, nursery)
    os.close(descriptor)
    return worker


def _become_worker(descriptor: int, parse: Parse, nursery: int) -> NoReturn:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    code = 1
    try:
        if os.getppid() == nursery:
            with socket.socket(fileno=descriptor) as link, contextlib.suppress(ConnectionError):
                serve(link, parse)
            code = 0
    finally:
        os._exit(code)  # nothing of the nursery's is to be finished here


def _reap(worker: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(worker, 0)


if __name__ == "__main__":
    sys.exit(main())
