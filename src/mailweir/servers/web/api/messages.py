"""Messages by REST: list, look at one, fetch its octets, put one in, let one go."""

from typing import Final

from litestar import delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Schema

from mailweir.model.address import Inbox
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.parameters import (
    DEFAULT_LIMIT,
    Email,
    Id,
    Limit,
    Search,
    Until,
    address_of,
    inbox_of,
    limit_of,
    message_of,
    query_of,
    until_of,
)
from mailweir.servers.web.api.schema import (
    Counted,
    Deleted,
    Dropped,
    EmailMessage,
    email_message,
    email_messages,
)
from mailweir.servers.web.api.specification import TAGS, errors, takes
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import (
    NO_SUCH_MESSAGE,
    NotFoundError,
    WrongRequestError,
    WrongTypeError,
)

_RFC822: Final = "message/rfc822"

# Octets: a generated client that takes text for them would encode it as it likes.
_TAKES_MESSAGE: Final = takes(
    _RFC822, Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, min_length=1)
)


@get("/api/messages", operation_id="ListAllMessages", tags=TAGS, responses=errors(400, 401, 403, 503))
async def list_all(
    request: WebRequest, limit: Limit = str(DEFAULT_LIMIT), until: Until = "", search: Search = ""
) -> list[EmailMessage]:
    """All mail of this server, newest first. Without a key only on the machine itself."""
    reader = await reader_of(request)
    return await _listed(request, reader, None, limit, until, search)


@get(
    "/api/addresses/{email:str}/messages",
    operation_id="ListMessages",
    tags=TAGS,
    responses=errors(400, 401, 403, 503),
)
async def list_inbox(
    request: WebRequest,
    email: Email,
    limit: Limit = str(DEFAULT_LIMIT),
    until: Until = "",
    search: Search = "",
) -> list[EmailMessage]:
    """The messages of one inbox, newest first; an address that never got mail has an empty list."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    return await _listed(request, reader, inbox, limit, until, search)


@get(
    "/api/addresses/{email:str}/message-count",
    operation_id="CountMessages",
    tags=TAGS,
    responses=errors(400, 401, 403, 503),
)
async def count_messages(request: WebRequest, email: Email) -> Counted:
    """How many messages one inbox has."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    return Counted(await door_of(request).reading.count(reader, inbox), inbox)


@delete(
    "/api/addresses/{email:str}/messages",
    operation_id="DeleteAllMessages",
    tags=TAGS,
    status_code=204,
    responses=errors(400, 401, 403, 503),
)
async def delete_all_messages(request: WebRequest, email: Email) -> None:
    """Removes every message of one inbox for good."""
    reader = await reader_of(request)
    await door_of(request).reading.clear(reader, inbox_of(email))


@post(
    "/api/addresses/{email:str}/messages",
    operation_id="DropMessage",
    tags=TAGS,
    operation_class=_TAKES_MESSAGE,
    responses=errors(400, 401, 413, 415, 503),
)
async def drop_message(request: WebRequest, email: Email) -> Dropped:
    """Keeps a message as if it had come by SMTP."""
    reader = await reader_of(request)
    door = door_of(request)
    door.reading.access.read(reader)  # mail for a private inbox may come from anybody
    address = address_of(email)
    door.reading.access.at(reader, address.inbox, changes=True)
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
    tags=TAGS,
    responses=errors(400, 401, 403, 404, 503),
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
    tags=TAGS,
    status_code=200,
    responses=errors(400, 401, 403, 404, 503),
)
async def delete_message(request: WebRequest, email: Email, message_id: Id) -> Deleted:
    """Removes one message for good."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    found = message_of(message_id)
    if not await door_of(request).reading.delete(reader, inbox, found):
        raise NotFoundError(NO_SUCH_MESSAGE)
    return Deleted(found, inbox)


async def _listed(
    request: WebRequest, reader: Reader, inbox: Inbox | None, limit: str, until: str, search: str
) -> list[EmailMessage]:
    reading = door_of(request).reading
    most, moment = limit_of(limit), until_of(until)
    query = query_of(search, moment)
    if query is not None:
        return email_messages(await reading.search(reader, inbox, query, limit=most))
    if inbox is None:
        return email_messages(await reading.all(reader, limit=most, until=moment))
    return email_messages(await reading.inbox(reader, inbox, limit=most, until=moment))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_all,
    list_inbox,
    count_messages,
    delete_all_messages,
    drop_message,
    get_message,
    delete_message,
)
