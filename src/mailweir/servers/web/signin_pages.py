"""Signing in and out on pages, by a cookie that no script can read."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from mailweir.model.verdict import Verdict
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.cookies import ended, made, token_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import BUSY
from mailweir.servers.web.forms import check_origin, own_fields
from mailweir.servers.web.rendering import render
from mailweir.services.sessions import Attempt

REFUSALS: Final[Mapping[Verdict, tuple[HTTPStatus, str]]] = {
    Verdict.WRONG_LOGIN: (
        HTTPStatus.FORBIDDEN,
        "There is no such name with that key or password, or the one-time code is wrong.",
    ),
    Verdict.TOO_MANY_WRONG: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "There were too many attempts from your network. Please try again in a minute.",
    ),
    Verdict.BUSY: (HTTPStatus.SERVICE_UNAVAILABLE, BUSY),
}
"""How pages word that somebody is not let in."""

NO_STORE: Final[Mapping[str, str]] = {"cache-control": "no-store"}


@get("/signin", include_in_schema=False)
async def signin_page(request: WebRequest) -> Response[bytes] | Response[None]:
    """The form; for somebody who is signed in already the page of his account."""
    account = door_of(request).reading.access.caller(await reader_of(request)).account
    return _form(request, "", "", HTTPStatus.OK) if account is None else seen("/account")


@post("/signin", include_in_schema=False)
async def sign_in(request: WebRequest) -> Response[bytes] | Response[None]:
    """Begins a session, always a new one, and goes to the start."""
    name, secret, code = await own_fields(request, "name", "key", "code")
    door = door_of(request)
    attempt = Attempt(name, secret, peer_ip(request), code, token_of(request.scope))
    begun = await door.sessions.begin(attempt)
    if isinstance(begun, Verdict):
        status, words = REFUSALS[begun]
        return _form(request, name, words, status)
    return seen("/", made(begun, door.facts.public_url))


@post("/signout", include_in_schema=False)
async def sign_out(request: WebRequest) -> Response[None]:
    """Ends the session: its token opens nothing from now on, wherever it was copied to."""
    check_origin(request)
    token = token_of(request.scope)
    door = door_of(request)
    if token is not None:
        await door.sessions.end(token)
    return seen("/", ended(door.facts.public_url))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (signin_page, sign_in, sign_out)


def seen(url: str, cookie: str = "") -> Response[None]:
    """Goes to another page, perhaps with a cookie."""
    headers = {"location": url, **NO_STORE, **({"set-cookie": cookie} if cookie else {})}
    return Response(None, status_code=HTTPStatus.SEE_OTHER, headers=headers)


def retry(status: HTTPStatus) -> Mapping[str, str]:
    """The headers of a page that says no; when to try again, if it is a matter of time."""
    return {**NO_STORE, "retry-after": "60"} if status is HTTPStatus.TOO_MANY_REQUESTS else NO_STORE


def _form(request: WebRequest, name: str, fault: str, status: HTTPStatus) -> Response[bytes]:
    values = {"facts": door_of(request).facts, "name": name, "fault": fault}
    return render("signin.html", values, status=status, headers=retry(status))
