"""Share links by REST: who may read a message makes a link to it, for somebody who has no account."""

from typing import Final

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Schema

from mailweir.policy.sharing import MOST_HOURS, USUAL_HOURS
from mailweir.servers.web.api.parameters import Email, Id, inbox_of, json_body, message_of
from mailweir.servers.web.api.specification import TAGS, errors, takes
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import NO_SUCH_MESSAGE, WrongRequestError, there
from mailweir.servers.web.moments import iso
from mailweir.services.sharing import Link

_HOURS: Final = Schema(
    type=OpenAPIType.INTEGER,
    minimum=1,
    maximum=MOST_HOURS,
    default=USUAL_HOURS,
    description="For how many hours the link is good, though no longer than the key",
)
_TAKES_HOURS: Final = takes(
    "application/json", Schema(type=OpenAPIType.OBJECT, properties={"hours": _HOURS}), required=False
)


class Sharing(msgspec.Struct):
    """How a message is to be shared. In JSON 24.0 is a whole number as well."""

    hours: float = USUAL_HOURS


class SharedMessage(msgspec.Struct, frozen=True):
    """A link that shows one message to whoever has it, until it expires."""

    url: str
    expires: str


@post(
    "/api/addresses/{email:str}/messages/{message_id:str}/share",
    operation_id="ShareMessage",
    tags=TAGS,
    operation_class=_TAKES_HOURS,
    status_code=200,
    responses=errors(400, 401, 403, 404, 503),
)
async def share_message(request: WebRequest, email: Email, message_id: Id) -> SharedMessage:
    """Makes a link by which anybody reads this one message, without a key, until it expires."""
    reader = await reader_of(request)
    door = door_of(request)
    inbox = inbox_of(email)
    door.reading.access.account_at(reader, inbox)  # before anything is said of the body
    hours = await _wanted_hours(request)
    link = await door.sharing.share(reader, inbox, message_of(message_id), hours=hours)
    return link_view(there(link, NO_SUCH_MESSAGE), door.facts.public_url)


def link_view(link: Link, public_url: str) -> SharedMessage:
    """The whole link; its host is what the operator says, and never what a request does."""
    return SharedMessage(f"{public_url}/shared/{link.token}", iso(link.expires))


def hours_of(text: str) -> int:
    """Hours that were written into a form. Raises WrongRequestError."""
    short = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_HOURS))
    return _checked(int(text) if short else 0)


async def _wanted_hours(request: WebRequest) -> int:
    if not (await request.body()).strip():
        return USUAL_HOURS
    return _checked((await json_body(request, Sharing, '{"hours": 24}')).hours)


def _checked(hours: float) -> int:
    if not (1 <= hours <= MOST_HOURS and hours == int(hours)):
        raise WrongRequestError(f"hours must be a whole number from 1 to {MOST_HOURS}.")
    return int(hours)


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (share_message,)
