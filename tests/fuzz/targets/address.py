"""Addresses: what RCPT, a person or a field gives is clean, one inbox, and found by that inbox's name."""

import re
from collections.abc import Iterator

from mailweir.model.address import Address
from mailweir.wire.mime.addresses import addresses
from mailweir.wire.smtp.grammar import Path, parse_recipient, parse_sender
from mailweir.wire.smtp.reply import Reply

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_IN_COMMANDS = re.compile(r"[\x00-\x1f\x7f]")
MOST = 7
WORDS = (
    *(
        b"@x.test",
        b"bob",
        b'"',
        b'\\"',
        b"\\\\",
        b"+tag",
        b"<",
        b">",
        b",",
        b";",
        b":",
        b"(",
        b")",
        b"[",
        b"]",
    ),
    *(b" <a@x.test>", b'"a b"@x.test', b"@[192.0.2.1]", b"@[IPv6:::1]", b"@[x:y]", b"postmaster", b"\r\n "),
    *(b"=?utf-8?q?=3C=40?=", b"=?utf-8?b?PA==?=", b"@a.test,@b.test:", b" SIZE=10", b"."),
    *(one.encode() for one in ("ü", "ß", "İ", "\u0301", "\u037e", "\u200d", "\u212a", "。", "ς", "\u3000")),
)


def seeds() -> Iterator[bytes]:
    yield b"Bob+Shop@Thing.TEST"
    yield b'"a \\"b\\" c"@thing.test'
    yield "José@bücher.test".encode()
    yield "ΟΔΌΣ@日本.test".encode()
    yield b"bob@[IPv6:2001:db8::1]"
    yield b"Team: a@x.test, =?utf-8?q?J=C3=B6rg,_D?= <j@x.test>;, c@x.test (C (c))"
    yield b"<@a.test,@b.test:bob@x.test> SIZE=10"


def check(octets: bytes) -> None:
    _check_list(octets)
    text = octets.decode("utf-8", "replace")
    _check_address(text)
    for strict in (True, False):
        for given in (f"<{text}>", text):
            _check_path(given, strict=strict)


def _check_list(octets: bytes) -> None:
    found = addresses(octets, MOST)
    assert len(found) <= MOST
    for name, address in found:
        assert name or address
        assert not _CONTROL.search(name + address)
        assert address == address.strip()
    assert addresses(octets)[:MOST] == found


def _check_address(text: str) -> None:
    address = Address.parse(text)
    if address is None:
        return
    assert not _CONTROL.search(text)
    assert Address.parse(str(address)) == address, "what is written down is read again"
    _check_inbox(address)
    if text.isascii():
        upper = Address.parse(text.upper())
        assert upper is not None
        assert upper.inbox == address.inbox, "addresses compare without case"


def _check_inbox(address: Address) -> None:
    """By its own name an inbox is found, and nobody can write another one's name with its letters."""
    inbox = address.inbox
    assert not _CONTROL.search(inbox)
    again = Address.parse(inbox)
    assert again is not None, f"{inbox!r} is the name of an inbox that nobody can read"
    assert again.inbox == inbox


def _check_path(text: str, *, strict: bool) -> None:
    recipient = parse_recipient(f"TO:{text}", strict=strict)
    sender = parse_sender(f"FROM:{text}", strict=strict)
    if isinstance(recipient, Reply):
        assert recipient.code >= 500
        assert isinstance(sender, Reply) or sender[0] is None, "a sender that could not be a recipient"
        return
    path, _ = recipient
    if not path.domain:
        assert path.local.lower() == "postmaster"
        return
    assert not isinstance(sender, Reply)
    assert sender == recipient
    if not _IN_COMMANDS.search(text):
        _check_written(path)


def _check_written(path: Path) -> None:
    address = Address(path.local, path.domain)
    assert not _IN_COMMANDS.search(str(address))
    _check_inbox(address)
