"""The API's description: `/openapi.json` for programs, `/docs` as a page that needs no script."""

from functools import lru_cache
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from mailweir.servers.web import health
from mailweir.servers.web.api.routes import API
from mailweir.servers.web.caller import reader_of
from mailweir.servers.web.door import WebRequest, door_of
from mailweir.servers.web.framework import Framework
from mailweir.servers.web.illustrated import illustrated
from mailweir.servers.web.precise import precise
from mailweir.servers.web.rendering import render

_KEYS: Final = {
    "header": SecurityScheme(type="apiKey", name="Mailsac-Key", security_scheme_in="header"),
    "query": SecurityScheme(type="apiKey", name="_mailsacKey", security_scheme_in="query"),
}


@lru_cache(maxsize=1)
def description(version: str) -> bytes:
    """The OpenAPI document, made from the handlers that really serve."""
    config = OpenAPIConfig(
        title="Mailweir",
        version=version,
        description="Disposable mail for people who test e-mail; compatible with Mailsac's API.",
        use_handler_docstrings=True,
        components=Components(security_schemes=dict(_KEYS)),
        security=[{}, {"header": []}, {"query": []}],
    )
    documented = Framework(
        route_handlers=[*API, *health.HANDLERS], openapi_config=config, logging_config=None
    )
    return msgspec.json.encode(illustrated(precise(documented.openapi_schema.to_schema())))


@get("/openapi.json", include_in_schema=False)
async def openapi_json(request: WebRequest) -> Response[bytes]:
    """The OpenAPI document."""
    await _enter(request)
    return Response(description(door_of(request).facts.version), media_type="application/json")


@get("/docs", include_in_schema=False)
async def docs(request: WebRequest) -> Response[bytes]:
    """The same as a page."""
    await _enter(request)
    facts = door_of(request).facts
    document: dict[str, Any] = msgspec.json.decode(description(facts.version))
    return render("docs.html", {"document": document, "facts": facts})


async def _enter(request: WebRequest) -> None:
    """Raises RefusedError where people without an account are let in as guests alone."""
    door_of(request).reading.access.enter(await reader_of(request))


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (openapi_json, docs)
