"""Tokens of share links: made here or none, whatever is done to them."""

import base64
import string

import pytest

from mailweir.model.account import AccountName
from mailweir.model.address import Inbox
from mailweir.model.message import MessageId
from mailweir.policy.sharing import LONGEST, Links, Share
from mailweir.policy.visibility import Refusal, by_link, is_for, may_change

LINKS = Links("a secret of tests")
SHARE = Share(AccountName("ann"), Inbox("bob@thing.test"), MessageId("q1-0"), 1_790_000_000_000)
TOKEN = LINKS.token(SHARE)


def test_a_token_says_what_it_was_made_of_and_fits_into_a_path() -> None:
    assert LINKS.share(TOKEN) == SHARE
    assert set(TOKEN) <= set(string.ascii_letters + string.digits + "-_")
    assert LINKS.token(SHARE) == TOKEN


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_with_another_character_at_any_place_it_is_none(at: int) -> None:
    for other in string.ascii_letters + string.digits + "-_=+/ .%":
        if other != TOKEN[at]:
            assert LINKS.share(TOKEN[:at] + other + TOKEN[at + 1 :]) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        TOKEN[:-1],
        TOKEN[1:],
        f"{TOKEN}A",
        f"{TOKEN}=",
        f"{TOKEN}==",
        f"{TOKEN}\n",
        f" {TOKEN}",
        f"{TOKEN[:9]}!{TOKEN[9:]}",
        TOKEN + TOKEN,
        TOKEN.upper(),
        "A" * LONGEST,
        "A" * (LONGEST + 1),
        "ä" * 40,
        "\ud800",
        base64.urlsafe_b64encode(bytes(32)).decode(),
    ],
)
def test_what_was_not_made_here_is_none(token: str) -> None:
    assert LINKS.share(token) is None


def test_another_services_token_is_none() -> None:
    assert LINKS.share(Links("another secret").token(SHARE)) is None


def test_what_one_token_is_signed_by_signs_no_other() -> None:
    """Account, inbox and message are apart: none of them can be made longer at the cost of the next."""
    first = Share(AccountName("ann"), Inbox("x@a.test"), MessageId("q1-0"), 1)
    moved = Share(AccountName("annx"), Inbox("@a.test"), MessageId("q1-0"), 1)
    assert LINKS.token(first) != LINKS.token(moved)


# A token of n octets has ⌈4n / 3⌉ characters: none has 2,049.
@pytest.mark.parametrize(("length", "found"), [(LONGEST - 1, True), (LONGEST, True), (LONGEST + 2, False)])
def test_a_token_is_read_up_to_its_greatest_length(length: int, found: bool) -> None:  # noqa: FBT001
    shortest = len(LINKS.token(_long(300)))
    share = next(
        one for more in range(LONGEST) if len(LINKS.token(one := _long(300 + more))) == length >= shortest
    )
    assert (LINKS.share(LINKS.token(share)) == share) is found


def test_the_longest_that_there_can_be_fits() -> None:
    longest = Share(
        AccountName("a" * 64),
        Inbox("\U0001f600" * 64 + "@" + "x" * 255),
        MessageId("q" * 64 + "-9999"),
        2**53,
    )
    assert LINKS.share(LINKS.token(longest)) == longest


def test_who_follows_a_link_reads_that_inbox_and_changes_nothing() -> None:
    caller = by_link(SHARE)
    assert is_for(caller, SHARE.inbox) is None
    assert is_for(caller, Inbox("eve@thing.test")) is Refusal.ELSEWHERE
    assert is_for(caller) is Refusal.ELSEWHERE
    assert may_change(caller) is Refusal.READ_ONLY


def _long(octets: int) -> Share:
    return Share(AccountName("ann"), Inbox("x" * octets), MessageId("q1-0"), 1)
