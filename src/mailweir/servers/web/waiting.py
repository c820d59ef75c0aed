"""Waits in front of the framework: thousands of them may be held at once, and each is to take little."""

import asyncio
import re
from typing import Final, cast

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from mailweir.servers.web.answers import send_answer, send_error
from mailweir.servers.web.api.wait_answers import Kind, answered
from mailweir.servers.web.door import Door

PATH: Final = re.compile(r"/api/addresses/([^/]+)/(wait|quiet)/?")
"""What is answered here."""

_encode = msgspec.json.Encoder().encode


class Waits:
    """In front of `app`: answers waits, and hands the rest on."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request (ASGI)."""
        assert scope["type"] == "http"  # noqa: S101  `guard` hands on nothing else
        asked = PATH.fullmatch(scope["path"]) if scope["method"] == "GET" else None
        if asked is None:
            await self._app(scope, receive, send)
            return
        kind = cast("Kind", asked[2])
        task = asyncio.current_task()
        leaving = asyncio.ensure_future(_gone(receive))
        left = False

        def leave(_: object) -> None:
            nonlocal left
            if task is not None and not leaving.cancelled():
                left = True
                task.cancel()

        leaving.add_done_callback(leave)
        try:
            status, answer = await answered(self._door, scope, asked[1], kind)
        except asyncio.CancelledError:
            if not left:
                raise
            return  # nobody is there to be told
        except Exception as error:  # noqa: BLE001  the table of errors knows what each means
            leaving.cancel()
            await send_error(error, self._door.facts, f"GET /api/addresses/{{email}}/{kind}", send)
            return
        finally:
            leaving.cancel()
        await send_answer(status, _encode(answer), send)


async def _gone(receive: Receive) -> None:
    """Returns when the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        continue
