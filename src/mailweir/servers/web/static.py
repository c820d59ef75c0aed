"""The few files that pages need, served under names that change with their content."""

from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from mailweir.servers.web.errors import NotFoundError

_KINDS: Final = {
    "mailweir.css": "text/css",
    "mailweir.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


@lru_cache(maxsize=1)
def _assets() -> dict[str, tuple[bytes, str]]:
    """Name with a hash in it to content and media type."""
    folder = files("mailweir.servers.web.ui") / "static"
    contents = {name: (folder / name).read_bytes() for name in _KINDS}
    return {_hashed(name, content): (content, _KINDS[name]) for name, content in contents.items()}


def _hashed(name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{sha256(content).hexdigest()[:12]}.{ending}"


@lru_cache(maxsize=len(_KINDS))
def url_of(name: str) -> str:
    """Where the file of this name is served."""
    stem, _, ending = name.rpartition(".")
    hashed = next(
        known for known in _assets() if known.startswith(f"{stem}.") and known.endswith(f".{ending}")
    )
    return f"/static/{hashed}"


@get("/static/{name:str}", include_in_schema=False)
async def static_file(name: FromPath[str]) -> Response[bytes]:
    """A file; its name never means other content, so it may be kept for ever."""
    asset = _assets().get(name)
    if asset is None:
        raise NotFoundError("There is no such file.")
    content, kind = asset
    return Response(
        content, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"}
    )


HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (static_file,)
