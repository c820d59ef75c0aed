"""OPTIONS: which methods a path takes. The framework would name those of one of its handlers."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from litestar import Response, route
from litestar.handlers import HTTPRouteHandler

from mailweir.servers.web.door import WebRequest

_KIND: Final = re.compile(r":[a-z]+(?=})")  # of a parameter: the framework knows `/{id:str}` as `/{id}` later


def handler(others: Sequence[HTTPRouteHandler]) -> HTTPRouteHandler:
    """One for all paths of the others, to be registered before them: else the framework adds one for each."""
    methods: dict[str, set[str]] = {}
    for other in others:
        for path in other.paths:
            methods.setdefault(path, {"OPTIONS"}).update(map(str, other.http_methods))
    allowed = {_KIND.sub("", path): _listed(found) for path, found in methods.items()}

    @route(list(methods), http_method=["OPTIONS"], status_code=204, include_in_schema=False)
    async def options(request: WebRequest) -> Response[None]:
        template = cast("Mapping[str, str]", request.scope)["path_template"]
        return Response(None, headers={"allow": allowed[template]})

    return options


def _listed(methods: set[str]) -> str:
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
