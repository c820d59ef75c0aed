"""ZIP archives as answers: sent as they are made, and broken off when the reader may have them no more."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from litestar.response import Stream

from mailweir.servers.web.isolation import disposition

ZIP: Final = "application/zip"
"""The media type of an archive."""


def archive_answer(name: str, archive: AsyncGenerator[bytes], allow: Callable[[], object]) -> Stream:
    """The octets of an archive, to be saved under that name.

    `allow` is asked before each piece, and raises RefusedError when the key was revoked meanwhile.
    """
    headers = {"content-disposition": disposition(name), "cache-control": "no-store"}
    return Stream(_as_long_as_allowed(archive, allow), media_type=ZIP, headers=headers)


async def _as_long_as_allowed(
    archive: AsyncGenerator[bytes], allow: Callable[[], object]
) -> AsyncGenerator[bytes]:
    async with aclosing(archive):
        async for octets in archive:
            allow()
            yield octets
