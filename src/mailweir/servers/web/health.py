"""Is this process alive, and should it be sent requests: for load balancers and for people's scripts."""

from typing import Final

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.errors import ErrorBody, NotReadyError

HEALTH: Final = ["Health"]
_NOT_READY: Final = ResponseSpec(
    ErrorBody, description="Not ready; reasons says why", generate_examples=False
)


class Readiness(msgspec.Struct, frozen=True):
    """The answer of a server that is ready."""

    ready: bool
    reasons: list[str]


@get("/livez", operation_id="IsAlive", tags=HEALTH, media_type="text/plain")
async def livez() -> str:
    """Says ok as long as this process answers at all."""
    return "ok"


@get(
    "/readyz",
    operation_id="IsReady",
    tags=HEALTH,
    responses={503: _NOT_READY},
)
async def readyz(request: WebRequest) -> Readiness:
    """200 when every part works, or 503 with the reasons why not."""
    reasons = door_of(request).facts.ready()
    if reasons:
        raise NotReadyError(reasons)
    return Readiness(ready=True, reasons=[])


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (livez, readyz)
