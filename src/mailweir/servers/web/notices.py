"""What every site says in files whose places are agreed on: whom to tell of a hole, and what not to index."""

from collections.abc import Iterator
from typing import Final

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from mailweir.servers.web.door import WebFacts, WebRequest, door_of
from mailweir.servers.web.moments import iso

_SECURITY: Final = "/.well-known/security.txt"
_DAY: Final = 24 * 60 * 60 * 1000  # milliseconds
_VALID: Final = 364  # days from the last midnight on: RFC 9116 §2.5.5 advises less than a year
# Public inboxes are for those who know their names: no search engine is to find a stranger's code.
_ROBOTS: Final = "User-agent: *\nDisallow: /\n"


@get(_SECURITY, include_in_schema=False)
async def security_txt(request: WebRequest) -> Response[str]:
    """Whom to tell of a hole (RFC 9116); nothing is there when the operator has named nobody."""
    facts = door_of(request).facts
    if not facts.security_contacts:
        raise NotFoundException
    return Response("".join(f"{line}\n" for line in _security_lines(facts)), media_type="text/plain")


@get("/robots.txt", include_in_schema=False)
async def robots_txt() -> Response[str]:
    """That robots are to stay away (RFC 9309)."""
    return Response(_ROBOTS, media_type="text/plain")


def _security_lines(facts: WebFacts) -> Iterator[str]:
    for contact in facts.security_contacts:
        yield f"Contact: {contact}"
    yield f"Expires: {iso(facts.now() // _DAY * _DAY + _VALID * _DAY)}"
    yield "Preferred-Languages: en"
    if facts.public_url.startswith("https://"):  # RFC 9116 §2.5.2 takes no other
        yield f"Canonical: {facts.public_url}{_SECURITY}"


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (security_txt, robots_txt)
