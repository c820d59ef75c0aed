"""The arguments with which programs call sendmail, and how much of standard input belongs to a message."""

import contextlib
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.examples import examples
from mailweir.cli.sendmail.ends import EndedError
from mailweir.cli.sendmail.running import taken
from mailweir.cli.sendmail.words import Call, read


def call(line: str) -> Call:
    return read(line.split())


@pytest.mark.parametrize(
    ("line", "sender", "recipients"),
    [
        ("bob@x.test", None, ["bob@x.test"]),
        ("-fann@x.test bob@x.test", "ann@x.test", ["bob@x.test"]),
        ("-f ann@x.test bob@x.test", "ann@x.test", ["bob@x.test"]),
        ("-r ann@x.test bob@x.test", "ann@x.test", ["bob@x.test"]),
        ("-rann@x.test -- -bob@x.test", "ann@x.test", ["-bob@x.test"]),
        ("bob@x.test -fann@x.test eve@x.test", "ann@x.test", ["bob@x.test", "eve@x.test"]),
        ("-f <> bob@x.test", "", ["bob@x.test"]),
        ("-f<> bob@x.test", "", ["bob@x.test"]),
        ("-fa@x.test -fb@x.test", "b@x.test", []),
    ],
)
def test_sender_and_recipients_are_found(line: str, sender: str | None, recipients: list[str]) -> None:
    found = call(line)
    assert (found.sender, found.recipients) == (sender, recipients)


def test_an_empty_sender_is_the_null_path() -> None:
    assert read(["-f", "", "bob"]).sender == ""


@pytest.mark.parametrize(
    "line",
    [
        "-i bob",
        "-oi bob",
        "-o i bob",
        "-O IgnoreDots bob",
        "-OIgnoreDots=true bob",
        "-O ignoredots=True bob",
        "-ti bob",
        "-it bob",
        "-oi -O IgnoreDots=false bob",
    ],
)
def test_dots_may_be_told_not_to_end_it(line: str) -> None:
    assert not call(line).ends_at_dot


@pytest.mark.parametrize(
    "line", ["bob", "-oem bob", "-om bob", "-O IgnoreDots=false bob", "-O MaxHops=1 bob"]
)
def test_dots_end_it_otherwise(line: str) -> None:
    assert call(line).ends_at_dot


@pytest.mark.parametrize(
    "flags",
    [
        "-oem -odi -odb -oQ/tmp -o7 -o8 -om",
        "-em -ep -e q",
        "-N never -Nsuccess,failure -R hdrs -Rfull -V id -Vid -XV -X log",
        "-B8BITMIME -B 7BIT -Ac -Am -C /etc/x -G -h 5 -L tag -m -n -p ESMTP:x -U -v -x -c",
        "-bm -O DeliveryMode=b",
    ],
)
def test_what_means_nothing_here_is_taken_and_ignored(flags: str) -> None:
    found = call(f"{flags} bob@x.test")
    assert (found.recipients, found.sender, found.ends_at_dot) == (["bob@x.test"], None, True)


def test_a_queue_run_is_seen_with_and_without_its_times() -> None:
    assert [call(line).only_queue for line in ("-q", "-q30m", "-qRx.test", "-v -q", "bob", "-- -q")] == [
        *[True] * 4,
        *[False] * 2,
    ]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("-bs", "speaks SMTP"),
        ("-b s", "speaks SMTP"),
        ("-bd -q30m", "-bd is not taken"),
        ("-bp", "-bp is not taken"),
        ("-bi", "-bi is not taken"),
        ("-I", "-bi is not taken"),
        ("-bv bob", "-bv is not taken"),
        ("-z bob", "option -z not recognized"),
        ("bob -f", "option -f requires argument"),
        ("--smpt 127.0.0.1:25", "option --smpt not recognized"),
        ("--smtp", "option --smtp requires argument"),
        ("--help=1", "option --help must not have an argument"),
    ],
)
def test_what_is_not_taken_is_a_sentence(line: str, part: str) -> None:
    with pytest.raises(EndedError) as ended:
        call(line)
    assert (ended.value.code, part in str(ended.value)) == (os.EX_USAGE, True)


def test_ours_stand_before_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILWEIR_SMTP", "variable.test:25")
    assert call("--smtp=flag.test:25").setting("smtp", "d") == "flag.test:25"
    assert call("--smtp flag.test:25").setting("smtp", "d") == "flag.test:25"
    assert call("bob").setting("smtp", "d") == "variable.test:25"
    monkeypatch.setenv("MAILWEIR_SMTP", "")
    assert call("bob").setting("smtp", "d") == "d"


@examples(300)
@given(st.lists(st.text(st.sampled_from("-fFbmiotqrNRVx@.<> ="), max_size=6), max_size=6))
def test_whatever_the_words_are_they_are_read_or_refused(words: list[str]) -> None:
    with contextlib.suppress(EndedError):
        read(words)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"a\n.\nb\n", b"a\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n"),
        (b"a\n.", b"a\n"),
        (b".", b""),
        (b".\n", b""),
        (b"a\n..\n. \n .\n.b\n", b"a\n..\n. \n .\n.b\n"),
        (b"a.\nb\r.\n", b"a.\nb\r.\n"),
        (b"", b""),
    ],
)
def test_a_line_with_nothing_but_a_dot_ends_it(octets: bytes, expected: bytes) -> None:
    assert taken(io.BytesIO(octets), ends_at_dot=True) == expected
    assert taken(io.BytesIO(octets), ends_at_dot=False) == octets


def test_behind_the_dot_nothing_is_read() -> None:
    stream = io.BytesIO(b"a\n.\nb\n")
    taken(stream, ends_at_dot=True)
    assert stream.read() == b"b\n"


@pytest.mark.parametrize("ends_at_dot", [True, False])
@pytest.mark.parametrize("octets", [b"a" * 60, b"abcde\n" * 10, b"\n" * 57 + b"..."])
def test_a_message_is_as_large_as_is_told(octets: bytes, *, ends_at_dot: bool) -> None:
    for largest in (60, 61):
        assert taken(io.BytesIO(octets), ends_at_dot=ends_at_dot, largest=largest) == octets
    with pytest.raises(EndedError, match="larger than 59 octets") as ended:
        taken(io.BytesIO(octets), ends_at_dot=ends_at_dot, largest=59)
    assert ended.value.code == os.EX_DATAERR
