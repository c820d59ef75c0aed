"""A wait goes on over outages and proxies until its own time is over, and loses nothing by that."""

import pytest

from mailweir.testing.errors import MailNotFoundError, MailweirError, UnexpectedMailError
from mailweir.testing.wishes import Wish
from testing.script import ADDRESS, AWAY, BEGUN, Script, a_message, answer, found, nothing

ANY = Wish()


def test_a_wait_asks_for_all_since_the_run_began() -> None:
    script = Script(found(codes=[{"value": "482913"}]))
    wish = Wish(code=True, subject="code", sender="shop", to="me", text="hello", regex="[0-9]+")
    assert script.play(script.box.wait(wish, 30)).code == "482913"
    assert script.asked[0].target.startswith(f"/api/addresses/{ADDRESS}/wait?")
    assert script.queries()[0] == {
        "since": BEGUN,
        "from": "shop",
        "to": "me",
        "subject": "code",
        "text": "hello",
        "regex": "[0-9]+",
        "require": "code",
        "timeout": "30",
    }


def test_a_long_wait_is_asked_in_slices_with_one_since() -> None:
    script = Script(*[(50.0, nothing())] * 7, (10.0, found()))
    assert script.play(script.box.wait(ANY, 400)).id == "M1-0"
    queries = script.queries()
    assert [query["timeout"] for query in queries] == ["50"] * 8
    assert {query["since"] for query in queries} == {BEGUN}


def test_a_server_that_is_away_is_asked_again_from_the_same_moment_on() -> None:
    script = Script(AWAY, (5.0, AWAY), answer(502), answer(504), found())
    script.play(script.box.wait(ANY, 30))
    assert [ask.after for ask in script.asked] == [0.0, 0.2, 0.2, 0.2, 0.2]
    assert {query["since"] for query in script.queries()} == {BEGUN}
    assert [query["timeout"] for query in script.queries()] == ["30", "30", "25", "25", "25"]


def test_an_answer_may_take_longer_than_its_wait_since_a_message_may_be_being_read() -> None:
    script = Script(found())
    script.play(script.box.wait(ANY, 7))
    assert script.asked[0].patience == pytest.approx(27)


def test_a_wait_for_no_time_asks_once() -> None:
    script = Script(nothing())
    with pytest.raises(MailNotFoundError):
        script.play(script.box.wait(ANY, 0))
    assert len(script.asked) == 1


def test_what_the_server_refuses_is_told_at_once() -> None:
    script = Script(answer(401, message="No such key."))
    with pytest.raises(MailweirError, match=r"^No such key\.$") as caught:
        script.play(script.box.wait(ANY, 30))
    assert caught.value.status == 401


def test_each_message_is_given_once_so_that_a_second_wait_gets_the_next() -> None:
    script = Script()
    assert script.play(script.box.wait(ANY, 30), found(1)).id == "M1-0"
    assert script.play(script.box.wait(ANY, 30), found(1), found(2)).id == "M2-0"
    assert [query["since"] for query in script.queries()] == [BEGUN, BEGUN, "M1-0"]


def test_who_says_since_when_gets_a_message_again() -> None:
    script = Script()
    first = script.play(script.box.wait(ANY, 30), found(1))
    assert script.play(script.box.wait(Wish(since=BEGUN), 30), found(1)).id == first.id
    assert script.play(script.box.wait(Wish(since=first), 30), found(2)).id == "M2-0"
    script.play(script.box.wait(Wish(since=first.received), 30), found(1))
    assert [query["since"] for query in script.queries()] == [
        BEGUN,
        BEGUN,
        "M1-0",
        "2026-11-26T12:00:01.000+00:00",
    ]


def test_a_message_that_has_another_link_is_passed_over() -> None:
    reset = {"links": ["https://shop.test/reset?t=1"], "actions": []}
    verify = {"links": ["https://shop.test/verify?t=2"], "actions": []}
    script = Script(found(1, **reset), found(2, **verify))
    assert script.play(script.box.wait(Wish(link="verify"), 30)).id == "M2-0"
    assert [(query["since"], query["require"]) for query in script.queries()] == [
        (BEGUN, "link"),
        ("M1-0", "link"),
    ]


def test_when_the_message_that_a_search_went_on_from_is_gone_it_goes_on_from_its_moment() -> None:
    lost = answer(404, message="No such message.")
    script = Script(found(1), lost, (1.0, nothing()))
    with pytest.raises(MailNotFoundError):
        script.play(script.box.wait(Wish(attachment=True), 1))
    assert [query["since"] for query in script.queries()] == [BEGUN, "M1-0", "2026-11-26T12:00:01.000Z"]


def test_a_message_to_go_on_from_that_never_was_is_refused() -> None:
    script = Script(answer(404, message="No such message."))
    with pytest.raises(MailweirError, match="No such message"):
        script.play(script.box.wait(Wish(since="M9-0"), 1))


def test_a_claim_goes_along() -> None:
    script = Script(found())
    script.play(script.box.wait(ANY, 1, claim=True))
    assert script.queries()[0]["claim"] == "true"


def test_a_silence_lasts_as_long_as_it_should_in_slices_and_over_outages() -> None:
    quiet = answer(200, quiet=True)
    script = Script((50.0, quiet), (4.0, AWAY), (6.0, quiet))
    script.play(script.box.quiet(ANY, 60))
    assert [query["for"] for query in script.queries()] == ["50", "10", "6"]
    assert {query["since"] for query in script.queries()} == {BEGUN}


def test_a_silence_that_nobody_can_vouch_for_is_none() -> None:
    script = Script(*[(1.0, AWAY)] * 30)
    with pytest.raises(MailweirError, match="does not answer"):
        script.play(script.box.quiet(ANY, 2))
    assert script.time == pytest.approx(1022, abs=2)


def test_a_message_that_breaks_a_silence_is_told() -> None:
    script = Script(answer(409, message=a_message(3)))
    with pytest.raises(UnexpectedMailError, match=r"12:00:03 'Message 3' from shop@shop\.test"):
        script.play(script.box.quiet(ANY, 5))


def test_a_message_that_was_given_breaks_no_silence() -> None:
    script = Script()
    script.play(script.box.wait(ANY, 5), found(1))
    script.play(script.box.quiet(ANY, 5), answer(409, message=a_message(1)), (5.0, answer(200, quiet=True)))
    assert [query["since"] for query in script.queries()] == [BEGUN, BEGUN, "M1-0"]


def test_a_message_that_has_broken_a_silence_can_still_be_waited_for() -> None:
    script = Script()
    with pytest.raises(UnexpectedMailError):
        script.play(script.box.quiet(ANY, 5), answer(409, message=a_message(1)))
    assert script.play(script.box.wait(ANY, 5), found(1)).id == "M1-0"


def test_a_server_whose_clock_is_a_little_fast_is_not_asked_for_another_second() -> None:
    script = Script((29.99, nothing()))
    with pytest.raises(MailNotFoundError):
        script.play(script.box.wait(ANY, 30))
    script = Script((4.99, answer(200, quiet=True)))
    script.play(script.box.quiet(ANY, 5))


def test_an_inbox_tells_that_it_was_asked() -> None:
    script = Script(found())
    assert script.box.touched == {}
    script.play(script.box.wait(ANY, 5))
    assert script.box.touched == {ADDRESS: script.box}
