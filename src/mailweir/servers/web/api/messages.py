"""Messages by REST: list, look at one, fetch its octets, put one in, let one go."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from litestar import Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from mailweir.policy.visibility import may_read
from mailweir.servers.web.api.parameters import (
    DEFAULT_LIMIT,
    Download,
    Email,
    Id,
    Limit,
    Until,
    address_of,
    inbox_of,
    limit_of,
    message_of,
    until_of,
)
from mailweir.servers.web.api.schema import Deleted, Dropped, EmailMessage, email_message, email_messages
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import (
    NO_SUCH_MESSAGE,
    ErrorBody,
    NotFoundError,
    WrongRequestError,
    WrongTypeError,
)
from mailweir.services.reading import RefusedError

_RFC822: Final = "message/rfc822"
_TAGS: Final = ["Messages"]
_WHY: Final[Mapping[int, str]] = {
    400: "A value is not what is allowed; the message names it",
    401: "A key is needed, or this one is unknown",
    403: "The operator does not allow it",
    404: "There is no such message",
    413: "The message is too long",
    415: f"The body is not {_RFC822}",
    503: "The store cannot be reached just now; try again",
}


def _errors(*statuses: int) -> dict[int, ResponseSpec]:
    return {status: ResponseSpec(ErrorBody, description=_WHY[status]) for status in statuses}


@dataclass
class _TakesMessage(Operation):
    """An operation whose body is a whole message."""

    def __post_init__(self) -> None:
        text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING))
        self.request_body = RequestBody(content={_RFC822: text}, required=True)


@get("/api/messages", operation_id="ListAllMessages", tags=_TAGS, responses=_errors(400, 401, 503))
async def list_all(
    request: WebRequest, limit: Limit = str(DEFAULT_LIMIT), until: Until = ""
) -> list[EmailMessage]:
    """All mail of this server, newest first. Without a key only on the machine itself."""
    reader = await reader_of(request)
    door = door_of(request)
    return email_messages(await door.reading.all(reader, limit=limit_of(limit), until=until_of(until)))


@get(
    "/api/addresses/{email:str}/messages",
    operation_id="ListMessages",
    tags=_TAGS,
    responses=_errors(400, 401, 503),
)
async def list_inbox(
    request: WebRequest, email: Email, limit: Limit = str(DEFAULT_LIMIT), until: Until = ""
) -> list[EmailMessage]:
    """The messages of one inbox, newest first; an address that never got mail has an empty list."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    door = door_of(request)
    found = await door.reading.inbox(reader, inbox, limit=limit_of(limit), until=until_of(until))
    return email_messages(found)


@post(
    "/api/addresses/{email:str}/messages",
    operation_id="DropMessage",
    tags=_TAGS,
    operation_class=_TakesMessage,
    responses=_errors(400, 401, 413, 415, 503),
)
async def drop_message(request: WebRequest, email: Email) -> Dropped:
    """Keeps a message as if it had come by SMTP."""
    reader = await reader_of(request)
    door = door_of(request)
    if (refusal := may_read(door.reading.rules, reader)) is not None:
        raise RefusedError(refusal)
    address = address_of(email)
    if request.content_type[0] != _RFC822:
        raise WrongTypeError(f"Send the message with Content-Type: {_RFC822}.")
    raw = await request.body()
    if not raw:
        raise WrongRequestError("The body is empty; send the whole message, header and all.")
    found = await door.drop(str(address), raw, peer_ip(request))
    if found is None:
        raise WrongRequestError("This server takes no mail for that address.")
    return Dropped(found)


@get(
    "/api/addresses/{email:str}/messages/{message_id:str}",
    operation_id="GetMessageMetadata",
    tags=_TAGS,
    responses=_errors(400, 401, 404, 503),
)
async def get_message(request: WebRequest, email: Email, message_id: Id) -> EmailMessage:
    """One message without its body."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    found = await door_of(request).reading.find(reader, inbox, message_of(message_id))
    if found is None:
        raise NotFoundError(NO_SUCH_MESSAGE)
    return email_message(found)


@delete(
    "/api/addresses/{email:str}/messages/{message_id:str}",
    operation_id="DeleteMessage",
    tags=_TAGS,
    status_code=200,
    responses=_errors(400, 401, 403, 404, 503),
)
async def delete_message(request: WebRequest, email: Email, message_id: Id) -> Deleted:
    """Removes one message for good."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    found = message_of(message_id)
    if not await door_of(request).reading.delete(reader, inbox, found):
        raise NotFoundError(NO_SUCH_MESSAGE)
    return Deleted(found, inbox)


@get(
    "/api/raw/{email:str}/{message_id:str}",
    operation_id="GetFullRawMessage",
    tags=_TAGS,
    media_type="text/plain",
    responses=_errors(400, 401, 404, 503),
)
async def get_raw(
    request: WebRequest, email: Email, message_id: Id, download: Download = ""
) -> Response[bytes]:
    """The whole message as it was kept, byte for byte."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    found = message_of(message_id)
    raw = await door_of(request).reading.raw(reader, inbox, found)
    if raw is None:
        raise NotFoundError(NO_SUCH_MESSAGE)
    saved = {"content-disposition": f'attachment; filename="{found}.eml"'} if download == "1" else {}
    return Response(raw, media_type="text/plain", headers=saved)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_all,
    list_inbox,
    drop_message,
    get_message,
    delete_message,
    get_raw,
)
