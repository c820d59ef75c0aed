"""The page on searching tells the truth: its examples are read by the parser itself."""

import json
import re
from pathlib import Path

import pytest

from mailweir.model.query import QueryError
from mailweir.policy.query import CHARACTERS, DEPTH, PREFIX, TERMS, parse
from mailweir.policy.searched import HEADER_VALUES, TEXT

PAGE = (Path(__file__).parents[2] / "docs" / "user" / "search.md").read_text("utf-8")


def examples(kind: str) -> list[str]:
    """The lines of every block of that kind."""
    return [
        line for block in re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
    ]


@pytest.mark.parametrize("text", examples("query"))
def test_an_example_is_a_query(text: str) -> None:
    assert not isinstance(parse(text), QueryError)


@pytest.mark.parametrize("text", re.findall(r"^\| `(.+?)` \|", PAGE, re.MULTILINE))
def test_a_term_of_the_table_is_a_query(text: str) -> None:
    assert not isinstance(parse(text), QueryError)


@pytest.mark.parametrize("text", examples("wrong"))
def test_a_wrong_example_is_none(text: str) -> None:
    assert isinstance(parse(text), QueryError)


def test_the_page_has_examples_of_both_kinds() -> None:
    assert len(examples("query")) > 20
    assert len(examples("wrong")) > 5


def test_the_answer_that_is_shown_is_the_one_that_is_given() -> None:
    shown = json.loads("\n".join(examples("json")))
    found = parse(examples("wrong")[0])
    assert isinstance(found, QueryError)
    assert found.position == shown["position"]
    assert shown["message"] == f"query, character {found.position + 1}: {found.reason}"


def test_every_limit_is_named() -> None:
    text = " ".join(PAGE.split())
    assert f"at most {CHARACTERS:,} characters, {TERMS} terms and {DEPTH} levels of parentheses" in text
    assert f"at least {PREFIX} letters or digits" in text
    assert f"first {TEXT:,} characters" in text
    assert f"first {HEADER_VALUES} fields" in text
