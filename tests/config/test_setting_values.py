"""Which values settings take, and what follows from the profile."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailweir.config.errors import SettingsError
from mailweir.config.load import load
from mailweir.config.serial import from_json, shown, to_json
from mailweir.config.settings import DOORS, TABLE, Settings

# As the contract lists them: a name that is missing here was promised to the outside.
PROMISED = [
    "data",
    "smtp",
    "submission",
    "http",
    "pop3",
    "imap",
    "admin",
    "status",
    "profile",
    "throttle",
    "connection_caps",
    "connection_rates",
    "http_connection_caps",
    "greeting_delay",
    "public_inbox_limit",
    "public_inbox_days",
    "blocklist_limit",
    "message_size_limit",
    "line_ends_public",
    "line_ends_submission",
    "anonymous_reads",
    "anonymous_deletes",
    "api_requires_key",
    "guest_password",
    "base_domains",
    "mx_hosts",
    "dns_servers",
    "trusted_proxies",
    "tls_certificate",
    "tls_key",
    "public_url",
    "content_url",
    "status_url",
    "community_url",
    "security_contact",
    "secret",
    "node_name",
    "receivers",
    "webs",
    "store",
    "bus",
    "log_format",
    "bootstrap_account",
    "bootstrap_password",
    "bootstrap_key",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret",
    "oidc_claim",
]


def settings(**flags: str) -> Settings:
    return load(dict(flags), {}).settings


def test_every_promised_setting_exists_and_no_other() -> None:
    assert set(TABLE) == set(PROMISED)


def test_the_defaults_are_the_promised_ones() -> None:
    plain = shown(settings())
    assert {door: plain[door] for door in DOORS} == {
        "smtp": "127.0.0.1:1025",
        "submission": "127.0.0.1:1587",
        "http": "127.0.0.1:8025",
        "pop3": "127.0.0.1:1110",
        "imap": "127.0.0.1:1143",
        "admin": "127.0.0.1:9025",
        "status": "127.0.0.1:8026",
    }
    first = {
        "throttle": "on",
        "anonymous_reads": "all",
        "anonymous_deletes": "one",
        "api_requires_key": False,
    }
    first |= {"store": "sqlite:", "bus": "local:", "log_format": "json", "line_ends_submission": "lenient"}
    assert {name: plain[name] for name in first} == first
    assert plain["message_size_limit"] == 25 * 1024 * 1024
    assert plain["data"] == str(Path.cwd() / "mailweir-data")


def test_a_server_that_only_this_machine_reaches_is_local() -> None:
    found = settings(smtp="127.0.0.53:25,[::1]:25,localhost:26", http="off")
    assert (found.profile, found.profile_reason) == ("local", "every door is on loopback")
    assert (found.public_inbox_limit, found.public_inbox_days, found.line_ends_public) == (500, 30, "lenient")


@pytest.mark.parametrize("address", ["0.0.0.0:25", "[::]:25", "192.0.2.1:25", "mx.thing.test:25"])
def test_one_door_that_others_reach_makes_it_a_server_on_the_internet(address: str) -> None:
    found = settings(smtp=f"127.0.0.1:26,{address}")
    assert (found.profile, found.public_inbox_limit, found.public_inbox_days) == ("internet", 6, 4)
    assert found.line_ends_public == "strict"
    assert address in found.profile_reason


def test_connections_are_capped_on_the_internet_alone() -> None:
    at_home, outside = settings(), settings(profile="internet")
    assert at_home.connection_caps == at_home.connection_rates == at_home.http_connection_caps == (0, 0, 0)
    assert (outside.connection_caps, outside.connection_rates) == ((30, 90, 270), (300, 900, 2700))
    assert outside.http_connection_caps == (300, 900, 2700)
    assert settings(connection_caps="0, 5,100000").connection_caps == (0, 5, 100_000)
    assert shown(outside)["connection_caps"] == "30,90,270"


def test_a_profile_that_was_asked_for_holds_and_says_so() -> None:
    found = load({}, {"MAILWEIR_PROFILE": "internet"}).settings
    assert (found.profile, found.public_inbox_limit) == ("internet", 6)
    assert "MAILWEIR_PROFILE" in found.profile_reason


def test_what_was_set_stays_whatever_the_profile() -> None:
    found = settings(profile="internet", public_inbox_limit="0", line_ends_public="lenient")
    assert (found.public_inbox_limit, found.line_ends_public) == (0, "lenient")


@pytest.mark.parametrize(
    ("written", "octets"),
    [("0", 0), ("1000", 1000), ("10KB", 10_000), ("25MiB", 26_214_400), ("1 kib", 1024), ("7b", 7)],
)
def test_a_size_may_have_a_unit(written: str, octets: int) -> None:
    assert settings(message_size_limit=written).message_size_limit == octets


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("smtp", value)
            for value in ("", "25", ":25", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", "::1:25")
        ),
        *(
            ("smtp", value)
            for value in ("[127.0.0.1]:25", "127.0.0.999:25", "off,127.0.0.1:25", "a b:25", "[::1]25")
        ),
        *(("smtp", value) for value in ("127.0.0.1:-1", "127.0.0.1:٢٥", "-x:25", "h\n:25")),
        *(("message_size_limit", value) for value in ("-1", "1.5MiB", "25M", "9GiB", "1e6", "²", "9" * 40)),
        *(("public_inbox_limit", value) for value in ("-1", "six", "", "1_000", "99999999")),
        *(("receivers", value) for value in ("0", "65", "two")),
        *(("api_requires_key", value) for value in ("yes", "2", "")),
        *(("throttle", value) for value in ("ON", "dry", "")),
        *(("connection_caps", value) for value in ("", "30", "30,90", "1,2,3,4", "1,2,x", "1,2,100001")),
        *(("connection_rates", value) for value in ("-1,2,3", "1,2,1000001")),
        *(("http_connection_caps", value) for value in ("1;2;3", "1,2,100001")),
        *(("greeting_delay", value) for value in ("-1", "30001", "0.5", "")),
        *(("trusted_proxies", value) for value in ("10.0.0.0/33", "proxy.test", "10.0.0")),
        *(("base_domains", value) for value in ("a..test", "-a.test", "a_b!.test", "x" * 64 + ".test")),
        *(
            ("public_url", value)
            for value in ("mail.test", "ftp://a.test", "http://", "https://a.test/?q", "http://a:b")
        ),
        *(
            ("security_contact", value)
            for value in ("security@thing.test", "http://thing.test/", "https://", "https:///x", "tel:me")
        ),
        *(
            ("security_contact", value)
            for value in (
                "mailto:a",
                "mailto:a b@thing.test",
                "mailto:a@b.test\nContact: x",
                "mailto:ä@b.test",
            )
        ),
        *(("store", value) for value in ("sqlite", "mysql://h/d", "postgres://")),
        *(("bus", value) for value in ("nats", "redis://h")),
        *(("node_name", value) for value in ("a b", "", "a/b")),
        *(("profile", value) for value in ("laptop",)),
        *(("data", value) for value in ("", " ", "a\x00b")),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(**{name: value})
    assert f"Setting {name} (flag --{name.replace('_', '-')})" in str(caught.value)
    assert TABLE[name].kind.allowed in str(caught.value)


@given(
    name=st.sampled_from(PROMISED),
    value=st.text() | st.sampled_from(["1:1", "[::1]:٣", "http://[", "//[::1]"]),
)
def test_whatever_is_written_is_taken_or_refused_and_nothing_else(name: str, value: str) -> None:
    found, sentence = None, ""
    try:
        found = settings(**{name: value})
    except SettingsError as error:
        sentence = str(error)
    assert "\n" not in sentence
    assert found is None or from_json(to_json(found)) == found


def test_lists_stand_with_commas_and_are_made_canonical() -> None:
    found = settings(base_domains=" Thing.TEST, bücher.test. ,", trusted_proxies="10.1.2.3/8,2001:DB8::1")
    assert found.base_domains == ("thing.test", "xn--bcher-kva.test")
    assert found.trusted_proxies == ("10.0.0.0/8", "2001:db8::1/128")


def test_a_hole_may_be_told_of_by_mail_by_telephone_or_on_a_page() -> None:
    ways = "mailto:security@thing.test, https://thing.test/hole?now#form,tel:+1-201-555-0123"
    assert settings(security_contact=ways).security_contact == (
        "mailto:security@thing.test",
        "https://thing.test/hole?now#form",
        "tel:+1-201-555-0123",
    )
    assert settings().security_contact == ()


def test_a_door_that_is_off_has_no_address() -> None:
    assert settings(pop3="off").listeners("pop3") == ()
    assert shown(settings(pop3="off"))["pop3"] == "off"


def test_settings_reach_a_child_as_they_are() -> None:
    whole = settings(secret="hush", tls_certificate="/c.pem", tls_key="/k.pem", smtp="[::1]:0,127.0.0.1:0")
    assert from_json(to_json(whole)) == whole


@pytest.mark.parametrize(
    ("length", "taken"), [(11, False), (12, True), (13, True), (127, True), (128, True), (129, False)]
)
def test_a_guest_password_is_neither_short_nor_endless(length: int, taken: bool) -> None:  # noqa: FBT001
    password = "ä" * length
    if taken:
        assert settings(guest_password=password).guest_password == password
        return
    with pytest.raises(SettingsError, match="12 to 128 characters") as refused:
        settings(guest_password=password)
    assert password not in str(refused.value)


def test_what_people_are_shown_holds_no_secret() -> None:
    plain = shown(settings(secret="hush", bootstrap_key="hush", store="postgres://mail:hush@db.test/mail"))
    assert "hush" not in str(plain)
    assert (plain["secret"], plain["bootstrap_password"]) == ("***", None)
    assert plain["store"] == "postgres://mail:***@db.test/mail"
