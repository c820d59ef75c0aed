"""A new password for somebody who has forgotten his: asking for a link, and following it."""

from http import HTTPStatus
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter

from mailweir.model.user import User
from mailweir.model.verdict import Verdict
from mailweir.ports.passwords import BusyError
from mailweir.servers.web.caller import peer_ip
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import BUSY, NotFoundError, there
from mailweir.servers.web.forms import own_fields
from mailweir.servers.web.rendering import render
from mailweir.servers.web.signin_pages import NO_STORE, REFUSALS, retry, seen
from mailweir.services.choosing import SHORTEST, WeakPasswordError

_NO_LINK: Final = "That link was used, or is more than an hour old. Ask for another one."
_Token = Annotated[str, PathParameter()]
_LONGEST: Final = 64  # characters of a token


@get("/forgot", include_in_schema=False)
async def forgot_page(request: WebRequest) -> Response[bytes]:
    """Asks for a name."""
    return _forgot(request)


@post("/forgot", include_in_schema=False)
async def forgot(request: WebRequest) -> Response[bytes]:
    """Has a link sent, if there is such a name with a private inbox for that; says so in either case."""
    (name,) = await own_fields(request, "name")
    verdict = door_of(request).resets.ask(name, peer_ip(request))
    if verdict is Verdict.ACCEPT:
        return _forgot(request, sent=True)
    status, words = REFUSALS[verdict]
    return _forgot(request, fault=words, status=status)


@get("/reset/{token:str}", include_in_schema=False)
async def reset_page(request: WebRequest, token: _Token) -> Response[bytes]:
    """Asks for the new password."""
    return _reset(request, await _owner(request, token))


@post("/reset/{token:str}", include_in_schema=False)
async def reset(request: WebRequest, token: _Token) -> Response[bytes] | Response[None]:
    """Sets it, and ends all sessions."""
    (new,) = await own_fields(request, "new")
    user = await _owner(request, token)
    try:
        there(await door_of(request).people.use_reset(token, new, peer_ip(request)), _NO_LINK)
    except WeakPasswordError as error:
        return _reset(request, user, str(error), HTTPStatus.BAD_REQUEST)
    except BusyError:
        return _reset(request, user, BUSY, HTTPStatus.SERVICE_UNAVAILABLE)
    return seen("/signin")


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (forgot_page, forgot, reset_page, reset)


async def _owner(request: WebRequest, token: str) -> User:
    if len(token) > _LONGEST:
        raise NotFoundError(_NO_LINK)
    return there(await door_of(request).resets.of(token), _NO_LINK)


def _forgot(
    request: WebRequest, *, sent: bool = False, fault: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response[bytes]:
    values = {"facts": door_of(request).facts, "sent": sent, "fault": fault}
    return render("forgot.html", values, status=status, headers=retry(status))


def _reset(
    request: WebRequest, user: User, fault: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response[bytes]:
    values = {"facts": door_of(request).facts, "name": user.full_name, "fault": fault, "shortest": SHORTEST}
    return render("reset.html", values, status=status, headers=NO_STORE)
