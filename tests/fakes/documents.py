"""What the documents tell people to type or to copy, so that tests do just that."""

import re
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parents[2] / "docs"


def block(page: str, language: str, holding: str) -> str:
    """The one block of that language, on a page of `docs/`, which holds such a text."""
    text = (DOCS / page).read_text("utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (found,) = (one for one in blocks if holding in one)
    return found
