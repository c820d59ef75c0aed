"""A client of HTTP that costs as little as it can, and sixteen of them that ask the same over and over."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Final, cast

import uvloop

from fakes.server import Endpoint

CONNECTIONS: Final = 16
_TIMEOUT: Final = 120.0  # seconds


def ask(where: Endpoint, path: str, count: int, etag: str = "") -> None:
    """So many requests in all; each answer is read to its end. `etag`: what the client has."""
    uvloop.run(_ask(where, path, count, etag))


async def _ask(where: Endpoint, path: str, count: int, etag: str) -> None:
    left = iter(range(count))
    async with asyncio.timeout(_TIMEOUT):
        await asyncio.gather(*(_ask_over(where, path, left, etag) for _ in range(CONNECTIONS)))


async def _ask_over(where: Endpoint, path: str, left: Iterator[int], etag: str) -> None:
    async with asking(where) as client:
        for _ in left:
            status, body = await client.get(path, etag)
            assert status == (304 if etag else 200), (status, body[:200])


@asynccontextmanager
async def asking(where: Endpoint) -> AsyncGenerator["Client"]:
    """A client that is connected."""
    _, client = await asyncio.get_running_loop().create_connection(Client, *where)
    try:
        yield client
    finally:
        client.close()
        await client.closed


class Client(asyncio.Protocol):
    """One connection that asks for one thing after the other. To be had from `asking`."""

    def __init__(self) -> None:
        self._heard = bytearray()
        self._body = 0  # where it begins; 0 as long as the header is not whole
        self._end = 0
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())
        self.closed.set_result(None)

    async def get(self, path: str, etag: str = "") -> tuple[int, bytes]:
        """The status and the body of the answer. `etag`: what is had already."""
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{known}\r\n".encode())
        return await self._answer

    def close(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._body and (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._heard[:end]).lower()
            self._body = end + 4
            self._end = self._body + int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        if self._body and len(self._heard) >= self._end:
            answer = int(self._heard[9:12]), bytes(self._heard[self._body : self._end])
            self._heard.clear()
            self._body = 0
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(answer)
