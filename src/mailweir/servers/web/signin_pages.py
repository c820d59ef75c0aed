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
from mailweir.servers.web.errors import WrongRequestError
from mailweir.servers.web.forms import check_origin, fields_of
from mailweir.servers.web.rendering import render

LONGEST: Final = 514
"""Characters of a name: an address has no more."""

_WORDS: Final[Mapping[Verdict, tuple[HTTPStatus, str]]] = {
    Verdict.WRONG_LOGIN: (HTTPStatus.FORBIDDEN, "There is no such name with that key."),
    Verdict.TOO_MANY_WRONG: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "There were too many wrong keys from your network. Please try again in a minute.",
    ),
}


@get("/signin", include_in_schema=False)
async def signin_page(request: WebRequest) -> Response[bytes]:
    """The form, and who is signed in already."""
    door = door_of(request)
    account = door.reading.access.caller(await reader_of(request)).account
    return _form(request, "", "", HTTPStatus.OK, account or "")


@post("/signin", include_in_schema=False)
async def sign_in(request: WebRequest) -> Response[bytes] | Response[None]:
    """Begins a session, always a new one, and goes to the start."""
    check_origin(request)
    name, key = await _written(request)
    door = door_of(request)
    begun = await door.sessions.begin(name, key, peer_ip(request), token_of(request.scope))
    if isinstance(begun, Verdict):
        status, words = _WORDS[begun]
        return _form(request, name, words, status)
    return _see("/", made(begun, door.facts.public_url))


@post("/signout", include_in_schema=False)
async def sign_out(request: WebRequest) -> Response[None]:
    """Ends the session: its token opens nothing from now on, wherever it was copied to."""
    check_origin(request)
    token = token_of(request.scope)
    door = door_of(request)
    if token is not None:
        await door.sessions.end(token)
    return _see("/", ended(door.facts.public_url))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (signin_page, sign_in, sign_out)


def _form(
    request: WebRequest, name: str, fault: str, status: HTTPStatus, account: str = ""
) -> Response[bytes]:
    values = {"facts": door_of(request).facts, "name": name, "fault": fault, "account": account}
    retry = {"retry-after": "60"} if status is HTTPStatus.TOO_MANY_REQUESTS else {}
    return render("signin.html", values, status=status, headers={"cache-control": "no-store", **retry})


def _see(url: str, cookie: str) -> Response[None]:
    headers = {"location": url, "set-cookie": cookie, "cache-control": "no-store"}
    return Response(None, status_code=HTTPStatus.SEE_OTHER, headers=headers)


async def _written(request: WebRequest) -> tuple[str, str]:
    try:
        fields = fields_of(await request.body(), most=10)
    except ValueError as error:
        raise WrongRequestError("That is not the form of this page.") from error
    name, key = (fields.get(field, "").strip() for field in ("name", "key"))
    if len(name) > LONGEST or len(key) > LONGEST:
        raise WrongRequestError(f"Names and keys have no more than {LONGEST} characters.")
    return name, key
