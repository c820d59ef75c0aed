"""Trace fields: what we put on top says what happened, and nothing that a peer said breaks out of it."""

from email import message_from_bytes

import pytest
from msgspec.structs import replace

from mailweir.wire.smtp.trace import Trace, protocol

TRACE = Trace(
    "q1", 1_700_000_000_123, "a@x.test", "b@y.test", "client.test", "192.0.2.1", "mx.test", "ESMTPS"
)


def test_the_fields_read_as_the_standard_says() -> None:
    assert TRACE.octets().decode() == (
        "Return-Path: <a@x.test>\r\n"
        "Received: from client.test ([192.0.2.1])\r\n"
        "\tby mx.test with ESMTPS id q1\r\n"
        "\tfor <b@y.test>;\r\n"
        "\tTue, 14 Nov 2023 22:13:20 -0000\r\n"
    )


def test_the_null_path_and_several_recipients_are_left_empty() -> None:
    octets = replace(TRACE, sender="", recipient="", ip="2001:db8::1").octets()
    assert octets.startswith(b"Return-Path: <>\r\n")
    assert b"for <" not in octets
    assert b"([IPv6:2001:db8::1])" in octets


@pytest.mark.parametrize("hello", ["x);\r\nX-Evil: 1", "(((", "<img src=x>", "\x1b[2J", "a" * 4000, "", "é"])
def test_a_hostile_hello_stays_one_harmless_word(hello: str) -> None:
    octets = replace(TRACE, hello=hello).octets()
    assert octets.count(b"\r\n") == 5
    assert message_from_bytes(octets).keys() == ["Return-Path", "Received"]
    assert all(32 <= octet < 127 or octet in b"\r\n\t" for octet in octets)


def test_the_protocol_is_named_by_its_keyword() -> None:
    plain = protocol(extended=True, tls=False, authenticated=False, utf8=False)
    everything = protocol(extended=True, tls=True, authenticated=True, utf8=True)
    assert protocol(extended=False, tls=False, authenticated=False, utf8=False) == "SMTP"
    assert (plain, everything) == ("ESMTP", "UTF8SMTPSA")
    assert protocol(extended=True, tls=True, authenticated=False, utf8=False) == "ESMTPS"
    assert protocol(extended=True, tls=False, authenticated=True, utf8=False) == "ESMTPA"
