"""Stars, labels, folders, and what was read, by REST."""

from typing import Annotated, Final, cast, get_args
from urllib.parse import unquote

import msgspec
from litestar import delete, get, put
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import PathParameter

from mailweir.model.marks import Folder
from mailweir.model.message import Summary
from mailweir.policy.marking import LABEL, LABELS, is_label
from mailweir.servers.web.api.parameters import MOST, Email, Id, inbox_of, json_body, message_of, truth_of
from mailweir.servers.web.api.schema import (
    EmailMessage,
    Foldered,
    Labelled,
    Noted,
    email_message,
    email_messages,
)
from mailweir.servers.web.api.specification import TAGS, TRUTH, errors, takes_list
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, WrongRequestError, there

FOLDERS: Final[tuple[str, ...]] = get_args(Folder)

_ERRORS: Final = errors(400, 401, 403, 404, 503)
_MESSAGE: Final = "/api/addresses/{email:str}/messages/{message_id:str}"
_ONE_LINE: Final = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f])?$"
_Label = Annotated[
    str,
    PathParameter(
        description=f"A label of up to {LABEL} characters",
        schema_extra={"pattern": _ONE_LINE, "maxLength": LABEL},
    ),
]
_TAKES_LABELS: Final = takes_list(
    "labels", Schema(type=OpenAPIType.STRING, pattern=_ONE_LINE, max_length=LABEL), fewest=0, most=LABELS
)
_Folder = Annotated[
    str, PathParameter(description=f"One of {', '.join(FOLDERS)}", schema_extra={"enum": list(FOLDERS)})
]
_Read = Annotated[str, PathParameter(description="true or false", schema_extra={"enum": TRUTH})]


class Labels(msgspec.Struct):
    """All labels that a message is to have."""

    labels: list[str]


@get(
    "/api/addresses/starred/messages",
    operation_id="ListStarredMessages",
    tags=TAGS,
    responses=errors(401, 503),
)
async def list_starred(request: WebRequest) -> list[EmailMessage]:
    """What the caller's account has saved, wherever it is, newest first."""
    reader = await reader_of(request)
    return email_messages(await door_of(request).reading.saved(reader, limit=MOST))


@put(f"{_MESSAGE}/star", operation_id="ToggleMessageStar", tags=TAGS, responses=_ERRORS)
async def toggle_star(request: WebRequest, email: Email, message_id: Id) -> EmailMessage:
    """Saves a message: nobody else sees it from now on, and it does not expire. Once more lets it go."""
    reader = await reader_of(request)
    marked = await door_of(request).marking.star(reader, inbox_of(email), message_of(message_id))
    return email_message(there(marked, NO_SUCH_MESSAGE))


@put(f"{_MESSAGE}/labels/{{label:str}}", operation_id="AddMessageLabel", tags=TAGS, responses=_ERRORS)
async def add_label(request: WebRequest, email: Email, message_id: Id, label: _Label) -> Labelled:
    """Puts a label on a message."""
    reader = await reader_of(request)
    inbox, message, name = inbox_of(email), message_of(message_id), _label_of(unquote(label))
    marked = there(await door_of(request).marking.label(reader, inbox, message, name), NO_SUCH_MESSAGE)
    if name not in marked.marks.labels:
        raise WrongRequestError(f"A message has up to {LABELS} labels, and this one has them.")
    return _labelled(marked)


@delete(
    f"{_MESSAGE}/labels/{{label:str}}",
    operation_id="DeleteMessageLabel",
    tags=TAGS,
    status_code=200,
    responses=_ERRORS,
)
async def delete_label(request: WebRequest, email: Email, message_id: Id, label: _Label) -> Labelled:
    """Takes a label off a message."""
    reader = await reader_of(request)
    inbox, message, name = inbox_of(email), message_of(message_id), _label_of(unquote(label))
    return _labelled(
        there(await door_of(request).marking.unlabel(reader, inbox, message, name), NO_SUCH_MESSAGE)
    )


@put(
    f"{_MESSAGE}/labels",
    operation_id="SetMessageLabels",
    tags=TAGS,
    deprecated=True,
    operation_class=_TAKES_LABELS,
    responses=_ERRORS,
)
async def set_labels(request: WebRequest, email: Email, message_id: Id) -> Labelled:
    """Puts these labels in the place of all others; the way of older clients."""
    reader = await reader_of(request)
    inbox, message = inbox_of(email), message_of(message_id)
    door_of(request).reading.access.signed_in(reader)  # before anything is read that may be long
    wanted = (await json_body(request, Labels, '{"labels": ["new"]}')).labels
    if len(wanted) > LABELS:
        raise WrongRequestError(f"labels has {len(wanted):,} entries; allowed are {LABELS}.")
    labels = tuple(_label_of(one) for one in wanted)
    return _labelled(
        there(await door_of(request).marking.relabel(reader, inbox, message, labels), NO_SUCH_MESSAGE)
    )


@put(f"{_MESSAGE}/folder/{{folder:str}}", operation_id="SetMessageFolder", tags=TAGS, responses=_ERRORS)
async def set_folder(request: WebRequest, email: Email, message_id: Id, folder: _Folder) -> Foldered:
    """Puts a message into a folder."""
    reader = await reader_of(request)
    inbox, message = inbox_of(email), message_of(message_id)
    if folder not in FOLDERS:
        raise WrongRequestError(f"There is no such folder; there are {', '.join(FOLDERS)}.")
    wanted = cast("Folder", folder)
    marked = there(await door_of(request).marking.move(reader, inbox, message, wanted), NO_SUCH_MESSAGE)
    return Foldered(marked.id, marked.marks.folder)


@put(f"{_MESSAGE}/read/{{read:str}}", operation_id="SetMessageReadStatus", tags=TAGS, responses=_ERRORS)
async def set_read(request: WebRequest, email: Email, message_id: Id, read: _Read) -> Noted:
    """Notes that a message was read, or was not."""
    reader = await reader_of(request)
    inbox, message = inbox_of(email), message_of(message_id)
    noted = await door_of(request).marking.note(reader, inbox, message, read=truth_of("read", read))
    marked = there(noted, NO_SUCH_MESSAGE)
    return Noted(marked.id, read=bool(marked.marks.read))


def _label_of(text: str) -> str:
    if not is_label(text):
        raise WrongRequestError(f"That is no label; allowed are up to {LABEL} characters on one line.")
    return text


def _labelled(marked: Summary) -> Labelled:
    return Labelled(marked.id, list(marked.marks.labels))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_starred,
    toggle_star,
    add_label,
    delete_label,
    set_labels,
    set_folder,
    set_read,
)
