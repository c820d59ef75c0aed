"""OPTIONS: which methods a path takes. The framework would name those of one of its handlers."""

from collections.abc import Sequence

from litestar import Response, route
from litestar.handlers import HTTPRouteHandler


def handlers(others: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """One for each path of the others, to be registered before them: else the framework adds its own."""
    methods: dict[str, set[str]] = {}
    for handler in others:
        for path in handler.paths:
            methods.setdefault(path, {"OPTIONS"}).update(map(str, handler.http_methods))
    return [
        _handler(path, found | ({"HEAD"} if "GET" in found else set())) for path, found in methods.items()
    ]


def _handler(path: str, methods: set[str]) -> HTTPRouteHandler:
    allow = ", ".join(sorted(methods))

    @route(path, http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def options() -> Response[None]:
        return Response(None, headers={"allow": allow})

    return options
