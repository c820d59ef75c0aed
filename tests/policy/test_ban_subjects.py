"""What may be banned, and in which spelling it is kept."""

from ipaddress import ip_network

import pytest

from fakes.bans import a_subject
from mailweir.model.ban import Kind, Register
from mailweir.policy.ban_subjects import Bounds, Unfit, subject_of


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("192.0.2.7", "network", "192.0.2.7"),
        ("192.0.2.7/24", "network", "192.0.2.0/24"),
        (" 192.0.2.7/32 ", "network", "192.0.2.7"),
        ("2001:DB8::/32", "network", "2001:db8::/32"),
        ("::ffff:192.0.2.7", "network", "192.0.2.7"),
        ("::ffff:192.0.2.0/120", "network", "192.0.2.0/24"),
        ("Spam.TEST.", "domain", "spam.test"),
        ("*.spam.test", "domain", "spam.test"),
        ("mäil.test", "domain", "xn--mil-qla.test"),
        ("Bob+tag@Spam.test", "sender", "bob@spam.test"),
    ],
)
def test_a_subject_has_one_spelling(text: str, kind: Kind, name: str) -> None:
    subject = a_subject(text)
    assert (subject.kind, str(subject)) == (kind, name)
    assert a_subject(str(subject)) == subject


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("bob@thing.test", "recipient", "bob@thing.test"),
        ("Thing.test", "recipient", "thing.test"),
        ("[192.0.2.7]", "hello", "[192.0.2.7]"),
        ("Localhost", "hello", "localhost"),
        ("x" * 255, "hello", "x" * 255),
        ("spam.test", "domain", "spam.test"),
    ],
)
def test_a_kind_can_be_named(text: str, kind: Kind, name: str) -> None:
    assert a_subject(text, kind).name == name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("", None), ("com", None), ("no such", None), ("999.0.2.1", None), ("192.0.2.1/33", None)),
        *(("fe80::1%eth0", None), ("@spam.test", None), ("a@b@", None), ("bob@spam.test", "domain")),
        *(("spam.test", "sender"), ("spam.test", "network"), ("x y", "hello"), ("x" * 256, "hello")),
        *((f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.test", None), (f"{'a' * 64}.test", None)),
        *(("x\r\ny.test", None), ("x\0.test", None), ("-a.test", None)),
    ],
)
def test_what_is_no_subject_is_said_so(text: str, kind: Kind | None) -> None:
    assert isinstance(subject_of(text, kind), Unfit)


@pytest.mark.parametrize("register", ["allow", "block", "rule"])
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        *(("0.0.0.0/0", False), ("10.0.0.0/7", False), ("10.0.0.0/8", True), ("10.0.0.0/9", True)),
        *(("::/0", False), ("2001::/15", False), ("2001::/16", True), ("2001::/17", True)),
    ],
)
def test_no_entry_is_wider_than_anybody_means(register: Register, text: str, *, fits: bool) -> None:
    assert (Bounds().unfit(a_subject(text), register) is None) == fits


@pytest.mark.parametrize("register", ["block", "rule"])
@pytest.mark.parametrize(
    "text", ["192.0.2.0/24", "192.0.2.64/26", "192.0.2.80", "192.0.0.0/16", "2001:db8::1"]
)
def test_our_own_proxies_are_not_banned_nor_a_network_around_them(register: Register, text: str) -> None:
    bounds = Bounds(trusted=[ip_network("192.0.2.80/28"), ip_network("2001:db8::/64")])
    unfit = bounds.unfit(a_subject(text), register)
    assert unfit is not None
    assert "our proxy" in unfit.why
    assert bounds.unfit(a_subject(text), "allow") is None
    for other in ("192.0.2.96", "192.0.3.0/24", "2001:db8:0:1::/64"):
        assert bounds.unfit(a_subject(other), register) is None


def test_a_laptop_does_not_ban_itself_and_an_internet_host_may() -> None:
    for text in ("127.0.0.1", "127.0.0.0/8", "::1"):
        assert Bounds(loopback=True).unfit(a_subject(text), "block") is not None
        assert Bounds(loopback=False).unfit(a_subject(text), "rule") is None
    assert Bounds(loopback=True).unfit(a_subject("::ffff:127.0.0.1"), "block") is not None


def test_a_rule_does_not_ban_our_own_domains_and_people_may() -> None:
    bounds = Bounds(own=frozenset({"mail.test"}))
    for kind in ("domain", "recipient"):
        subject = a_subject("mail.test", kind)
        assert bounds.unfit(subject, "rule") is not None
        assert bounds.unfit(subject, "block") is None
    assert bounds.unfit(a_subject("other.test"), "rule") is None
