"""What every answer tells the browser, whoever made it: one table, by the kind of content.

The kind is read from the answer's own Content-Type, so no spelling of a path gets round it.
"""

from typing import Final

from litestar.types import Message, Send

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_POLICIES: Final = {
    b"text/html": (
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        b"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # A sender's own octets: even a browser that shows them as a document runs and loads nothing.
    b"text/plain": b"sandbox; default-src 'none'; frame-ancestors 'self'",
}
_API: Final = b"default-src 'none'; frame-ancestors 'none'"


class Secured(list[tuple[bytes, bytes]]):
    """Headers of an answer that have all of this already: for answers that are sent over and over."""


def secured(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """`headers` of an answer with the policy for its kind of content; what it says itself stays."""
    given = {name.lower(): value for name, value in headers}
    kind = given.get(b"content-type", b"").partition(b";")[0].strip().lower()
    cache = () if b"cache-control" in given else ((b"cache-control", b"no-store"),)
    policy = (b"content-security-policy", _POLICIES.get(kind, _API))
    return [*headers, *(one for one in (*_ALWAYS, *cache, policy) if one[0] not in given)]


def securing(send: Send) -> Send:
    """A `send` that gives every answer its headers."""

    async def send_secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            message["headers"] = headers if isinstance(headers, Secured) else secured(list(headers))
        await send(message)

    return send_secured
