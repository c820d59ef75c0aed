"""The query language: what each text means, and where a wrong one goes wrong."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.queries import queries, written
from mailweir.model.query import After, And, Before, Has, Header, Not, Or, Query, QueryError, Words
from mailweir.policy.query import CHARACTERS, DEPTH, PREFIX, TERMS, parse

A, B, C = Words("a"), Words("b"), Words("c")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("a", A),
        ("  a\t", A),
        ("a b c", And((A, B, C))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a or b", And((A, Words("or"), B))),
        ('a "OR" b', And((A, Words("OR"), B))),
        ("a ORb", And((A, Words("ORb")))),
        ("-a", Not(A)),
        ("NOT a", Not(A)),
        ("NOT -a", A),
        ("-(a b)", Not(And((A, B)))),
        ('-"a b"', Not(Words("a b"))),
        ("a-b", Words("a-b")),
        ("-from:ann", Not(Words("ann", "from"))),
        ('"a phrase"', Words("a phrase")),
        (r'"say \"hi\" \\ \n"', Words(r'say "hi" \ \n')),
        ('a"b"', And((A, B))),
        ("order*", Words("order", None, prefix=True)),
        ("subject:order*", Words("order", "subject", prefix=True)),
        ('"order*"', Words("order*")),
        ("FROM:ann", Words("ann", "from")),
        ("to:ann@x.test", Words("ann@x.test", "to")),
        ("cc:ann", Words("ann", "cc")),
        ('subject:"your order"', Words("your order", "subject")),
        ("text:12:30", Words("12:30", "text")),
        ("12:30", Words("12:30")),
        ("attachment:report.pdf", Words("report.pdf", "attachment")),
        ("has:attachment", Has("attachment")),
        ("has:CODE", Has("code")),
        ("has:link", Has("link")),
        ("header:X-Campaign=spring", Header("x-campaign", "spring")),
        ('header:x-campaign="Spring (sale)"', Header("x-campaign", "Spring (sale)")),
        ('header:x-campaign=""', Header("x-campaign", "")),
        ("header:x=a=b*", Header("x", "a=b*")),
        ("日本", Words("日本")),
    ],
)
def test_a_query_means_what_is_written(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25", datetime(2026, 11, 25, tzinfo=UTC)),
        ("2026-11-25T10:00", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("2026-11-25T10:00Z", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("2026-11-25T12:00+02:00", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("2026-11-25T10:00:01.5Z", datetime(2026, 11, 25, 10, 0, 1, 500_000, tzinfo=UTC)),
    ],
)
def test_a_moment_is_utc_when_it_names_no_zone(text: str, moment: datetime) -> None:
    milliseconds = int(moment.timestamp() * 1000)
    assert parse(f"before:{text}") == Before(milliseconds)
    assert parse(f'after:"{text}"') == After(milliseconds)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "expected a word"),
        ("   ", 3, "expected a word"),
        ("a OR", 4, "expected a word"),
        ("OR a", 0, "expected a word"),
        ("a OR OR b", 5, "expected a word"),
        ("a AND", 5, "expected a word"),
        ("NOT", 3, "expected a word"),
        ("a -", 3, "right after the minus"),
        ("- a", 1, "right after the minus"),
        ("()", 1, "expected a word"),
        ("(a", 2, "expected ) for the ( at character 1"),
        ("a (b OR (c)", 11, "expected ) for the ( at character 3"),
        ("a)", 1, "no ( for this )"),
        ('a "b', 2, "quote is not closed"),
        ('a "b\\"', 2, "quote is not closed"),
        ("a ***", 2, "a * stands only at the end"),
        ("*", 0, "expected a letter or a digit"),
        ("ord*r", 3, "a * stands only at the end"),
        ("order**", 5, "a * stands only at the end"),
        ("or*", 2, f"at least {PREFIX} letters"),
        ("a:", 0, "there is no field a"),
        ("is:read", 0, "there is no field is"),
        ("see https://x.test/", 4, "there is no field https"),
        ("subject:", 8, "right after subject:"),
        ("subject: x", 8, "right after subject:"),
        ("subject:(a b)", 8, "right after subject:"),
        ('subject:"!"', 8, "expected a letter or a digit"),
        ("has:colour", 4, "expected attachment, code, link"),
        ("a before:yesterday", 9, "expected a day or a time"),
        ("before:2026-13-01", 7, "expected a day or a time"),
        ("before:2026-W48", 7, "expected a day or a time"),
        ("header:x", 7, "expected name=value"),
        ("header:=x", 7, "expected name=value"),
        ("header:x=", 9, "expected a value"),
        ("a \0", 2, "no character of a text"),
        ("a \ud800", 2, "no character of a text"),
    ],
)
def test_a_wrong_query_names_the_place_and_what_was_expected(text: str, position: int, reason: str) -> None:
    found = parse(text)
    assert isinstance(found, QueryError)
    assert found.position == position
    assert reason in found.reason
    assert found.reason.endswith("."), "no sentence"


@pytest.mark.parametrize(
    ("length", "right"), [(CHARACTERS - 1, True), (CHARACTERS, True), (CHARACTERS + 1, False)]
)
def test_a_query_is_so_long_at_the_most(length: int, *, right: bool) -> None:
    found = parse("a" * length)
    assert found == (Words("a" * length) if right else QueryError(CHARACTERS, found_reason(found)))


@pytest.mark.parametrize(("count", "right"), [(TERMS - 1, True), (TERMS, True), (TERMS + 1, False)])
def test_a_query_has_so_many_terms_at_the_most(count: int, *, right: bool) -> None:
    found = parse(" ".join(["a"] * count))
    assert found == (And((A,) * count) if right else QueryError(2 * TERMS, found_reason(found)))


@pytest.mark.parametrize(("depth", "right"), [(DEPTH - 1, True), (DEPTH, True), (DEPTH + 1, False)])
def test_parentheses_are_so_deep_at_the_most(depth: int, *, right: bool) -> None:
    found = parse("(" * depth + "a" + ")" * depth)
    assert found == (A if right else QueryError(DEPTH, found_reason(found)))


@pytest.mark.parametrize(("length", "right"), [(PREFIX - 1, False), (PREFIX, True), (PREFIX + 1, True)])
def test_a_beginning_has_so_many_characters_at_the_least(length: int, *, right: bool) -> None:
    found = parse("a" * length + "*")
    assert found == (
        Words("a" * length, None, prefix=True) if right else QueryError(length, found_reason(found))
    )


def test_minuses_beyond_number_are_no_depth() -> None:
    assert parse("-" * (CHARACTERS - 1) + "a") == Not(A)
    assert parse("-" * (CHARACTERS - 2) + "a") == A


@given(queries)
def test_what_is_written_down_is_read_again(query: Query) -> None:
    assert parse(written(query)) == query


@given(st.text(st.sampled_from('ab \t"\\()-*:=ORNTfrom header2026\0é'), max_size=60))
def test_any_text_is_a_query_or_a_place_in_it(text: str) -> None:
    found = parse(text)
    if isinstance(found, QueryError):
        assert 0 <= found.position <= len(text)
        assert found.reason.endswith(".")


def found_reason(found: Query | QueryError) -> str:
    assert isinstance(found, QueryError)
    return found.reason
