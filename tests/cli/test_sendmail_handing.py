"""What a server answers becomes an exit code and a sentence; to a message nothing is done but its dots."""

import os
import socket
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.examples import examples
from fakes.scripted_smtp import HANG_UP, SILENCE, ScriptedServer, a_scripted_server
from mailweir.cli.sendmail.ends import EndedError
from mailweir.cli.sendmail.handing import Door, Letter, hand_over
from mailweir.config.listener import Listener

LETTER = Letter("ann@x.test", ("bob@x.test", "eve@x.test"), b"Subject: s\r\n\r\nx\r\n", utf8_header=False)
PLAIN = "250 here"


def a_door(where: Listener, user: str = "", key: str = "", *, here: bool = True) -> Door:
    return Door(where, "client.test", here, user, key)


def handed(server: ScriptedServer, letter: Letter = LETTER) -> list[str]:
    hand_over(letter, a_door(server.where), patience=5)
    return server.heard


def test_a_message_is_handed_over() -> None:
    with a_scripted_server() as server:
        assert handed(server)[:5] == [
            "ehlo client.test",
            f"MAIL FROM:<ann@x.test> SIZE={len(LETTER.octets)}",
            "RCPT TO:<bob@x.test>",
            "RCPT TO:<eve@x.test>",
            "data",
        ]
        assert server.content == LETTER.octets


@pytest.mark.parametrize(
    ("answers", "code", "parts"),
    [
        ({"greeting": "554 5.3.2 not here"}, os.EX_UNAVAILABLE, ["554 5.3.2 not here"]),
        ({"greeting": "421 4.3.2 busy"}, os.EX_TEMPFAIL, ["421 4.3.2 busy"]),
        ({"greeting": "SSH-2.0-x"}, os.EX_UNAVAILABLE, ["refuses"]),
        ({"greeting": HANG_UP}, os.EX_TEMPFAIL, ["does not answer"]),
        ({"greeting": f"220 {'x' * 9000}"}, os.EX_UNAVAILABLE, ["Line too long"]),
        ({"EHLO": "550 5.7.1 no", "HELO": "550 5.7.1 no"}, os.EX_UNAVAILABLE, ["550 5.7.1 no"]),
        ({"EHLO": HANG_UP}, os.EX_TEMPFAIL, ["does not answer"]),
        ({"MAIL": "550 5.7.1 no"}, os.EX_UNAVAILABLE, ["sender <ann@x.test>: 550 5.7.1 no"]),
        ({"MAIL": "530 5.7.0 sign in"}, os.EX_UNAVAILABLE, ["530 5.7.0 sign in"]),
        ({"MAIL": "451 4.3.0 later"}, os.EX_TEMPFAIL, ["451 4.3.0 later"]),
        ({"MAIL": HANG_UP}, os.EX_TEMPFAIL, ["does not answer"]),
        ({"RCPT": "550 5.1.1 nobody"}, os.EX_NOUSER, ["refuses bob@x.test: 550 5.1.1 nobody"]),
        ({"RCPT": "550 nobody"}, os.EX_NOUSER, ["550 nobody"]),
        ({"RCPT": "553 5.1.3 odd"}, os.EX_NOUSER, ["553 5.1.3 odd"]),
        ({"RCPT": "550 5.7.1 no relay"}, os.EX_UNAVAILABLE, ["550 5.7.1 no relay"]),
        ({"RCPT": "552 5.2.2 full"}, os.EX_UNAVAILABLE, ["552 5.2.2 full"]),
        ({"RCPT": "552 full"}, os.EX_UNAVAILABLE, ["552 full"]),
        ({"RCPT": "450 4.2.1 later"}, os.EX_TEMPFAIL, ["450 4.2.1 later"]),
        ({"RCPT": "550-5.1.1 one\r\n550 5.1.1 two"}, os.EX_NOUSER, ["550 5.1.1 one 5.1.1 two"]),
        ({"RCPT": "550 5.1.1 \x1b[31m\x07" + "x" * 600}, os.EX_NOUSER, ["550 5.1.1  [31m"]),
        ({"DATA": "554 5.5.1 no"}, os.EX_DATAERR, ["554 5.5.1 no"]),
        ({"DATA": "451 4.3.0 later"}, os.EX_TEMPFAIL, ["451 4.3.0 later"]),
        ({"content": "552 5.3.4 too big"}, os.EX_DATAERR, ["refuses the message: 552 5.3.4 too big"]),
        ({"content": "452 4.3.1 full"}, os.EX_TEMPFAIL, ["452 4.3.1 full"]),
        ({"content": HANG_UP}, os.EX_TEMPFAIL, ["does not answer"]),
    ],
)
def test_an_answer_becomes_an_exit_code_and_a_sentence(
    answers: dict[str, str], code: int, parts: list[str]
) -> None:
    with a_scripted_server(**answers) as server, pytest.raises(EndedError) as ended:
        handed(server)
    said = str(ended.value)
    assert (ended.value.code, [part for part in parts if part not in said]) == (code, [])
    assert said.isprintable()
    assert len(said) < 600


@pytest.mark.parametrize("answer", [HANG_UP, SILENCE, "500 what"])
def test_what_is_said_after_the_message_was_taken_changes_nothing(answer: str) -> None:
    with a_scripted_server(QUIT=answer) as server:
        handed(server)


@pytest.mark.parametrize("at", ["greeting", "MAIL", "content"])
def test_a_server_that_falls_silent_is_left_in_time(at: str) -> None:
    with a_scripted_server(**{at: SILENCE}) as server, pytest.raises(EndedError) as ended:
        hand_over(LETTER, a_door(server.where), patience=0.3)
    assert (ended.value.code, "timed out" in str(ended.value)) == (os.EX_TEMPFAIL, True)


def test_a_server_that_is_away_may_come_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for where in (Listener("127.0.0.1", port), Listener("nowhere.invalid", 25)):
        with pytest.raises(EndedError, match="does not answer") as ended:
            hand_over(LETTER, a_door(where))
        assert ended.value.code == os.EX_TEMPFAIL


def test_a_server_of_the_oldest_kind_is_told_nothing_that_it_does_not_know() -> None:
    with a_scripted_server(EHLO="502 what", HELO="250 here") as server:
        heard = handed(server, replace(LETTER, octets="Subject: é\r\n\r\n".encode(), utf8_header=True))
    assert heard[1:3] == ["helo client.test", "MAIL FROM:<ann@x.test>"]


@pytest.mark.parametrize(
    ("letter", "parameters"),
    [
        (LETTER, ""),
        (replace(LETTER, octets="\r\né\r\n".encode()), " BODY=8BITMIME"),
        (replace(LETTER, octets=b"\r\n\xff\r\n"), " BODY=8BITMIME"),
        (replace(LETTER, octets="X: é\r\n\r\n".encode(), utf8_header=True), " BODY=8BITMIME SMTPUTF8"),
        (replace(LETTER, recipients=("jörg@x.test",)), " SMTPUTF8"),
    ],
)
def test_the_server_is_told_of_what_is_beyond_ascii(letter: Letter, parameters: str) -> None:
    with a_scripted_server() as server:
        heard = handed(server, letter)
        assert server.content == letter.octets
    assert heard[1] == f"MAIL FROM:<ann@x.test> SIZE={len(letter.octets)}{parameters}"
    assert heard[2] == f"RCPT TO:<{letter.recipients[0]}>"


def test_the_null_path_is_no_address() -> None:
    with a_scripted_server(EHLO=PLAIN) as server:
        assert handed(server, replace(LETTER, sender=""))[1] == "MAIL FROM:<>"


def test_addresses_beyond_ascii_need_a_server_that_takes_them() -> None:
    with a_scripted_server(EHLO=PLAIN) as server, pytest.raises(EndedError, match="SMTPUTF8") as ended:
        handed(server, replace(LETTER, sender="jörg@x.test"))
    assert (ended.value.code, server.heard[1:]) == (os.EX_UNAVAILABLE, [])


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_message_is_as_large_as_the_server_says(more: int) -> None:
    letter = replace(LETTER, octets=b"\r\n" + b"x" * (996 + more) + b"\r\n")
    with a_scripted_server(EHLO="250-here\r\n250 SIZE 1000") as server:
        if more <= 0:
            assert handed(server, letter)[1].endswith(f"SIZE={1000 + more}")
        else:
            with pytest.raises(EndedError, match=r"has 1,001 octets, and .* takes 1,000") as ended:
                handed(server, letter)
            assert (ended.value.code, server.heard[1:]) == (os.EX_DATAERR, [])


@pytest.mark.parametrize("said", ["SIZE", "SIZE 0", "SIZE x", "SIZE -1", f"SIZE {'9' * 400}"])
def test_a_size_that_is_none_is_no_limit(said: str) -> None:
    with a_scripted_server(EHLO=f"250-here\r\n250 {said}") as server:
        handed(server)


def test_a_server_that_asks_for_no_login_is_given_none() -> None:
    with a_scripted_server() as server:
        hand_over(LETTER, a_door(server.where, "ann", "k_1"))
        assert not [line for line in server.heard if line.upper().startswith("AUTH")]


@pytest.mark.parametrize(
    ("answer", "code"), [("535 5.7.8 wrong", os.EX_UNAVAILABLE), ("454 4.7.0 throttled", os.EX_TEMPFAIL)]
)
def test_a_login_that_is_refused_is_told(answer: str, code: int) -> None:
    with a_scripted_server(EHLO="250-here\r\n250 AUTH PLAIN", AUTH=answer) as server:
        with pytest.raises(EndedError, match=answer) as ended:
            hand_over(LETTER, a_door(server.where, "ann", "k_1"))
        assert ended.value.code == code
        assert len([line for line in server.heard if line.startswith("AUTH")]) == 1


def test_a_key_is_not_shown() -> None:
    assert "k_1" not in repr(a_door(Listener("127.0.0.1", 25), "ann", "k_1"))


def test_the_key_is_not_told_to_another_machine_in_the_clear() -> None:
    with a_scripted_server(EHLO="250-here\r\n250 AUTH PLAIN") as server:
        with pytest.raises(EndedError, match="STARTTLS") as ended:
            hand_over(LETTER, a_door(server.where, "ann", "k_1", here=False))
        assert (ended.value.code, server.heard[1:]) == (os.EX_UNAVAILABLE, [])


@examples(60)
@given(st.lists(st.sampled_from([b".", b"..", b"", b"a", b"\r", b"\xff", b".\r"]), max_size=9))
def test_content_comes_through_with_its_dots_stuffed(lines: list[bytes]) -> None:
    octets = b"".join(line + b"\r\n" for line in [b"", *lines])
    with a_scripted_server() as server:
        handed(server, replace(LETTER, octets=octets))
        assert (
            b"".join(line.removeprefix(b".") for line in server.content.splitlines(keepends=True)) == octets
        )
