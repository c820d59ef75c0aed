"""The kinds of values that settings have: what is allowed, how it is read, how it is shown.

A value comes as a person wrote it: text from a flag or a variable, or text, a number, a truth value
or a list from a TOML file. Reading one that is not allowed raises ValueError, never anything else.
"""

import os.path
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from mailweir.config.listener import Listener, parse
from mailweir.model.address import canonical_domain

Plain = str | int | bool | list[str] | None
"""A value as JSON and people see it."""

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
# RFC 9116 §2.5.3 takes any URI, and of those of the web only https. The commas of one part a list here.
_URI = r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+;=%-]+"
_CONTACT = re.compile(rf"mailto:{_URI}@{_URI}|https://{_URI}|tel:\+?[0-9][0-9().-]*")
_LONGEST_HOST = 253  # RFC 1035 §2.3.4, without the root's dot
_DNS_PORT = 53
_LONGEST_PASSWORD = 128  # characters
_LONGEST_NUMBER = 18  # digits: a longer one is refused before it is computed


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of value. `allowed` completes the sentence *must be …*."""

    allowed: str
    read: Callable[[object], object]
    show: Callable[[object], Plain]


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip() or not raw.isprintable():
        raise ValueError(raw)
    return raw.strip()


def _number(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    text = _text(raw)
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise ValueError(raw)
    return int(text)


def _items(raw: object) -> list[str]:
    """A list, or text with commas; empty items are passed over."""
    if isinstance(raw, str):
        return [item.strip() for item in raw.split(",") if item.strip()]
    if not isinstance(raw, list):
        raise ValueError(raw)  # noqa: TRY004  whatever is not allowed is one error here
    return [_text(item) for item in cast("list[object]", raw)]


def _show(value: object) -> Plain:
    """Text, numbers, truth values and None are shown as they are, tuples as lists."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [str(item) for item in cast("tuple[object, ...]", value)]
    return str(value)


def _read_path(raw: object) -> Path:
    return Path(os.path.abspath(os.path.expanduser(_text(raw))))  # noqa: PTH100, PTH111  not resolved: links stay


def _read_listeners(raw: object) -> tuple[Listener, ...]:
    items = _items(raw)
    if items == ["off"]:
        return ()
    if not items:
        raise ValueError(raw)
    return tuple(parse(item) for item in items)


def _show_listeners(value: object) -> Plain:
    return ",".join(str(listener) for listener in cast("tuple[Listener, ...]", value)) or "off"


def _read_truth(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if text not in {"true", "false", "1", "0"}:
        raise ValueError(raw)
    return text in {"true", "1"}


def _read_size(raw: object) -> int:
    if isinstance(raw, int):
        return _number(raw)
    match = re.fullmatch(r"([0-9]{1,18})\s*([a-z]{0,3})", _text(raw).lower())
    if match is None or match[2] not in _UNITS:
        raise ValueError(raw)
    return int(match[1]) * _UNITS[match[2]]


def _read_host(raw: object) -> str:
    host = canonical_domain(_text(raw).removesuffix("."))
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise ValueError(raw)
    return host


def _read_hosts(raw: object) -> tuple[str, ...]:
    return tuple(_read_host(item) for item in _items(raw))


def _read_networks(raw: object) -> tuple[str, ...]:
    return tuple(str(ip_network(item, strict=False)) for item in _items(raw))


def _read_servers(raw: object) -> tuple[Listener, ...]:
    return tuple(_read_server(item) for item in _items(raw))


def _read_server(text: str) -> Listener:
    try:
        return Listener(str(ip_address(text)), _DNS_PORT)
    except ValueError:
        server = parse(text)
    if server.port == 0:
        raise ValueError(text)
    return Listener(str(ip_address(server.host)), server.port)


def _read_url(raw: object) -> str:
    url = urlsplit(_text(raw))
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment or url.port == 0:
        raise ValueError(raw)
    return url.geturl().rstrip("/")


def _read_contacts(raw: object) -> tuple[str, ...]:
    contacts = tuple(_items(raw))
    for contact in contacts:
        if not _CONTACT.fullmatch(contact) or (
            contact.startswith("https:") and not urlsplit(contact).hostname
        ):
            raise ValueError(raw)
    return contacts


def _show_address(value: object) -> Plain:
    """An address of a store or a bus without the password in it."""
    return re.sub(r"(?<=//)([^/@:]*):[^/@]*@", r"\1:***@", str(value))


def _within(
    read: Callable[[object], int], low: int, high: int, *, or_zero: bool
) -> Callable[[object], object]:
    def checked(raw: object) -> int:
        number = read(raw)
        if not (low <= number <= high or (or_zero and number == 0)):
            raise ValueError(raw)
        return number

    return checked


def number(low: int, high: int) -> Kind:
    """A whole number in these bounds."""
    return Kind(f"a whole number from {low} to {high}", _within(_number, low, high, or_zero=False), _show)


def limit(high: int) -> Kind:
    """A whole number up to `high`, where 0 means that there is no such limit."""
    allowed = f"a whole number up to {high}, or 0 for none"
    return Kind(allowed, _within(_number, 1, high, or_zero=True), _show)


def limits(count: int, high: int) -> Kind:
    """So many whole numbers, each of which may be 0 for none."""
    one = limit(high)

    def read(raw: object) -> tuple[int, ...]:
        numbers = tuple(cast("int", one.read(item)) for item in _items(raw))
        if len(numbers) != count:
            raise ValueError(raw)
        return numbers

    allowed = f"{count} whole numbers with commas between them, each up to {high}, or 0 for none"
    return Kind(allowed, read, lambda value: ",".join(map(str, cast("tuple[int, ...]", value))))


def size(high: int) -> Kind:
    """A number of octets up to `high`, where 0 means that there is no such limit."""
    allowed = f"a size in octets or with a unit (10KB, 25MiB) up to {high >> 20}MiB, or 0 for none"
    return Kind(allowed, _within(_read_size, 1, high, or_zero=True), _show)


def choice(*values: str) -> Kind:
    """One of these words."""

    def read(raw: object) -> str:
        if raw not in values:
            raise ValueError(raw)
        return str(raw)

    return Kind(" or ".join(f"`{value}`" for value in values), read, _show)


def address(allowed: str, *patterns: str) -> Kind:
    """The address of a store or a bus: one that matches one of these patterns."""

    def read(raw: object) -> str:
        text = _text(raw)
        if not any(re.fullmatch(pattern, text) for pattern in patterns):
            raise ValueError(raw)
        return text

    return Kind(allowed, read, _show_address)


def password(least: int) -> Kind:
    """Text of so many characters at least, which people give."""

    def read(raw: object) -> str:
        text = _text(raw)
        if not least <= len(text) <= _LONGEST_PASSWORD:
            raise ValueError(raw)
        return text

    allowed = f"{least} to {_LONGEST_PASSWORD} characters, none of which is a control character"
    return Kind(allowed, read, _show)


PATH = Kind("a path", _read_path, _show)
LISTENERS = Kind(
    "HOST:PORT or [IPV6]:PORT, several with commas between them, or `off`", _read_listeners, _show_listeners
)
TRUTH = Kind("`true` or `false` (or 1 or 0)", _read_truth, _show)
HOST = Kind("a host name of letters, digits, dots and hyphens", _read_host, _show)
HOSTS = Kind("host names with commas between them", _read_hosts, _show)
NETWORKS = Kind("IP addresses or networks (10.0.0.0/8) with commas between them", _read_networks, _show)
SERVERS = Kind("IP addresses, or IP:PORT, with commas between them", _read_servers, _show)
URL = Kind("an http:// or https:// address without `?` and `#`", _read_url, _show)
CONTACTS = Kind("`mailto:`, `https://` or `tel:` addresses with commas between them", _read_contacts, _show)
TEXT = Kind("text without control characters", _text, _show)
