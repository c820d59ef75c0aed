"""Pages from templates: every value is escaped, and only our own files are referred to."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from litestar import Response

from mailweir.servers.web.door import WebRequest

_PAGES: Final = re.compile(
    r"/(?:inbox(?:/.*)?|docs/?|signin(?:/.*)?|signout|account(?:/.*)?|forgot|reset/.*|shared/.*)?"
)


def are_wanted(request: WebRequest) -> bool:
    """Is this a request of a person's browser, who wants errors as a page?"""
    path = request.scope["path"]
    if path.startswith("/api/"):
        return False
    return _PAGES.fullmatch(path) is not None or "text/html" in request.headers.get("accept", "")


def render(
    template: str,
    values: Mapping[str, object],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """A page; every value is escaped."""
    from mailweir.servers.web.templates import filled  # noqa: PLC0415  30 ms that who is no person never needs

    html = filled(template, values)
    return Response(html.encode(), status_code=status, media_type="text/html", headers=dict(headers or {}))
