"""The document of settings says what the code does."""

from pathlib import Path

from mailweir.config.reference import markdown, table
from mailweir.config.settings import TABLE

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_document_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), (
        "write it: mailweir config-reference > docs/configuration.md"
    )


def test_every_setting_is_documented_in_one_sentence_or_two() -> None:
    for name, setting in TABLE.items():
        assert setting.doc[0].isupper() or setting.doc.startswith("`"), name
        assert setting.doc.endswith("."), name
    assert [entry["name"] for entry in table()] == list(TABLE)
