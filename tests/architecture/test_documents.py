"""The documents hold together: links lead somewhere, words are defined once, decisions are complete."""

import re
from collections.abc import Iterator
from pathlib import Path

from architecture.repository import ROOT, shown, tracked_files

DOCUMENTS = [file for file in tracked_files() if file.suffix == ".md"]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The fragments that headings offer, as the usual readers of Markdown make them."""
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in _HEADING.findall(text)}


def broken_links(document: Path) -> Iterator[str]:
    """Relative links of `document` that lead nowhere."""
    for link in _LINK.findall(_CODE.sub("", document.read_text(encoding="utf-8"))):
        path, _, fragment = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (document.parent / path) if path else document
        if not target.exists() or (fragment and fragment not in anchors(target.read_text(encoding="utf-8"))):
            yield link


def glossary() -> list[str]:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return re.findall(r"^- \*\*(.+?)\*\*: \S.*$", text, re.MULTILINE)


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    broken = {shown(document): list(broken_links(document)) for document in DOCUMENTS}
    assert {document: links for document, links in broken.items() if links} == {}


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One head\n[a](b.md) [c](#one-head) [d](#two) [e](https://e.test) `[f](g)`\n", "utf-8")
    assert list(broken_links(page)) == ["b.md", "#two"]


def test_every_document_has_one_title() -> None:
    texts = {shown(document): _CODE.sub("", document.read_text(encoding="utf-8")) for document in DOCUMENTS}
    titles = {document: len(re.findall(r"^# \S", text, re.MULTILINE)) for document, text in texts.items()}
    assert {document: count for document, count in titles.items() if count != 1} == {}


def test_the_changelog_has_a_place_for_what_is_not_released_yet() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert _HEADING.findall(text)[:2] == ["Changelog", "Unreleased"]


def test_the_glossary_defines_each_word_once_and_in_order() -> None:
    words = glossary()
    assert len(words) > 20
    assert words == sorted(set(words), key=str.lower)


def test_the_glossary_has_a_line_for_each_word() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^- ", text, re.MULTILINE)) == len(glossary())


def test_decisions_are_numbered_without_a_gap() -> None:
    assert DECISIONS
    assert [file.name[:5] for file in DECISIONS] == [f"{n:04}-" for n in range(1, len(DECISIONS) + 1)]


def test_a_decision_says_why_and_what_follows() -> None:
    for decision in DECISIONS:
        title, *parts = _HEADING.findall(_CODE.sub("", decision.read_text(encoding="utf-8")))
        assert title.startswith(f"{decision.name[:4]}: ")
        assert parts == ["Status", "Context", "Decision", "Consequences"], decision.name
