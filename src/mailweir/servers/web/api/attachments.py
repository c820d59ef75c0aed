"""Attachments by REST: what there is, and one of them."""

from typing import Final
from urllib.parse import unquote

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from mailweir.model.address import Inbox
from mailweir.model.digest import Attachment, Digest
from mailweir.model.message import MessageId
from mailweir.policy.visibility import Reader
from mailweir.servers.web.api.parameters import Email, Id, Identifier, inbox_of, message_of
from mailweir.servers.web.api.schema import AttachmentMeta, attachment_meta
from mailweir.servers.web.api.specification import TAGS, errors, gives_also
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, NotFoundError, there
from mailweir.servers.web.isolation import file
from mailweir.services.showing import Showing

_NO_SUCH_ATTACHMENT: Final = "This message has no such attachment; /attachments lists those that it has."


@get(
    "/api/addresses/{email:str}/messages/{message_id:str}/attachments",
    operation_id="ListMessageAttachments",
    tags=TAGS,
    responses=errors(400, 401, 403, 404, 503),
)
async def list_attachments(request: WebRequest, email: Email, message_id: Id) -> list[AttachmentMeta]:
    """The attachments of one message, in their order."""
    reader = await reader_of(request)
    showing = door_of(request).showing
    digest = there(await showing.digest(reader, inbox_of(email), message_of(message_id)), NO_SUCH_MESSAGE)
    return [attachment_meta(one) for one in digest.attachments]


@get(
    "/api/addresses/{email:str}/messages/{message_id:str}/attachments/{identifier:str}",
    operation_id="DownloadAttachment",
    tags=TAGS,
    operation_class=gives_also("image/*"),
    media_type="application/octet-stream",
    responses=errors(400, 401, 403, 404, 503),
)
async def get_attachment(
    request: WebRequest, email: Email, message_id: Id, identifier: Identifier
) -> Response[bytes]:
    """One attachment by its MD5 or SHA-256, its content id or its file name; the first that fits."""
    reader = await reader_of(request)
    inbox, message = inbox_of(email), message_of(message_id)
    return await download(door_of(request).showing, reader, inbox, message, unquote(identifier))


async def download(
    showing: Showing, reader: Reader, inbox: Inbox, message: MessageId, identifier: str
) -> Response[bytes]:
    """The attachment that the identifier names. Raises NotFoundError."""
    digest = there(await showing.digest(reader, inbox, message), NO_SUCH_MESSAGE)
    attachment = _named(digest, identifier)
    octets = there(await showing.attachment(reader, inbox, message, attachment), NO_SUCH_MESSAGE)
    return file(octets, attachment.name)


def _named(digest: Digest, identifier: str) -> Attachment:
    name = identifier.strip()
    folded = name.lower()
    for one in digest.attachments:
        if folded in {one.md5, one.sha256}:
            return one
    for one in digest.attachments:
        if (name and name.strip("<>") == one.content_id) or name == one.name:
            return one
    raise NotFoundError(_NO_SUCH_ATTACHMENT)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (list_attachments, get_attachment)
