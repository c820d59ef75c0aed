"""Only CRLF.CRLF ends a message, whatever stands around a dot and however it arrives."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.playing import LENIENT, STRICT, Play, play
from dialogs.unstuffing import unstuffed
from fakes.examples import examples
from mailweir.wire.smtp.events import Message
from mailweir.wire.smtp.server import Rules

OPENING = b"HELO c\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nDATA\r\n"
END = b"\r\n.\r\n"
PATTERNS = [bytes(p) for p in product(b"\r\n.\0", repeat=3)]
CANDIDATES = [p + b".\r\n" for p in PATTERNS] + [b"\r\n." + p for p in PATTERNS]


def messages(played: Play) -> list[Message]:
    return [event for event in played.events if isinstance(event, Message)]


def segmentations(octets: bytes) -> list[list[bytes]]:
    return [
        [octets],
        [octets[i : i + 1] for i in range(len(octets))],
        [octets[i : i + 7] for i in range(0, len(octets), 7)],
    ]


@pytest.mark.parametrize("candidate", CANDIDATES, ids=[repr(c) for c in CANDIDATES])
def test_of_128_candidates_only_the_true_end_ends_a_message(candidate: bytes) -> None:
    stream = OPENING + b"line" + candidate + b"more" + END
    for rules in (STRICT, LENIENT):
        results = [play(rules, pieces) for pieces in segmentations(stream)]
        assert all((r.events, r.output) == (results[0].events, results[0].output) for r in results)
        codes = results[0].codes[4:]
        ended = stream.index(END, len(OPENING)) + 2
        stray = bool(set(stream[len(OPENING) : ended].replace(b"\r\n", b"")) & set(b"\r\n\0"))
        assert codes[0] == (550 if stray and rules.strict else 250)
        assert (ended == len(stream) - 3) == (END not in b"line" + candidate)
        kept = [] if codes[0] == 550 else [stream[len(OPENING) : ended].replace(b"\r\n.", b"\r\n")]
        assert [m.content for m in messages(results[0])] == kept


def test_eight_of_the_candidates_are_true_ends() -> None:
    assert len(CANDIDATES) == 128
    assert sum(END in b"line" + c for c in CANDIDATES) == 8


@examples(600)
@given(st.binary(max_size=40).map(lambda b: bytes(b"\r\n.\0ab"[x % 6] for x in b)), st.booleans())
def test_the_reader_agrees_with_an_automaton_of_one_octet(noise: bytes, strict: bool) -> None:  # noqa: FBT001
    stream = noise + END
    wanted = unstuffed(stream)
    assert wanted is not None
    rules = Rules("mx.test", size_limit=10_000, strict=strict)
    played = play(rules, [OPENING + stream])
    found = messages(played)
    if strict and played.codes[4] == 550:
        content = wanted[0]
        assert b"\0" in content or content.count(b"\r\n") * 2 != content.count(b"\r") + content.count(b"\n")
    else:
        assert found[0].content == wanted[0]


def test_bare_newline_does_not_end_a_message() -> None:
    smuggled = OPENING + b"a\n.\nMAIL FROM:<evil@x.test>\r\n" + END
    assert play(STRICT, [smuggled]).replies[-1].startswith("550 5.6.11")
    kept = messages(play(LENIENT, [smuggled]))
    assert len(kept) == 1
    assert b"evil" in kept[0].content
    assert kept[0].flaws == ("bare_lf",)


@pytest.mark.parametrize(
    ("octets", "flaw"), [(b"a\rb\r\n", "bare_cr"), (b"a\nb\r\n", "bare_lf"), (b"a\0b\r\n", "nul")]
)
def test_stray_octets_are_refused_or_flagged(octets: bytes, flaw: str) -> None:
    stream = OPENING + octets + b".\r\n"
    assert play(STRICT, [stream]).replies[-1].startswith("550 5.6.11")
    kept = messages(play(LENIENT, [stream]))[0]
    assert kept.flaws == (flaw,)
    assert kept.content == octets
