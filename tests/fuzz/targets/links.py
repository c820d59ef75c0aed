"""Tokens of share links: what is taken for one was made here, to the last character."""

from collections.abc import Iterator

from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.sharing import Links, Share

LINKS = Links("a secret of the fuzzer")
SHARES = tuple(
    Share(AccountName(account), Inbox(inbox), MessageId(message), expires)
    for account, inbox, message, expires in (
        ("ann", "bob@thing.test", "q1-0", 1_790_000_000_000),
        ("ben", "ä@xn--mll-hoa.test", "q2-10", 0),
        ("a", "x@y", "q-1", 2**40),
    )
)
MADE = {LINKS.token(share): share for share in SHARES}
WORDS = (
    b"=",
    b"==",
    b"-",
    b"_",
    b"+",
    b"/",
    b"A",
    b"\r\n",
    b".",
    b"%3D",
    *(token[:43].encode() for token in MADE),
)


def seeds() -> Iterator[bytes]:
    yield b"x"
    for token in MADE:
        yield token.encode()
        yield token[43:].encode()
        yield token[:-1].encode()


def check(octets: bytes) -> None:
    token = octets.decode("utf-8", "surrogateescape")
    found = LINKS.share(token)
    assert found == MADE.get(token), "a token that nobody made, or none that somebody made"
