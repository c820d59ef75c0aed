"""Who asks: the key that a client gave, and whether it sits at this machine.

A key comes by the header Mailsac-Key, by the query, or in the JSON body, in this order; an empty one
is none.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import parse_qsl

import msgspec
from litestar.types import HTTPScope, WebSocketScope

from mailweir.model.account import key_hash
from mailweir.policy.visibility import Guest, Reader
from mailweir.servers.web.cookies import token_of
from mailweir.servers.web.door import WebRequest
from mailweir.servers.web.errors import WrongRequestError
from mailweir.servers.web.guests import guest_of
from mailweir.servers.web.metered import slip_of

Headers = Iterable[tuple[bytes, bytes]]
AnyScope = HTTPScope | WebSocketScope

KEY: Final = "_mailsacKey"
"""The key's name in a query and in a body."""

_HEADER: Final = b"mailsac-key"
_OPEN: Final = frozenset({"/signin", "/signout"})  # whoever has an account needs no guest password to say so
_READING: Final = frozenset({"GET", "HEAD"})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_QUERY_FIELDS: Final = 100
_ADDRESSES: Final = 4096  # of clients, whose kind is remembered
# Whoever adds one of these speaks for somebody else, who may sit anywhere.
_FORWARDED: Final = frozenset(
    {b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
    | {b"cf-connecting-ip", b"true-client-ip"}
)
_THIS_MACHINE: Final = re.compile(rb"(localhost|[a-z0-9.-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])\.?(:\d*)?")


class _BodyKey(msgspec.Struct):
    key: str | None = msgspec.field(default=None, name=KEY)


async def reader_of(request: WebRequest) -> Reader:
    """The reader behind a request. Raises WrongRequestError for a JSON body that is none."""
    reader = metered_reader(request.scope)
    if reader.key is None and (key := await _body_key(request)):
        reader = Reader(key_hash(key), reader.on_loopback, guest=reader.guest)
        _admit(request.scope, reader)
    return reader


def metered_reader(scope: HTTPScope) -> Reader:
    """The same without a body. Both raise OverQuotaError when the account may ask no more."""
    reader = reader_by_scope(scope)
    _admit(scope, reader)
    return reader


def _admit(scope: HTTPScope, reader: Reader) -> None:
    if (slip := slip_of(scope)) is not None:
        slip.admit(reader)


def reader_by_scope(scope: AnyScope, *query_names: str) -> Reader:
    """Who asks, uncounted; `query_names` are further names that the query may have for the key."""
    key = _header(scope["headers"], _HEADER).decode("latin-1")
    if not key and scope["query_string"]:
        query = query_of(scope)
        key = next((query[name] for name in (KEY, *query_names) if query.get(name)), "")
    guest = Guest.YES if scope["path"] in _OPEN else guest_of(scope)
    return Reader(key_hash(key) if key else None, _on_loopback(scope), _session(scope), guest=guest)


def query_of(scope: AnyScope) -> dict[str, str]:
    """The query's fields; the first of a name counts. Raises WrongRequestError for too many of them."""
    text = scope["query_string"].decode("ascii", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_QUERY_FIELDS)
    except ValueError as error:
        raise WrongRequestError(f"The query has more than {_QUERY_FIELDS} fields.") from error
    return dict(reversed(pairs))


def peer_ip(request: WebRequest) -> str:
    """Where somebody is, as `guard` has found out; "" when the listener cannot tell."""
    return request.client.host if request.client else ""


async def _body_key(request: WebRequest) -> str | None:
    if request.method not in _WITH_BODY or request.content_type[0] != "application/json":
        return None
    body = await request.body()
    if not body.strip():  # the official client sends the type with no body at all
        return None
    try:
        return msgspec.json.decode(body, type=_BodyKey).key
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongRequestError(f"The body is not a JSON object with a text as {KEY}.") from error


def _session(scope: AnyScope) -> bytes | None:
    """Only of what changes nothing, and of forms on our pages, which say where they stand."""
    if scope["type"] != "http" or (scope["path"].startswith("/api/") and scope["method"] not in _READING):
        return None
    token = token_of(scope)
    return None if token is None else key_hash(token)


def _header(headers: Headers, wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


def _on_loopback(scope: AnyScope) -> bool:
    client = scope["client"]
    if client is None or not _is_loopback(client[0]):
        return False
    host = b""
    for name, value in scope["headers"]:
        if name in _FORWARDED:
            return False
        if name == b"host":
            host = value
    # A page of another site whose name was pointed at this machine (DNS rebinding) still says its own name.
    return _THIS_MACHINE.fullmatch(host.lower()) is not None


@lru_cache(_ADDRESSES)
def _is_loopback(ip: str) -> bool:
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
