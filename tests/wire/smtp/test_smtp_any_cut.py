"""In `wire.smtp` any cut of the octets gives the same events and the same replies."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.playing import LENIENT, STRICT, play
from fakes.examples import examples, part

CONVERSATIONS = part(30_000)

RULES = replace(LENIENT, size_limit=300, auth=True, auth_without_tls=True, tls=True)
LINES = [
    b"EHLO c.test\r\n",
    b"HELO c\r\n",
    b"MAIL FROM:<a@x.test>\r\n",
    b"MAIL FROM:<> SIZE=10\r\n",
    b"MAIL FROM:<a@x.test> BODY=8BITMIME SMTPUTF8\r\n",
    b"RCPT TO:<b@y.test>\r\n",
    b"RCPT TO:<c@y.test> NOTIFY=NEVER\r\n",
    b"RCPT TO:<>\r\n",
    b"DATA\r\n",
    b"DATA\r\n",
    b".\r\n",
    b"..\r\n",
    b"text\r\n",
    b"te\rxt\n",
    b"\0\r\n",
    b"\r\n.\r\n",
    b"BDAT 5\r\nabcde",
    b"BDAT 3 LAST\r\nabc",
    b"BDAT 0 LAST\r\n",
    b"BDAT 400\r\n",
    b"RSET\r\n",
    b"NOOP x\r\n",
    b"VRFY b\r\n",
    b"HELP\r\n",
    b"STARTTLS\r\n",
    b"AUTH PLAIN AGFueQB0aGluZw==\r\n",
    b"AUTH LOGIN\r\n",
    b"YW55\r\n",
    b"*\r\n",
    b"QUIT\r\n",
    b"XYZZY\r\n",
    b"GET / HTTP/1.1\r\n",
    b"\n",
    b"MAIL FROM:a@x.test\n",
    b"\xff\xfe\r\n",
    b"x" * 301,
    b"y" * 5000,
    b"\x16\x03\x01",
]
WEIGHTS = [3] * 16 + [2] * 13 + [1] * (len(LINES) - 29)


def conversation(random: Random) -> bytes:
    opening = (
        b"EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n" if random.random() < 0.6 else b""
    )
    return opening + b"".join(random.choices(LINES, WEIGHTS, k=random.randrange(1, 14)))


def pieces(random: Random, octets: bytes) -> list[bytes]:
    places = (
        sorted(random.sample(range(1, len(octets)), min(len(octets) - 1, random.randrange(1, 12))))
        if len(octets) > 1
        else []
    )
    return [octets[a:b] for a, b in zip([0, *places], [*places, len(octets)], strict=True)]


@pytest.mark.parametrize("strict", [True, False])
def test_random_conversations_agree_at_every_cut(strict: bool) -> None:  # noqa: FBT001
    random = Random(20261124)
    rules = replace(RULES, strict=strict)
    for _ in range(CONVERSATIONS // 2):
        octets = conversation(random)
        whole = play(rules, [octets])
        for cut in (
            pieces(random, octets),
            pieces(random, octets),
            [octets[i : i + 1] for i in range(len(octets))],
        ):
            other = play(rules, cut)
            assert (other.events, other.output, other.closed) == (whole.events, whole.output, whole.closed), (
                octets
            )


_BEGINNINGS = [
    "EHLO ",
    "MAIL FROM:<",
    "MAIL FROM:<a@x.test> ",
    "RCPT TO:<",
    "RCPT TO:<b@y.test> ",
    "MAIL ",
    "RCPT ",
    "BDAT ",
    "AUTH ",
    "AUTH PLAIN ",
    "DATA",
    "VRFY ",
    "RSET",
    "",
]
_WORDS = ("x.test", "IPv6:", "SIZE=", "NOTIFY=", "ORCPT=", "AUTH=", "LAST", "postmaster", "a" * 64)
_PARTS = [*'aé.@"<>[]:\\ =+-1\0\r\n\U0001f4e7', *_WORDS]
_ENDS = ["\r\n", ">\r\n", "@x.test>\r\n"]
_argument = st.lists(st.sampled_from(_PARTS), max_size=5).map("".join)
_command = st.builds("{}{}{}".format, st.sampled_from(_BEGINNINGS), _argument, st.sampled_from(_ENDS))


@examples(3000)
@given(st.lists(_command.map(str.encode) | st.binary(max_size=60), max_size=8), st.booleans())
def test_feed_never_raises_and_every_reply_is_well_formed(chunks: list[bytes], strict: bool) -> None:  # noqa: FBT001
    opening = [b"EHLO c.test\r\nMAIL FROM:<a@x.test>\r\n"]
    played = play(replace(RULES, strict=strict), opening + chunks)
    for line in played.replies:
        assert line[:3].isdigit()
        assert line[3:4] in {" ", "-"}
        assert len(line) <= 510  # RFC 5321 §4.5.3.1.5
        assert line.isascii()
        assert line.isprintable()


def test_every_reply_but_greeting_hello_and_go_on_carries_an_enhanced_code() -> None:
    random = Random(7)
    for _ in range(300):
        for line in play(STRICT, [conversation(random)]).replies:
            first, second = line[:1], line[4:]
            if first in {"2", "4", "5"} and not second.startswith(
                ("mx.test", "PIPE", "SIZE", "8BIT", "SMTPUTF8", "ENH", "CHU", "DSN", "HELP")
            ):
                assert second[:2] == f"{first}.", line
