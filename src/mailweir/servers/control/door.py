"""Answers questions of commands on the same machine, with the database, the bus and all other processes down.

One line of JSON in, one out: `{"ask": "situation"}`. Who can open the socket can read the data directory,
which is its owner's alone.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

_QUESTION: Final = 4096  # octets
_PATIENCE: Final = 5.0  # seconds that a command may take to ask, and to read


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """What a command asks for."""

    ask: str


class ControlDoor:
    """`bound` is the socket at `path`. `answers` gives for each question a function whose value is said."""

    def __init__(self, bound: socket.socket, path: Path, answers: Mapping[str, Callable[[], object]]) -> None:
        self._bound = bound
        self._path = path
        self._answers = answers
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens from now on."""
        self._server = await asyncio.start_unix_server(self._serve, sock=self._bound, limit=_QUESTION)

    async def close(self) -> None:
        """A second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    writer.write(await self._answered(reader) + b"\n")
                    await writer.drain()
        finally:
            writer.close()

    async def _answered(self, reader: asyncio.StreamReader) -> bytes:
        try:
            question = msgspec.json.decode(await reader.readline(), type=Question)
        except (ValueError, msgspec.MsgspecError) as error:
            return msgspec.json.encode({"error": f"That is no question: {error}"})
        answer = self._answers.get(question.ask)
        if answer is None:
            known = ", ".join(sorted(self._answers))
            return msgspec.json.encode({"error": f"Nothing is known of {question.ask!r}; ask for {known}"})
        return msgspec.json.encode({"answer": answer()})
