"""Messages by REST: the whole octets, the header, and the body in three forms."""

from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Schema

from mailweir.model.digest import Digest
from mailweir.model.message import MessageId
from mailweir.servers.web.api.parameters import (
    Download,
    Email,
    HeadersFormat,
    HeadersFormatOfOld,
    Id,
    headers_format_of,
    inbox_of,
    message_of,
)
from mailweir.servers.web.api.schema import HeaderField, Headers, header_lists, header_values, ordered_headers
from mailweir.servers.web.api.specification import TAGS, errors, gives_also
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, there
from mailweir.servers.web.isolation import document, note, original, saved, text_document

_ERRORS: Final = errors(400, 401, 403, 404, 503)
_TEXT: Final = Schema(type=OpenAPIType.STRING)
_BY_NAME: Final = Schema(
    type=OpenAPIType.OBJECT,
    title="ByName",
    additional_properties=Schema(type=OpenAPIType.ARRAY, items=_TEXT),
)
_FIELD: Final = Schema(
    type=OpenAPIType.OBJECT,
    title="Field",
    properties={"name": _TEXT, "value": _TEXT},
    required=["name", "value"],
)
_IN_THEIR_ORDER: Final = Schema(type=OpenAPIType.ARRAY, items=_FIELD)
_GIVES_HEADERS: Final = gives_also("text/plain", json=Schema(any_of=[_BY_NAME, _IN_THEIR_ORDER]))


@get(
    "/api/raw/{email:str}/{message_id:str}",
    operation_id="GetFullRawMessage",
    tags=TAGS,
    media_type="text/plain",
    responses=_ERRORS,
)
async def get_raw(
    request: WebRequest, email: Email, message_id: Id, download: Download = ""
) -> Response[bytes]:
    """The whole message as it was kept, byte for byte."""
    reader = await reader_of(request)
    found = message_of(message_id)
    raw = await door_of(request).reading.raw(reader, inbox_of(email), found)
    return _plain(there(raw, NO_SUCH_MESSAGE), download, f"{found}.eml")


@get(
    "/api/addresses/{email:str}/messages/{message_id:str}/headers",
    operation_id="GetHeaders",
    tags=TAGS,
    operation_class=_GIVES_HEADERS,
    responses=_ERRORS,
)
async def get_headers(
    request: WebRequest,
    email: Email,
    message_id: Id,
    format_: HeadersFormat = "json",
    format_of_old: HeadersFormatOfOld = "",
    download: Download = "",
) -> Response[bytes] | Response[dict[str, list[str]]] | Response[list[HeaderField]]:
    """The header fields: by name, in their order, or as they came."""
    wanted = headers_format_of(format_of_old or format_)
    found = message_of(message_id)
    if wanted == "plain":
        reader = await reader_of(request)
        block = await door_of(request).showing.header_block(reader, inbox_of(email), found)
        return _plain(there(block, NO_SUCH_MESSAGE), download, f"{found}.headers.txt")
    headers = await _headers(request, email, found)
    if wanted == "json-ordered":
        return Response(ordered_headers(headers))
    return Response(header_lists(headers))


@get(
    "/api/headers/{email:str}/{message_id:str}",
    operation_id="GetHeadersLegacy",
    tags=TAGS,
    deprecated=True,
    responses=_ERRORS,
)
async def get_headers_legacy(request: WebRequest, email: Email, message_id: Id) -> dict[str, str | list[str]]:
    """The header fields by name; a field that is repeated has a list."""
    return header_values(await _headers(request, email, message_of(message_id)))


@get(
    "/api/text/{email:str}/{message_id:str}",
    operation_id="GetBodyPlainText",
    tags=TAGS,
    media_type="text/plain",
    responses=_ERRORS,
)
async def get_text(
    request: WebRequest, email: Email, message_id: Id, download: Download = ""
) -> Response[bytes]:
    """The text; made from the HTML when the message has none."""
    found = message_of(message_id)
    digest = await _digest(request, email, found)
    return _plain(_text(digest).encode(), download, f"{found}.txt")


@get(
    "/api/body/{email:str}/{message_id:str}",
    operation_id="GetBodySanitized",
    tags=TAGS,
    media_type="text/html",
    responses=_ERRORS,
)
async def get_body(
    request: WebRequest, email: Email, message_id: Id, download: Download = ""
) -> Response[bytes]:
    """The HTML without scripts, images and links; made from the text when the message has none."""
    found = message_of(message_id)
    digest = await _digest(request, email, found)
    html = await door_of(request).showing.bare_html(digest)
    return _html(html or text_document(_text(digest)), download, f"{found}.html")


@get(
    "/api/dirty/{email:str}/{message_id:str}",
    operation_id="GetBodyDirty",
    tags=TAGS,
    media_type="text/html",
    responses=_ERRORS,
)
async def get_dirty(
    request: WebRequest, email: Email, message_id: Id, download: Download = ""
) -> Response[bytes]:
    """The HTML as the sender wrote it, with the images that came along. Who shows it bears the risk."""
    found = message_of(message_id)
    digest = await _digest(request, email, found)
    reader = await reader_of(request)
    html = await door_of(request).showing.original_html(reader, inbox_of(email), found, digest)
    answer = original(there(html, NO_SUCH_MESSAGE) or text_document(_text(digest)))
    return saved(answer, f"{found}.html") if download == "1" else answer


async def _headers(request: WebRequest, email: str, message: MessageId) -> Headers:
    """The header of a message. Raises NotFoundError."""
    reader = await reader_of(request)
    showing = door_of(request).showing
    return there(await showing.headers(reader, inbox_of(email), message), NO_SUCH_MESSAGE)


async def _digest(request: WebRequest, email: str, message: MessageId) -> Digest:
    """What was read out of a message. Raises NotFoundError."""
    reader = await reader_of(request)
    showing = door_of(request).showing
    return there(await showing.digest(reader, inbox_of(email), message), NO_SUCH_MESSAGE)


def _text(digest: Digest) -> str:
    return note(digest.brief.reasons) if digest.brief.state == "failed" else digest.text


def _plain(octets: bytes, download: str, name: str) -> Response[bytes]:
    answer = Response(octets, media_type="text/plain")
    return saved(answer, name) if download == "1" else answer


def _html(html: str, download: str, name: str) -> Response[bytes]:
    answer = document(html)
    return saved(answer, name) if download == "1" else answer


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    get_raw,
    get_headers,
    get_headers_legacy,
    get_text,
    get_body,
    get_dirty,
)
