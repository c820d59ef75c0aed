"""What tests read from a message without another question."""

from datetime import UTC, datetime

import pytest

from mailweir.testing.errors import MailNotFoundError
from mailweir.testing.mail import Mail
from testing.script import ADDRESS, a_message

VERIFY = "https://shop.test/verify?token=1"
RESET = "https://shop.test/account?token=2"
HELP = "https://shop.test/help"


def a_mail() -> Mail:
    return Mail(
        a_message(
            codes=[{"value": "482913", "confidence": 0.99}, {"value": "2026", "confidence": 0.4}],
            links=[HELP, VERIFY, RESET],
            actions=[{"url": RESET, "kind": "reset"}, {"url": VERIFY, "kind": "verify"}],
        )
    )


def test_a_message_tells_who_what_and_when() -> None:
    mail = a_mail()
    assert (mail.id, mail.inbox, mail.subject) == ("M1-0", ADDRESS, "Message 1")
    assert (mail.sender, mail.to) == ("shop@shop.test", [ADDRESS])
    assert mail.received == datetime(2026, 11, 26, 12, 0, 1, tzinfo=UTC)


def test_the_code_is_the_most_likely_one() -> None:
    assert a_mail().code == "482913"
    assert a_mail().codes == ["482913", "2026"]


def test_the_link_is_the_one_to_follow_or_of_that_kind_or_with_that_in_it() -> None:
    mail = a_mail()
    assert mail.link() == RESET
    assert mail.link("verify") == mail.link("Verify") == VERIFY
    assert mail.link("/help") == HELP
    assert Mail(a_message(links=[HELP])).link() == HELP


def test_what_is_not_there_is_told_with_what_is() -> None:
    with pytest.raises(MailNotFoundError, match="'Message 1' has no one-time code"):
        _ = Mail(a_message()).code
    with pytest.raises(MailNotFoundError, match=r"no link 'invite'; its links: https://shop\.test/help"):
        Mail(a_message(links=[HELP])).link("invite")


def test_a_message_from_nobody_has_an_empty_sender() -> None:
    assert Mail(a_message() | {"from": []}).sender == ""
