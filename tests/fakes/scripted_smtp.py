"""A mail server that answers as it is told, and remembers what it heard: for clients of one connection."""

import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Final

from mailweir.config.listener import Listener

SILENCE: Final = "silence"
HANG_UP: Final = "hang up"

ALL: Final = "250-here\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 SMTPUTF8"
_USUAL: Final = {"greeting": "220 here", "EHLO": ALL, "DATA": "354 go on", "QUIT": "221 bye"}
_PATIENCE = 20.0  # seconds


class ScriptedServer:
    """`answers` are by the verb; `greeting` and `content` are the answers to no verb."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = _USUAL | dict(answers)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.heard: list[str] = []
        self.content = b""

    @property
    def where(self) -> Listener:
        host, port = self._listening.getsockname()
        return Listener(host, port)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        with suppress(OSError):  # wakes accept
            socket.create_connection(self._listening.getsockname(), timeout=1).close()
        self._thread.join(_PATIENCE)
        self._listening.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as lines, suppress(ConnectionError):
            connection.settimeout(_PATIENCE)
            going = self._answer(connection, "greeting")
            while going and (line := lines.readline()):
                self.heard.append(line.decode("utf-8").rstrip("\r\n"))
                verb = self.heard[-1].split(" ", 1)[0].upper()
                going = self._answer(connection, verb)
                if going and verb == "DATA" and self._answers["DATA"].startswith("354"):
                    self.content = b"".join(iter(lines.readline, b".\r\n"))
                    going = self._answer(connection, "content")

    def _answer(self, connection: socket.socket, what: str) -> bool:
        """Whether the conversation goes on."""
        answer = self._answers.get(what, "250 2.0.0 OK")
        if answer == SILENCE:
            self._over.wait(_PATIENCE)
        if answer in {SILENCE, HANG_UP}:
            return False
        connection.sendall(f"{answer}\r\n".encode())
        return True


@contextmanager
def a_scripted_server(**answers: str) -> Generator[ScriptedServer]:
    server = ScriptedServer(answers)
    server.start()
    try:
        yield server
    finally:
        server.stop()
