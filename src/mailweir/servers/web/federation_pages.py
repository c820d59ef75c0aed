"""Going to an OpenID provider to sign in, and coming back."""

from http import HTTPStatus
from typing import Annotated, Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from mailweir.model.verdict import Verdict
from mailweir.ports.identities import BACK
from mailweir.servers.web.caller import peer_ip
from mailweir.servers.web.cookies import made, token_of, value_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import there
from mailweir.servers.web.rendering import render
from mailweir.servers.web.signin_pages import NO_STORE, seen
from mailweir.services.federation import LASTS, Federation

_COOKIE: Final = "mailweir-oidc"
_NO_PROVIDER: Final = "This server knows no OpenID provider."
_WORDS: Final = {
    Verdict.WRONG_LOGIN: "Nobody here is known by that identity. Whoever manages your account can name it.",
    Verdict.SIGNED_OUT: "That took too long. Please sign in once more.",
}

_State = Annotated[str, QueryParameter(name="state")]
_Code = Annotated[str, QueryParameter()]


@get("/signin/oidc", include_in_schema=False)
async def go(request: WebRequest) -> Response[None]:
    """Sends a browser to the provider."""
    url, sealed = await _federation(request).begin()
    secure = "; Secure" if door_of(request).facts.public_url.startswith("https:") else ""
    # Lax: it has to come along when the provider sends the browser back.
    cookie = f"{_COOKIE}={sealed}; Max-Age={LASTS}; Path=/signin/oidc; HttpOnly; SameSite=Lax{secure}"
    return seen(url, cookie)


@get(BACK, include_in_schema=False)
async def come_back(
    request: WebRequest, returned: _State = "", code: _Code = ""
) -> Response[bytes] | Response[None]:
    """Lets in whom the provider names, if he is a user here."""
    sealed = value_of(request.scope, _COOKIE) or ""
    federation = _federation(request)
    begun = await federation.finish(sealed, returned, code, peer_ip(request), token_of(request.scope))
    if isinstance(begun, Verdict):
        values = {"facts": door_of(request).facts, "name": "", "fault": _WORDS[begun]}
        return render("signin.html", values, status=HTTPStatus.FORBIDDEN, headers=NO_STORE)
    return seen("/", made(begun, door_of(request).facts.public_url))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (go, come_back)


def _federation(request: WebRequest) -> Federation:
    return there(door_of(request).federation, _NO_PROVIDER)
