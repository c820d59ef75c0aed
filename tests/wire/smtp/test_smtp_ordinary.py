"""Ordinary commands take a shorter way through the conversation, and come to the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.playing import LENIENT, STRICT, play
from fakes.examples import examples

_lengths = st.sampled_from([1, 15, 16, 32, 33, 62, 63, 64, 65, 99, 128, 129])  # around every limit
_atoms = st.text("abZ09!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20) | _lengths.map("a".__mul__)
_labels = st.text("abZ09-_é", min_size=1, max_size=20) | _lengths.map("b".__mul__)
_locals = st.lists(_atoms, min_size=1, max_size=5).map(".".join)
_domains = st.lists(_labels, min_size=1, max_size=5).map(".".join)
_paths = st.builds("{}@{}".format, _locals, _domains) | st.text('a.@"<>[]: é', max_size=12)
_PREFIXES = [
    "",
    "EHLO c.test\r\n",
    "EHLO c.test\r\nMAIL FROM:<a@x.test>\r\n",
    "EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n",
    "EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nBDAT 1\r\nx",
]


@examples(2000)
@given(st.sampled_from(_PREFIXES), st.sampled_from(["MAIL FROM", "RCPT TO"]), _paths, st.booleans())
def test_a_command_means_the_same_however_its_verb_is_spelled(
    prefix: str,
    verb: str,
    path: str,
    strict: bool,  # noqa: FBT001
) -> None:
    rules = STRICT if strict else LENIENT
    short, long = (f"{prefix}{spelled}:<{path}>\r\nNOOP\r\n".encode() for spelled in (verb, verb.lower()))
    assert play(rules, [short]) == play(rules, [long])


@pytest.mark.parametrize("prefix", _PREFIXES)
def test_data_means_the_same_however_it_is_spelled(prefix: str) -> None:
    for rules in (STRICT, LENIENT):
        short, long = (f"{prefix}{verb}\r\nx\r\n.\r\nNOOP\r\n".encode() for verb in ("DATA", "data"))
        assert play(rules, [short]) == play(rules, [long])
