"""Address lists as people and programs write them (RFC 5322 §3.4), and as they should not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.effort import LINEAR, cpu_seconds
from fakes.examples import examples
from mailweir.wire.mime.addresses import addresses


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        (b"", []),
        (b"bob@x.test", [("", "bob@x.test")]),
        (b"<bob@x.test>", [("", "bob@x.test")]),
        (b"Bob Builder <bob@x.test>", [("Bob Builder", "bob@x.test")]),
        (b'"Builder, Bob" <bob@x.test>', [("Builder, Bob", "bob@x.test")]),
        (b'"Bob \\"B\\" Builder"<bob@x.test>', [('Bob "B" Builder', "bob@x.test")]),
        (b"a@x.test, B <b@x.test>,,\r\n c@x.test", [("", "a@x.test"), ("B", "b@x.test"), ("", "c@x.test")]),
        (b"Team: a@x.test, B <b@x.test>;, c@x.test", [("", "a@x.test"), ("B", "b@x.test"), ("", "c@x.test")]),
        (b"undisclosed recipients:;", []),
        (b"bob@x.test (Bob (the) Builder)", [("Bob (the) Builder", "bob@x.test")]),
        (b"Al(ice) <al@x.test>", [("Al", "al@x.test")]),
        (b"(c) a@b", [("c", "a@b")]),
        (b'"a b"@x.test', [("", '"a b"@x.test')]),
        (b'<"a b"@x.test>', [("", '"a b"@x.test')]),
        (b"bob@[192.0.2.1]", [("", "bob@[192.0.2.1]")]),
        (b"bob @ x.test", [("", "bob@x.test")]),
        (b"<bob @ x.test>", [("", "bob@x.test")]),
        (b"<@a.test,@b.test:bob@x.test>", [("", "bob@x.test")]),
        (b"bob@x.test <bob@x.test>", [("bob@x.test", "bob@x.test")]),
        (b"=?utf-8?q?J=C3=B6rg,_D?= <j@x.test>", [("Jörg, D", "j@x.test")]),
        (b"=?utf-8?q?=3Cevil=40y.test=3E?= <j@x.test>", [("<evil@y.test>", "j@x.test")]),
        ("Jörg <jörg@x.test>".encode(), [("Jörg", "jörg@x.test")]),
        # garbage
        (b"root", [("", "root")]),
        (b"Bob Builder", [("Bob Builder", "")]),
        (b'"Bob Builder" bob@x.test', [("Bob Builder", "bob@x.test")]),
        (b"<a@x.test, b@x.test", [("", "a@x.test"), ("", "b@x.test")]),
        (b"a@", [("", "a@")]),
        (b"@", [("", "@")]),
        (b"<>", []),
        (b",;:,", []),
        (b"\\", []),
        (b"a\x00<b\r\n@c>", [("a", "b@c")]),
    ],
)
def test_a_list_is_taken_apart(octets: bytes, found: list[tuple[str, str]]) -> None:
    assert addresses(octets) == found


def test_a_list_is_as_long_as_asked() -> None:
    many = b"a@x.test, " * 5000
    assert len(addresses(many)) == 1000
    assert len(addresses(many, limit=3)) == 3
    assert addresses(b"a@x.test", limit=0) == []


@pytest.mark.parametrize(
    "octets",
    [
        b"," * 400_000,
        b"(" * 400_000,
        b"()" * 200_000,
        b'"' * 400_000,
        b'" ' * 200_000,
        b"<" * 400_000,
        b"<," * 200_000,
        b"<@" * 200_000,
        b"[" * 400_000,
        b"\\" * 400_000,
        b"@" * 400_000,
        b"a." * 100_000 + b"@b",
        b'"' + b"a " * 100_000 + b'"',
        b"a " * 200_000,
        b"a@b.test, " * 8000,
        b"a:b;" * 100_000,
        b"=?x?q?" * 60_000,
        b"=?utf-8?q?a?=x" * 28_000,
    ],
)
def test_hostile_lists_are_read_in_linear_time(octets: bytes) -> None:
    assert cpu_seconds(lambda: addresses(octets)) < LINEAR


@given(st.binary(max_size=200) | st.text('ab@.,;:<>()"\\[] \r\n=?qé\0', max_size=60).map(str.encode))
@examples(1000)
def test_any_octets_give_clean_pairs(octets: bytes) -> None:
    for name, address in addresses(octets):
        assert name or address
        for text in (name, address):
            assert not any(ord(c) < 0x20 or 0x7F <= ord(c) <= 0x9F for c in text)
