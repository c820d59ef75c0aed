"""Every route that the web door has, found where its handlers stand, and requests made of them.

A module of the door that has handlers has them in `HANDLERS`; none has to be named here.
"""

import pkgutil
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Final, NamedTuple
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from fakes.raw_http import WAITING
from mailweir.servers import web
from mailweir.servers.web import static

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110 §9.2.1)."""

_PARAMETER: Final = re.compile(r"\{(\w+):\w+\}")
_USUAL: Final[Mapping[str, str]] = {
    "email": "bob@thing.test",
    "message_id": "q1-0",
    "identifier": "a.txt",
    "label": "new",
    "folder": "trash",
    "read": "true",
    "domain_name": "qa.host.test",
    "private": "true",
    "md5": "d41d8cd98f00b204e9800998ecf8427e",
    "listed": "thing.test",
    "key_name": "spare",
    "user": "bob",
    "session": "0123456789ab",
    "token": "unsigned",
    "run_id": f"r_{'a' * 40}",
}


class Route(NamedTuple):
    """One method at one path, as the code has it: `/api/raw/{email:str}/{message_id:str}`."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def safe(self) -> bool:
        return self.method in SAFE

    @property
    def parameters(self) -> list[str]:
        """The names of what stands in the path."""
        return _PARAMETER.findall(self.path)

    def target(self, **values: str) -> str:
        """A path with these values in it, encoded, and usual ones for the others."""
        return self.raw_target(**{name: quote(value, safe="@") for name, value in values.items()})

    def raw_target(self, **values: str) -> str:
        """The same; what is given stands there as it is."""
        name = static.url_of("icon.svg").rpartition("/")[2]
        known = {"name": name, **_USUAL, **values}
        path = _PARAMETER.sub(lambda found: known.get(found[1], "x"), self.path)
        return f"{path}?timeout=0&for=0" if self.path.endswith(WAITING) else path


def _handlers() -> Iterator[HTTPRouteHandler]:
    for module in pkgutil.walk_packages(web.__path__, f"{web.__name__}."):
        yield from getattr(import_module(module.name), "HANDLERS", ())


ROUTES: Final = tuple(
    sorted(
        Route(str(method), path)
        for handler in _handlers()
        for path in handler.paths
        for method in handler.http_methods
    )
)
READING: Final = tuple(route for route in ROUTES if route.safe)
CHANGING: Final = tuple(route for route in ROUTES if not route.safe)
