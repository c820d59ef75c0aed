"""What somebody does on the page of his account with what he signs in by."""

from http import HTTPStatus
from typing import Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from mailweir.model.verdict import Verdict
from mailweir.policy.second_factor import is_codes_secret, setup_uri
from mailweir.policy.visibility import Reader
from mailweir.ports.passwords import BusyError
from mailweir.servers.web.account_pages import account_shown
from mailweir.servers.web.caller import peer_ip, reader_of
from mailweir.servers.web.cookies import ended, made, token_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.forms import check_origin, own_fields
from mailweir.servers.web.rendering import render
from mailweir.servers.web.signin_pages import NO_STORE, REFUSALS, seen
from mailweir.services.choosing import WeakPasswordError
from mailweir.services.profile import WrongCodeError
from mailweir.services.sessions import Attempt

_DOTS: Final = 4  # pixels of a dot of the picture


@post("/account/password", include_in_schema=False)
async def change_password(request: WebRequest) -> Response[bytes] | Response[None]:
    """Sets another password, and ends all sessions but the one that it begins."""
    password, new, code = await own_fields(request, "password", "new", "code")
    reader = await reader_of(request)
    door = door_of(request)
    attempt = _attempt(request, reader, password, code)
    try:
        token = await door.profile.change_password(reader, attempt, new)
    except WeakPasswordError as error:
        return await account_shown(request, reader, fault=str(error))
    except BusyError:
        return await _refused(request, reader, Verdict.BUSY)
    if isinstance(token, Verdict):
        return await _refused(request, reader, token)
    return seen("/account", made(token, door.facts.public_url))


@get("/account/codes", include_in_schema=False)
async def codes_page(request: WebRequest) -> Response[bytes]:
    """What to put into an authenticator app."""
    reader = await reader_of(request)
    return _codes(request, reader, door_of(request).profile.new_codes_secret(reader))


@post("/account/codes", include_in_schema=False)
async def codes_on(request: WebRequest) -> Response[bytes]:
    """Asks for one-time codes from now on, and shows the recovery codes."""
    secret, code, password = await own_fields(request, "secret", "code", "password")
    reader = await reader_of(request)
    profile = door_of(request).profile
    shown = secret if is_codes_secret(secret) else profile.new_codes_secret(reader)
    try:
        recovery = await profile.codes_on(reader, secret, code, _attempt(request, reader, password))
    except WrongCodeError as error:
        return _codes(request, reader, shown, str(error))
    if isinstance(recovery, Verdict):
        return _codes(request, reader, shown, REFUSALS[recovery][1])
    return await account_shown(request, reader, made="\n".join(recovery), called="Your recovery codes")


@post("/account/codes/off", include_in_schema=False)
async def codes_off(request: WebRequest) -> Response[bytes] | Response[None]:
    """Asks for no codes any more."""
    password, code = await own_fields(request, "password", "code")
    reader = await reader_of(request)
    done = await door_of(request).profile.codes_off(reader, _attempt(request, reader, password, code))
    return seen("/account") if done is Verdict.ACCEPT else await _refused(request, reader, done)


@post("/account/elevate", include_in_schema=False)
async def elevate(request: WebRequest) -> Response[bytes] | Response[None]:
    """Has a member act as root for a quarter of an hour, in a session of its own."""
    password, code = await own_fields(request, "password", "code")
    reader = await reader_of(request)
    door = door_of(request)
    attempt = _attempt(request, reader, password, code)
    token = await door.sessions.elevate(door.profile.of(reader), attempt)
    if isinstance(token, Verdict):
        return await _refused(request, reader, token)
    return seen("/account", made(token, door.facts.public_url))


@post("/account/sessions/end", include_in_schema=False)
async def end_sessions(request: WebRequest) -> Response[None]:
    """Signs out wherever this person has signed in."""
    check_origin(request)
    reader = await reader_of(request)
    door = door_of(request)
    await door.profile.end_sessions(reader, peer_ip(request))
    return seen("/signin", ended(door.facts.public_url))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    change_password,
    codes_page,
    codes_on,
    codes_off,
    elevate,
    end_sessions,
)


def _attempt(request: WebRequest, reader: Reader, password: str, code: str = "") -> Attempt:
    """He signs in once more, as himself."""
    user = door_of(request).profile.of(reader)
    return Attempt(user.full_name, password, peer_ip(request), code, token_of(request.scope))


async def _refused(request: WebRequest, reader: Reader, verdict: Verdict) -> Response[bytes]:
    status, words = REFUSALS[verdict]
    return await account_shown(request, reader, fault=words, status=status)


def _codes(request: WebRequest, reader: Reader, secret: str, fault: str = "") -> Response[bytes]:
    import segno  # noqa: PLC0415  10 ms for a page that hardly anybody opens

    door = door_of(request)
    user = door.profile.of(reader)
    picture = segno.make(setup_uri(secret, user.full_name), error="m")
    values = {
        "facts": door.facts,
        "account": user.account,
        "name": user.full_name,
        "secret": secret,
        "picture": picture.svg_data_uri(scale=_DOTS, light="white"),
        "fault": fault,
    }
    status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
    return render("codes.html", values, status=status, headers=NO_STORE)
