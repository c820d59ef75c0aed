"""The page of one message: its HTML in a frame that runs and fetches nothing, its text, source and header."""

from typing import Annotated, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from mailweir.model.address import Inbox
from mailweir.model.message import MessageId, Summary
from mailweir.policy.visibility import Reader
from mailweir.servers.web import views
from mailweir.servers.web.api.parameters import Email, Id, address_of, inbox_of, message_of
from mailweir.servers.web.api.sharing import hours_of, link_view
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import Door, WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, NotFoundError, WrongRequestError, there
from mailweir.servers.web.forms import check_origin, fields_of
from mailweir.servers.web.pages import see
from mailweir.servers.web.rendering import render
from mailweir.servers.web.sight import Sight
from mailweir.services.access import RefusedError

_View = Annotated[str, QueryParameter()]
_Images = Annotated[str, QueryParameter()]


@get("/inbox/{email:str}/{message_id:str}", include_in_schema=False)
async def message_page(
    request: WebRequest, email: Email, message_id: Id, view: _View = "", images: _Images = ""
) -> Response[bytes]:
    """One message, in one of VIEWS; without its digest while that is being made."""
    door = door_of(request)
    sight = _sight(door, await reader_of(request), inbox_of(email), message_of(message_id))
    summary = await sight.summary()
    values = await sight.values(summary, view, images=images == "1")
    return render("message.html", values | _around(sight, summary))


@get("/inbox/{email:str}/{message_id:str}/html", include_in_schema=False)
async def message_frame(
    request: WebRequest, email: Email, message_id: Id, images: _Images = ""
) -> Response[bytes]:
    """The sanitised HTML as a document of its own, for the frame. Images are fetched only when asked for."""
    door = door_of(request)
    sight = _sight(door, await reader_of(request), inbox_of(email), message_of(message_id))
    return await sight.frame(images=images == "1")


@post("/inbox/{email:str}/{message_id:str}/delete", include_in_schema=False, status_code=303)
async def delete_from_page(request: WebRequest, email: Email, message_id: Id) -> Response[None]:
    """The delete button. Raises ForeignFormError for a form on another site's page."""
    check_origin(request)
    reader = await reader_of(request)
    inbox = address_of(email).inbox
    if not await door_of(request).reading.delete(reader, inbox, message_of(message_id)):
        raise NotFoundError(NO_SUCH_MESSAGE)
    return see(views.url_of_inbox(inbox))


@post("/inbox/{email:str}/{message_id:str}/share", include_in_schema=False, status_code=200)
async def share_from_page(request: WebRequest, email: Email, message_id: Id) -> Response[bytes]:
    """The share button: a page with the link. Raises ForeignFormError as above."""
    check_origin(request)
    door, reader = door_of(request), await reader_of(request)
    account = door.reading.access.signed_in(reader)
    inbox, message = inbox_of(email), message_of(message_id)
    hours = await _written_hours(request)
    link = there(await door.sharing.share(reader, inbox, message, hours=hours), NO_SUCH_MESSAGE)
    values = {
        "facts": door.facts,
        "account": account,
        "link": link_view(link, door.facts.public_url),
        "page_url": _page_url(inbox, message),
    }
    return render("link.html", values)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    message_page,
    message_frame,
    delete_from_page,
    share_from_page,
)


def _page_url(inbox: Inbox, message: MessageId) -> str:
    return f"{views.url_of_inbox(inbox)}/{message}"


def _sight(door: Door, reader: Reader, inbox: Inbox, message: MessageId) -> Sight:
    address = views.url_of_inbox(inbox).removeprefix("/inbox/")
    files = f"/api/addresses/{address}/messages/{message}/attachments"
    return Sight(door, reader, inbox, message, _page_url(inbox, message), files)


def _around(sight: Sight, summary: Summary) -> dict[str, object]:
    """What the page has besides the message itself."""
    inbox_url = views.url_of_inbox(summary.inbox)
    address = inbox_url.removeprefix("/inbox/")
    return {
        "account": sight.door.reading.access.caller(sight.reader).account,
        "inbox_url": inbox_url,
        "changes": f"{inbox_url}/changes",
        "raw_url": f"/api/raw/{address}/{summary.id}",
        "delete_url": f"{sight.page_url}/delete",
        "share_url": f"{sight.page_url}/share",
        "deletable": _may_delete(sight.door, sight.reader, summary),
    }


def _may_delete(door: Door, reader: Reader, summary: Summary) -> bool:
    if summary.marks.saved_by is not None:
        return True  # by this reader: nobody else sees it
    try:
        door.reading.access.delete(reader, summary.inbox)
    except RefusedError:
        return False
    return True


async def _written_hours(request: WebRequest) -> int:
    try:
        return hours_of(fields_of(await request.body(), most=10).get("hours", ""))
    except ValueError as error:
        raise WrongRequestError("That is not the form of this page.") from error
