"""Who asks: the key that a client gave, and whether it sits at this machine.

A key comes by the header Mailsac-Key, by the query, or in the JSON body, in this order; an empty one
is none.
"""

import re
from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

from mailweir.policy.visibility import Reader
from mailweir.servers.web.door import WebRequest
from mailweir.servers.web.errors import WrongRequestError

_KEY: Final = "_mailsacKey"
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Whoever adds one of these speaks for somebody else, who may sit anywhere.
_FORWARDED: Final = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
    | {"cf-connecting-ip", "true-client-ip"}
)
_THIS_MACHINE: Final = re.compile(r"(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])\.?(:\d*)?")


class _BodyKey(msgspec.Struct):
    key: str | None = msgspec.field(default=None, name=_KEY)


async def reader_of(request: WebRequest) -> Reader:
    """The reader behind a request. Raises WrongRequestError for a JSON body that is none."""
    key = request.headers.get("mailsac-key") or request.query_params.get(_KEY) or await _body_key(request)
    return Reader(key=key or None, on_loopback=_on_loopback(request))


def peer_ip(request: WebRequest) -> str:
    """The address that the connection comes from; "" when the listener cannot tell."""
    return request.client.host if request.client else ""


async def _body_key(request: WebRequest) -> str | None:
    if request.method not in _WITH_BODY or request.content_type[0] != "application/json":
        return None
    body = await request.body()
    if not body.strip():  # the official client sends the type with no body at all
        return None
    try:
        return msgspec.json.decode(body, type=_BodyKey).key
    except (msgspec.DecodeError, RecursionError) as error:
        raise WrongRequestError(f"The body is not a JSON object with a text as {_KEY}.") from error


def _on_loopback(request: WebRequest) -> bool:
    if not _is_loopback(peer_ip(request)) or any(name in request.headers for name in _FORWARDED):
        return False
    # A page of another site whose name was pointed at this machine (DNS rebinding) still says its own name.
    return _THIS_MACHINE.fullmatch(request.headers.get("host", "").lower()) is not None


def _is_loopback(ip: str) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
