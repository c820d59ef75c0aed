"""Other SMTP servers to measure beside: each takes any mail and keeps as little as it can be told to.

Postfix's `smtp-sink` reads and forgets: nothing that keeps mail can be faster. The others are what people
build on or run today, set up so that they do the least: no mail goes to a disk.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

from fakes.server import Endpoint

PEERS: Final = Path(__file__).parents[1] / "peers"
"""Where `make bench` has npm put those that it brings."""

_UP: Final = 20.0  # seconds
_LOOK: Final = 0.02  # seconds
_HARAKA_FILES: Final = {
    "config/plugins": "accept\n",
    "config/loglevel": "LOGERROR\n",
    "plugins/accept.js": "exports.hook_rcpt = (next) => next(OK)\nexports.hook_queue = (next) => next(OK)\n",
}


@contextmanager
def a_sink() -> Generator[Endpoint]:
    """Postfix's."""
    with _listening(lambda where: ["smtp-sink", "-u", "nobody", str(where), "1000"]) as where:
        yield where


@contextmanager
def an_aiosmtpd() -> Generator[Endpoint]:
    """aiosmtpd with its own handler that forgets."""
    words = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l"]
    with _listening(lambda where: [*words, str(where)]) as where:
        yield where


@contextmanager
def a_maildev() -> Generator[Endpoint]:
    """MailDev without its web side; it keeps mail in memory, up to a thousand."""

    def words(where: Endpoint) -> Sequence[str]:
        flags = ["--disable-web", "--silent", "--max-emails", "1000"]
        return [str(_program("maildev")), "--ip", where.host, "-s", str(where.port), *flags]

    with _listening(words) as where:
        yield where


@contextmanager
def a_haraka() -> Generator[Endpoint]:
    """Haraka with one plugin, which accepts and forgets."""
    program = str(_program("haraka"))
    with tempfile.TemporaryDirectory(prefix="mailweir-haraka-") as directory:
        here = Path(directory) / "haraka"
        subprocess.run([program, "-i", str(here)], check=True, capture_output=True, timeout=60)
        for name, text in _HARAKA_FILES.items():
            file = here / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")

        def words(where: Endpoint) -> Sequence[str]:
            (here / "config/smtp.ini").write_text(f"listen={where}\nnodes=0\n", encoding="utf-8")
            return [program, "-c", str(here)]

        with _listening(words) as where:
            yield where


PEER_SERVERS: Final[dict[str, Callable[[], AbstractContextManager[Endpoint]]]] = {
    "aiosmtpd": an_aiosmtpd,
    "MailDev": a_maildev,
    "Haraka": a_haraka,
}


def versions() -> str:
    """Of these servers."""
    node = [
        f"{name} {json.loads((PEERS / 'node_modules' / name / 'package.json').read_bytes())['version']}"
        for name in ("maildev", "Haraka")
    ]
    asked = {"Postfix": ["postconf", "-d", "-h", "mail_version"], "Node.js": ["node", "--version"]}
    said = [
        f"{name} {subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()}"
        for name, words in asked.items()
    ]
    return ", ".join([said[0], f"aiosmtpd {version('aiosmtpd')}", *node, said[1]])


def _program(name: str) -> Path:
    program = PEERS / "node_modules/.bin" / name
    if not program.exists():
        raise FileNotFoundError(f"{name} is not there; `make bench` installs it: npm ci --prefix tests/peers")
    return program


@contextmanager
def _listening(words: Callable[[Endpoint], Sequence[str]]) -> Generator[Endpoint]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        where = Endpoint(*free.getsockname())
    process = subprocess.Popen(
        words(where), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(where, process)
        yield where
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(where: Endpoint, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + _UP
    while True:
        try:
            with socket.create_connection(where, 1) as connection:
                connection.settimeout(_UP)
                connection.recv(100)  # its greeting
        except ConnectionRefusedError:
            if time.monotonic() > ends or process.poll() is not None:
                raise
            time.sleep(_LOOK)  # noqa: TID251  nobody tells us
        else:
            return
