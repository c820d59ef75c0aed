"""What a share link opens: one message to look at, without a key and without a cookie, until it expires.

Whoever follows one is known by the link alone: a key or a session that comes along counts for nothing.
"""

from typing import Annotated, Final
from urllib.parse import unquote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter, QueryParameter

from mailweir.policy.sharing import Share
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.attachments import download
from mailweir.servers.web.api.parameters import Identifier
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import there
from mailweir.servers.web.isolation import saved
from mailweir.servers.web.moments import iso
from mailweir.servers.web.rendering import render
from mailweir.servers.web.sight import Sight

NO_SUCH_LINK: Final = "This link leads nowhere: it has expired or is not complete, or its message is gone."

_Token = Annotated[str, PathParameter(description="The token of a share link")]
_View = Annotated[str, QueryParameter()]
_Images = Annotated[str, QueryParameter()]


@get("/shared/{token:str}", include_in_schema=False)
async def shared_page(
    request: WebRequest, token: _Token, view: _View = "", images: _Images = ""
) -> Response[bytes]:
    """One message, in one of VIEWS."""
    share, sight = await _opened(request, token)
    values = await sight.values(await sight.summary(), view, images=images == "1")
    urls = {"raw_url": f"{sight.page_url}/raw", "expires": iso(share.expires)}
    return render("shared.html", values | urls)


@get("/shared/{token:str}/html", include_in_schema=False)
async def shared_frame(request: WebRequest, token: _Token, images: _Images = "") -> Response[bytes]:
    """Its sanitised HTML, for the frame. Images are fetched only when asked for."""
    _, sight = await _opened(request, token)
    return await sight.frame(images=images == "1")


@get("/shared/{token:str}/raw", include_in_schema=False)
async def shared_raw(request: WebRequest, token: _Token) -> Response[bytes]:
    """The whole message, to be saved as a file."""
    _, sight = await _opened(request, token)
    return saved(Response(await sight.raw(), media_type="text/plain"), f"{sight.message}.eml")


@get("/shared/{token:str}/attachments/{identifier:str}", include_in_schema=False)
async def shared_attachment(request: WebRequest, token: _Token, identifier: Identifier) -> Response[bytes]:
    """One attachment, to be saved as a file."""
    _, sight = await _opened(request, token)
    showing = sight.door.showing
    return await download(showing, sight.reader, sight.inbox, sight.message, unquote(identifier))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    shared_page,
    shared_frame,
    shared_raw,
    shared_attachment,
)


async def _opened(request: WebRequest, token: str) -> tuple[Share, Sight]:
    """What the link leads to. Raises NotFoundError, in the same words whatever is wrong."""
    door = door_of(request)
    share = there(await door.sharing.open(token), NO_SUCH_LINK)
    page = f"/shared/{token}"
    reader = Reader(share=share)
    return share, Sight(door, reader, share.inbox, share.message, page, f"{page}/attachments")
