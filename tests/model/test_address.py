"""Two spellings of one address are one inbox, and no text that is no address becomes one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.model.address import Address, Host, catch_all, caught_host


@pytest.mark.parametrize(
    ("written", "inbox"),
    [
        ("bob@thing.test", "bob@thing.test"),
        ("Bob@THING.test", "bob@thing.test"),
        ("bob+shop@thing.test", "bob@thing.test"),
        ("bob+shop+more@thing.test", "bob@thing.test"),
        ("+bob@thing.test", "+bob@thing.test"),
        ('"bob"@thing.test', "bob@thing.test"),
        ('"b\\ob"@thing.test', "bob@thing.test"),
        ('"bob smith"@thing.test', '"bob smith"@thing.test'),
        ('"a@b"@thing.test', '"a@b"@thing.test'),
        ("bob@bücher.test", "bob@xn--bcher-kva.test"),
        ("bob@BÜCHER.test", "bob@xn--bcher-kva.test"),
        ("bob@xn--bcher-kva.test", "bob@xn--bcher-kva.test"),
        ("JOSÉ@thing.test", "josé@thing.test"),
        ("jose\u0301@thing.test", "josé@thing.test"),
        ("bob@[192.0.2.1]", "bob@[192.0.2.1]"),
        ("*@thing.test", "*@thing.test"),
        ("a..b@thing.test", "a..b@thing.test"),
        (" bob@thing.test ", "bob@thing.test"),
    ],
)
def test_every_spelling_leads_to_one_inbox(written: str, inbox: str) -> None:
    address = Address.parse(written)
    assert address is not None
    assert address.inbox == inbox
    again = Address.parse(inbox)
    assert again is not None
    assert again.inbox == inbox


@pytest.mark.parametrize(
    "written",
    [
        "",
        "bob",
        "@thing.test",
        "bob@",
        "bob@thing..test",
        "bob@.test",
        "bob@thing.test.",
        "a@b@c.test",
        "bob smith@x.test",
        "bob@thing test",
        "bob@thing/../test",
        '""@x.test',
        '"bob@x.test',
        "bob\r\n@x.test",
        "bob\0@x.test",
        "bob\u2028@x.test",
        "<bob@x.test>",
        "bob@[192.0.2.1",
        "b" * 508 + "@x.test",
        "bob@x\u00c3\u037ey.test",
        "bob@x.test\u3002",
    ],
)
def test_what_is_no_address_is_none(written: str) -> None:
    assert Address.parse(written) is None


def test_the_longest_recipient_that_a_door_takes_can_be_asked_for() -> None:
    domain = ".".join(["l" * 63] * 4)
    for local in ("\\" * 128, "l" * 128, '"' * 128):
        address = Address(local, domain)
        assert Address.parse(str(address)) == address
        assert Address.parse(address.inbox) == address


@given(st.text(max_size=30), st.sampled_from(["x.test", "Ü.test", "[192.0.2.1]"]))
def test_reading_an_inbox_name_again_changes_nothing(local: str, domain: str) -> None:
    address = Address.parse(f"{local}@{domain}")
    if address is not None:
        again = Address.parse(address.inbox)
        assert again is not None
        assert again.inbox == address.inbox


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("*@thing.test", "thing.test"),
        ("*+tag@Thing.TEST", "thing.test"),
        ('"*"@thing.test', "thing.test"),
        ("**@thing.test", None),
        ("a*@thing.test", None),
        ('"*@x"@thing.test', None),
        ('"a@*"@thing.test', None),
        ('"* "@thing.test', None),
    ],
)
def test_a_catch_all_is_told_from_every_other_address(text: str, host: str | None) -> None:
    address = Address.parse(text)
    assert address is not None
    assert caught_host(address.inbox) == host
    assert host is None or catch_all(Host(host)) == address.inbox
