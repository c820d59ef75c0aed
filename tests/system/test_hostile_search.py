"""Searches that were written to hurt a store, against a real one: answered in a second, nothing foreign."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote

import pytest

from fakes.raw_http import ask
from fakes.server import Server, a_server

KEY: Final = "k_" + "hostilesearch" * 2
WITH_KEY: Final = f"Mailsac-Key: {KEY}"
BOB, MINE = "bob@thing.test", "mine@thing.test"
LATE: Final = 10.0  # seconds: ten times what is promised
MAILS: Final = 300
SECRET: Final = "quixotically"
PLACES: Final = (
    "/api/messages?limit=1000&query=",
    f"/api/addresses/{BOB}/messages?limit=1000&query=",
    "/?limit=1000&query=",
    f"/inbox/{BOB}?limit=1000&query=",
    "/api/inbox-search?query=",
    "/api/inbox-filter?andSubjectIncludes=",
    "/api/inbox-filter?andFrom=",
    "/api/inbox-filter?andTo=",
)
HOSTILE: Final[Mapping[str, str]] = {
    "one star": "*",
    "1,000 stars": "*" * 1000,
    "10,000 stars": "*" * 10_000,
    "words and stars": "a* " * 300,
    "short beginnings": " OR ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"),
    "50 long beginnings": " ".join(["wor*"] * 50),
    "50 alternatives": " OR ".join(["word"] * 50),
    "nothing but not": "-a -b -c",
    "not of everything": "-word",
    "NUL": "\0",
    "NUL in a word": "wo\0rd",
    "a quote": '"',
    "1,000 quotes": '"' * 1000,
    "quotes in quotes": '"""word"""',
    "a backslash": "\\",
    "1,000 backslashes": "\\" * 1000,
    "a quoted backslash": '"\\',
    "parentheses": "(" * 500 + ")" * 500,
    "parentheses the wrong way round": ")(",
    "near": 'NEAR("word" "hello", 5)',
    "column filter": "{subject text} : word",
    "column filter of the store": "marks:word",
    "initial token": "^word",
    "plus": "word + hello",
    "tautology": "x' OR '1'='1",
    "tautology in double quotes": 'x" OR "1"="1',
    "statement": "'; DROP TABLE message; --",
    "union": "x' UNION SELECT name FROM sqlite_master --",
    "comment": "word /* */ -- ;",
    "like": "%_%_%_%_" * 20,
    "glob": "[a-z]*?*?*?*?*?",
    "regular expression": "(a+)+$",
    "regular expression on its food": "a" * 60 + "!",
    "format": "%s%s%s%n {0} {x} ${7*7} {{7*7}}",
    "jndi": "${jndi:ldap://127.0.0.1:1/a}",
    "markup": "<script>alert(1)</script>",
    "empty field": "from:",
    "field of a field": "from:to:subject:x",
    "unknown field": "rowid:1",
    "header without a value": "header:x-a=",
    "header of 900": "header:" + "a" * 900 + "=b",
    "a time that is none": "after:9999-99-99",
    "a time far away": "after:0001-01-01 before:9999-12-31",
    "a time with an odd zone": "after:2026-11-24T10:00:00+99:99",
    "surrogates": "\udcff",
    "astral letters": "\U0001f389" * 300,
    "combining marks": "e" + "\u0301" * 900,
    "right to left": "\u202eword",
    "a word of 1,000": "w" * 1000,
    "a word of 1,001": "w" * 1001,
    "a word of 50,000": "w" * 50_000,
    "newlines": "word\r\nhello\n",
    "only space": " \t\u00a0\u3000 ",
    "operators only": "OR AND NOT OR",
    "an endless chain": "a OR " * 190 + "a",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One with some hundred mails, one of which the searcher may not see."""
    data = tmp_path_factory.mktemp("search") / "data"
    flags = ("--bootstrap-account=ann", f"--bootstrap-key={KEY}", "--public-inbox-limit=0")
    with a_server(data, *flags) as running:
        assert ask(running.http, "POST", f"/api/addresses/{MINE}", WITH_KEY).status == 200
        running.api.drop(MINE, f"From: x@y.test\r\nSubject: {SECRET}\r\n\r\nword {SECRET}\r\n".encode())
        for number in range(MAILS):
            text = " ".join(f"word{number + one} hello" for one in range(100))
            running.api.drop(BOB, f"From: x@y.test\r\nSubject: word {number}\r\n\r\n{text}\r\n".encode())
        running.api.digested(BOB, MAILS)
        yield running


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_search_is_answered_within_a_second_and_finds_nothing_foreign(
    server: Server, what: str
) -> None:
    written = quote(HOSTILE[what], safe="", errors="surrogateescape")
    wrong: list[object] = []
    for place in PLACES:
        for key in ((), (WITH_KEY,)):
            answer = ask(server.http, "GET", place + written, *key)
            in_time = answer.seconds < LATE
            answered = answer.status == 200 or 400 <= answer.status < 500
            foreign = not key and SECRET in answer.text
            if not in_time or not answered or foreign:
                wrong.append((place, bool(key), answer.status, answer.seconds, answer.text[:200]))
    assert wrong == []
    assert "request failed" not in server.log.read_text("utf-8")


def test_a_search_of_a_megabyte_is_refused_before_it_is_read(server: Server) -> None:
    for place in PLACES:
        answer = ask(server.http, "GET", f"{place}{'*' * 1_000_000}")
        assert answer.status in {400, 414, 431}
        assert answer.seconds < LATE


def test_an_ordinary_search_finds_what_there_is(server: Server) -> None:
    """Else the tests above would prove nothing."""
    assert len(ask(server.http, "GET", f"{PLACES[0]}word").json) == MAILS
    assert SECRET in ask(server.http, "GET", f"{PLACES[0]}{SECRET}", WITH_KEY).text
    assert SECRET in ask(server.http, "GET", f"/api/inbox-search?query={SECRET}", WITH_KEY).text
