"""Every limit at n-1, n and n+1, and memory that stays flat beyond it."""

import pytest

from dialogs.playing import LENIENT, STRICT, Play, play
from mailweir.model.address import Address
from mailweir.wire.smtp.events import Message
from mailweir.wire.smtp.grammar import parse_recipient
from mailweir.wire.smtp.reply import Reply
from mailweir.wire.smtp.server import LONGEST_COMMAND, Rules, Server

HELLO = b"HELO c\r\n"
OPENING = HELLO + b"MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"
SMALL = Rules("mx.test", size_limit=1000)


def last(played: Play) -> str:
    return played.replies[-1][:9]


def body(length: int) -> bytes:
    return b"x" * (length - 2) + b"\r\n"


@pytest.mark.parametrize(("length", "answer"), [(999, "250 2.0.0"), (1000, "250 2.0.0"), (1001, "552 5.3.4")])
def test_a_message_may_be_as_large_as_announced(length: int, answer: str) -> None:
    content = body(length)
    assert last(play(SMALL, [OPENING + b"DATA\r\n" + content + b".\r\n"])) == answer
    pieces = [OPENING + b"DATA\r\n", *[content[i : i + 3] for i in range(0, length, 3)], b".\r\n"]
    assert last(play(SMALL, pieces)) == answer
    first = content[:600]
    chunks = b"BDAT 600\r\n" + first + b"BDAT %d LAST\r\n" % (length - 600) + content[600:]
    assert last(play(SMALL, [OPENING + chunks])) == answer


@pytest.mark.parametrize(("lines", "answer"), [(333, "250 2.0.0"), (334, "552 5.3.4")])
def test_stuffed_dots_do_not_count(lines: int, answer: str) -> None:
    stream = b"DATA\r\n" + b"..\r\n" * lines + b".\r\n"
    assert last(play(SMALL, [OPENING + stream])) == answer
    assert last(play(SMALL, [OPENING, *[stream[i : i + 1] for i in range(len(stream))]])) == answer


def test_a_message_beyond_the_limit_is_not_held() -> None:
    server = Server(SMALL)
    server.feed(OPENING + b"DATA\r\n")
    while server.next_event() is not None:
        server.answer()
    most = 0
    for _ in range(200):
        server.feed(b"y" * 10_000)
        assert server.next_event() is None
        most = max(most, server.buffered)
    assert most <= 11_100
    server.feed(b"\r\n.\r\nNOOP\r\n")
    assert server.next_event() is None
    assert server.output().split(b"\r\n")[-3].startswith(b"552 5.3.4")


@pytest.mark.parametrize(("length", "answer"), [(-1, "250 2.0.0"), (0, "250 2.0.0"), (1, "500 5.5.2")])
def test_a_command_line_may_be_long(length: int, answer: str) -> None:
    line = b"NOOP " + b"n" * (LONGEST_COMMAND + length - 7) + b"\r\n"
    played = play(STRICT, [line])
    assert last(played) == answer
    assert played.closed == answer.startswith("500")
    assert (played.output, played.closed) == (
        (again := play(STRICT, [line[i : i + 100] for i in range(0, len(line), 100)])).output,
        again.closed,
    )


def test_four_megabytes_without_a_newline_are_not_held() -> None:
    server = Server(STRICT)
    for _ in range(64):
        server.feed(b"x" * 65_536)
        server.next_event()
        assert server.buffered <= 65_536
    assert server.closing
    assert server.output().startswith(b"500 5.5.2")


@pytest.mark.parametrize(
    ("local", "domain", "answer"),
    [
        (63, 10, "250 2.1.5"),
        (64, 10, "250 2.1.5"),
        (65, 10, "501 5.1.3"),
        (300, 10, "501 5.1.3"),
        (5, 254, "250 2.1.5"),
        (5, 255, "250 2.1.5"),
        (5, 256, "501 5.1.3"),
    ],
)
def test_an_address_may_be_as_long_as_the_standard_says(local: int, domain: int, answer: str) -> None:
    host = (("d" * 62 + ".") * 5)[: domain - 1] + "d"
    line = f"RCPT TO:<{'l' * local}@{host}>\r\n".encode()
    assert last(play(STRICT, [HELLO + b"MAIL FROM:<>\r\n" + line])) == answer


@pytest.mark.parametrize(("local", "answer"), [(127, "250 2.1.5"), (128, "250 2.1.5"), (129, "501 5.1.3")])
def test_a_laptop_may_try_longer_local_parts(local: int, answer: str) -> None:
    line = f"RCPT TO:<{'l' * local}@y.test>\r\n".encode()
    assert last(play(LENIENT, [HELLO + b"MAIL FROM:<>\r\n" + line])) == answer


@pytest.mark.parametrize("path", ["é", "l" * 64, "l" * 100, "é" * 40])
def test_an_address_without_a_domain_does_not_end_the_session(path: str) -> None:
    for rules in (STRICT, LENIENT):
        line = f"RCPT TO:<{path}>\r\n".encode()
        assert last(play(rules, [HELLO + b"MAIL FROM:<> SMTPUTF8\r\n" + line])).startswith("501 5.1.3")


@pytest.mark.parametrize(("label", "answer"), [(62, "250 2.1.5"), (63, "250 2.1.5"), (64, "501 5.1.3")])
def test_a_label_has_63_octets(label: int, answer: str) -> None:
    line = f"RCPT TO:<a@{'d' * label}.test>\r\n".encode()
    assert last(play(STRICT, [HELLO + b"MAIL FROM:<>\r\n" + line])) == answer


def test_octets_are_counted_and_not_characters() -> None:
    line = f"RCPT TO:<{'ü' * 33}@y.test>\r\n".encode()
    assert last(play(STRICT, [HELLO + b"MAIL FROM:<> SMTPUTF8\r\n" + line])) == "501 5.1.3"
    line = f"RCPT TO:<{'ü' * 32}@y.test>\r\n".encode()
    assert last(play(STRICT, [HELLO + b"MAIL FROM:<> SMTPUTF8\r\n" + line])) == "250 2.1.5"


def test_500_recipients_and_not_one_more() -> None:
    lines = b"".join(b"RCPT TO:<r%d@y.test>\r\n" % n for n in range(501))
    played = play(STRICT, [HELLO + b"MAIL FROM:<>\r\n" + lines + b"DATA\r\n.\r\n"])
    assert played.codes[2:503] == [250] * 500 + [452]
    assert next(line for line in played.replies if line.startswith("452")).startswith("452 4.5.3")
    message = played.events[-1]
    assert isinstance(message, Message)
    assert len(message.recipients) == 500


def test_the_sixth_unknown_command_ends_the_conversation() -> None:
    assert play(STRICT, [b"XYZZY\r\n" * 5]).codes == [500] * 5
    played = play(STRICT, [b"XYZZY\r\n" * 7])
    assert played.codes == [500] * 5 + [421]
    assert played.closed


@pytest.mark.parametrize("line", [b"NOOP\r\n", b"RSET\r\n", b"HELP\r\n", b"VRFY x\r\n"])
def test_twenty_commands_that_move_no_mail_are_enough(line: bytes) -> None:
    codes = play(STRICT, [line * 400]).codes
    assert len(codes) == 21
    assert codes[-1] == 421
    assert 421 not in codes[:-1]


def test_twenty_errors_are_enough() -> None:
    codes = play(STRICT, [b"MAIL FROM:<a@x.test>\r\n" * 30]).codes
    assert codes == [503] * 20 + [421]


def test_a_pooling_client_may_reset_between_messages_for_ever() -> None:
    one = b"RSET\r\nNOOP\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n.\r\n"
    played = play(STRICT, [HELLO + one * 50])
    assert not played.closed
    assert played.codes.count(354) == 50


def test_credentials_may_be_longer_than_a_command() -> None:
    rules = Rules("mx.test", size_limit=1000, auth=True, auth_without_tls=True)
    for length, closed in ((12_286, False), (12_287, True)):
        played = play(rules, [HELLO + b"AUTH PLAIN\r\n" + b"A" * length + b"\r\n"])
        assert played.codes[:2] == [250, 334]
        assert played.closed is closed


@pytest.mark.parametrize("rules", [STRICT, LENIENT], ids=["strict", "lenient"])
@pytest.mark.parametrize(
    "address",
    [
        *(f"bob{control}@y.test" for control in "\x80\x85\x9d\u2028\u2029"),
        *(f'"b ob{control}"@y.test' for control in "\x80\x85\x9d\u2028\u2029"),
        "bob@[x:@y.test]",
    ],
)
def test_mail_does_not_go_to_an_inbox_whose_name_nobody_can_ask_for(address: str, rules: Rules) -> None:
    assert Address.parse(address) is None
    found = parse_recipient(f"TO:<{address}>", strict=rules.strict)
    assert isinstance(found, Reply)
    assert found.code == 501
