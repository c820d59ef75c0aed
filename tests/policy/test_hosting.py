"""Which hosts can be claimed, and what the DNS proves."""

import pytest

from mailweir.model.address import Host
from mailweir.model.domain import Check, custom_host
from mailweir.policy.hosting import Hosting, Kind

HOSTING = Hosting(frozenset({"mail.test"}), (Host("mx1.mail.test"), Host("mx2.mail.test")))
QA = Host("qa.thing.test")
TOKEN = "mailweir_abc"


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("qa.thing.test", Kind.FOREIGN),
        ("mail.test", Kind.OURS),
        ("team.mail.test", Kind.HOSTED),
        ("a.team.mail.test", Kind.OURS),
        ("notmail.test", Kind.FOREIGN),
        ("mail.test.evil.test", Kind.FOREIGN),
    ],
)
def test_what_is_the_services_own_is_not_claimed_and_what_is_just_below_needs_no_proof(
    host: str, kind: Kind
) -> None:
    assert HOSTING.kind(Host(host)) is kind


def test_without_base_domains_every_host_needs_a_proof() -> None:
    assert Hosting(frozenset(), (QA,)).kind(Host("mail.test")) is Kind.FOREIGN


def test_a_record_with_the_token_and_one_of_our_mail_hosts_is_all_that_is_needed() -> None:
    found = HOSTING.judge(QA, TOKEN, ["v=spf1 -all", f" {TOKEN} "], [Host("a.test"), Host("mx2.mail.test")])
    assert found == Check(proven=True, receives=True)


@pytest.mark.parametrize("text", ["", "mailweir_", "mailweir_abcd", "MAILWEIR_ABC", "x mailweir_abc"])
def test_nothing_else_proves_it(text: str) -> None:
    found = HOSTING.judge(QA, TOKEN, [text], [Host("mx1.mail.test")])
    assert (found.proven, found.receives) == (False, True)
    assert found.errors == "No TXT record of qa.thing.test says mailweir_abc."


def test_where_the_mail_goes_instead_is_said() -> None:
    elsewhere = [Host(f"mx{number}.far.test") for number in range(5)]
    found = HOSTING.judge(QA, TOKEN, [TOKEN], elsewhere)
    assert (found.proven, found.receives) == (True, False)
    assert "mx0.far.test, mx1.far.test, mx2.far.test and others" in found.errors
    assert (
        "no MX record; it should be mx1.mail.test or mx2.mail.test" in HOSTING.judge(QA, TOKEN, [], []).errors
    )


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("QA.Example.com", "qa.example.com"),
        (" qa.example.com. ", "qa.example.com"),
        ("müll.example", "xn--mll-hoa.example"),
        ("a_b.example", "a_b.example"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
        (f"{'a' * 64}.example", None),
        ("example", None),
        ("192.0.2.1", None),
        ("[192.0.2.1]", None),
        ("a..example", None),
        ("-a.example", None),
        ("a b.example", None),
        ("a/b.example", None),
        ("", None),
        (".", None),
        (f"{'a.' * 122}example", "a." * 122 + "example"),
        (f"{'a.' * 123}example", "a." * 123 + "example"),
        (f"{'a.' * 124}example", None),
    ],
)
def test_a_domain_has_a_dot_and_is_no_address(text: str, host: str | None) -> None:
    assert custom_host(text) == host
