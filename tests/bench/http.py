"""Sixteen connections that ask for the same thing over and over, each as soon as it is answered."""

import asyncio
from collections.abc import Iterator
from typing import Final, cast

import uvloop

from fakes.server import Endpoint

CONNECTIONS: Final = 16
_TIMEOUT: Final = 120.0  # seconds


def ask(where: Endpoint, path: str, count: int, etag: str = "") -> None:
    """So many requests in all; each answer is read to its end. `etag`: what the client has."""
    uvloop.run(_ask(where, path, count, etag))


async def _ask(where: Endpoint, path: str, count: int, etag: str) -> None:
    loop = asyncio.get_running_loop()
    known = f"If-None-Match: {etag}\r\n" if etag else ""
    request = f"GET {path} HTTP/1.1\r\nHost: {where}\r\n{known}\r\n".encode()
    left = iter(range(count))
    asking = [
        (await loop.create_connection(lambda: _Asking(request, left, 304 if etag else 200), *where))[1]
        for _ in range(CONNECTIONS)
    ]
    async with asyncio.timeout(_TIMEOUT):
        await asyncio.gather(*(one.done for one in asking))


class _Asking(asyncio.Protocol):
    """One connection."""

    def __init__(self, request: bytes, left: Iterator[int], status: int) -> None:
        self._request = request
        self._left = left
        self._expected = b"HTTP/1.1 %d " % status
        self._heard = bytearray()
        self._whole = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._whole and (end := self._heard.find(b"\r\n\r\n")) >= 0:
            assert self._heard.startswith(self._expected), bytes(self._heard[:200])
            head = bytes(self._heard[:end]).lower()
            length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self._whole = end + 4 + int(length or 0)
        if self._whole and len(self._heard) >= self._whole:
            self._heard.clear()
            self._whole = 0
            self._next()

    def _next(self) -> None:
        if next(self._left, None) is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(self._request)
