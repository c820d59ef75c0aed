"""A failed wait says what was near and why not, what was refused, and whose fault it is."""

import pytest

from mailweir.testing.errors import MailNotFoundError
from mailweir.testing.exchange import Answer
from mailweir.testing.wishes import Wish
from testing.script import ADDRESS, AWAY, Script, a_message, found, nothing

REFUSED = {"recipient": ADDRESS, "reply": "452 4.3.1 The store is full.", "at": "2026-11-26T12:00:04.000Z"}


def failure(*answers: Answer, wish: Wish = Wish(code=True)) -> MailNotFoundError:  # noqa: B008  a constant
    script = Script(*answers)
    script.box.hint = " than to 127.0.0.1:1025"
    with pytest.raises(MailNotFoundError) as caught:
        script.play(script.box.wait(wish, 0))
    return caught.value


def test_nothing_has_come_and_the_server_is_well() -> None:
    error = failure(nothing())
    assert error.fault == "application"
    first, second = str(error).splitlines()
    assert first == f"No message with a code has come to {ADDRESS} in 0 s."
    assert second.startswith("The server is well, and nothing has come: the application sent nothing, or")
    assert second.endswith("elsewhere than to 127.0.0.1:1025.")


def test_the_nearest_are_told_with_what_was_against_them() -> None:
    misses = [
        {"message": a_message(number, codes=[{"value": "4829"}]), "failed": ["from", "claimed"]}
        for number in range(1, 8)
    ]
    error = failure(nothing(nearest=misses))
    lines = str(error).splitlines()
    assert error.fault == "application"
    assert lines[1] == "The server is well, and mail has come: it is not what the test waits for."
    assert lines[2:4] == [
        "Nearest:",
        "  12:00:01 'Message 1' from shop@shop.test, code 4829: from, claimed",
    ]
    assert len(lines) == 8


def test_mail_that_was_refused_is_told_with_its_reply() -> None:
    error = failure(nothing(refused=[REFUSED]))
    lines = str(error).splitlines()
    assert error.fault == "application"
    assert lines[1] == "The server is well: it refused mail for this address, as the application was told."
    assert lines[2:] == [
        "Refused:",
        f"  452 4.3.1 The store is full. for {ADDRESS} at 2026-11-26T12:00:04.000Z",
    ]


def befallen(action: str, reply: str = "") -> dict[str, object]:
    known = {"action": action, "rule": "inbox", "seconds": 8.2, "code": "1f0c9a2b7e"}
    return {**REFUSED, **known, "reply": reply}


@pytest.mark.parametrize(
    ("action", "verdict", "line"),
    [
        ("refuse", "it refused mail for this address, as the application was told.", "  550 No for"),
        (
            "later",
            "it put mail for this address off, to be sent again, as the application",
            "  put off: 550 No for",
        ),
        (
            "ban",
            "it refused mail for this address by a ban, as the application was told.",
            "  banned: 550 No for",
        ),
    ],
)
def test_what_was_done_to_mail_is_told(action: str, verdict: str, line: str) -> None:
    error = failure(nothing(refused=[befallen("slow"), befallen(action, "550 No")]))
    lines = str(error).splitlines()
    assert lines[1].startswith(f"The server is well: {verdict}")
    assert lines[2] == "Refused:"
    assert lines[3].startswith("  slowed by 9 s by the rule 'inbox' [1f0c9a2b7e] for")
    assert lines[4].startswith(line)


def test_mail_that_was_only_slowed_may_still_come() -> None:
    lines = str(failure(nothing(refused=[befallen("slow")]))).splitlines()
    assert lines[1] == "The server is well: it slowed mail for this address, which may still come."
    assert lines[2] == "Slowed:"
    miss = {"message": a_message(1), "failed": ["from"]}
    lines = str(failure(nothing(refused=[befallen("slow")], nearest=[miss]))).splitlines()
    assert "mail has come" in lines[1], "what has come is told before what may"


def test_a_server_that_is_not_well_is_at_fault() -> None:
    error = failure(nothing(intake={"healthy": False, "reasons": ["the store is full"]}))
    assert error.fault == "platform"
    assert "The platform is at fault, not the application: the store is full." in str(error)


def test_a_server_that_is_away_is_at_fault() -> None:
    error = failure(AWAY)
    assert error.fault == "platform"
    assert "not the application: 127.0.0.1:8025 does not answer: refused." in str(error)


def test_a_message_that_was_given_before_is_among_the_nearest() -> None:
    script = Script()
    script.play(script.box.wait(Wish(), 0), found(1))
    with pytest.raises(MailNotFoundError, match=r"'Message 1' .*: given to an earlier wait of this test"):
        script.play(script.box.wait(Wish(), 0), found(1), nothing())


def test_a_message_with_another_link_is_among_the_nearest() -> None:
    error = failure(found(1, links=["https://shop.test/reset"]), nothing(), wish=Wish(link="verify"))
    assert "No message with a link 'verify' has come" in str(error)
    assert "'Message 1' from shop@shop.test: no link 'verify'" in str(error)


def test_a_wish_is_told_in_words() -> None:
    assert str(Wish()) == "message"
    wish = Wish(code=True, link=True, attachment=True, subject="Hi", sender="a@b.test", regex="x+")
    assert (
        str(wish) == "message with a code, a link, an attachment, subject 'Hi', sender 'a@b.test', regex 'x+'"
    )
