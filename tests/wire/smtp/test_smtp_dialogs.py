"""Conversations in writing, each played at every cut of the client's octets."""

from dataclasses import replace

import pytest

from dialogs.playing import LENIENT, STRICT, check, play
from mailweir.wire.smtp.events import Authenticate, Hello, Mail, Message, Recipient
from mailweir.wire.smtp.extensions import MailParameters, RecipientParameters
from mailweir.wire.smtp.grammar import Path
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import Server

LOCAL = replace(LENIENT, auth=True, auth_without_tls=True, tls=True)
SUBMISSION = replace(STRICT, auth=True, tls=True)

HELLO = """
    C: EHLO client.test
    S: 250-mx.test
    S: 250-PIPELINING
    S: 250-SIZE 1000000
    S: 250-8BITMIME
    S: 250-SMTPUTF8
    S: 250-ENHANCEDSTATUSCODES
    S: 250-CHUNKING
    S: 250-DSN
    S: 250 HELP
"""
BRIEF = """
    C: HELO client.test
    S: 250 mx.test
"""
OPEN = (
    BRIEF
    + """
    C: MAIL FROM:<a@x.test>
    S: 250 2.1.0
    C: RCPT TO:<b@y.test>
    S: 250 2.1.5
"""
)


def test_a_message_goes_through_and_dot_stuffing_is_removed() -> None:
    played = check(
        HELLO
        + """
        C: MAIL FROM:<a@x.test> SIZE=40 BODY=8BITMIME
        S: 250 2.1.0
        C: RCPT TO:<b@y.test>
        S: 250 2.1.5
        C: RCPT TO:<c@y.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@y.test
        S: 250 2.1.5
        C: DATA
        S: 354
        C: Subject: dots
        C:
        C: ..one
        C: ...
        C: .
        S: 250 2.0.0
        C: QUIT
        S: 221 2.0.0
        E: Hello Mail Recipient Recipient Message
        """.replace("C:\n", "c: \\r\\n\n")
    )
    message = played.events[-1]
    assert isinstance(message, Message)
    assert message.content == b"Subject: dots\r\n\r\n.one\r\n..\r\n"
    assert message.sender == Path("a", "x.test")
    assert message.recipients == (Path("b", "y.test"), Path("c", "y.test"))
    assert message.parameters == MailParameters(size=40, body="8BITMIME")
    recipient = played.events[3]
    assert isinstance(recipient, Recipient)
    assert recipient.parameters == RecipientParameters(frozenset({"SUCCESS", "DELAY"}), "rfc822;c@y.test")
    assert played.closed


def test_an_empty_message_is_a_message() -> None:
    played = check(OPEN + "C: DATA\nS: 354\nC: .\nS: 250 2.0.0")
    assert isinstance(played.events[-1], Message)
    assert played.events[-1].content == b""


def test_a_message_may_start_with_a_stuffed_dot() -> None:
    played = check(OPEN + "C: DATA\nS: 354\nC: ..\nC: .\nS: 250 2.0.0")
    assert isinstance(played.events[-1], Message)
    assert played.events[-1].content == b".\r\n"


def test_commands_come_in_any_case_and_with_trailing_spaces() -> None:
    check(
        "C: helo client.test \nS: 250 \n"
        "C: mAiL fRoM:<a@x.test> bOdY=8bItMiMe\nS: 250 2.1.0\nC: rset \nS: 250 2.0.0"
    )


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("MAIL FROM:<a@x.test>", "503 5.5.1"),
        ("RCPT TO:<a@x.test>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("AUTH PLAIN", "502 5.5.1"),
        ("STARTTLS", "502 5.5.1"),
        ("EHLO", "501 5.5.4"),
        ("EHLO two words", "501 5.5.4"),
        ("NOOP", "250 2.0.0"),
        ("NOOP whatever", "250 2.0.0"),
        ("RSET", "250 2.0.0"),
        ("RSET now", "501 5.5.4"),
        ("HELP", "214 2.0.0"),
        ("HELP MAIL", "214 2.0.0"),
        ("VRFY bob", "252 2.1.5"),
        ("VRFY", "501 5.5.4"),
        ("EXPN list", "502 5.5.1"),
        ("DATA now", "501 5.5.4"),
        ("XYZZY", "500 5.5.1"),
        ("", "500 5.5.1"),
    ],
)
def test_before_a_hello_each_command_gets_its_code(line: str, answer: str) -> None:
    check(f"c: {line}\\r\\n\nS: {answer}")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("RCPT TO:<a@x.test>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("MAIL", "501 5.5.4"),
        ("MAIL TO:<a@x.test>", "501 5.5.4"),
        ("MAIL FROM:", "501 5.1.7"),
        ("MAIL FROM:<a@x.test", "501 5.1.7"),
        ("MAIL FROM:<a@b@x.test>", "501 5.1.7"),
        ("MAIL FROM:<@>", "501 5.1.7"),
        ("MAIL FROM:<a@>", "501 5.1.7"),
        ("MAIL FROM:<a>", "501 5.1.7"),
        ("MAIL FROM:a@x.test", "501 5.1.7"),
        ("MAIL FROM:<a@x..test>", "501 5.1.7"),
        ("MAIL FROM:<a..b@x.test>", "501 5.1.7"),
        ("MAIL FROM:<a@x.test>junk", "501 5.1.7"),
        ("MAIL FROM:<>", "250 2.1.0"),
        ("MAIL FROM: <a@x.test>", "250 2.1.0"),
        ("MAIL FROM:<a@[127.0.0.1]>", "250 2.1.0"),
        ("MAIL FROM:<a@[IPv6:2001:db8::1]>", "250 2.1.0"),
        ('MAIL FROM:<"a b"@x.test>', "250 2.1.0"),
        ("MAIL FROM:<@relay.test:a@x.test>", "250 2.1.0"),
        ("MAIL FROM:<a@x.test> SIZE=x", "501 5.5.4"),
        ("MAIL FROM:<a@x.test> SIZE=-1", "501 5.5.4"),
        ("MAIL FROM:<a@x.test> SIZE", "501 5.5.4"),
        ("MAIL FROM:<a@x.test> SIZE=1000000", "250 2.1.0"),
        ("MAIL FROM:<a@x.test> SIZE=1000001", "552 5.3.4"),
        ("MAIL FROM:<a@x.test> SIZE=1000000000000", "552 5.3.4"),
        ("MAIL FROM:<a@x.test> SIZE=1 SIZE=1", "501 5.5.4"),
        ("MAIL FROM:<a@x.test> BODY=BINARYMIME", "555 5.5.4"),
        ("MAIL FROM:<a@x.test> COLOUR=red", "555 5.5.4"),
        ("MAIL FROM:<a@x.test> =", "501 5.5.4"),
        ("MAIL FROM:<a@x.test> RET=HDRS ENVID=QQ314159", "250 2.1.0"),
        ("MAIL FROM:<a@x.test> RET=SOME", "501 5.5.4"),
        ("MAIL FROM:<a@x.test> ENVID=" + "e" * 100, "250 2.1.0"),
        ("MAIL FROM:<a@x.test> ENVID=" + "e" * 101, "501 5.5.4"),
        ("MAIL FROM:<a@x.test> AUTH=<>", "250 2.1.0"),
        ("MAIL FROM:<\\xc3\\xbc@x.test>", "553 5.6.7"),
        ("MAIL FROM:<\\xc3\\xbc@x.test> SMTPUTF8", "250 2.1.0"),
        ("MAIL FROM:<a@b\\xc3\\xbccher.test> SMTPUTF8", "250 2.1.0"),
        ("MAIL FROM:<\\xff@x.test> SMTPUTF8", "500 5.5.2"),
        ("MAIL FROM:<a@b\\rX-Injected: 1>", "500 5.5.2"),
        ("MAIL FROM:<a\\x00@x.test>", "500 5.5.2"),
        ("MAIL FROM:<a\\x1b@x.test>", "500 5.5.2"),
    ],
)
def test_after_a_hello_each_form_of_mail_gets_its_code(line: str, answer: str) -> None:
    check(f"{BRIEF}\nc: {line}\\r\\n\nS: {answer}")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("MAIL FROM:<a@x.test>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("RCPT TO:<>", "501 5.1.3"),
        ("RCPT TO:<postmaster>", "250 2.1.5"),
        ("RCPT TO:<POSTMASTER>", "250 2.1.5"),
        ("RCPT TO:<somebody>", "501 5.1.3"),
        ("RCPT TO:<a%b@x.test>", "250 2.1.5"),
        ("RCPT TO:<@one.test,@two.test:a@x.test>", "250 2.1.5"),
        ('RCPT TO:<"../../x"@d.test>', "250 2.1.5"),
        ("RCPT TO:<a@x.test> NOTIFY=NEVER", "250 2.1.5"),
        ("RCPT TO:<a@x.test> NOTIFY=NEVER,DELAY", "501 5.5.4"),
        ("RCPT TO:<a@x.test> NOTIFY=", "501 5.5.4"),
        ("RCPT TO:<a@x.test> SIZE=1", "555 5.5.4"),
        ("RCPT FROM:<a@x.test>", "501 5.5.4"),
    ],
)
def test_within_a_transaction_each_form_of_rcpt_gets_its_code(line: str, answer: str) -> None:
    check(f"{BRIEF}\nC: MAIL FROM:<a@x.test>\nS: 250 2.1.0\nc: {line}\\r\\n\nS: {answer}")


def test_a_laptop_may_forget_brackets_and_carriage_returns() -> None:
    check(
        "c: HELO me\\nMAIL FROM:a@x.test\\nRCPT TO: b@y.test\\nDATA\\n\n"
        "S: 250 mx.test\nS: 250 2.1.0\nS: 250 2.1.5\nS: 354",
        LENIENT,
    )


def test_the_internet_may_not_end_a_command_with_a_bare_newline() -> None:
    check("c: HELO me\\nHELO me\\r\\n\nS: 500 5.5.2\nS: 250 mx.test")


def test_data_without_a_valid_recipient_is_554() -> None:
    no = Reply(550, "5.1.1", "No such inbox")
    check(
        BRIEF + "C: MAIL FROM:<a@x.test>\nS: 250\nC: RCPT TO:<b@y.test>\nS: 550 5.1.1\nC: DATA\nS: 554 5.5.1",
        answers={Recipient: no},
    )


def test_a_refused_sender_opens_no_transaction() -> None:
    check(
        BRIEF + "C: MAIL FROM:<a@x.test>\nS: 450 4.7.1\nC: RCPT TO:<b@y.test>\nS: 503 5.5.1",
        answers={Mail: Reply(450, "4.7.1", "Later")},
    )


def test_a_refused_hello_leaves_the_conversation_where_it_was() -> None:
    check(
        "C: HELO bad.test\nS: 550 5.7.1\nC: MAIL FROM:<a@x.test>\nS: 503 5.5.1",
        answers={Hello: Reply(550, "5.7.1", "No")},
    )


def test_a_message_that_could_not_be_kept_ends_the_transaction() -> None:
    check(
        OPEN + "C: DATA\nS: 354\nC: .\nS: 451 4.3.0\nC: RCPT TO:<b@y.test>\nS: 503 5.5.1",
        answers={Message: Reply(451, "4.3.0", "Later")},
    )


def test_rset_and_a_second_hello_forget_the_transaction() -> None:
    check(
        OPEN
        + "C: RSET\nS: 250 2.0.0\nC: DATA\nS: 503 5.5.1\n"
        + OPEN
        + "C: HELO x\nS: 250\nC: DATA\nS: 503 5.5.1"
    )


def test_a_chunked_message_equals_the_same_message_by_data() -> None:
    content = b"Subject: x\r\n\r\n.a\r\n..\r\nend\r\n"
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    opening = b"EHLO c\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"
    by_data = play(STRICT, [opening + b"DATA\r\n" + stuffed + b".\r\n"])
    by_bdat = play(
        STRICT,
        [opening + b"BDAT 5\r\n" + content[:5] + b"BDAT %d LAST\r\n" % (len(content) - 5) + content[5:]],
    )
    assert by_data.events == by_bdat.events
    assert by_bdat.codes[-2:] == [250, 250]


def test_chunks_obey_their_octet_count_and_nothing_else() -> None:
    check(
        OPEN + "c: BDAT 9\\r\\na\\r\\n.\\r\\nb\\r\\n\nS: 250 2.0.0\nC: BDAT 0 LAST\nS: 250 2.0.0\n"
        "E: Hello Mail Recipient Message"
    )


@pytest.mark.parametrize(
    "line", ["BDAT", "BDAT x", "BDAT -1", "BDAT 9223372036854775808", "BDAT 1 FIRST", "BDAT 1 LAST LAST"]
)
def test_a_chunk_without_a_length_ends_the_conversation(line: str) -> None:
    assert check(f"{OPEN}\nC: {line}\nS: 501 5.5.4").closed


def test_a_chunk_larger_than_any_message_ends_the_conversation() -> None:
    assert check(f"{OPEN}\nC: BDAT 1000001\nS: 552 5.3.4").closed


def test_a_chunk_before_its_time_is_swallowed_and_refused() -> None:
    check("c: BDAT 6 LAST\\r\\nQUIT\\r\\n\nS: 503 5.5.1\nC: NOOP\nS: 250 2.0.0")
    swallowed = "c: BDAT 6\\r\\nQUIT\\r\\n\nS: 503 5.5.1\n"
    check(BRIEF + "C: MAIL FROM:<>\nS: 250\n" + swallowed + "C: RCPT TO:<b@y.test>\nS: 250")


def test_data_and_rcpt_do_not_mix_with_chunks() -> None:
    check(OPEN + "c: BDAT 1\\r\\nx\nS: 250 2.0.0\nC: DATA\nS: 503 5.5.1\nC: RCPT TO:<c@y.test>\nS: 503 5.5.1")


def test_what_follows_starttls_in_the_clear_is_thrown_away() -> None:
    tls = replace(STRICT, tls=True)
    server = Server(tls)
    server.feed(b"EHLO c.test\r\nSTARTTLS\r\nMAIL FROM:<evil@x.test>\r\n")
    assert isinstance(server.next_event(), Hello)
    server.answer()
    assert type(server.next_event()).__name__ == "StartTls"
    server.feed(b"RCPT TO:<evil@x.test>\r\n")
    assert server.output().endswith(b"220 2.0.0 Ready to start TLS\r\n")
    server.secured()
    assert server.next_event() is None
    assert server.hello is None
    server.feed(b"MAIL FROM:<a@x.test>\r\n")
    assert server.next_event() is None
    assert server.output().startswith(b"503 5.5.1")
    server.feed(b"EHLO c.test\r\n")
    assert isinstance(server.next_event(), Hello)
    server.answer()
    assert b"STARTTLS" not in server.output()
    server.feed(b"STARTTLS\r\n")
    assert server.next_event() is None
    assert server.output().startswith(b"503 5.5.1")


def test_plain_and_login_credentials_become_events() -> None:
    for script in (
        "C: AUTH PLAIN AGFueQB0aGluZw==\nS: 235 2.7.0",
        "C: AUTH PLAIN\nS: 334 \nC: AGFueQB0aGluZw==\nS: 235 2.7.0",
        "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YW55\nS: 334 UGFzc3dvcmQ6\nC: dGhpbmc=\nS: 235 2.7.0",
        "C: AUTH LOGIN YW55\nS: 334 UGFzc3dvcmQ6\nC: dGhpbmc=\nS: 235 2.7.0",
    ):
        played = check(BRIEF + script + "\nC: AUTH PLAIN\nS: 503 5.5.1", LOCAL)
        given = played.events[1]
        assert isinstance(given, Authenticate)
        assert (given.username, given.password) == ("any", "thing")


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("AUTH CRAM-MD5", "504 5.5.4"),
        ("AUTH PLAIN !!!", "501 5.5.2"),
        ("AUTH PLAIN YW55", "501 5.5.2"),
        ("AUTH PLAIN =", "501 5.5.2"),
    ],
)
def test_credentials_that_cannot_be_get_their_code(script: str, answer: str) -> None:
    check(f"{BRIEF}\nC: {script}\nS: {answer}", LOCAL)


def test_an_exchange_can_be_cancelled() -> None:
    check(BRIEF + "C: AUTH LOGIN\nS: 334\nC: *\nS: 501 5.7.0\nC: NOOP\nS: 250", LOCAL)


def test_wrong_credentials_leave_the_peer_unknown() -> None:
    no = Reply(535, "5.7.8", "Wrong")
    check(
        BRIEF + "C: AUTH PLAIN AGFueQB0aGluZw==\nS: 535 5.7.8\nC: AUTH PLAIN AGFueQB0aGluZw==\nS: 535",
        LOCAL,
        answers={Authenticate: no},
    )


def test_credentials_need_tls_where_the_rules_say_so() -> None:
    check(BRIEF + "C: AUTH PLAIN AGFueQB0aGluZw==\nS: 538 5.7.11", SUBMISSION)
    assert b"AUTH" not in play(SUBMISSION, [b"EHLO c\r\n"]).output


@pytest.mark.parametrize(
    "verb", ["GET / HTTP/1.1", "POST / HTTP/1.1", "CONNECT x:25 HTTP/1.1", "PRI * HTTP/2.0"]
)
def test_http_is_shown_the_door(verb: str) -> None:
    assert check(f"C: {verb}\nS: 421 4.7.0").closed


def test_tls_on_the_plain_door_is_told_so() -> None:
    assert check("c: \\x16\\x03\\x01\\x00\\xf8\\x01\nS: 421 4.7.0").closed


def test_nothing_is_said_twice_and_nothing_after_the_end() -> None:
    server = Server(STRICT)
    server.greet()
    assert server.output() == b"220 mx.test ESMTP Mailweir\r\n"
    assert server.output() == b""
    server.feed(b"QUIT\r\nNOOP\r\n")
    assert server.next_event() is None
    assert server.output().count(b"\r\n") == 1
    server.feed(b"NOOP\r\n")
    assert server.next_event() is None
    assert server.output() == b""


def test_while_an_event_waits_no_further_event_is_given() -> None:
    server = Server(STRICT)
    server.feed(b"HELO a\r\nMAIL FROM:<a@x.test>\r\n")
    assert isinstance(server.next_event(), Hello)
    assert server.next_event() is None
    server.answer()
    assert isinstance(server.next_event(), Mail)


def test_the_rules_of_a_greeting_hold_from_then_on() -> None:
    server = Server(SUBMISSION)
    server.greet(LOCAL)
    server.feed(b"EHLO c.test\r\n")
    while server.next_event() is not None:
        server.answer()
    assert b"250-AUTH PLAIN LOGIN\r\n" in server.output()
    server.greet()
    server.feed(b"EHLO c.test\n")
    assert isinstance(server.next_event(), Hello)
