"""Requests that were written to hurt who reads them: bodies, and heads that two readers read in two ways."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from fakes.raw_http import request
from fakes.routes import Route

MIB: Final = 1 << 20
LONGEST: Final = MIB
"""Octets of the longest body that is read whole, but for whole messages."""

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data; boundary=b"
KEEPING: Final = Route("POST", "/api/addresses/{email:str}/messages")
"""The one route that takes more, since it takes whole messages."""


@dataclass(frozen=True)
class Body:
    """`lines` are header lines beside its type."""

    octets: bytes
    type: str = JSON
    lines: tuple[str, ...] = ()
    chunked: bool = False

    def to(self, route: Route, target: str, *lines: str) -> bytes:
        """A request with this body."""
        head = (f"Content-Type: {self.type}", *self.lines, *lines)
        if not self.chunked:
            return request(route.method, target, *head, body=self.octets)
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(self.octets), self.octets)
        return request(route.method, target, "Transfer-Encoding: chunked", *head, body=body)


@cache
def long_bodies() -> Mapping[str, Body]:
    """More than is taken anywhere but in KEEPING."""
    eleven = b'{"addresses": ["' + b"x" * (11 * MIB) + b'"]}'
    preamble = (
        b"p" * (10 * MIB) + b'\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'
    )
    field = b"--b\r\nContent-Disposition: form-data; name=" + b"n" * (10 * MIB) + b"\r\n\r\nx\r\n--b--\r\n"
    return {
        "11 MB of JSON": Body(eleven),
        "11 MB of JSON in one chunk": Body(eleven, chunked=True),
        "a million elements": Body(b'{"labels": [' + b'"a",' * 999_999 + b'"a"]}'),
        "a form of a million fields": Body(b"a=1&" * 1_000_000, FORM),
        "multipart with 10 MB before its parts": Body(preamble, MULTIPART),
        "multipart with 10 MB in a part's header": Body(field, MULTIPART),
    }


@cache
def broken_bodies() -> Mapping[str, Body]:
    """Short enough to be read, and nothing that any route takes."""
    deep = b'{"labels": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    names = (
        b"{" + b",".join(b'"n%d":1' % number for number in range(80_000)) + b',"labels":1,"_mailsacKey":1}'
    )
    return {
        "JSON of depth 10,000": Body(deep),
        "JSON of depth 10,000 without its end": Body(b"[" * 10_000),
        "objects of depth 10,000": Body(b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        "half a million open brackets": Body(b"[" * (LONGEST // 2)),
        "as many elements as fit": Body(b"[" + b"1," * (LONGEST // 2 - 2) + b"1]"),
        "as many names as fit": Body(names),
        "one number of 1 MB": Body(b"1" * LONGEST),
        "one text of 1 MB without its end": Body(b'"' + b"\\u0041" * 170_000),
        "a lone surrogate": Body(b'{"_mailsacKey": "\\ud800", "info": "\\ud800", "labels": ["\\udfff"]}'),
        "a key that is a list": Body(b'{"_mailsacKey": ["k_1"]}'),
        "no UTF-8": Body(b'{"info": "\xff\xfe", "_mailsacKey": "\xc3\x28"}'),
        "UTF-16": Body('{"info": "x"}'.encode("utf-16")),
        "NaN": Body(b'{"info": NaN, "_mailsacKey": Infinity}'),
        "a number that is no number": Body(b'{"info": 1e999999999, "_mailsacKey": 1e999999999}'),
        "an empty list": Body(b"[]"),
        "null": Body(b"null"),
    }


@cache
def odd_bodies() -> Mapping[str, Body]:
    """Of kinds that no route takes, or only a few."""
    bomb = gzip.compress(b'{"info": "' + bytes(32 * MIB) + b'"}', 1)
    parts = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    return {
        "a form of as many fields as fit": Body(b"a&" * (LONGEST // 2), FORM),
        "a form of percent signs": Body(b"info=" + b"%" * (LONGEST - 5), FORM),
        "a form that is no UTF-8": Body(b"info=\xff%ff%fe&address=%ff", FORM),
        "a form with one name 1,000 times": Body(b"info=x&" * 1000, FORM),
        "multipart of as many parts as fit": Body(parts * (LONGEST // len(parts)), MULTIPART),
        "multipart without its end": Body(parts, MULTIPART),
        "multipart with a boundary of 10,000": Body(b"--b", "multipart/form-data; boundary=" + "b" * 10_000),
        "multipart without a boundary": Body(parts, "multipart/form-data"),
        "a type of 60,000 semicolons": Body(b"{}", "application/json" + ";" * 60_000),
        "a type of 10,000 parameters": Body(b"{}", "application/json" + ";a=b" * 10_000),
        "a type that is a quote without end": Body(b"{}", 'application/json; charset="' + "\\" * 30_000),
        "a charset that is none": Body(b"{}", "application/json; charset=zlib"),
        "XML": Body(b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>', "application/xml"),
        "a compressed bomb": Body(bomb, lines=("Content-Encoding: gzip",)),
    }


def heads(target: str, method: str) -> Iterator[tuple[str, bytes]]:
    """Requests for `target` that are refused whatever it is, with the reason in a word or two."""
    line = f"{method} {target} HTTP/1.1\r\n"
    host = "Host: x\r\n"
    for why, fields in {
        "negative length": f"{host}Content-Length: -3",
        "length with a sign": f"{host}Content-Length: +3",
        "length in hexadecimal": f"{host}Content-Length: 0x3",
        "length of 30 digits": f"{host}Content-Length: {'9' * 30}",
        "two lengths": f"{host}Content-Length: 3\r\nContent-Length: 4",
        "the same length twice": f"{host}Content-Length: 3\r\nContent-Length: 3",
        "a list of lengths": f"{host}Content-Length: 3, 3",
        "length and chunks": f"{host}Content-Length: 3\r\nTransfer-Encoding: chunked",
        "chunks and length": f"{host}Transfer-Encoding: chunked\r\nContent-Length: 3",
        "an unknown transfer encoding": f"{host}Transfer-Encoding: xchunked",
        "chunked, and then something else": f"{host}Transfer-Encoding: chunked, gzip",
        "no host": "X: y",
        "two hosts": f"{host}Host: y",
        "an empty host": "Host:",
        "a host with a path": "Host: a/../admin?",
        "a host with a user": "Host: a@b",
        "a host with a query": "Host: a?b",
        "a list of hosts": "Host: a, b",
        "a host with a space": "Host: a b",
        "a host with a tab": "Host: a\tb",
        "half an IPv6 host": "Host: [::1",
        "a host with a percent sign": "Host: a%00b",
        "a port that is none": "Host: a:b",
        "a port of 6 digits": "Host: a:655360",
        "a space before the colon": f"{host}X-A : b",
        "a folded field": f"{host}X-A: b\r\n c: d",
        "a field without a colon": f"{host}nonsense",
        "NUL in a field": f"{host}X-A: a\0b",
        "a bare CR in a field": f"{host}X-A: a\rX-B: c",
    }.items():
        body = "abc" if "Content-Length" in fields else ""
        yield why, f"{line}{fields}\r\n\r\n{body}".encode()
    chunked = f"{line}{host}Transfer-Encoding: chunked\r\n\r\n"
    for why, chunk in {
        "a negative chunk": "-1\r\n",
        "a chunk of 20 digits": f"{'f' * 20}\r\n",
        "a chunk longer than it says": "1\r\nabc\r\n0\r\n\r\n",
    }.items():
        yield why, f"{chunked}{chunk}".encode()
    for why, start in {
        "a target that is a user": f"{method} @evil.test{target} HTTP/1.1",
        "a target without its slash": f"{method} {target[1:]} HTTP/1.1",
        "two spaces in the target": f"{method} {target} x HTTP/1.1",
        "octets in the target": f"{method} {target}ä HTTP/1.1",
        "a version that is none": f"{method} {target} HTTP/9.9",
        "a method that is none": f"{method}S! {target} HTTP/1.1",
        "a method in small letters": f"{method.lower()} {target} HTTP/1.1",
    }.items():
        yield why, f"{start}\r\n{host}\r\n".encode()


def long_heads(target: str, method: str) -> Iterator[tuple[str, bytes]]:
    """Heads that are longer than what is read, by more than what comes in one read."""
    start = f"{method} {target} HTTP/1.1\r\nHost: x\r\n".encode()
    yield "one field of 400 KB", start + b"X-A: " + b"a" * 400 * 1024 + b"\r\n\r\n"
    yield "100,000 fields", start + b"X: y\r\n" * 100_000 + b"\r\n"
    yield "a query of 1 MB", f"{method} {target}?query=".encode() + b"x" * MIB + b" HTTP/1.1\r\n\r\n"
