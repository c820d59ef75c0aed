"""`mailweir sendmail` between real programs and a real server: what arrives, and how it ends."""

import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.piping import NUMBERS, arrived, ended, sender_of, sendmail, somebody, taken
from fakes.server import COMMAND, Server, a_server, environment
from mailweir.cli.sendmail.running import LARGEST, LONGEST_NAME
from mailweir.wire.mime.submitted import RECIPIENTS

SIZE = 100_000  # octets that the server takes
USER = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("sendmail") / "data"
    with a_server(data, "--single", f"--message-size-limit={SIZE}", "--base-domains=here.test") as running:
        yield running


@pytest.mark.parametrize(
    ("words", "sender"),
    [
        ((), f"<{USER}@here.test>"),
        (("-f", "ann@x.test"), "<ann@x.test>"),
        (("-rann@x.test", "-oem", "-odi", "-B8BITMIME", "-N", "never", "-Vid", "-R", "hdrs"), "<ann@x.test>"),
        (("-i", "-bm", "-fann"), "<ann@here.test>"),
        (("-f", "<>"), "<>"),
        (("-f", ""), "<>"),
        (("-f", "Ann <ann@x.test>"), "<ann@x.test>"),
    ],
)
def test_it_is_called_in_many_ways(server: Server, words: tuple[str, ...], sender: str) -> None:
    bob = somebody()
    taken(sendmail(server, *words, "--", bob))
    assert sender_of(server, bob) == f"Return-Path: {sender}"


def test_recipients_are_those_of_the_arguments_and_of_the_header(server: Server) -> None:
    to, cc, hidden, named = (somebody() for _ in range(4))
    message = f"To: T: {to}, {to};\nCc: Carl\n\t<{cc}>\nBcc: {hidden}\nSubject: s\n\nx\n".encode()
    taken(sendmail(server, "-t", named, message=message))
    for inbox in (to, cc, hidden, named):
        assert hidden.encode() not in arrived(server, inbox)
    only = somebody()
    taken(sendmail(server, only, message=f"To: {to}\n\nx\n".encode()))
    assert len(server.api.inbox(to)) == 1


def test_what_is_missing_is_added_and_the_rest_left_alone(server: Server) -> None:
    bob = somebody()
    taken(sendmail(server, "-F", "Jörg", "-fann@x.test", bob, message=b"hello\n"))
    header, _, body = arrived(server, bob).partition(b"\r\n\r\n")
    assert re.fullmatch(
        rb"From: =\?utf-8\?b\?SsO2cmc=\?=\r\n <ann@x\.test>\r\n"
        rb"Date: .* [+-]\d{4}\r\nMessage-ID: <.+@here\.test>",
        header,
    )
    assert body == b"hello\r\n"
    (one,) = server.api.digested(bob, 1)
    assert one["from"] == [{"address": "ann@x.test", "name": "Jörg"}]


def test_a_whole_message_arrives_octet_for_octet(server: Server) -> None:
    bob = somebody()
    message = (
        b"From: a@x.test\r\nDate: d\r\nMessage-ID: <m@x.test>\r\nSubject: \xc3\xbc\r\n\r\n.\r\n..\r\n\xff\r\n"
    )
    taken(sendmail(server, "-oi", bob, message=message))
    assert arrived(server, bob) == message
    eve = somebody()
    taken(sendmail(server, eve, message=message.replace(b"\r\n", b"\n")))
    assert arrived(server, eve) == message.partition(b".\r\n..")[0]


def test_addresses_and_text_beyond_ascii_arrive(server: Server) -> None:
    joerg = f"jörg{next(NUMBERS)}@here.test"
    taken(
        sendmail(server, "-t", "-f", "änn@x.test", message=f"To: Jörg <{joerg}>\nSubject: Ü\n\né\n".encode())
    )
    assert "Subject: Ü" in arrived(server, joerg).decode()
    assert sender_of(server, joerg) == "Return-Path: <änn@x.test>"


def test_names_without_a_host_are_here(server: Server) -> None:
    name = f"root{next(NUMBERS)}"
    taken(sendmail(server, name))
    assert arrived(server, f"{name}@here.test")
    assert ended(sendmail(server, "--origin=a b", name))[0] == os.EX_USAGE


@pytest.mark.parametrize(
    ("words", "message", "code", "part"),
    [
        ((), b"x\n", 64, "nobody to send to"),
        (("-t",), b"Subject: s\n\nTo: bob@here.test\n", 64, "nobody to send to"),
        (("-t",), b"", 64, "nobody to send to"),
        (("-bs",), b"", 64, "speaks SMTP"),
        (("-z", "bob"), b"x\n", 64, "-z not recognized"),
        (("bob builder",), b"x\n", 64, "'bob builder' is no address"),
        (("bob\nRSET",), b"x\n", 64, "'bob RSET' is no address"),
        (("bob\x7f",), b"x\n", 64, "control character"),
        (("-f", "a@x.test, b@x.test", "bob"), b"x\n", 64, "not one sender"),
        (("-f", "two words", "bob"), b"x\n", 64, "is no address"),
        (("-F", "a\nBcc: eve@x.test", "bob"), b"x\n", 64, "-F takes one line"),
        (("--smtp", "here", "bob"), b"x\n", 64, "HOST:PORT"),
        (("--smtp", "off", "bob"), b"x\n", 64, "HOST:PORT"),
        (("--smtp", "127.0.0.1:0", "bob"), b"x\n", 64, "HOST:PORT"),
        (("--smtp", "127.0.0.1:65536", "bob"), b"x\n", 64, "HOST:PORT"),
        (("-t",), b"To: Bob Builder\n\nx\n", 65, "'Bob Builder' is no address"),
        (("bob",), b"X: y\n" * 1001, 65, "1,000 fields"),
        (("bob@elsewhere.test",), b"x\n", 69, "bob@elsewhere.test: 550 5.7.1"),
        (("bob@here.test", "bob@elsewhere.test"), b"x\n", 69, "bob@elsewhere.test: 550 5.7.1"),
        (("bob@-here.test",), b"x\n", 67, "501 5.1.3"),
        (("--smtp", "127.0.0.1:9", "bob"), b"x\n", 75, "127.0.0.1:9 does not answer"),
        (("--smtp", "nowhere.invalid:25", "bob"), b"x\n", 75, "does not answer"),
    ],
)
def test_what_fails_ends_with_its_code_and_one_sentence(
    server: Server, words: tuple[str, ...], message: bytes, code: int, part: str
) -> None:
    before = len(server.api.inbox("bob@here.test"))
    found, said = ended(sendmail(server, *words, message=message))
    assert (found, part in said) == (code, True), said
    assert len(server.api.inbox("bob@here.test")) == before


def test_an_empty_message_is_sent_as_any_other(server: Server) -> None:
    bob = somebody()
    taken(sendmail(server, bob, message=b""))
    assert arrived(server, bob).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_message_is_as_large_as_the_server_takes(server: Server, more: int) -> None:
    bob = somebody()
    header = b"From: a@x.test\r\nDate: d\r\nMessage-ID: <m@x.test>\r\n\r\n"
    message = header.ljust(SIZE + more - 2, b"x") + b"\r\n"
    code, said = ended(sendmail(server, bob, message=message))
    if more <= 0:
        assert (code, len(arrived(server, bob))) == (0, SIZE + more)
    else:
        assert (code, f"has {SIZE + 1:,} octets, and" in said) == (65, True)


@pytest.mark.timeout(120)
def test_what_never_ends_is_left_at_64_mebibytes() -> None:
    for flag in ("-i", "-oem"):
        with Path("/dev/zero").open("rb") as zeros:
            done = subprocess.run(
                [COMMAND, "sendmail", flag, "bob"], stdin=zeros, capture_output=True, check=False, timeout=60
            )
        code, said = ended(done)
        assert (code, f"larger than {LARGEST:,} octets" in said) == (65, True)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_as_many_recipients_are_taken_as_go_into_one_transaction(server: Server, more: int) -> None:
    number = next(NUMBERS)
    words = [f"r{each}.{number}@here.test" for each in range(RECIPIENTS + more)]
    code, said = ended(sendmail(server, "-t", *words[:9], message=f"To: {','.join(words)}\n\nx\n".encode()))
    if more <= 0:
        assert (code, len(server.api.inbox(words[-1]))) == (0, 1)
    else:
        assert (code, "more than 500 recipients" in said) == (65, True)


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_name_is_as_long_as_is_told(server: Server, more: int) -> None:
    code, _ = ended(sendmail(server, "-F", "ü" * (LONGEST_NAME + more), somebody()))
    assert code == (0 if more <= 0 else 64)


def test_closed_or_odd_standard_streams_bring_no_traceback(server: Server, tmp_path: Path) -> None:
    variables = environment() | {"MAILWEIR_SMTP": str(server.smtp), "SENDMAIL": f"{COMMAND} sendmail"}

    def shell(line: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert shell("$SENDMAIL bob <&-") == (
        65,
        "sendmail: Standard input is closed; the message is read from there.\n",
    )
    assert shell("$SENDMAIL bob 0>file") == (
        65,
        "sendmail: Standard input cannot be read: Bad file descriptor.\n",
    )
    assert shell("$SENDMAIL 2>&- </dev/null") == (64, "")
    assert shell("$SENDMAIL --help | head -n0; exit ${PIPESTATUS[0]}") == (0, "")
    assert shell("$SENDMAIL -q") == (0, "")


def test_help_tells_everything_and_other_commands_are_not_loaded() -> None:
    told = sendmail(None, "--help")
    assert (told.returncode, told.stderr) == (0, b"")
    flags = set(re.findall(r"--?[A-Za-z]+", told.stdout.decode()))
    assert {"-t", "-i", "-f", "-F", "--smtp", "--user", "--origin", "-oi", "-bs"} <= flags
    assert b"sendmail" in subprocess.run([COMMAND, "--help"], capture_output=True, check=True).stdout
    script = (
        "import sys\nfrom mailweir.cli import main\ntry: main(['sendmail', '-q'])\nexcept SystemExit: pass\n"
        "print(sorted({'cyclopts', 'asyncio', 'msgspec', 'idna', 'logging'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
