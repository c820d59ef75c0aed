"""The page of one message: its HTML in a frame that runs and fetches nothing, its text, source and header."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from mailweir.model.digest import Digest
from mailweir.model.message import Summary
from mailweir.policy.visibility import Reader
from mailweir.servers.web import views
from mailweir.servers.web.api.parameters import Email, Id, address_of, inbox_of, message_of
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, NotFoundError, there
from mailweir.servers.web.forms import check_origin
from mailweir.servers.web.isolation import document, note, text_document
from mailweir.servers.web.pages import see
from mailweir.servers.web.rendering import render
from mailweir.services.access import RefusedError
from mailweir.services.reading import PendingError

VIEWS: Final = ("html", "text", "source", "headers")
"""The ways to look at a message."""

_SOURCE_OCTETS: Final = 256 * 1024  # a browser shows more only slowly; the download has all of it
_TEXT: Final = 256 * 1024  # characters, for the same reason

_View = Annotated[str, QueryParameter()]
_Images = Annotated[str, QueryParameter()]


@get("/inbox/{email:str}/{message_id:str}", include_in_schema=False)
async def message_page(
    request: WebRequest, email: Email, message_id: Id, view: _View = "", images: _Images = ""
) -> Response[bytes]:
    """One message, in one of VIEWS; without its digest while that is being made."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    wanted = message_of(message_id)
    door = door_of(request)
    summary = there(await door.reading.find(reader, inbox, wanted), NO_SUCH_MESSAGE)
    try:
        digest = await door.showing.digest(reader, inbox, wanted)
    except PendingError:
        digest = None
    shown = view if view in VIEWS else "html" if digest is not None and digest.html else "text"
    values = _values(door, reader, summary, digest) | {"view": shown, "images": images == "1"}
    if shown == "source":
        raw = there(await door.reading.raw(reader, inbox, wanted), NO_SUCH_MESSAGE)
        values |= {"source": views.source(raw[:_SOURCE_OCTETS]), "cut": len(raw) > _SOURCE_OCTETS}
    elif shown == "headers":
        headers = await door.showing.headers(reader, inbox, wanted) if digest is not None else ()
        values |= {"headers": [(name, views.visible(value)) for name, value in headers or ()]}
    return render("message.html", values)


@get("/inbox/{email:str}/{message_id:str}/html", include_in_schema=False)
async def message_frame(
    request: WebRequest, email: Email, message_id: Id, images: _Images = ""
) -> Response[bytes]:
    """The sanitised HTML as a document of its own, for the frame. Images are fetched only when asked for."""
    reader = await reader_of(request)
    inbox = inbox_of(email)
    wanted = message_of(message_id)
    showing = door_of(request).showing
    digest = there(await showing.digest(reader, inbox, wanted), NO_SUCH_MESSAGE)
    html = there(await showing.clean_html(reader, inbox, wanted, digest), NO_SUCH_MESSAGE)
    return document(html or text_document(_text(digest)), remote_images=images == "1")


@post("/inbox/{email:str}/{message_id:str}/delete", include_in_schema=False, status_code=303)
async def delete_from_page(request: WebRequest, email: Email, message_id: Id) -> Response[None]:
    """The delete button. Raises ForeignFormError for a form on another site's page."""
    check_origin(request)
    reader = await reader_of(request)
    inbox = address_of(email).inbox
    if not await door_of(request).reading.delete(reader, inbox, message_of(message_id)):
        raise NotFoundError(NO_SUCH_MESSAGE)
    return see(views.url_of_inbox(inbox))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (message_page, message_frame, delete_from_page)


def _values(door: Door, reader: Reader, summary: Summary, digest: Digest | None) -> dict[str, object]:
    inbox_url = views.url_of_inbox(summary.inbox)
    address = inbox_url.removeprefix("/inbox/")
    files = f"/api/addresses/{address}/messages/{summary.id}/attachments"
    return {
        "facts": door.facts,
        "account": door.reading.access.caller(reader).account,
        "row": views.row(summary, door.facts.now()),
        "inbox_url": inbox_url,
        "page_url": f"{inbox_url}/{summary.id}",
        "changes": f"{inbox_url}/changes",
        "fields": views.fields(summary),
        "digest": digest,
        "text": _text(digest)[:_TEXT] if digest is not None else "",
        "cut": digest is not None and len(digest.text) > _TEXT,
        "codes": [views.visible(code.value) for code in summary.brief.codes] if summary.brief else [],
        "actions": views.actions(summary),
        "files": views.files(digest, files) if digest is not None else [],
        "remote": digest is not None and "<img" in digest.html,
        "raw_url": f"/api/raw/{address}/{summary.id}",
        "delete_url": f"{inbox_url}/{summary.id}/delete",
        "deletable": _may_delete(door, reader, summary),
    }


def _may_delete(door: Door, reader: Reader, summary: Summary) -> bool:
    if summary.marks.saved_by is not None:
        return True  # by this reader: nobody else sees it
    try:
        door.reading.access.delete(reader, summary.inbox)
    except RefusedError:
        return False
    return True


def _text(digest: Digest) -> str:
    return note(digest.brief.reasons) if digest.brief.state == "failed" else digest.text
